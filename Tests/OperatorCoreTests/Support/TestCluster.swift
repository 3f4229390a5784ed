internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import SandboxStore
internal import Synchronization

@testable internal import OperatorCore

/// An API server in this process, with the MeshOperator CRD and a tiny world that makes workloads ready.
final class TestCluster: Sendable {
    let core: APIServerCore
    /// Writes as people and the cluster's controllers do.
    let admin: ClusterClient
    let log = RecordingLog()
    private let seconds = Mutex<Int64>(1_790_000_000)

    static func configuration(seed: UInt64) -> APIServerConfiguration {
        APIServerConfiguration(now: { Timestamp(seconds: 1_790_000_000) }, random: .seeded(seed))
    }

    init(seed: UInt64 = 1, admission: [any AdmissionPlugin] = []) async throws {
        var configuration = Self.configuration(seed: seed)
        configuration.hooks.admission = admission
        core = APIServerCore(configuration: configuration, storage: try ObjectStorage(log: log))
        admin = ClusterClient(transport: InProcessTransport(core), configuration: .init(fieldManager: "kubectl-edit"))
        await core.bootstrap()
        _ = try await admin.create(.customResourceDefinitions, KubeObject(MeshOperatorDefinition.tree))
    }

    /// The time of day as the operator sees it.
    var now: Timestamp { Timestamp(seconds: seconds.withLock { $0 }) }

    func pass(_ duration: Duration) { seconds.withLock { $0 += duration.components.seconds } }

    // MARK: People

    static let key = ObjectKey(name: "mesh")

    /// Creates the MeshOperator `mesh` with a spec in YAML.
    @discardableResult
    func create(_ spec: String) async throws -> KubeObject {
        var object = KubeObject(kind: MeshNames.kind, key: Self.key)
        object.tree["spec"] = try requireDocument(spec)
        return try await admin.create(MeshNames.resource, object)
    }

    /// Changes the spec of the MeshOperator by a merge patch in YAML.
    func change(_ spec: String) async throws {
        _ = try await admin.patch(MeshNames.resource, Self.key, .merge(["spec": try requireDocument(spec)]))
    }

    func resource() async throws -> KubeObject? { try await admin.find(MeshNames.resource, Self.key) }

    func condition(_ type: String) async throws -> Condition? {
        try await resource()?.conditions.condition(type)
    }

    func object(_ resource: APIResource, _ namespace: String?, _ name: String) async throws -> KubeObject? {
        try await admin.find(resource, ObjectKey(namespace: namespace, name: name))
    }

    /// The kinds of objects of a mesh that a cluster without Multus serves.
    static let servedKinds = OwnedKind.all.filter { $0.resource != .networkAttachmentDefinitions }

    /// Has the kind served that clusters with Multus serve.
    func serveNetworkAttachments() async throws {
        let tree = try requireDocument(
            """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: network-attachment-definitions.k8s.cni.cncf.io}
            spec:
              group: k8s.cni.cncf.io
              scope: Namespaced
              names: {plural: network-attachment-definitions, singular: nad, kind: NetworkAttachmentDefinition}
              versions:
                - name: v1
                  served: true
                  storage: true
                  schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
            """
        )
        _ = try await admin.create(.customResourceDefinitions, KubeObject(tree))
    }

    // MARK: The world

    /// Does what controllers would do next: makes workloads ready, and definitions and namespaces what they should be.
    ///
    /// Returns whether anything changed.
    func step() async throws -> Bool {
        var changed = false
        for object in try await admin.list(.deployments).objects {
            changed = try await makeReady(object, .deployments, Self.deploymentStatus) || changed
        }
        for object in try await admin.list(.daemonSets).objects {
            changed = try await makeReady(object, .daemonSets, Self.daemonSetStatus) || changed
        }
        return changed
    }

    private func makeReady(
        _ object: KubeObject,
        _ resource: APIResource,
        _ status: (KubeObject) -> Tree
    ) async throws -> Bool {
        var wanted = status(object)
        wanted["observedGeneration"] = .integer(object.generation ?? 0)
        let current = object.tree["status"] ?? [:]
        let isSame = (wanted.object?.entries ?? []).allSatisfy { current[$0.key] == $0.value }
        guard !isSame else { return false }
        let options = WriteOptions(fieldManager: "kube-controller-manager")
        _ = try await admin.patchStatus(resource, object.key, .merge(["status": wanted]), options)
        return true
    }

    private static func deploymentStatus(_ object: KubeObject) -> Tree {
        let replicas = object.tree.value(at: "spec", "replicas") ?? 1
        return [
            "replicas": replicas, "updatedReplicas": replicas, "availableReplicas": replicas, "readyReplicas": replicas,
        ]
    }

    private static func daemonSetStatus(_ object: KubeObject) -> Tree {
        [
            "desiredNumberScheduled": 2, "currentNumberScheduled": 2, "updatedNumberScheduled": 2, "numberAvailable": 2,
            "numberReady": 2, "numberMisscheduled": 0,
        ]
    }

    // MARK: The end state

    /// Every object of the mesh and the MeshOperator as text, without what differs from run to run.
    func endState() async throws -> [String: String] {
        var state: [String: String] = [:]
        let kinds = Self.servedKinds.map(\.resource) + [MeshNames.resource]
        for resource in kinds {
            for object in try await admin.list(resource).objects {
                let id = ResourceID(object)
                guard resource != .namespaces || object.name == "istio-system" else { continue }
                state[id.description] = Self.normal(object).jsonText(.canonical)
            }
        }
        return state
    }

    private static func normal(_ object: KubeObject) -> Tree {
        var tree = object.tree
        for field in ["uid", "resourceVersion", "creationTimestamp", "generation"] {
            tree.set(nil, at: ["metadata", field])
        }
        tree.set(nil, at: ["metadata", "annotations", MeshNames.Annotation.ownerUID])
        tree.set(nil, at: ["spec", "clusterIP"])
        tree.set(nil, at: ["spec", "clusterIPs"])
        if let ports = tree.value(at: "spec", "ports")?.array, object.kind == .service {
            tree.set(
                .array(
                    ports.map { port in
                        var port = port
                        port["nodePort"] = Tree?.none
                        return port
                    }
                ),
                at: ["spec", "ports"]
            )
        }
        tree.set(nil, at: ["status", "observedGeneration"])
        tree.set(nil, at: ["status", "gateways"])
        let managers = tree.value(at: "metadata", "managedFields")?.array ?? []
        let owned = managers.map { entry in
            var entry = entry
            entry["time"] = Tree?.none
            return entry.jsonText(.canonical)
        }
        tree.set(.array(owned.sorted().map { .string($0) }), at: ["metadata", "managedFields"])
        if let conditions = tree.value(at: "status", "conditions")?.array {
            let plain = conditions.map { condition in
                var condition = condition
                for field in ["lastTransitionTime", "observedGeneration"] { condition[field] = Tree?.none }
                return condition.jsonText(.canonical)
            }
            tree.set(.array(plain.sorted().map { .string($0) }), at: ["status", "conditions"])
        }
        return tree
    }
}
