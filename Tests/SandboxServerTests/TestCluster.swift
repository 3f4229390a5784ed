internal import DataTree
internal import HTTPServing
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import Logging
internal import MeshBase
internal import Testing

@testable internal import SandboxServer
@testable internal import SandboxStore

/// A whole sandbox in this process: listening, with all its controllers, spoken to through its front.
struct TestCluster: Sendable {
    let cluster: SandboxCluster
    let access: SandboxAccess
    let admin: ConnectionPeer

    /// Runs a sandbox around `body`, and stops it afterwards.
    static func with(
        _ configuration: SandboxConfiguration = SandboxConfiguration(),
        _ body: @escaping @Sendable (TestCluster) async throws -> Void
    ) async throws {
        var logger = Logger(label: "tests")
        logger.logLevel = .critical
        let start = ContinuousClock.now
        let wall: WallClock = { Timestamp(seconds: 1_700_000_000) + start.duration(to: .now) }
        let environment = RuntimeEnvironment(
            clock: ContinuousClock(),
            wall: wall,
            random: .seeded(7),
            logger: logger
        )
        let cluster = try SandboxCluster(configuration, environment: environment)
        let admin = try certificate(cluster, wall().seconds)
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (ready, found) = AsyncStream.makeStream(of: SandboxAccess.self)
            group.addTask {
                try await cluster.run { access in
                    found.yield(access)
                    found.finish()
                }
            }
            for await access in ready {
                try await body(TestCluster(cluster: cluster, access: access, admin: admin))
                break
            }
            cluster.shutdown()
            try await group.waitForAll()
        }
    }

    private static func certificate(_ cluster: SandboxCluster, _ now: Int64) throws -> ConnectionPeer {
        let purpose = CertificateAuthority.Purpose.client(name: "admin", groups: ["system:masters"])
        let pem = try cluster.identity.authority.issue(purpose, now: now).certificate
        let body = pem.split(separator: "\n").filter { !$0.hasPrefix("-") }.joined()
        return ConnectionPeer(address: "127.0.0.1", certificates: [try #require(Base64.decode(body))])
    }

    struct Answer: Sendable {
        let status: Int
        let body: Tree
        var message: String { body["message"]?.string ?? "" }
        var object: KubeObject { KubeObject(body) }
    }

    /// Sends a request as the administrator or, with a token, as whom it stands for; without either as nobody.
    @discardableResult
    func send(
        _ method: String,
        _ target: String,
        _ body: Tree? = nil,
        type: String = "application/json",
        as sender: Sender = .admin
    ) async throws -> Answer {
        try await send(method, target, bytes: body?.json(.compact) ?? [], type: type, as: sender)
    }

    enum Sender: Sendable {
        case admin
        case nobody
        case token(String)
    }

    func send(
        _ method: String,
        _ target: String,
        bytes: [UInt8],
        type: String,
        as sender: Sender = .admin
    ) async throws -> Answer {
        var headers: HeaderFields = ["accept": "application/json"]
        if !bytes.isEmpty { headers["content-type"] = type }
        var peer = ConnectionPeer(address: "127.0.0.1")
        switch sender {
        case .admin: peer = admin
        case .nobody: break
        case .token(let token): headers["authorization"] = "Bearer \(token)"
        }
        let parts = target.split(separator: "?", maxSplits: 1).map(String.init)
        let response = await cluster.frontend.handle(
            ServerRequest(
                method: method,
                path: parts[0],
                query: parts.count > 1 ? parts[1] : nil,
                headers: headers,
                body: RequestBody(bytes),
                peer: peer
            )
        )
        guard case .bytes(let answer) = response.body else { return Answer(status: response.status, body: .null) }
        return Answer(status: response.status, body: (try? Tree(json: answer)) ?? .null)
    }

    /// Creates an object, which must be accepted.
    @discardableResult
    func create(_ resource: APIResource, _ tree: Tree) async throws -> KubeObject {
        let object = KubeObject(tree)
        let answer = try await send("POST", resource.path(namespace: object.namespace), tree)
        #expect(answer.status == 201, "\(answer.message)")
        return answer.object
    }

    /// Waits until the object is as wanted; nil stands for an object that is not there. Fails with the test's time limit.
    @discardableResult
    func wait(
        _ resource: APIResource,
        _ key: ObjectKey,
        until isWanted: @Sendable (KubeObject?) -> Bool
    ) async throws -> KubeObject? {
        let collection = GroupResource(resource)
        let storage = cluster.core.storage
        let watch = StorageWatch(storage, collection)  // Before reading, so that no change falls in between.
        let start = try await storage.get(collection, key).object.map { KubeObject($0.tree) }
        if isWanted(start) { return start }
        while true {
            switch await watch.next() {
            case .changes(let changes):
                for change in changes where change.key == key {
                    let object = change.after.map { KubeObject($0.tree) }
                    if isWanted(object) { return object }
                }
            case .idle: break
            case .compacted, .cancelled: throw CancellationError()
            }
        }
    }
}

/// Carries requests of a client to the front of a sandbox, without sockets.
struct FrontTransport: HTTPTransport {
    let cluster: TestCluster

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let parts = request.target.split(separator: "?", maxSplits: 1).map(String.init)
        let answer = await cluster.cluster.frontend.answer(
            ServerRequest(
                method: request.method.rawValue,
                path: parts[0],
                query: parts.count > 1 ? parts[1] : nil,
                headers: HeaderFields(request.headers.fields.map { HeaderFields.Field($0.name, $0.value) }),
                body: RequestBody(request.body ?? []),
                peer: cluster.admin
            )
        )
        let headers = HTTPHeaders(answer.headers.map { HTTPHeaders.Field(name: $0.name, value: $0.value) })
        switch answer.body {
        case .bytes(let bytes):
            return HTTPResponse(status: answer.status, headers: headers, body: HTTPBody(bytes))
        case .stream(let stream):
            let body = HTTPBody { () async throws(TransportError) -> [UInt8]? in
                var chunks = stream.makeAsyncIterator()
                return await chunks.next()
            }
            return HTTPResponse(status: answer.status, headers: headers, body: body)
        }
    }
}
