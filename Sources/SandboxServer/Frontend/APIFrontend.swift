internal import DataTree
internal import HTTPServing
internal import KubeAPI
internal import SandboxStore

/// Carries HTTP requests to the API server: says who asks, reads the body, and streams what comes back.
struct APIFrontend: Sendable {
    /// The largest body taken, in bytes (`MaxRequestBodyBytes` of kube-apiserver).
    static let bodyLimit = 3 << 20

    private let server: APIServerCore
    private let authenticator: RequestAuthenticator
    private let count: RequestCount

    /// Makes a front for `server`.
    init(server: APIServerCore, authenticator: RequestAuthenticator, count: RequestCount) {
        self.server = server
        self.authenticator = authenticator
        self.count = count
    }

    /// Answers one request.
    func handle(_ request: ServerRequest) async -> ServerResponse {
        Self.response(await answer(request))
    }

    /// Answers one request as the API server does, before HTTP is made of it.
    func answer(_ request: ServerRequest) async -> APIResponse {
        do throws(APIFault) {
            let user = try await authenticator.user(headers: request.headers, peer: request.peer)
            let body: [UInt8]
            do {
                body = try await request.body.collect(upTo: Self.bodyLimit)
            } catch {
                throw error.code == .bodyTooLarge
                    ? APIFault.tooLarge(Self.bodyLimit) : APIFault.badRequest(error.message)
            }
            guard let path = PercentCoding.decode(request.path, plusIsSpace: false) else {
                throw APIFault.badRequest("the path \(request.path) is not percent-encoded UTF-8")
            }
            let inner = APIRequest(
                method: request.method,
                path: path,
                query: PercentCoding.parameters(request.query ?? ""),
                headers: request.headers.fields.map { HeaderField($0.name, $0.value) },
                body: body,
                user: user
            )
            let answer = await server.handle(inner)
            count.add(inner, status: answer.status)
            return answer
        } catch {
            return Self.response(error)
        }
    }

    private static func response(_ fault: APIFault) -> APIResponse {
        APIResponse(
            status: fault.status.code,
            headers: [HeaderField("Content-Type", "application/json")],
            body: .bytes(fault.status.tree.json(.compact))
        )
    }

    private static func response(_ answer: APIResponse) -> ServerResponse {
        let headers = HeaderFields(answer.headers.map { HeaderFields.Field($0.name, $0.value) })
        switch answer.body {
        case .bytes(let bytes):
            return ServerResponse(status: answer.status, headers: headers, body: .bytes(bytes))
        case .stream(let chunks):
            return ServerResponse(
                status: answer.status,
                headers: headers,
                body: .stream { writer in
                    for await chunk in chunks { try await writer.write(chunk) }
                }
            )
        }
    }
}
