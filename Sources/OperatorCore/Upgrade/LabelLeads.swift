internal import KubeAPI
internal import MeshAPI
internal import UpgradePlanning

/// Where the labels of namespaces and pod templates lead, as an upgrade sees it.
struct LabelLeads: Sendable {
    /// What something is to an upgrade by its label.
    enum Standing: Sendable {
        /// It is of this upgrade: its label leads to one of the two revisions, or was taken off what has moved.
        case here
        /// It has moved, and somebody has given it a label since that leads to no revision.
        case astray
        /// It has moved, and somebody has chosen another revision of these or other people for it since, or no sidecar.
        case left
        /// It is none of this upgrade's.
        case outside
    }

    private let sides: UpgradeCrowd.Sides
    private let choice: RevisionChoice
    private let others: Set<String>
    private let revisions: Set<String>

    /// Looks at the two revisions and at all others.
    init(_ sight: UpgradeCrowd.Sight, _ sides: UpgradeCrowd.Sides) {
        self.sides = sides
        choice = RevisionChoice(tags: sides.tags)
        (others, revisions) = (sight.others, sight.revisions)
    }

    /// What a namespace is.
    func standing(_ move: NamespaceMove) -> Standing {
        if !move.isMoved, move.refusesSidecars { return .outside }
        let original = move.isMoved ? move.original : [:]
        let isRefused = move.isMoved && move.refusesSidecars && original[RevisionChoice.injectionLabel] != "disabled"
        return standing(isRefused ? nil : move.name, from: RevisionChoice.name(ofNamespace: original), isRefused)
    }

    /// What a workload is whose pod template an upgrade has moved.
    func standing(_ move: TemplateMove) -> Standing { standing(move.name, from: move.original, false) }

    /// Whether a name leads to the new revision.
    func isNew(_ name: String) -> Bool { name == sides.label || choice.resolved(name) == sides.new }

    private func standing(_ name: String?, from original: String?, _ isRefused: Bool) -> Standing {
        if let name, leadsHere(name) { return .here }
        // What another mesh has moved is not this one's to set right.
        guard let original, leadsHere(original) else { return .outside }
        if isRefused { return .left }
        guard let name else { return .here }
        return others.contains(name) || revisions.contains(choice.resolved(name)) ? .left : .astray
    }

    private func leadsHere(_ name: String) -> Bool {
        let names = [sides.stable, sides.new]
        return sides.tags[name] == nil && names.contains(name)
            || !others.contains(name) && names.contains(choice.resolved(name))
    }
}
