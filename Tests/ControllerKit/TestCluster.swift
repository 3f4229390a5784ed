package import DataTree
package import KubeAPI
package import KubeClient
package import MeshBase
package import SandboxStore
internal import Synchronization

/// An API server in this process with the kinds a controller needs, a time of day, and a tiny world that makes workloads ready.
///
/// Each test target adds what its people do in an extension.
package final class TestCluster: Sendable {
    struct State {
        var broken: Set<String> = []
        /// The last write to workloads after which the world had nothing left to do.
        var quiet: UInt64?
    }

    /// The time of day, which the API server may tell as well.
    final class TimeOfDay: Sendable {
        let seconds: Mutex<Int64>

        init(_ now: Timestamp) { seconds = Mutex(now.seconds) }

        var now: Timestamp { Timestamp(seconds: seconds.withLock { $0 }) }
    }

    /// What the API server writes into objects as the time.
    package enum ServerTime: Sendable {
        /// The time at which the cluster began, so that objects are equal whenever they are made.
        case stands
        /// The cluster's time of day.
        case passes
    }

    /// The time of day at which every cluster begins.
    package static let start = Timestamp(seconds: 1_790_000_000)

    /// The server.
    package let core: APIServerCore
    /// Writes as people and the cluster's controllers do.
    package let admin: ClusterClient
    let log = RecordingLog()
    let state: Mutex<State>
    private let time: TimeOfDay
    private let seed: UInt64
    private let admission: [any AdmissionPlugin]
    private let serverTime: ServerTime

    /// Starts a server and has it serve `definitions`, which are CustomResourceDefinitions.
    package init(
        definitions: [Tree],
        seed: UInt64 = 1,
        admission: [any AdmissionPlugin] = [],
        serverTime: ServerTime = .stands
    ) async throws {
        time = TimeOfDay(TestCluster.start)
        state = Mutex(State())
        (self.seed, self.admission, self.serverTime) = (seed, admission, serverTime)
        let configuration = Self.configuration(seed, admission, serverTime, time)
        core = APIServerCore(configuration: configuration, storage: try ObjectStorage(log: log))
        admin = ClusterClient(transport: InProcessTransport(core), configuration: .init(fieldManager: "kubectl-edit"))
        await core.bootstrap()
        for tree in definitions { _ = try await admin.create(.customResourceDefinitions, KubeObject(tree)) }
    }

    /// A second cluster in the state of this one: what happens in one does not show in the other.
    ///
    /// Its log begins empty, and watches do not go over.
    package init(copying other: TestCluster) {
        time = TimeOfDay(other.now)
        state = Mutex(other.state.withLock { $0 })
        // Other bits, so that no uid comes twice.
        (seed, admission, serverTime) = (other.seed + 1, other.admission, other.serverTime)
        core = other.core.fork(configuration: Self.configuration(seed, admission, serverTime, time))
        admin = ClusterClient(transport: InProcessTransport(core), configuration: .init(fieldManager: "kubectl-edit"))
    }

    private static func configuration(
        _ seed: UInt64,
        _ admission: [any AdmissionPlugin],
        _ serverTime: ServerTime,
        _ time: TimeOfDay
    ) -> APIServerConfiguration {
        let now: WallClock =
            switch serverTime {
            case .stands: { TestCluster.start }
            case .passes: { time.now }
            }
        var configuration = APIServerConfiguration(now: now, random: .seeded(seed))
        configuration.hooks.admission = admission
        return configuration
    }

    /// The time of day as controllers see it.
    package var now: Timestamp { time.now }

    /// Lets time go by, in whole seconds.
    package func pass(_ duration: Duration) { time.seconds.withLock { $0 += duration.components.seconds } }

    /// How much has been written so far.
    package var revision: UInt64 { core.storage.revision }

    /// The revision of the last write to a kind, 0 where there was none.
    func lastChange(of resource: APIResource) -> UInt64 {
        core.storage.lastChange(in: GroupResource(group: resource.kind.group, resource: resource.plural))
    }

    /// Creates an object from YAML.
    @discardableResult
    package func create(_ yaml: String, _ resource: APIResource) async throws -> KubeObject {
        try await admin.create(resource, KubeObject(try requireDocument(yaml)))
    }

    /// An object, nil where there is none.
    package func object(_ resource: APIResource, _ namespace: String?, _ name: String) async throws -> KubeObject? {
        try await admin.find(resource, ObjectKey(namespace: namespace, name: name))
    }

    /// The definition of a namespaced kind whose objects may hold anything.
    package static func definition(_ kind: String, plural: String, group: String) -> Tree {
        [
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": ["name": .string("\(plural).\(group)")],
            "spec": [
                "group": .string(group), "scope": "Namespaced",
                "names": [
                    "plural": .string(plural), "singular": .string(kind.lowercased()), "kind": .string(kind),
                    "listKind": .string("\(kind)List"),
                ],
                "versions": [
                    [
                        "name": "v1", "served": true, "storage": true,
                        "schema": [
                            "openAPIV3Schema": ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
                        ],
                    ]
                ],
            ],
        ]
    }
}

/// The first document of a YAML text, null where there is none.
package func requireDocument(_ yaml: String) throws -> Tree {
    let documents = try YAML.documents(yaml)
    return documents.first ?? .null
}
