internal import DataTree
internal import KubeAPI
internal import MeshBase
internal import UpgradePlanning

/// The writes by which namespaces and workloads move, each from what is known of its object.
struct MoveWrites {
    private let crowd: UpgradeCrowd

    /// Makes writes about what moves.
    init(_ crowd: UpgradeCrowd) { self.crowd = crowd }

    /// Labels of namespaces that somebody took off, or set to what leads nowhere, although workloads of theirs have moved.
    var relabelling: [UpgradeWrite] {
        // Where pods came up without a sidecar since, no workload tells that the namespace has moved.
        let names = crowd.partaking.sorted().filter { name in
            let move = crowd.namespaces[name].map { NamespaceMove($0) }
            return move?.isMoved == true && (move?.name == nil || move.map { crowd.leads.standing($0) } == .astray)
        }
        var seen = Set(names)
        return names.compactMap { labelling($0) }
            + crowd.moves.order.compactMap { workload in
                let name = workload.id.key.namespace ?? ""
                guard workload.chooser == .namespace, workload.isMoved(to: crowd.sides.new),
                    !crowd.moves.isLabelled(name),
                    seen.insert(name).inserted
                else { return nil }
                return labelling(name)
            }
    }

    /// The same of pod templates: their pods, made anew by that change, have no sidecar.
    func relabellingTemplates(_ now: Timestamp) -> [UpgradeWrite] {
        guard crowd.sides.alias == nil else { return [] }
        return crowd.movedOwners.compactMap { owner in
            let move = TemplateMove(owner)
            let labels = crowd.namespaces[owner.namespace ?? ""].map { NamespaceMove($0).name }
            guard labels == .some(nil), move.name == nil || crowd.leads.standing(move) == .astray else { return nil }
            return relabel(ResourceID(owner), now)
        }
    }

    /// Labels a namespace for the new revision.
    func labelling(_ name: String) -> UpgradeWrite? {
        guard let namespace = crowd.namespaces[name] else { return nil }
        let move = NamespaceMove(namespace)
        return UpgradeWrite(
            id: ResourceID(namespace),
            resource: .namespaces,
            patch: move.moving(to: crowd.sides.label),
            verb: move.isMoved ? "relabel" : "label",
            note: move.isMoved ? LabelsByHand(crowd).losing(ResourceID(namespace), move.label) : nil
        )
    }

    /// Gives a namespace its own label back, or the one of the stable revision where somebody else had given it to the new one.
    func restoring(_ name: String) -> UpgradeWrite? {
        guard let namespace = crowd.namespaces[name] else { return nil }
        if LabelsByHand(crowd).isTaken(name) { return LabelsByHand(crowd).releasing(namespace) }
        guard NamespaceMove(namespace).isMoved else { return nil }
        let move = NamespaceMove(namespace)
        var write = UpgradeWrite(
            id: ResourceID(namespace),
            resource: .namespaces,
            patch: move.restoring,
            verb: "restore"
        )
        write.note = LabelsByHand(crowd).overwriting(move, by: nil)
        return write
    }

    /// Makes the pods of a workload anew.
    func restart(_ id: ResourceID, for revision: String, _ now: Timestamp) -> UpgradeWrite? {
        guard let owner = crowd.sight.owners[id] else { return nil }
        var patch = RestartableWorkload.restart(owner, for: revision, at: now.rfc3339)
        if let uid = owner.uid { patch.set(.string(uid), at: ["metadata", "uid"]) }
        return write(id, patch, verb: "restart")
    }

    /// Gives a pod template the label of the new revision, which makes its pods anew.
    func relabel(_ id: ResourceID, _ now: Timestamp) -> UpgradeWrite? {
        guard let move = crowd.sight.owners[id].map({ TemplateMove($0) }) else { return nil }
        var write = write(
            id,
            move.moving(to: crowd.sides.new, at: now.rfc3339),
            verb: move.isMoved ? "relabel" : "restart"
        )
        if move.isMoved, move.name != crowd.sides.new {
            write?.note = LabelsByHand(crowd).losing(id, move.name.map { .revision($0) })
        }
        return write
    }

    /// Gives a pod template its own label back.
    func restoring(_ id: ResourceID) -> UpgradeWrite? {
        guard let owner = crowd.sight.owners[id], TemplateMove(owner).isMoved else { return nil }
        var write = write(id, TemplateMove(owner).restoring, verb: "restore")
        write?.note = LabelsByHand(crowd).overwriting(TemplateMove(owner), of: id)
        return write
    }

    /// Takes the marks of a restart off, which restarts nothing.
    func unmarking(_ owner: KubeObject) -> UpgradeWrite? {
        RestartableWorkload.unmarking(owner).flatMap { write(ResourceID(owner), $0, verb: "forget") }
    }

    /// A patch of a workload, based on what is known of it; nil for a kind that is not restarted.
    func write(_ id: ResourceID, _ patch: Tree, verb: String) -> UpgradeWrite? {
        RestartableWorkload.resource(of: id).map {
            UpgradeWrite(id: id, resource: $0, patch: patch, verb: verb, base: crowd.sight.owners[id])
        }
    }
}
