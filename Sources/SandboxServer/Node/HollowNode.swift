internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import MeshBase

/// A node that runs nothing: it reports itself ready, makes its pods Running and Ready, and lets deleted ones go.
struct HollowNode: Reconciling {
    /// The node's name.
    static let name = "mesh-sandbox"
    private static let podCIDR = "10.244.0.0/16"
    private static let heartbeat: Duration = .seconds(10)

    let context: ControllerContext
    let addresses: AddressPool
    let node: PodLifecycle.Node

    /// Whether `pod` was started by a hollow node: its containers say so.
    static func runs(_ pod: KubeObject) -> Bool {
        let statuses = pod.tree.value(at: "status", "containerStatuses")?.array ?? []
        return statuses.contains { $0["containerID"]?.string?.hasPrefix("\(PodLifecycle.runtime)://") == true }
    }

    /// Makes a node.
    init(context: ControllerContext) {
        self.context = context
        self.addresses = AddressPool(first: "10.244.0.2", count: 65_000)
        self.node = PodLifecycle.Node(address: "127.0.0.1")
    }

    /// The controllers to run: the pods, and the node's own heartbeat.
    static func controllers(_ context: ControllerContext, version: KubernetesVersion) -> [ClusterController] {
        let node = HollowNode(context: context)
        let beat: ClusterController.Source = .init(.nodes) { $0.name == name ? [ObjectKey(name: name)] : [] }
        return [
            ClusterController(name: "hollow-pods", sources: [.object(.pods)], reconciler: node),
            ClusterController(
                name: "hollow-node",
                sources: [beat, .init(.namespaces) { $0.name == "kube-system" ? [ObjectKey(name: name)] : [] }],
                reconciler: NodeHeartbeat(context: context, kubelet: "v\(version.text)-hollow")
            ),
        ]
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        guard let pod = try await context.reader.get(.pods, key) else {
            addresses.release("\(key)")
            return .done
        }
        guard PodView(pod).node == Self.name else { return .done }
        if pod.isDeleting {
            try await context.writer.delete(.pods, pod, grace: 0)
            return .done
        }
        if let address = PodView(pod).address { addresses.keep(address, for: "\(key)") }
        let usesHost = pod.tree.value(at: "spec", "hostNetwork")?.bool == true
        guard let address = usesHost ? node.address : addresses.address(for: "\(key)") else {
            await context.events.record(pod, "FailedCreatePodSandBox", "no pod address is free", isWarning: true)
            return .requeue(after: .seconds(5))
        }
        guard let status = PodLifecycle.status(of: pod, address: address, on: node, now: context.now()) else {
            return .done
        }
        var wanted = pod
        wanted.tree["status"] = status
        try await context.publish(.pods, wanted, replacing: pod)
        await report(pod, status)
        return .done
    }

    private func report(_ pod: KubeObject, _ status: Tree) async {
        guard PodView(pod).phase == "Pending" else { return }
        for container in pod.tree.value(at: "spec", "containers")?.array ?? [] {
            let name = container["name"]?.string ?? ""
            await context.events.record(pod, "Started", "Started container \(name)")
        }
    }
}

/// Keeps the Node object and its Lease fresh.
struct NodeHeartbeat: Reconciling {
    let context: ControllerContext
    /// The version of the kubelet that the node tells.
    let kubelet: String

    private static let interval: Duration = .seconds(10)

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        var node = try await context.reader.get(.nodes, key)
        if node == nil {
            node = try await context.writer.create(.nodes, Self.node)
        }
        let told = node?.tree.value(at: "status", "nodeInfo", "kubeletVersion")?.string
        if let node, !node.isDeleting, !node.conditions.isTrue("Ready") || told != kubelet {
            var ready = node
            ready.tree["status"] = status(context.now())
            try await context.publish(.nodes, ready, replacing: node)
        }
        try await renew()
        return .requeue(after: Self.interval)
    }

    private func renew() async throws {
        let key = ObjectKey(namespace: "kube-node-lease", name: HollowNode.name)
        let time = Tree.string(context.now().rfc3339Micro)
        guard try await context.reader.get(.leases, key) == nil else {
            try await context.writer.merge(.leases, key, ["spec": ["renewTime": time]])
            return
        }
        var lease = KubeObject(kind: .lease, key: key)
        lease.tree["spec"] = [
            "holderIdentity": .string(HollowNode.name), "leaseDurationSeconds": 40, "renewTime": time,
        ]
        try await context.writer.create(.leases, lease)
    }

    private static var node: KubeObject {
        var node = KubeObject(
            kind: .node,
            key: ObjectKey(name: HollowNode.name),
            labels: [
                "kubernetes.io/hostname": HollowNode.name, "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64", "beta.kubernetes.io/os": "linux", "beta.kubernetes.io/arch": "amd64",
            ]
        )
        node.tree["spec"] = ["podCIDR": "10.244.0.0/16", "podCIDRs": ["10.244.0.0/16"]]
        return node
    }

    private func status(_ now: Timestamp) -> Tree {
        let time = Tree.string(now.rfc3339)
        func condition(_ type: String, _ status: String, _ reason: String, _ message: String) -> Tree {
            [
                "type": .string(type), "status": .string(status), "reason": .string(reason),
                "message": .string(message),
                "lastHeartbeatTime": time, "lastTransitionTime": time,
            ]
        }
        let capacity: Tree = ["cpu": "64", "memory": "256Gi", "ephemeral-storage": "1Ti", "pods": "10000"]
        return [
            "capacity": capacity, "allocatable": capacity,
            "addresses": [
                ["type": "InternalIP", "address": "127.0.0.1"],
                ["type": "Hostname", "address": .string(HollowNode.name)],
            ],
            "conditions": [
                condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "memory is not limited"),
                condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "no disk is used"),
                condition("PIDPressure", "False", "KubeletHasSufficientPID", "no processes are started"),
                condition("Ready", "True", "KubeletReady", "the hollow node runs no processes"),
            ],
            "nodeInfo": [
                "architecture": "amd64", "operatingSystem": "linux", "osImage": "mesh-sandbox",
                "kernelVersion": "hollow", "containerRuntimeVersion": "hollow://1.0",
                "kubeletVersion": .string(kubelet),
                "kubeProxyVersion": "", "machineID": "", "systemUUID": "", "bootID": "",
            ],
        ]
    }
}
