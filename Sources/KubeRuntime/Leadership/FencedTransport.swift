public import KubeClient

/// Lets reads through, and writes only while the fence is open.
///
/// A write that may begin gets a time limit by which no other leader can have started, so that one which hangs on its way
/// cannot arrive during the reign of the next leader. The leader elector itself must not write through its own fence.
public struct FencedTransport: HTTPTransport {
    private let transport: any HTTPTransport
    private let fence: LeadershipFence

    /// Puts `fence` before `transport`.
    public init(_ transport: any HTTPTransport, fence: LeadershipFence) {
        self.transport = transport
        self.fence = fence
    }

    /// Sends `request`; throws code `closed` with a ``LeadershipError`` as cause when it is a write that may not begin.
    public func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        guard Self.isWrite(request.method) else { return try await transport.send(request) }
        var limited = request
        do {
            let left = try fence.check()
            limited.timeouts.total = min(request.timeouts.total ?? left, left)
        } catch {
            throw TransportError(.closed, error.message, cause: error)
        }
        return try await transport.send(limited)
    }

    private static func isWrite(_ method: HTTPMethod) -> Bool {
        switch method {
        case .get, .head, .options: false
        case .post, .put, .patch, .delete: true
        }
    }
}
