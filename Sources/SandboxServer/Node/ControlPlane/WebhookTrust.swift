internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import MeshBase
internal import SandboxStore

/// Writes the certificate authority into the injection webhooks of a revision, as its istiod does once it runs.
///
/// It writes as the service account of the istiod's pod, so that a role that does not allow it shows.
struct WebhookTrust: Reconciling {
    private static let suffix = "sidecar-injector.istio.io"
    private static let revisionLabel = "istio.io/rev"

    let context: ControllerContext
    let server: APIServerCore
    /// The CA's certificate in PEM.
    let authority: String

    /// Stands for all webhook configurations: an istiod may concern any of them.
    private static let all = ObjectKey(name: "*")

    /// The controller to run.
    static func controller(
        _ context: ControllerContext,
        server: APIServerCore,
        authority: String
    ) -> ClusterController {
        ClusterController(
            name: "webhook-trust",
            sources: [
                .object(.mutatingWebhookConfigurations),
                .init(.pods) { HollowDiscovery($0)?.isReady == true ? [all] : [] },
            ],
            reconciler: WebhookTrust(context: context, server: server, authority: authority)
        )
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        guard key != Self.all else {
            for configuration in try await context.reader.list(.mutatingWebhookConfigurations) {
                try await complete(configuration)
            }
            return .done
        }
        if let configuration = try await context.reader.get(.mutatingWebhookConfigurations, key) {
            try await complete(configuration)
        }
        return .done
    }

    private func complete(_ configuration: KubeObject) async throws {
        guard let revision = configuration.labels[Self.revisionLabel], !configuration.isDeleting,
            let wanted = Self.completed(configuration, authority: authority), wanted != configuration,
            let discovery = try await discovery(revision, for: configuration)
        else { return }
        let writer = ClusterWriter(server, as: discovery.user, agent: "pilot-discovery")
        try await writer.update(.mutatingWebhookConfigurations, wanted)
    }

    /// The configuration with the authority in each of its injection webhooks; nil when it has none.
    static func completed(_ configuration: KubeObject, authority: String) -> KubeObject? {
        guard var webhooks = configuration.tree["webhooks"]?.array else { return nil }
        let bundle = Tree.string(Base64.encode(Array(authority.utf8)))
        var isOurs = false
        for index in webhooks.indices where webhooks[index]["name"]?.string?.hasSuffix(suffix) == true {
            webhooks[index].set(bundle, at: ["clientConfig", "caBundle"])
            isOurs = true
        }
        guard isOurs else { return nil }
        var result = configuration
        result.tree["webhooks"] = .array(webhooks)
        return result
    }

    /// A ready istiod of `revision` in a namespace that the webhooks call.
    private func discovery(_ revision: String, for configuration: KubeObject) async throws -> HollowDiscovery? {
        let namespaces = (configuration.tree["webhooks"]?.array ?? []).compactMap {
            $0.value(at: "clientConfig", "service", "namespace")?.string
        }
        for namespace in Set(namespaces).sorted() {
            for pod in try await context.reader.list(.pods, namespace: namespace) {
                if let found = HollowDiscovery(pod), found.isReady, found.revision == revision { return found }
            }
        }
        return nil
    }
}
