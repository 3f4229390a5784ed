internal import DataTree
internal import KubeAPI
internal import MeshAPI

/// One entry of an injection webhook: which new pods it is asked about.
struct InjectionEntry: Sendable, Hashable {
    /// The MutatingWebhookConfiguration.
    let id: ResourceID
    /// The revision tag that its object belongs to; nil for a revision's own.
    let tag: String?
    private let namespaces: LabelSelector
    private let pods: LabelSelector

    /// The entries of `object` that are asked about new pods; none of what is asked about nothing, or is no injection webhook.
    ///
    /// An entry with conditions of its own (`matchConditions`) is left out: which pods they leave it cannot be told.
    static func all(of object: KubeObject) -> [InjectionEntry] {
        guard object.kind == .mutatingWebhookConfiguration else { return [] }
        return (object.tree["webhooks"]?.array ?? []).compactMap { webhook in
            guard webhook["namespaceSelector"] != TagWebhooks.never, webhook["objectSelector"] != TagWebhooks.never,
                webhook["matchConditions"]?.array?.isEmpty != false, asksAboutPods(webhook),
                let namespaces = try? LabelSelector(webhook["namespaceSelector"] ?? .null),
                let pods = try? LabelSelector(webhook["objectSelector"] ?? .null)
            else { return nil }
            let tag = object.labels[MeshNames.Label.tag]
            return InjectionEntry(id: ResourceID(object), tag: tag, namespaces: namespaces, pods: pods)
        }
    }

    /// Whether an object is an injection webhook of Istio's kind, whoever made it: its entries are called so in every release.
    static func isInjector(_ object: KubeObject) -> Bool {
        guard object.kind == .mutatingWebhookConfiguration else { return false }
        return (object.tree["webhooks"]?.array ?? []).contains {
            $0["name"]?.string?.hasSuffix("sidecar-injector.istio.io") == true
        }
    }

    /// The Services that the entries of a webhook call.
    static func services(of object: KubeObject) -> Set<ObjectKey> {
        Set(
            (object.tree["webhooks"]?.array ?? []).compactMap { entry in
                let service = entry["clientConfig"]?["service"]
                return service?["name"]?.string.map { ObjectKey(namespace: service?["namespace"]?.string, name: $0) }
            }
        )
    }

    private static func asksAboutPods(_ webhook: Tree) -> Bool {
        func has(_ rule: Tree, _ field: String, _ value: String) -> Bool {
            (rule[field]?.array ?? []).contains { $0.string == value || $0.string == "*" }
        }
        return (webhook["rules"]?.array ?? []).contains { rule in
            has(rule, "operations", "CREATE") && has(rule, "apiGroups", "") && has(rule, "resources", "pods")
        }
    }

    /// Pods about which both entries are asked, in words: `pods in namespaces with istio-injection=enabled`; nil where there are none.
    func shared(with other: InjectionEntry) -> String? {
        guard let namespace = LabelSelector.labels(selectedByAll: [namespaces, other.namespaces]),
            let pod = LabelSelector.labels(selectedByAll: [pods, other.pods])
        else { return nil }
        let which = pod.isEmpty ? "pods" : "pods with \(LabelSelector(matching: pod).text)"
        return namespace.isEmpty ? which : "\(which) in namespaces with \(LabelSelector(matching: namespace).text)"
    }
}
