internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import Logging
internal import ManifestRendering
internal import MeshAPI
internal import MeshBase
internal import OperatorCore
internal import SandboxStore
internal import Synchronization

/// The time of day, in seconds since 1970, that only a benchmark moves.
private final class BenchClock: Sendable {
    private let seconds = Mutex<Int64>(1_790_000_000)

    var now: Int64 { seconds.withLock { $0 } }

    func pass(_ time: Int64) { seconds.withLock { $0 += time } }
}

/// An API server in this process, a mesh in it, and the operator that keeps it, on a clock that the benchmark moves.
///
/// The operator's caches get each object right after it was written, as its watches would bring them.
final class BenchMesh: Sendable {
    static let key = ObjectKey(name: "mesh")

    let admin: ClusterClient
    let transport: CountingTransport
    let stores: MeshStores
    private let core: APIServerCore
    private let driver: ResourceDriver<MeshOperatorReconciler>
    private let writers: [(resource: APIResource, writer: StoreWriter)]
    private let clock = BenchClock()

    init(_ catalogue: VersionCatalogue) async throws {
        var configuration = APIServerConfiguration(now: { Timestamp(seconds: 1_790_000_000) }, random: .seeded(1))
        configuration.version = "1.33.4"
        core = APIServerCore(configuration: configuration, storage: try ObjectStorage())
        admin = ClusterClient(transport: InProcessTransport(core), configuration: .init(fieldManager: "world"))
        await core.bootstrap()
        _ = try await admin.create(.customResourceDefinitions, KubeObject(MeshOperatorDefinition.tree))
        transport = CountingTransport(InProcessTransport(core))
        var logger = Logger(label: "upgrades")
        logger.logLevel = .critical
        let clock = clock
        let environment = RuntimeEnvironment(
            clock: ContinuousClock(),
            wall: { Timestamp(seconds: clock.now) },
            random: .seeded(7),
            logger: logger
        )
        stores = MeshStores()
        let client = ClusterClient(transport: transport)
        let reconciler = MeshOperatorReconciler(
            .init(
                stores: stores,
                client: client,
                recorder: nil,
                catalogue: catalogue,
                renderer: MeshOperatorService.renderer(catalogue)
            ),
            environment: environment
        )
        driver = ResourceDriver(reconciler, store: stores.resources, client: client, environment: environment)
        writers = try stores.all.map { ($0.resource, try $0.store.claimWriter()) }
    }

    func pass(_ time: Int64) { clock.pass(time) }

    /// Fills the caches from full lists.
    func synchronize() async throws {
        for (resource, writer) in writers {
            let page = try await list(resource)
            writer.beginReplacement()
            writer.stage(page.objects)
            writer.commitReplacement(at: ResourceVersion(page.resourceVersion), trust: .replaceAll)
        }
    }

    /// All objects of a kind; none of one that the cluster does not serve.
    private func list(_ resource: APIResource) async throws -> ObjectPage {
        do {
            return try await admin.list(resource)
        } catch  where error.code == .notFound {
            return ObjectPage(objects: [], resourceVersion: "1")
        }
    }

    /// Brings an object to the cache of its kind.
    func show(_ resource: APIResource, _ object: KubeObject) {
        _ = writers.first { $0.resource == resource }?.writer.apply(object)
    }

    /// Takes an object out of the cache of its kind.
    func hide(_ resource: APIResource, _ object: KubeObject) {
        _ = writers.first { $0.resource == resource }?.writer.remove(object)
    }

    func mesh() async throws -> KubeObject { try await admin.get(MeshNames.resource, Self.key) }

    func status() -> MeshOperatorStatus {
        MeshOperatorStatus(lenient: stores.resources.object(Self.key)?.tree["status"] ?? .null)
    }

    /// Reconciles once; gives the requests it made and the seconds of processor time it took.
    func reconcile() async throws -> (counts: CountingTransport.Counts, seconds: Double) {
        _ = transport.take()
        let before = ProcessFigures.processorSeconds
        _ = try await driver.reconcile(Self.key)
        let took = ProcessFigures.processorSeconds - before
        let counts = transport.take()
        try await showWritten(counts.written)
        return (counts, took)
    }

    /// Brings what the operator wrote to its caches.
    private func showWritten(_ paths: [String]) async throws {
        for path in Set(paths) {
            var parts = path.split(separator: "/").map(String.init)
            if parts.last == "status" { parts.removeLast() }
            guard let place = Self.place(parts), let entry = writers.first(where: { $0.resource.matches(place) }) else {
                continue
            }
            if let object = try await admin.find(entry.resource, place.key) {
                _ = entry.writer.apply(object)
            } else {
                // Created by a name the server chose, or deleted.
                try await showAll(entry.resource, entry.writer)
            }
        }
    }

    private func showAll(_ resource: APIResource, _ writer: StoreWriter) async throws {
        let page = try await admin.list(resource)
        writer.beginReplacement()
        writer.stage(page.objects)
        writer.commitReplacement(at: ResourceVersion(page.resourceVersion), trust: .replaceAll)
    }

    struct Place {
        var group: String
        var plural: String
        var key: ObjectKey
    }

    /// `/api/v1/…` and `/apis/GROUP/VERSION/…`, with `namespaces/NAME` before what is in one.
    private static func place(_ parts: [String]) -> Place? {
        let isCore = parts.first == "api"
        var rest = parts.dropFirst(isCore ? 2 : 3)
        let group = isCore ? "" : parts.dropFirst().first ?? ""
        var namespace: String?
        if rest.count > 2, rest.first == "namespaces" {
            namespace = rest.dropFirst().first
            rest = rest.dropFirst(2)
        }
        guard let plural = rest.first else { return nil }
        let name = rest.dropFirst().first ?? ""
        return Place(group: group, plural: plural, key: ObjectKey(namespace: namespace, name: name))
    }
}

extension APIResource {
    fileprivate func matches(_ place: BenchMesh.Place) -> Bool { kind.group == place.group && plural == place.plural }
}
