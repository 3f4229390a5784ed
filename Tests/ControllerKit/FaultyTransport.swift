package import KubeClient
internal import Synchronization

/// A request as it passed, for counts and for the rules a role must have.
package struct PassedRequest: Sendable, Hashable {
    package let method: HTTPMethod
    package let path: String
    package let query: [HTTPQueryItem]
    /// The status of the answer, 0 where none came.
    package let status: Int

    /// Whether it may change something.
    package var isWrite: Bool { method.isWrite }
    /// Whether it changed something, or may have: a write that was taken and not only tried out.
    package var isChange: Bool {
        isWrite && (200..<300).contains(status) && !query.contains { $0.name == "dryRun" }
    }
    /// Whether it is a watch.
    package var isWatch: Bool { query.contains { $0.name == "watch" && $0.value != "false" } }
}

/// Passes requests on, writes them down, and does to some of them what networks and servers do.
package final class FaultyTransport: HTTPTransport {
    /// What happens to one request.
    package enum Fault: Sendable {
        /// The process dies before the request leaves.
        case killBefore
        /// The process dies after the server has answered, before it learns of that.
        case killAfter
        /// The server answers this and does nothing.
        case refuse(status: Int, reason: String, retryAfter: String? = nil)
        /// The server finds a field wrong and does nothing.
        case refuseField(String, status: Int)
        /// The connection breaks before the server did anything.
        case reset
        /// The connection breaks after the server did it.
        case resetAfter
        /// Nothing comes back for a while, then the connection breaks.
        case stall(Duration)
    }

    /// Decides what happens to a request; `write` counts writes from 1, 0 for reads.
    package typealias Rule = @Sendable (_ request: HTTPRequest, _ write: Int) -> Fault?

    private struct State {
        var passed: [PassedRequest] = []
        var writes = 0
        var isDead = false
        var rule: Rule = { _, _ in nil }
    }

    private let inner: any HTTPTransport
    private let clock: (any Clock<Duration>)?
    private let state = Mutex(State())

    /// Makes a transport in front of `inner`.
    ///
    /// - Parameters:
    ///   - inner: carries what passes.
    ///   - clock: what answers that never come are waited for on; nil where waiting takes no time.
    package init(_ inner: any HTTPTransport, clock: (any Clock<Duration>)? = nil) {
        self.inner = inner
        self.clock = clock
    }

    /// What passed, in order.
    package var passed: [PassedRequest] { state.withLock { $0.passed } }
    /// What passed that may change something.
    package var writes: [PassedRequest] { passed.filter(\.isWrite) }
    /// Whether the process behind this was killed; from then on nothing passes.
    package var isDead: Bool { state.withLock { $0.isDead } }

    /// Has `rule` decide from now on.
    package func setRule(_ rule: @escaping Rule) { state.withLock { $0.rule = rule } }

    /// Forgets what passed, and counts writes from 1 again.
    package func forget() {
        state.withLock { state in
            state.passed = []
            state.writes = 0
        }
    }

    package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let (isDead, fault) = state.withLock { state -> (Bool, Fault?) in
            guard !state.isDead else { return (true, nil) }
            let isWrite = request.method.isWrite
            if isWrite { state.writes += 1 }
            let fault = state.rule(request, isWrite ? state.writes : 0)
            if case .killBefore? = fault { state.isDead = true }
            return (false, fault)
        }
        guard !isDead else { throw TransportError(.closed, "the process is dead") }
        switch fault {
        case nil: return try await pass(request)
        case .killBefore?: throw TransportError(.closed, "killed before \(request.method) \(request.path)")
        case .killAfter?:
            _ = try await pass(request)
            state.withLock { $0.isDead = true }
            throw TransportError(.closed, "killed after \(request.method) \(request.path)")
        case .refuse(let status, let reason, let retryAfter)?:
            note(request, status)
            return Self.answer(status, reason, retryAfter)
        case .refuseField(let field, let status)?:
            note(request, status)
            let details = #"{"causes":[{"reason":"FieldValueInvalid","message":"injected","field":"\#(field)"}]}"#
            return Self.answer(status, "Invalid", nil, details: details)
        case .reset?:
            note(request, 0)
            throw TransportError(.connectionLost, "reset")
        case .resetAfter?:
            _ = try await pass(request)
            throw TransportError(.connectionLost, "reset")
        case .stall(let duration)?:
            note(request, 0)
            try? await clock?.sleep(for: duration)
            throw TransportError(.timedOut, "no answer within \(duration)")
        }
    }

    private func pass(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let response = try await inner.send(request)
        note(request, response.status)
        return response
    }

    private func note(_ request: HTTPRequest, _ status: Int) {
        let passed = PassedRequest(method: request.method, path: request.path, query: request.query, status: status)
        state.withLock { $0.passed.append(passed) }
    }

    private static func answer(
        _ status: Int,
        _ reason: String,
        _ retryAfter: String?,
        details: String = "{}"
    ) -> HTTPResponse {
        let body = """
            {"kind":"Status","apiVersion":"v1","status":"Failure","reason":"\(reason)","code":\(status),
             "message":"injected","details":\(details)}
            """
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        if let retryAfter { headers["Retry-After"] = retryAfter }
        return HTTPResponse(status: status, headers: headers, body: HTTPBody(Array(body.utf8)))
    }
}

extension HTTPMethod {
    var isWrite: Bool { [.post, .put, .patch, .delete].contains(self) }
}
