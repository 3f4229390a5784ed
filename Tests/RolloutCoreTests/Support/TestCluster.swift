internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import SandboxStore
internal import Synchronization

@testable internal import RolloutCore

/// The time of day of a cluster, which its API server tells as well.
private final class WallSeconds: Sendable {
    let seconds = Mutex<Int64>(1_790_000_000)

    var now: Timestamp { Timestamp(seconds: seconds.withLock { $0 }) }
}

/// An API server in this process, with the CRDs a rollout needs and a tiny world that makes workloads ready.
final class TestCluster: Sendable {
    let core: APIServerCore
    /// Writes as people and the cluster's controllers do.
    let admin: ClusterClient
    private let clock = WallSeconds()
    private let broken = Mutex<Set<String>>([])

    init(seed: UInt64 = 1) async throws {
        let configuration = APIServerConfiguration(now: { [clock] in clock.now }, random: .seeded(seed))
        core = APIServerCore(configuration: configuration, storage: try ObjectStorage())
        admin = ClusterClient(transport: InProcessTransport(core), configuration: .init(fieldManager: "kubectl-edit"))
        await core.bootstrap()
        _ = try await admin.create(.customResourceDefinitions, KubeObject(MeshRolloutDefinition.tree))
        for text in Self.definitions { try await create(text, .customResourceDefinitions) }
        try await create("{apiVersion: v1, kind: Namespace, metadata: {name: shop}}", .namespaces)
    }

    private static let definitions = [("VirtualService", "virtualservices"), ("DestinationRule", "destinationrules")]
        .map {
            """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: \($0.1).networking.istio.io}
            spec:
              group: networking.istio.io
              scope: Namespaced
              names: {plural: \($0.1), singular: \($0.0.lowercased()), kind: \($0.0), listKind: \($0.0)List}
              versions:
                - name: v1
                  served: true
                  storage: true
                  schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
            """
        }

    /// The time of day.
    var now: Timestamp { clock.now }

    func pass(_ count: Int64) { clock.seconds.withLock { $0 += count } }

    // MARK: People

    static let key = ObjectKey(namespace: "shop", name: "reviews")

    static func tree(_ yaml: String) throws -> Tree { try YAML.documents(yaml).first ?? .null }

    @discardableResult
    func create(_ yaml: String, _ resource: APIResource) async throws -> KubeObject {
        try await admin.create(resource, KubeObject(try Self.tree(yaml)))
    }

    /// Creates a MeshRollout with a spec in YAML.
    @discardableResult
    func rollOut(_ spec: String, name: String = "reviews") async throws -> KubeObject {
        var object = KubeObject(kind: RolloutNames.kind, key: ObjectKey(namespace: "shop", name: name))
        object.tree["spec"] = try Self.tree(spec)
        return try await admin.create(RolloutNames.resource, object)
    }

    /// Creates a Deployment of a version.
    func deploy(_ name: String, version: String, replicas: Int = 2, kind: String = "Deployment") async throws {
        let resource: APIResource = kind == "StatefulSet" ? .statefulSets : .deployments
        try await create(
            """
            apiVersion: apps/v1
            kind: \(kind)
            metadata: {name: \(name), namespace: shop}
            spec:
              replicas: \(replicas)
              selector: {matchLabels: {app: reviews, version: \(version)}}
              template:
                metadata: {labels: {app: reviews, version: \(version)}}
                spec: {containers: [{name: app, image: "reviews:\(version)"}]}
            """,
            resource
        )
    }

    /// Creates a DaemonSet of a version.
    func daemonSet(_ name: String, version: String) async throws {
        try await create(
            """
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: \(name), namespace: shop}
            spec:
              selector: {matchLabels: {app: reviews, version: \(version)}}
              template:
                metadata: {labels: {app: reviews, version: \(version)}}
                spec: {containers: [{name: app, image: "reviews:\(version)"}]}
            """,
            .daemonSets
        )
    }

    func scale(_ name: String, _ replicas: Int64) async throws {
        _ = try await admin.setScale(.deployments, ObjectKey(namespace: "shop", name: name), replicas: replicas)
    }

    func annotate(_ name: String, _ value: String?, on rollout: String = "reviews") async throws {
        let tree: Tree = ["metadata": ["annotations": [name: value.map { .string($0) } ?? .null]]]
        _ = try await admin.patch(RolloutNames.resource, ObjectKey(namespace: "shop", name: rollout), .merge(tree))
    }

    func find(_ resource: APIResource, _ name: String, _ namespace: String = "shop") async throws -> KubeObject? {
        try await admin.find(resource, ObjectKey(namespace: namespace, name: name))
    }

    func service(_ name: String = "reviews") async throws -> KubeObject? {
        try await find(TrafficResources.virtualServices, name)
    }

    func status(_ name: String = "reviews") async throws -> MeshRolloutStatus {
        MeshRolloutStatus(lenient: try await find(RolloutNames.resource, name)?.tree["status"] ?? .null)
    }

    /// The weights of the first http route, by subset.
    func weights(_ name: String = "reviews") async throws -> [String: Int64] {
        let route = try await service(name)?.tree.value(at: "spec", "http")?.array?.last?["route"]?.array ?? []
        return route.reduce(into: [:]) { result, entry in
            result[entry["destination"]?["subset"]?.string ?? "", default: 0] += entry["weight"]?.integer ?? 100
        }
    }

    /// Keeps a workload from becoming ready.
    func breakWorkload(_ name: String, _ isBroken: Bool = true) {
        broken.withLock { broken in
            if isBroken { broken.insert(name) } else { broken.remove(name) }
        }
    }

    // MARK: The world

    /// Does what controllers would do next; returns whether anything changed.
    func step() async throws -> Bool {
        var changed = false
        for resource in [APIResource.deployments, .statefulSets, .daemonSets] {
            for object in try await admin.list(resource, .namespace("shop")).objects {
                changed = try await settle(object, resource) || changed
            }
        }
        return changed
    }

    private func settle(_ object: KubeObject, _ resource: APIResource) async throws -> Bool {
        let replicas = object.tree.value(at: "spec", "replicas") ?? 1
        let isBroken = broken.withLock { $0.contains(object.name) }
        let isParked =
            object.tree.value(at: "spec", "template", "spec", "nodeSelector", SideState.parkingLabel) != nil
        let nodes: Tree = isParked ? 0 : 2
        let daemons: Tree = [
            "desiredNumberScheduled": nodes, "currentNumberScheduled": nodes, "updatedNumberScheduled": nodes,
            "numberReady": isBroken ? 0 : nodes, "numberMisscheduled": 0,
            "observedGeneration": .integer(object.generation ?? 0),
        ]
        let wanted: Tree =
            resource == .daemonSets
            ? daemons
            : [
                "replicas": replicas, "updatedReplicas": replicas, "readyReplicas": isBroken ? 0 : replicas,
                "observedGeneration": .integer(object.generation ?? 0),
            ]
        let current = object.tree["status"] ?? [:]
        let isSame = (wanted.object?.entries ?? []).allSatisfy { current[$0.key] == $0.value }
        guard !isSame else { return false }
        let options = WriteOptions(fieldManager: "kube-controller-manager")
        _ = try await admin.patchStatus(resource, object.key, .merge(["status": wanted]), options)
        return true
    }

    // MARK: The end state

    /// Every object of the scenario as text, without what differs from run to run.
    func endState() async throws -> [String: String] {
        var state: [String: String] = [:]
        let kinds: [APIResource] = [
            RolloutNames.resource, TrafficResources.virtualServices, TrafficResources.destinationRules, .deployments,
            .statefulSets,
        ]
        for resource in kinds {
            for object in try await admin.list(resource).objects {
                state[ResourceID(object).description] = Self.normal(object).jsonText(.canonical)
            }
        }
        return state
    }

    private static func normal(_ object: KubeObject) -> Tree {
        var tree = object.tree
        for field in ["uid", "resourceVersion", "creationTimestamp", "generation", "managedFields"] {
            tree.set(nil, at: ["metadata", field])
        }
        for name in [RolloutNames.Annotation.serving, RolloutNames.Annotation.record] {
            guard let text = object.annotations[name], var mark = try? Tree(json: text) else { continue }
            for field in ["since", "began", "condemned"] { mark[field] = Tree?.none }
            if let verdict = mark["verdict"]?["cause"] { mark["verdict"] = verdict }
            tree.set(.string(mark.jsonText(.canonical)), at: ["metadata", "annotations", name])
        }
        let references = object.ownerReferences.map(\.name)
        if !references.isEmpty {
            tree.set(.array(references.map { .string($0) }), at: ["metadata", "ownerReferences"])
        }
        for field in ["observedGeneration", "progress"] { tree.set(nil, at: ["status", field]) }
        if let conditions = tree.value(at: "status", "conditions")?.array {
            let plain = conditions.map { condition in
                var condition = condition
                for field in ["lastTransitionTime", "observedGeneration", "message"] { condition[field] = Tree?.none }
                return condition.jsonText(.canonical)
            }
            tree.set(.array(plain.sorted().map { .string($0) }), at: ["status", "conditions"])
        }
        return tree
    }
}
