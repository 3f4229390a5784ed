internal import DataTree

/// The base component: what a cluster of a mesh has once, whatever control planes run.
struct MeshFoundation {
    /// What to render it from.
    let scope: ComponentScope

    /// All objects but CRDs.
    func objects() -> [Tree] { [readerAccount, defaultPolicy, defaultValidator].flatMap { $0 } }

    private var readerAccount: [Tree] {
        let values = scope.values
        guard values.at("global.enableReaderRBAC") != .bool(false), !values.has("global.readerServiceAccount.name")
        else {
            return []
        }
        let labels: [(String, Tree?)] = [
            ("app", "istio-reader"), ("release", "istio"), ("app.kubernetes.io/name", "istio-reader"),
        ]
        return [scope.account("istio-reader-service-account", namespace: scope.meshNamespace, labels: labels)]
    }

    private var defaultRevision: String { scope.values.text("defaultRevision") }

    private var labels: [(String, Tree?)] {
        [
            ("release", "istio"), ("istio", "istiod"), ("istio.io/rev", .string(defaultRevision)),
            ("app.kubernetes.io/name", "istiod"),
        ]
    }

    private var defaultPolicy: [Tree] {
        guard scope.values.has("experimental.stableValidationPolicy"), !defaultRevision.isEmpty else { return [] }
        return StablePolicy(scope: scope).objects(
            policy: "stable-channel-default-policy.istio.io",
            binding: "stable-channel-default-policy-binding.istio.io",
            labels: labels,
            selector: nil
        )
    }

    private var defaultValidator: [Tree] {
        guard !defaultRevision.isEmpty else { return [] }
        let webhook = ValidationWebhook(
            name: "validation.istio.io",
            service: defaultRevision == "default" ? "istiod" : "istiod-\(defaultRevision)",
            namespace: scope.meshNamespace,
            selector: nil
        )
        return [
            scope.object(
                .validatingWebhooks,
                name: "istiod-default-validator",
                namespace: nil,
                labels: labels + [("app", "istiod")],
                body: [("webhooks", [webhook.tree(scope.values)])]
            )
        ]
    }
}
