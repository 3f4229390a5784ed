internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import MeshBase

/// Keeps Node objects and their Leases fresh.
struct NodeHeartbeat: Reconciling {
    private static let interval: Duration = .seconds(10)

    let context: ControllerContext
    /// The version of the kubelet that the nodes tell.
    let kubelet: String
    /// The nodes' names, in order.
    let names: [String]

    /// The address of a node: one of this machine, each node having its own.
    static func address(of name: String) -> String {
        let number = name.split(separator: "-").last.flatMap { UInt8($0) } ?? 1
        return "127.0.0.\(number)"
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        var node = try await context.reader.get(.nodes, key)
        if node == nil {
            node = try await context.writer.create(.nodes, self.node(key.name))
        }
        let told = node?.tree.value(at: "status", "nodeInfo", "kubeletVersion")?.string
        if let node, !node.isDeleting, !node.conditions.isTrue("Ready") || told != kubelet {
            var ready = node
            ready.tree["status"] = status(node.name)
            try await context.publish(.nodes, ready, replacing: node)
        }
        try await renew(key.name)
        return .requeue(after: Self.interval)
    }

    private func renew(_ name: String) async throws {
        let key = ObjectKey(namespace: "kube-node-lease", name: name)
        let time = Tree.string(context.now().rfc3339Micro)
        guard try await context.reader.get(.leases, key) == nil else {
            try await context.writer.merge(.leases, key, ["spec": ["renewTime": time]])
            return
        }
        var lease = KubeObject(kind: .lease, key: key)
        lease.tree["spec"] = [
            "holderIdentity": .string(name), "leaseDurationSeconds": 40, "renewTime": time,
        ]
        try await context.writer.create(.leases, lease)
    }

    private func node(_ name: String) -> KubeObject {
        var node = KubeObject(
            kind: .node,
            key: ObjectKey(name: name),
            labels: [
                "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
                "beta.kubernetes.io/os": "linux", "beta.kubernetes.io/arch": "amd64",
            ]
        )
        let network = Tree.string("\(HollowNode.network(names.firstIndex(of: name) ?? 0)).0.0/16")
        node.tree["spec"] = ["podCIDR": network, "podCIDRs": [network]]
        return node
    }

    private func status(_ name: String) -> Tree {
        let time = Tree.string(context.now().rfc3339)
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
                ["type": "InternalIP", "address": .string(Self.address(of: name))],
                ["type": "Hostname", "address": .string(name)],
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
