internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import MeshBase
internal import RolloutEngine
internal import UpgradePlanning

/// Namespaces that people have given to the new revision in the middle of an upgrade that the operator moves.
///
/// What they named before is not known. They count as moved from the stable revision: its label is written down for the way back and
/// for the promotion, or given to them where everything goes back already, since the revision they name goes away.
struct LabelsByHand {
    /// What moves, and who partakes.
    let crowd: UpgradeCrowd

    private var sides: UpgradeCrowd.Sides { crowd.sides }

    /// Looks at what moves.
    init(_ crowd: UpgradeCrowd) { self.crowd = crowd }

    /// Namespaces of this mesh whose label leads to the new revision, by somebody else's hand; none in `mode: Manual`, where it is people
    /// who label them.
    var taken: [KubeObject] {
        guard crowd.rules.mode == .restart else { return [] }
        return crowd.sight.namespaces.filter { isTaken($0.name) }
    }

    /// Whether a namespace leads to the new revision by somebody else's hand.
    func isTaken(_ name: String) -> Bool {
        guard crowd.rules.mode == .restart, crowd.partaking.contains(name), let namespace = crowd.namespaces[name]
        else { return false }
        let move = NamespaceMove(namespace)
        return !move.isMoved && !move.refusesSidecars && move.name == sides.label
    }

    /// The label by which namespaces get the stable revision.
    var stableLabel: NamespaceLabel {
        sides.isStableDefault ? .injection : .revision(sides.stable)
    }

    /// Writes down, for each such namespace, what it goes back to; this restarts nothing.
    var adopting: [UpgradeWrite] {
        taken.map { namespace in
            let what =
                " in the middle of the upgrade; it counts as moved from \(stableLabel), which it gets back should the upgrade go back"
            return write(namespace, NamespaceMove(namespace).adopting(from: stableLabel), verb: "adopt", what)
        }
    }

    /// Gives such a namespace the label of the stable revision.
    func releasing(_ namespace: KubeObject) -> UpgradeWrite {
        let what = ", and that revision goes away; it gets \(stableLabel)"
        return write(namespace, NamespaceMove(namespace).leading(to: stableLabel), verb: "release", what)
    }

    /// The label that leads to the new revision, as it is given to `kubectl label`.
    private var newLabel: NamespaceLabel { .revision(sides.label) }

    /// Lets go, for good, of what has moved and what somebody has given to a revision that is none of this upgrade's since.
    var leaving: [UpgradeWrite] {
        let namespaces = crowd.moved([.left]).map { namespace in
            let move = NamespaceMove(namespace)
            var write = UpgradeWrite(
                id: ResourceID(namespace),
                resource: .namespaces,
                patch: move.forgetting,
                verb: "forget"
            )
            let count = crowd.inventory.workloads.count { $0.id.key.namespace == namespace.name }
            let label = move.refusesSidecars ? "\(RevisionChoice.injectionLabel)=disabled" : move.label?.description
            write.note = Self.leaving(write.id, label, "its \(count) workload\(count == 1 ? " counts" : "s count")")
            return write
        }
        let owners = crowd.movedOwners([.left]).compactMap { owner in
            let move = TemplateMove(owner)
            var write = MoveWrites(crowd).write(ResourceID(owner), move.forgetting, verb: "forget")
            write?.note = Self.leaving(
                ResourceID(owner),
                move.name.map { "\(NamespaceLabel.revision($0))" },
                "it counts"
            )
            return write
        }
        return namespaces + owners
    }

    private static func leaving(_ id: ResourceID, _ label: String?, _ what: String) -> String {
        "\(id) had moved and was labelled \(label ?? "") by somebody else, which leads to neither revision of this upgrade: "
            + "it stays so, and \(what) no more"
    }

    /// What an Event says of a label of what has moved that is put back.
    func losing(_ id: ResourceID, _ present: NamespaceLabel?) -> String {
        let what = "\(id) has moved and lost the label \(MeshNames.Label.revision) of its revision, which is put back"
        guard let present else { return what }
        return "\(what) as \(newLabel): somebody else labelled it \(present)"
    }

    /// What an Event says where a moved namespace gets a revision by name, or its own label back, instead of one that somebody has given it
    /// since; nil where nobody has.
    func overwriting(_ move: NamespaceMove, by revision: String?) -> String? {
        let next = revision.map { .revision($0) } ?? NamespaceLabel(move.original)
        return overwriting(move.label, ResourceID(move.namespace), by: next)
    }

    /// The same of a pod template that gets its own label back.
    func overwriting(_ move: TemplateMove, of id: ResourceID) -> String? {
        overwriting(move.name.map { .revision($0) }, id, by: move.original.map { .revision($0) })
    }

    private func overwriting(_ label: NamespaceLabel?, _ id: ResourceID, by next: NamespaceLabel?) -> String? {
        guard let label, let next, label != next, !crowd.leads.isNew(label.name) else { return nil }
        return "\(id) was labelled \(label) by somebody else since it has moved; it gets \(next)"
    }

    /// A patch of a namespace with what an Event says of it: who labelled it, and `what` comes of that.
    private func write(_ namespace: KubeObject, _ patch: Tree, verb: String, _ what: String) -> UpgradeWrite {
        var write = UpgradeWrite(id: ResourceID(namespace), resource: .namespaces, patch: patch, verb: verb)
        write.note = "Namespace \(namespace.name) was labelled \(newLabel) by somebody else\(what)"
        return write
    }

    /// Whether a workload was restarted for the stable revision since everything goes back.
    private func isSentBack(_ workload: MeshWorkload) -> Bool {
        guard workload.directedTo == sides.stable, let last = workload.restartedAt else { return false }
        return sides.returning.map { last.advanced(by: .seconds(1)) > $0 } ?? true
    }

    /// What by somebody else's hand leads workloads that were sent back to the new revision again, and what to set.
    var misleading: [String] {
        var result: [String] = []
        var seen: Set<String> = []
        for workload in crowd.moves.order where crowd.isAway(workload) {
            let name = workload.id.key.namespace ?? ""
            if case .revision(sides.new) = workload.chooser,
                crowd.sight.owners[workload.id].map({ !TemplateMove($0).isMoved }) ?? false
            {
                let label = "\(MeshNames.Label.revision)=\(sides.new)"
                result.append(
                    "the pod template of \(workload.id) names \(label), which goes away: set \(sides.stable) there"
                )
            } else if isSentBack(workload), isTaken(name), seen.insert(name).inserted {
                result.append(
                    "Namespace \(name) is labelled \(newLabel) again by somebody else, which goes away: label it \(stableLabel)"
                )
            }
        }
        return result
    }
}
