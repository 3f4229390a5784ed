internal import KubeAPI
internal import MeshAPI

/// Revision tags that others made, as `istioctl tag set` does.
///
/// The operator changes no object of others, so such a tag stays where it leads, and with it whatever follows it
/// (https://istio.io/latest/docs/setup/upgrade/canary/#stable-revision-labels).
enum ForeignTagChecks {
    static let all = [UpgradeCheck(name: "tags of others") { tags($0) }]

    private static func tags(_ world: IndexedWorld) -> [UpgradeFinding] {
        guard let revision = world.world.revision else { return [] }
        let followers = followers(world.world)
        return world.world.foreignTags.filter { $0.value == revision }.keys.map { tag in
            let names = (followers[tag] ?? []).sorted()
            let shown = names.prefix(3).map(\.description).joined(separator: ", ")
            let more = names.count > 3 ? " and \(names.count - 3) more" : ""
            let key = ObjectKey(name: "istio-revision-tag-\(tag)")
            return UpgradeFinding(
                .warns,
                .foreignTag,
                ResourceID(
                    group: "admissionregistration.k8s.io",
                    kind: "MutatingWebhookConfiguration",
                    key: key
                ),
                field: "metadata.labels[\(MeshNames.Label.tag)]",
                "tag \(tag) leads to revision \(revision) and is not of this MeshOperator, so it stays there"
                    + (names.isEmpty ? "" : ", and with it \(shown)\(more)") + "; the revision is kept for it",
                remedy: "once the new revision is up move it, `istioctl tag set \(tag) --revision NAME --overwrite`, "
                    + "and restart what follows it; or remove it and name the tag in spec.values.revisionTags"
            )
        }
    }

    /// What follows each tag of others, whether it runs pods or not.
    private static func followers(_ world: UpgradeWorld) -> [String: [ResourceID]] {
        guard !world.foreignTags.isEmpty else { return [:] }
        var namespaces: [String: [String: String]] = [:]
        for namespace in world.namespaces where !namespace.isDeleting {
            namespaces[namespace.name] = namespace.labels
        }
        var result: [String: [ResourceID]] = [:]
        for (id, owner) in world.owners where !owner.isDeleting && owner.labels[MeshNames.Label.owner] == nil {
            guard let labels = namespaces[id.key.namespace ?? ""] else { continue }
            let template = WorkloadInventory.templateLabels(owner) ?? [:]
            guard let tag = world.foreignTag(template: template, namespace: labels) else { continue }
            result[tag, default: []].append(id)
        }
        return result
    }
}
