internal import DataTree
internal import KubeAPI
internal import KubeRuntime

/// Gives every namespace its ServiceAccount `default` and the ConfigMap with the cluster's CA.
struct NamespaceContents: Reconciling {
    static let authorityName = "kube-root-ca.crt"

    let context: ControllerContext
    /// The CA's certificate in PEM.
    let authority: String

    /// The controller to run.
    static func controller(_ context: ControllerContext, authority: String) -> ClusterController {
        let namespace: @Sendable (KubeObject) -> [ObjectKey] = { object in
            guard object.name == "default" || object.name == authorityName else { return [] }
            return object.namespace.map { [ObjectKey(name: $0)] } ?? []
        }
        return ClusterController(
            name: "namespace-contents",
            sources: [
                .object(.namespaces), .init(.serviceAccounts, keys: namespace), .init(.configMaps, keys: namespace),
            ],
            reconciler: NamespaceContents(context: context, authority: authority)
        )
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        guard let namespace = try await context.reader.get(.namespaces, key), !namespace.isDeleting else {
            return .done
        }
        let account = ObjectKey(namespace: key.name, name: "default")
        if try await context.reader.get(.serviceAccounts, account) == nil {
            try await context.writer.create(.serviceAccounts, KubeObject(kind: .serviceAccount, key: account))
        }
        let bundle = ObjectKey(namespace: key.name, name: Self.authorityName)
        let data = Tree.object(TreeObject([(key: "ca.crt", value: .string(authority))]))
        guard let current = try await context.reader.get(.configMaps, bundle) else {
            var map = KubeObject(kind: .configMap, key: bundle)
            map.annotations = [
                "kubernetes.io/description":
                    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints."
            ]
            map.tree["data"] = data
            try await context.writer.create(.configMaps, map)
            return .done
        }
        if current.tree["data"] != data {
            try await context.writer.merge(.configMaps, bundle, ["data": data])
        }
        return .done
    }
}
