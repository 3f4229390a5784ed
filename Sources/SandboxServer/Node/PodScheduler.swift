internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import MeshBase
internal import Synchronization

/// Binds pods to nodes: to the fitting node with the fewest pods of the same workload, then with the fewest pods.
final class PodScheduler: Reconciling {
    private let context: ControllerContext
    private let load = Mutex(NodeLoad())

    /// Makes a scheduler.
    init(context: ControllerContext) {
        self.context = context
    }

    /// The controller to run.
    static func controller(_ context: ControllerContext) -> ClusterController {
        ClusterController(name: "scheduler", sources: [.object(.pods)], reconciler: PodScheduler(context: context))
    }

    /// The node for `pod`, nil when none fits.
    static func choose(_ pod: KubeObject, nodes: [KubeObject], load: NodeLoad) -> String? {
        let spec = pod.tree["spec"] ?? [:]
        let fitting = nodes.filter { node in
            node.conditions.isTrue("Ready") && !node.isDeleting && NodeFit.allows(node, spec)
        }
        let owner = NodeLoad.owner(of: pod)
        func rank(_ node: KubeObject) -> (Int, Int, String) {
            (load.count(on: node.name, of: owner), load.count(on: node.name), node.name)
        }
        return fitting.min { rank($0) < rank($1) }?.name
    }

    /// Why no node takes `pod`, in the words of kube-scheduler.
    static func refusal(_ pod: KubeObject, nodes: [KubeObject]) -> String {
        let spec = pod.tree["spec"] ?? [:]
        var counts: [String: Int] = [:]
        for node in nodes {
            let why = NodeFit.obstacle(on: node, for: spec)?.text ?? "node(s) were not ready"
            counts[why, default: 0] += 1
        }
        guard !nodes.isEmpty else { return "no nodes available to schedule pods" }
        let list = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        return "0/\(nodes.count) nodes are available: \(list)."
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        let pod = try await context.reader.get(.pods, key)
        load.withLock { $0.update(key, pod) }
        guard let pod, PodView(pod).node == nil, PodView(pod).isActive,
            pod.tree.value(at: "spec", "schedulingGates")?.array?.isEmpty ?? true,
            pod.tree.value(at: "spec", "schedulerName")?.string ?? "default-scheduler" == "default-scheduler"
        else { return .done }
        let nodes = try await context.reader.list(.nodes)
        guard let node = load.withLock({ Self.choose(pod, nodes: nodes, load: $0) }) else {
            try await refuse(pod, Self.refusal(pod, nodes: nodes))
            return .requeue(after: .seconds(1))
        }
        let path = APIResource.pods.path(namespace: key.namespace, name: key.name, subresource: "binding")
        try await context.writer.post(
            path,
            [
                "apiVersion": "v1", "kind": "Binding", "metadata": ["name": .string(key.name)],
                "target": ["apiVersion": "v1", "kind": "Node", "name": .string(node)],
            ]
        )
        load.withLock { $0.place(key, on: node, of: NodeLoad.owner(of: pod)) }
        await context.events.record(pod, "Scheduled", "Successfully assigned \(key) to \(node)")
        return .done
    }

    private func refuse(_ pod: KubeObject, _ message: String) async throws {
        guard pod.conditions.condition("PodScheduled")?.message != message else { return }
        var wanted = pod
        var conditions = pod.conditions
        conditions.set(
            Condition(type: "PodScheduled", status: .isFalse, reason: "Unschedulable", message: message),
            now: context.now().rfc3339
        )
        wanted.conditions = conditions
        try await context.publish(.pods, wanted, replacing: pod)
        await context.events.record(pod, "FailedScheduling", message, isWarning: true)
    }
}

/// How many pods are on each node, in all and by workload.
struct NodeLoad: Sendable {
    private struct Place {
        var node: String
        var owner: String
    }

    private var places: [ObjectKey: Place] = [:]
    private var totals: [String: Int] = [:]
    private var byOwner: [String: [String: Int]] = [:]

    /// What tells the pods of one workload from those of others.
    static func owner(of pod: KubeObject) -> String { pod.controllerReference?.uid ?? pod.uid ?? "" }

    /// The pods on a node.
    func count(on node: String) -> Int { totals[node] ?? 0 }

    /// The pods of one workload on a node.
    func count(on node: String, of owner: String) -> Int { byOwner[owner]?[node] ?? 0 }

    /// Notes where a pod is; one that is gone or has ended is nowhere.
    mutating func update(_ key: ObjectKey, _ pod: KubeObject?) {
        guard let pod, let node = PodView(pod).node, !PodView(pod).isFinished else {
            remove(key)
            return
        }
        place(key, on: node, of: Self.owner(of: pod))
    }

    /// Notes that a pod is on a node.
    mutating func place(_ key: ObjectKey, on node: String, of owner: String) {
        remove(key)
        places[key] = Place(node: node, owner: owner)
        totals[node, default: 0] += 1
        byOwner[owner, default: [:]][node, default: 0] += 1
    }

    private mutating func remove(_ key: ObjectKey) {
        guard let place = places.removeValue(forKey: key) else { return }
        totals[place.node, default: 0] -= 1
        let left = (byOwner[place.owner]?[place.node] ?? 0) - 1
        byOwner[place.owner]?[place.node] = left > 0 ? left : nil
        if byOwner[place.owner]?.isEmpty == true { byOwner[place.owner] = nil }
    }
}
