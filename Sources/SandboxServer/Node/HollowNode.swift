internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import MeshBase

/// Nodes that run nothing: they report themselves ready, make their pods Running and Ready, and let deleted ones go.
struct HollowNode: Reconciling {
    /// The first node's name; the others add a number.
    static let name = "mesh-sandbox"

    let context: ControllerContext
    /// The pods' addresses, by node.
    private let addresses: [String: AddressPool]

    /// Makes `count` nodes.
    init(context: ControllerContext, count: Int) {
        self.context = context
        var addresses: [String: AddressPool] = [:]
        for index in 0..<count {
            addresses[Self.name(index)] = AddressPool(first: "\(Self.network(index)).0.2", count: 65_000)
        }
        self.addresses = addresses
    }

    /// The name of the node with that index, the first being 0.
    static func name(_ index: Int) -> String { index == 0 ? name : "\(name)-\(index + 1)" }

    /// The first half of the addresses of a node's pods.
    static func network(_ index: Int) -> String { "10.\(244 - index)" }

    /// Whether `pod` was started by a hollow node: its containers say so.
    static func runs(_ pod: KubeObject) -> Bool {
        let statuses = pod.tree.value(at: "status", "containerStatuses")?.array ?? []
        return statuses.contains { $0["containerID"]?.string?.hasPrefix("\(PodLifecycle.runtime)://") == true }
    }

    /// The controllers to run: the pods, and the nodes' own heartbeats.
    static func controllers(
        _ context: ControllerContext,
        version: KubernetesVersion,
        count: Int
    ) -> [ClusterController] {
        let names = (0..<count).map { name($0) }
        let known = Set(names)
        let beat: ClusterController.Source = .init(.nodes) { known.contains($0.name) ? [ObjectKey(name: $0.name)] : [] }
        let start: ClusterController.Source = .init(.namespaces) {
            $0.name == "kube-system" ? names.map { ObjectKey(name: $0) } : []
        }
        return [
            ClusterController(
                name: "hollow-pods",
                sources: [.object(.pods)],
                reconciler: HollowNode(context: context, count: count)
            ),
            ClusterController(
                name: "hollow-node",
                sources: [beat, start],
                reconciler: NodeHeartbeat(context: context, kubelet: "v\(version.text)-hollow", names: names)
            ),
        ]
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        guard let pod = try await context.reader.get(.pods, key) else {
            for pool in addresses.values { pool.release("\(key)") }
            return .done
        }
        guard let name = PodView(pod).node, let pool = addresses[name] else { return .done }
        let object = try await context.reader.get(.nodes, ObjectKey(name: name))
        let behaviour = PodBehaviour(pod: pod.annotations, node: object?.annotations ?? [:])
        if pod.isDeleting { return try await stop(pod, behaviour) }
        if let address = PodView(pod).address { pool.keep(address, for: "\(key)") }
        let node = PodLifecycle.Node(address: NodeHeartbeat.address(of: name))
        let usesHost = pod.tree.value(at: "spec", "hostNetwork")?.bool == true
        guard let address = usesHost ? node.address : pool.address(for: "\(key)") else {
            await context.events.record(pod, "FailedCreatePodSandBox", "no pod address is free", isWarning: true)
            return .requeue(after: .seconds(5))
        }
        let step = PodLifecycle(pod, address: address, on: node, behaviour: behaviour, now: context.now())
        if let status = step.status {
            var wanted = pod
            wanted.tree["status"] = status
            try await context.publish(.pods, wanted, replacing: pod)
            await report(pod, wanted, behaviour)
        }
        return step.requeue.map { .requeue(after: max($0, .milliseconds(10))) } ?? .done
    }

    /// Lets a deleted pod go once it has had its time to stop.
    private func stop(_ pod: KubeObject, _ behaviour: PodBehaviour) async throws -> ReconcileOutcome {
        let grace = pod.count(0, "metadata", "deletionGracePeriodSeconds")
        let end = pod.deletionTimestamp.flatMap(Timestamp.init(rfc3339:)) ?? context.now()
        let due = end + .seconds(min(behaviour.stopSeconds, grace) - grace)
        let left = due - context.now()
        if behaviour.stopSeconds > 0, left > .zero { return .requeue(after: left) }
        try await context.writer.delete(.pods, pod, grace: 0)
        return .done
    }

    /// Tells what happened to containers, as a kubelet does.
    private func report(_ old: KubeObject, _ new: KubeObject, _ behaviour: PodBehaviour) async {
        if old.tree.value(at: "status", "containerStatuses") == nil {
            for complaint in behaviour.complaints {
                await context.events.record(new, "InvalidSandboxSetting", complaint, isWarning: true)
            }
        }
        for event in PodEvents.between(old, new) {
            await context.events.record(new, event.reason, event.message, isWarning: event.isWarning)
        }
    }
}

/// The events of a kubelet, from what changed in a pod's status.
enum PodEvents {
    /// One event.
    struct Event: Sendable, Hashable {
        var reason: String
        var message: String
        var isWarning = false
    }

    /// What happened between two states of a pod.
    static func between(_ old: KubeObject, _ new: KubeObject) -> [Event] {
        var events: [Event] = []
        for field in ["initContainerStatuses", "containerStatuses"] {
            let before = old.tree.value(at: "status", field)?.array ?? []
            for status in new.tree.value(at: "status", field)?.array ?? [] {
                let last = before.first { $0["name"] == status["name"] }
                events += between(last, status)
            }
        }
        return events
    }

    private static func between(_ old: Tree?, _ new: Tree) -> [Event] {
        let name = new["name"]?.string ?? ""
        let image = new["image"]?.string ?? ""
        if new.value(at: "state", "running") != nil, old?.value(at: "state", "running") == nil {
            return [Event(reason: "Started", message: "Container started: \(name)")]
        }
        let reason = new.value(at: "state", "waiting", "reason")?.string ?? ""
        let message = new.value(at: "state", "waiting", "message")?.string ?? ""
        guard new != old else { return [] }
        switch reason {
        case "ErrImagePull":
            return [Event(reason: "Failed", message: "Failed to pull image \"\(image)\": \(message)", isWarning: true)]
        case "ImagePullBackOff":
            return [Event(reason: "BackOff", message: "Back-off pulling image \"\(image)\"")]
        case "CrashLoopBackOff":
            return [Event(reason: "BackOff", message: "Back-off restarting failed container \(name)", isWarning: true)]
        default:
            return []
        }
    }
}
