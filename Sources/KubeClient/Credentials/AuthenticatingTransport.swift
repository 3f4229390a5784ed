/// Adds to each request what makes the server recognise the caller.
///
/// When the server answers 401 and the credentials can be renewed, they are, and the request is sent once more.
public struct AuthenticatingTransport: HTTPTransport {
    private let inner: any HTTPTransport
    private let authenticator: Authenticator
    private let impersonation: HTTPHeaders

    /// Makes a transport around another.
    public init(_ inner: any HTTPTransport, authenticator: Authenticator, impersonation: Impersonation? = nil) {
        self.inner = inner
        self.authenticator = authenticator
        self.impersonation = impersonation?.headers ?? [:]
    }

    /// Sends a request with credentials; headers that it has already are kept.
    public func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let authorization = try await authenticator.authorization()
        let response = try await inner.send(signed(request, authorization))
        guard response.status == 401, authenticator.isRenewable else { return response }
        authenticator.reject(authorization)
        let renewed = try await authenticator.authorization()
        guard renewed != authorization else { return response }
        await response.body.discard()
        return try await inner.send(signed(request, renewed))
    }

    private func signed(_ request: HTTPRequest, _ authorization: Authenticator.Authorization) -> HTTPRequest {
        var request = request
        if let header = authorization.header, request.headers["Authorization"] == nil {
            request.headers["Authorization"] = header
        }
        for field in impersonation.fields { request.headers.append(field.name, field.value) }
        request.identity = request.identity ?? authorization.identity
        return request
    }
}
