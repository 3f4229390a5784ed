internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshBase
internal import MeshTestKit
internal import SandboxStore

/// The sandbox's API server in this process, and clients of it, all on one virtual clock.
struct SandboxWorld: Sendable {
    let clock: VirtualClock
    let environment: RuntimeEnvironment
    let core: APIServerCore
    /// The operator's way in, with its faults and its audit.
    let transport: InProcessTransport
    /// A user's way in, which never fails.
    let user: ClusterClient

    init(_ clock: VirtualClock, seed: UInt64 = 1) async {
        self.clock = clock
        environment = testEnvironment(clock, seed: seed)
        let configuration = APIServerConfiguration(now: clock.wallClock(), random: .seeded(seed))
        core = APIServerCore(configuration: configuration, storage: .inMemory())
        await core.bootstrap()
        transport = InProcessTransport(core)
        user = ClusterClient(transport: InProcessTransport(core))
    }

    var client: ClusterClient { ClusterClient(transport: transport) }

    /// Lets the server's deadlines come, every second.
    func tick() async throws {
        while true {
            try await environment.time.sleep(for: .seconds(1))
            await core.tick()
        }
    }

    func watcher(
        _ resource: APIResource,
        into store: ObjectStore,
        selection: Selection = .everything,
        configuration: Watcher.Configuration = .init()
    ) throws -> Watcher {
        try Watcher(
            source: ClusterSource(client: client, resource: resource, selection: selection),
            store: store,
            configuration: configuration,
            environment: environment
        )
    }

    @discardableResult
    func put(_ name: String, data: [String: String] = [:], labels: [String: String] = [:]) async throws -> KubeObject {
        var object = KubeObject(kind: .configMap, key: ObjectKey(namespace: "default", name: name), labels: labels)
        let entries = data.sorted { $0.key < $1.key }.map { (key: $0.key, value: Tree.string($0.value)) }
        object.tree["data"] = .object(TreeObject(entries))
        return try await user.apply(.configMaps, object, force: true)
    }

    func delete(_ name: String) async throws {
        _ = try await user.delete(.configMaps, ObjectKey(namespace: "default", name: name))
    }

    /// What the server has, as a store would keep it.
    func live(_ selection: Selection = .everything) async throws -> [KubeObject] {
        try await user.list(.configMaps, selection).objects
            .map { ObjectTrimming.managedFields($0) }.sorted { $0.key < $1.key }
    }
}
