internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import Synchronization

/// Answers requests with what a test prepared, in order, and remembers them.
final class ScriptedTransport: HTTPTransport {
    typealias Answer = Result<HTTPResponse, TransportError>

    private let state: Mutex<(answers: [Answer], requests: [HTTPRequest])>

    init(_ answers: [Answer]) {
        self.state = Mutex((answers, []))
    }

    convenience init(_ answers: HTTPResponse...) {
        self.init(answers.map { .success($0) })
    }

    var requests: [HTTPRequest] { state.withLock { $0.requests } }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let answer = state.withLock { state -> Answer in
            state.requests.append(request)
            guard !state.answers.isEmpty else { return .failure(TransportError(.closed, "the script is over")) }
            return state.answers.removeFirst()
        }
        return try answer.get()
    }

    /// A client over this transport.
    func client(_ configuration: ClusterClient.Configuration = ClusterClient.Configuration()) -> ClusterClient {
        ClusterClient(transport: self, configuration: configuration)
    }
}

extension HTTPResponse {
    static func json(_ tree: Tree, status: Int = 200, headers: HTTPHeaders = [:]) -> HTTPResponse {
        HTTPResponse(status: status, headers: headers, body: HTTPBody(tree.json(.compact)))
    }

    static func text(_ text: String, status: Int = 200, headers: HTTPHeaders = [:]) -> HTTPResponse {
        HTTPResponse(status: status, headers: headers, body: HTTPBody(Array(text.utf8)))
    }

    static func refusal(_ status: KubeStatus, headers: HTTPHeaders = [:]) -> HTTPResponse {
        json(status.tree, status: status.code, headers: headers)
    }

    static func refusal(_ code: Int, _ reason: KubeStatus.Reason) -> HTTPResponse {
        refusal(KubeStatus(code: code, reason: reason, message: "refused"))
    }

    /// A body in pieces of `size` bytes, which perhaps breaks off at the end.
    static func pieces(_ text: String, of size: Int, error: TransportError? = nil) -> HTTPResponse {
        let bytes = Array(text.utf8)
        let pieces = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
        return HTTPResponse(status: 200, body: HTTPBody(pieces: pieces, error: error))
    }
}

/// The error that `body` throws, nil when it throws none or another.
func kubeError(_ body: () async throws -> Void) async -> KubeError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? KubeError
    }
}

/// A pod as the API shows it.
func pod(_ name: String, version: Int = 1) -> Tree {
    [
        "apiVersion": "v1", "kind": "Pod",
        "metadata": ["name": .string(name), "namespace": "shop", "resourceVersion": .string(String(version))],
    ]
}
