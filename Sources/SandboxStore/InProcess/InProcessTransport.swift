package import KubeClient
internal import Synchronization

/// Carries requests of a client to an API server in the same process, without sockets.
package struct InProcessTransport: HTTPTransport {
    private struct Counts: Sendable {
        var requests = 0
        var writes = 0
        var faults = TransportFaults.none
        var audit: [AuditRecord] = []
    }

    /// What several copies of the transport share.
    private final class Shared: Sendable {
        let counts = Mutex(Counts())
    }

    private let core: APIServerCore
    private let user: UserInfo
    private let shared = Shared()

    /// Makes a transport for one user.
    package init(_ core: APIServerCore, user: UserInfo = .admin) {
        self.core = core
        self.user = user
    }

    /// What goes wrong; may be changed at any time.
    package var faults: TransportFaults {
        get { shared.counts.withLock { $0.faults } }
        nonmutating set { shared.counts.withLock { $0.faults = newValue } }
    }

    /// The requests that the server answered so far, in order.
    package var audit: [AuditRecord] { shared.counts.withLock { $0.audit } }
    /// How many of them could change something.
    package var writeCount: Int { audit.count(where: \.isWrite) }
    /// Forgets the requests so far.
    package func resetAudit() { shared.counts.withLock { $0.audit = [] } }

    /// Lets the server answer, unless the faults decide otherwise.
    package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        if Task.isCancelled { throw TransportError(.cancelled, "the caller gave up") }
        let asked = Self.request(request, user)
        let (faults, number, writes) = count(asked)
        switch await faults.judge(asked, number, writes) {
        case .failBefore(let error): throw error
        case .answer(let response): return Self.response(response)
        case .failAfter(let error):
            record(asked, await core.handle(asked).status)
            throw error
        case .pass: break
        }
        var response = await core.handle(asked)
        record(asked, response.status)
        if Task.isCancelled { throw TransportError(.cancelled, "the caller gave up") }
        if case .stream(let stream) = response.body, let rewrite = faults.rewrite {
            response.body = .stream(Self.rewritten(stream, asked, rewrite))
        }
        return Self.response(response)
    }

    private func count(_ request: APIRequest) -> (TransportFaults, Int, Int) {
        shared.counts.withLock { counts in
            counts.requests += 1
            if !["GET", "HEAD"].contains(request.method) { counts.writes += 1 }
            return (counts.faults, counts.requests, counts.writes)
        }
    }

    private func record(_ request: APIRequest, _ status: Int) {
        let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        let record = AuditRecord(
            method: request.method,
            path: request.path,
            query: query,
            user: request.user.name,
            status: status
        )
        shared.counts.withLock { $0.audit.append(record) }
    }

    private static func rewritten(
        _ stream: ByteStream,
        _ request: APIRequest,
        _ rewrite: @escaping @Sendable (APIRequest, [[UInt8]]) async -> [[UInt8]]
    ) -> ByteStream {
        ByteStream {
            var iterator = stream.makeAsyncIterator()
            while let chunk = await iterator.next() {
                let lines = chunk.split(separator: 0x0a).map { Array($0) + [0x0a] }
                let changed = await rewrite(request, lines).flatMap(\.self)
                if !changed.isEmpty { return changed }
            }
            return nil
        }
    }

    private static func request(_ request: HTTPRequest, _ user: UserInfo) -> APIRequest {
        let halves = request.path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var query = request.query.map { (name: $0.name, value: $0.value) }
        for pair in (halves.count > 1 ? halves[1] : "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? parts[1].replacing("+", with: " ") : ""
            query.append((name: PercentText.decode(String(parts[0])), value: PercentText.decode(String(value))))
        }
        return APIRequest(
            method: request.method.rawValue,
            path: PercentText.decode(String(halves[0])),
            query: query,
            headers: request.headers.fields.map { HeaderField($0.name, $0.value) },
            body: request.body ?? [],
            user: user
        )
    }

    private static func response(_ response: APIResponse) -> HTTPResponse {
        var headers = HTTPHeaders()
        for field in response.headers { headers.append(field.name, field.value) }
        let body: HTTPBody
        switch response.body {
        case .bytes(let bytes): body = HTTPBody(bytes)
        case .stream(let stream):
            body = HTTPBody { () async throws(TransportError) -> [UInt8]? in
                var iterator = stream.makeAsyncIterator()
                let chunk = await iterator.next()
                if chunk == nil, Task.isCancelled { throw TransportError(.cancelled, "the caller gave up") }
                return chunk
            }
        }
        return HTTPResponse(status: response.status, headers: headers, body: body)
    }
}
