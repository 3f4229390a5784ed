internal import DataTree
internal import KubeClient
internal import MeshBase
internal import MeshTestKit
internal import SandboxStore
internal import Testing

/// An API server in this process on a clock that stands still, with a client's view of it.
struct TestServer: Sendable {
    let core: APIServerCore
    let transport: InProcessTransport
    let clock: VirtualClock

    init(
        storage: ObjectStorage = .inMemory(),
        clock: VirtualClock = VirtualClock(),
        configure: (inout APIServerConfiguration) -> Void = { _ in }
    ) async {
        var configuration = APIServerConfiguration(now: clock.wallClock(), random: .seeded(1))
        configure(&configuration)
        self.clock = clock
        core = APIServerCore(configuration: configuration, storage: storage)
        transport = InProcessTransport(core)
        await core.bootstrap()
    }

    /// Sends a request and reads the whole answer.
    @discardableResult
    func send(
        _ method: String,
        _ target: String,
        _ body: Tree? = nil,
        type: String = "application/json",
        accept: String = "application/json",
        manager: String = "tests"
    ) async throws -> Answer {
        let headers: HTTPHeaders = ["Accept": accept, "Content-Type": type, "User-Agent": manager]
        let request = HTTPRequest(
            try #require(HTTPMethod(rawValue: method)),
            target,
            headers: headers,
            body: body?.json(.compact)
        )
        let response = try await transport.send(request)
        let bytes = try await response.body.collect(limit: 64 << 20)
        let tree = (try? Tree(json: bytes)) ?? .string(String(decoding: bytes, as: UTF8.self))
        return Answer(status: response.status, body: tree, warnings: response.headers.values("Warning"))
    }

    /// Lets time go by while `body` runs, in steps; under ``withVirtualTime(_:)`` only when everybody else waits.
    func whileTimePasses<Result: Sendable>(
        _ step: Duration,
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                while !Task.isCancelled {
                    await clock.advance(by: step)
                    await core.tick()
                    await Task.yield()
                }
                return nil
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    struct Answer: Sendable {
        let status: Int
        let body: Tree
        let warnings: [String]

        /// A value of the body by its path, as text.
        subscript(path: String) -> String? {
            let steps = path.split(separator: ".").map { part -> TreePath.Step in
                Int(part).map { .index($0) } ?? .key(String(part))
            }
            switch body.value(at: TreePath(steps)) {
            case .string(let text): return text
            case .integer(let number): return String(number)
            case .bool(let flag): return String(flag)
            case .some(let tree): return tree.jsonText(.canonical)
            case nil: return nil
            }
        }
    }
}

/// A ConfigMap with data.
func configMap(_ name: String, namespace: String = "default", _ data: [String: String] = [:]) -> Tree {
    let pairs = data.sorted { $0.key < $1.key }.map { (key: $0.key, value: Tree.string($0.value)) }
    return [
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name), "namespace": .string(namespace)],
        "data": .object(TreeObject(pairs)),
    ]
}
