internal import DataTree
internal import KubeAPI
internal import SandboxStore

/// Makes the objects every cluster has from the start; what is there already stays as it is.
struct Bootstrap: Sendable {
    /// The cluster IP of the Service `kubernetes`.
    static let serviceAddress: [UInt8] = [10, 96, 0, 1]
    private static let namespaces = ["default", "kube-system", "kube-public", "kube-node-lease"]

    let writer: ClusterWriter
    let reader: ClusterReader
    /// The CA's certificate in PEM.
    let authority: String

    /// Makes what is missing.
    func run() async throws {
        for name in Self.namespaces {
            try await ensure(.namespaces, KubeObject(kind: .namespace, key: ObjectKey(name: name)))
            let account = KubeObject(kind: .serviceAccount, key: ObjectKey(namespace: name, name: "default"))
            try await ensure(.serviceAccounts, account)
        }
        for role in BootstrapPolicy.clusterRoles { try await ensure(.clusterRoles, role) }
        for binding in BootstrapPolicy.clusterRoleBindings { try await ensure(.clusterRoleBindings, binding) }
        for (name, value) in [("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)] {
            try await ensure(Self.priorityClasses, Self.priorityClass(name, Int64(value)))
        }
        try await ensure(.services, Self.service)
    }

    private func ensure(_ resource: APIResource, _ object: KubeObject) async throws {
        if try await reader.get(resource, object.key) == nil { try await writer.create(resource, object) }
    }

    private static let priorityClasses = APIResource(
        kind: GroupVersionKind(group: "scheduling.k8s.io", version: "v1", kind: "PriorityClass"),
        plural: "priorityclasses",
        isNamespaced: false
    )

    private static func priorityClass(_ name: String, _ value: Int64) -> KubeObject {
        var object = KubeObject(kind: priorityClasses.kind, key: ObjectKey(name: name))
        object.tree["value"] = .integer(value)
        object.tree["description"] = "Used for pods that the cluster cannot do without."
        return object
    }

    private static var service: KubeObject {
        var service = KubeObject(
            kind: .service,
            key: ObjectKey(namespace: "default", name: "kubernetes"),
            labels: ["component": "apiserver", "provider": "kubernetes"]
        )
        service.tree["spec"] = [
            "clusterIP": .string(serviceAddress.map { String($0) }.joined(separator: ".")),
            "ports": [["name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443]],
        ]
        return service
    }
}
