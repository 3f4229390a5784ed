internal import DataTree
package import KubeAPI
internal import MeshAPI

/// Where revision tags stand by the webhooks that are there.
package struct TagView: Sendable {
    private let webhooks: [KubeObject]

    /// Looks at the injection webhooks among the objects of a mesh.
    package init(_ ours: [KubeObject]) {
        webhooks = ours.filter { $0.kind == .mutatingWebhookConfiguration && !$0.isDeleting }
    }

    /// How far the move of a tag has got.
    package func handover(of tag: String) -> TagHandover {
        let own = ownService(of: tag)
        let isLent = own.map { $0 != Self.service(of: tag) } ?? false
        guard let object = object(of: tag) else {
            guard isLent, let own else { return TagHandover(to: tag, .own) }
            return TagHandover(to: Self.revision(behind: own), .lent)
        }
        let revision = ControlPlaneRevision.name(of: object)
        if Self.isDormant(object) {
            return TagHandover(to: revision, own == nil ? .moved : isLent ? .lent : .prepared)
        }
        if own == nil { return TagHandover(to: revision, .moved) }
        return TagHandover(to: revision, isLent ? .doubled : .prepared)
    }

    /// The tags that have an object of their own, with the revision each leads to.
    package var objects: [String: String] {
        var result: [String: String] = [:]
        for object in webhooks {
            if let tag = object.label(MeshNames.Label.tag) { result[tag] = ControlPlaneRevision.name(of: object) }
        }
        return result
    }

    /// Whether a tag has an object of its own.
    package func hasObject(_ tag: String) -> Bool { object(of: tag) != nil }

    /// Whether every entry of the tag's object has a certificate authority.
    package func isTrusted(_ tag: String) -> Bool { object(of: tag).map { Self.distrusted($0) == nil } ?? false }

    /// What a tag that leads elsewhere waits for before it may be asked; nil where it waits for nothing.
    package func awaited(of tag: String) -> String? {
        guard handover(of: tag).stage == .prepared, let object = object(of: tag) else { return nil }
        return Self.distrusted(object).map {
            "webhook \($0) of \(object.name) to get its caBundle, which istiod writes"
        }
    }

    /// An entry of a revision's own webhooks that has no certificate authority yet, or that the revision has no webhooks; nil when all are well.
    package func distrust(of revision: String) -> String? {
        let own = webhooks.filter {
            $0.label(MeshNames.Label.tag) == nil && ControlPlaneRevision.name(of: $0) == revision
        }
        for object in own {
            if let entry = Self.distrusted(object) { return "webhook \(entry) of \(object.name) to get its caBundle" }
        }
        return nil
    }

    // MARK: Reading webhooks

    private func object(of tag: String) -> KubeObject? { webhooks.first { $0.label(MeshNames.Label.tag) == tag } }

    /// The Service that the active webhooks of the revision of a name lead to; nil where there are none.
    ///
    /// Where they lead to a URL (`istiodRemote.injectionURL`), which is the same for all, their label says whom they are lent to.
    private func ownService(of name: String) -> String? {
        for object in webhooks where object.label(MeshNames.Label.tag) == nil {
            for webhook in object.tree["webhooks"]?.array ?? [] where Self.selects(webhook, name) {
                return webhook.value(at: "clientConfig", "service", "name")?.string
                    ?? Self.service(of: ControlPlaneRevision.name(of: object))
            }
        }
        return nil
    }

    private static func selects(_ webhook: Tree, _ name: String) -> Bool {
        let rules = webhook.value(at: "namespaceSelector", "matchExpressions")?.array ?? []
        return rules.contains { rule in
            rule["key"]?.string == MeshNames.Label.revision
                && (rule["values"]?.array ?? []).contains { $0.string == name }
        }
    }

    private static func isDormant(_ object: KubeObject) -> Bool {
        let webhooks = object.tree["webhooks"]?.array ?? []
        return webhooks.allSatisfy { $0["namespaceSelector"] == TagWebhooks.never }
    }

    private static func distrusted(_ object: KubeObject) -> String? {
        for webhook in object.tree["webhooks"]?.array ?? [] {
            let config = webhook["clientConfig"]
            guard config?["service"] != nil, config?["caBundle"]?.string?.isEmpty != false else { continue }
            return webhook["name"]?.string ?? ""
        }
        return nil
    }

    private static func service(of revision: String) -> String { "istiod\(RevisionSlot.suffix(of: revision))" }

    private static func revision(behind service: String) -> String {
        service.hasPrefix("istiod-") ? String(service.dropFirst("istiod-".count)) : RevisionSlot.unnamed
    }
}
