internal import DataTree
internal import KubeAPI
internal import MeshAPI

/// The forms of injection webhooks while tags are moved.
struct TagWebhooks {
    /// Which revisions there are and where tags stand.
    let composition: RevisionComposition

    /// The label upstream's installer gives webhooks to choose that are to choose nothing.
    static let never: Tree = ["matchLabels": ["istio.io/deactivated": "never-match"]]

    /// A revision's or a tag's webhooks as they are to be now.
    func webhooks(_ object: KubeObject, of part: RevisionPart) -> KubeObject {
        if let tag = RevisionPart.tag(of: object) {
            let stage = composition.handover(of: tag).stage
            return stage == .prepared || stage == .lent ? Self.dormant(object) : object
        }
        let handover = composition.handover(of: part.slot.name)
        switch handover.stage {
        case .own, .prepared: return object
        case .lent, .doubled: return Self.lent(object, to: handover.revision, from: part.slot.name)
        case .moved: return Self.dormant(object)
        }
    }

    /// Webhooks that are asked about nothing.
    static func dormant(_ object: KubeObject) -> KubeObject {
        changed(object) { webhook in
            webhook["namespaceSelector"] = never
            webhook["objectSelector"] = never
        }
    }

    /// Webhooks that another revision answers, and keeps trusted.
    static func lent(_ object: KubeObject, to revision: String, from name: String) -> KubeObject {
        let (own, other) = ("istiod\(RevisionSlot.suffix(of: name))", "istiod\(RevisionSlot.suffix(of: revision))")
        var result = changed(object) { webhook in
            guard webhook.value(at: "clientConfig", "service", "name")?.string == own else { return }
            webhook.set(.string(other), at: ["clientConfig", "service", "name"])
        }
        result.labels[MeshNames.Label.revision] = revision
        return result
    }

    private static func changed(_ object: KubeObject, _ change: (inout Tree) -> Void) -> KubeObject {
        guard var webhooks = object.tree["webhooks"]?.array else { return object }
        for index in webhooks.indices { change(&webhooks[index]) }
        var result = object
        result.tree["webhooks"] = .array(webhooks)
        return result
    }
}

/// The webhook that checks configuration which names no revision (`istiod-default-validator`, where the base renders it).
///
/// It leads to the revision that the tag `default` points to, so that it is answered as long as the mesh is.
struct DefaultValidator {
    /// The name of its configuration.
    static let name = "istiod-default-validator"

    /// Which revisions there are.
    let composition: RevisionComposition
    /// Their renderings.
    let parts: [RevisionPart]

    /// Any validating webhooks, with this one's Service changed where it has to be.
    func webhooks(_ object: KubeObject) -> KubeObject {
        guard object.name == Self.name, let revision, object.labels[MeshNames.Label.revision] != revision,
            composition.slot(named: object.labels[MeshNames.Label.revision] ?? "") != nil
        else { return object }
        let from = object.labels[MeshNames.Label.revision] ?? RevisionSlot.unnamed
        return TagWebhooks.lent(object, to: revision, from: from)
    }

    private var revision: String? {
        composition.answering[RevisionSlot.unnamed] ?? composition.sharedFrom
    }
}
