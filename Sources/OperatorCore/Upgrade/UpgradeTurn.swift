package import DataTree
package import KubeAPI
internal import MeshAPI
package import MeshBase
package import RolloutEngine
package import UpgradePlanning

/// One write that moves something: a merge patch based on the version that was read.
package struct UpgradeWrite: Sendable, Hashable {
    /// The object.
    package var id: ResourceID
    /// How its kind is reached.
    package var resource: APIResource
    /// The patch, with the object's resourceVersion.
    package var patch: Tree
    /// What it does, in one word, for metrics: `label`, `relabel` (again, since somebody took it off), `adopt` and `release` (what
    /// somebody else labelled), `restore`, `forget`, `restart`.
    package var verb: String
    /// What it was decided from; nil where a change of anything has it decided anew.
    package var base: KubeObject?
    /// What an Event says once it is written, since somebody else's change brought it about; nil for nothing.
    package var note: String?
}

/// What may be moved now, and what keeps the rest from moving.
package struct UpgradeTurn: Sendable, Hashable {
    /// The writes, in order.
    package var writes: [UpgradeWrite] = []
    /// What stands in the way when nothing can be moved.
    package var obstacle: String?
    /// When that is over, where it is known.
    package var until: Timestamp?
    /// What is under way, for messages.
    package var awaited: [ResourceID] = []
}

extension UpgradeCrowd {
    private var write: MoveWrites { MoveWrites(self) }

    /// The next writes towards a step's share.
    ///
    /// - Parameters:
    ///   - weight: the share of the step, in percent.
    ///   - now: the time.
    /// - Returns: the writes, or what stands in their way.
    package func forward(to weight: Int, now: Timestamp) -> UpgradeTurn {
        guard rules.mode == .restart else { return UpgradeTurn() }
        var turn = UpgradeTurn()
        turn.awaited = moves.inMotion.map(\.id)
        turn.writes = LabelsByHand(self).adopting + LabelsByHand(self).leaving
        if let opens = rules.window?.opening(after: now) {
            turn.obstacle = "restarts may happen again from \(opens.rfc3339) on (spec.upgrade.workloads.window)"
            turn.until = opens
            return turn
        }
        let (namespaces, templates) = (write.relabelling, write.relabellingTemplates(now))
        turn.writes += namespaces + templates
        let planned = moves.turn(towards: moves.part.need(at: weight))
        let labelled = Set(namespaces.map(\.id.key.name))
        for move in planned.moves {
            switch move {
            case .label(let namespace) where labelled.contains(namespace): break
            case .label(let namespace): turn.append(write.labelling(namespace))
            // Under a label that leads nowhere its pods would come up without a sidecar.
            case .restart(let id) where labelled.contains(id.key.namespace ?? ""): break
            case .restart(let id): turn.append(write.restart(id, for: sides.new, now))
            case .relabel(let id) where templates.contains { $0.id == id }: break
            case .relabel(let id): turn.append(write.relabel(id, now))
            }
        }
        if turn.writes.isEmpty, turn.awaited.isEmpty { turn.obstacle = planned.obstacle }
        return turn
    }

    /// What keeps more workloads from moving towards a step's share; nil when nothing does.
    ///
    /// In `mode: Manual` it is people who move them: the message says which is next, and how.
    package func obstacle(at weight: Int, now: Timestamp) -> RolloutObservation.Obstacle? {
        if rules.mode == .restart {
            let turn = forward(to: weight, now: now)
            return turn.obstacle.map { .init($0, until: turn.until) }
        }
        let missing = moves.part.need(at: weight) - moves.part.moved
        guard missing > 0, let next = moves.order.first(where: { !$0.isMoved(to: sides.new) }) else { return nil }
        let isLabelled = moves.isLabelled(next.id.key.namespace ?? "")
        let how = remedy(next, sides.new, isLabelled ? nil : .revision(sides.label))
        return Self.peoples("moved by people (workloads.mode Manual), next \(next.id): \(how)")
    }

    private static func peoples(_ message: String) -> RolloutObservation.Obstacle {
        var obstacle = RolloutObservation.Obstacle(message)
        obstacle.isPeoples = true
        return obstacle
    }

    /// What people do to have a workload run with one of the two revisions, its namespace getting `label` where that leads elsewhere.
    private func remedy(_ workload: MeshWorkload, _ revision: String, _ label: NamespaceLabel?) -> String {
        if case .revision = workload.chooser {
            return "give its pod template the label \(MeshNames.Label.revision)=\(revision)"
        }
        guard let label else { return "restart it" }
        let name = workload.id.key.namespace ?? ""
        let other = label == .injection ? MeshNames.Label.revision : RevisionChoice.injectionLabel
        let without = namespaces[name]?.labels[other] == nil ? "" : " \(other)-"
        return "label namespace \(name) \(label)\(without) and restart it"
    }

    /// The next writes of the way back, the last moved first.
    ///
    /// Neither a window, a disruption budget nor a workload that does not come back up keeps the others: what does not work is not
    /// to stay.
    package func back(now: Timestamp) -> UpgradeTurn {
        guard rules.mode == .restart else { return backByPeople }
        var turn = UpgradeTurn()
        turn.writes = LabelsByHand(self).leaving
        let returning = moves.order.filter { isReturning($0) }
        turn.awaited = returning.map(\.id)
        var restored: Set<String> = []
        for workload in moves.order.reversed() where isAway(workload) && isToBeSentBack(workload, now) {
            let name = workload.id.key.namespace ?? ""
            if case .revision = workload.chooser {
                turn.append(write.restoring(workload.id))
                continue
            }
            if restored.insert(name).inserted { turn.append(write.restoring(name)) }
            turn.append(write.restart(workload.id, for: sides.stable, now))
        }
        guard returning.isEmpty || turn.writes.isEmpty else { return turn }
        let named = LabelsByHand(self).taken + movedNamespaces
        for namespace in named.reversed() where restored.insert(namespace.name).inserted {
            turn.append(write.restoring(namespace.name))
        }
        let written = Set(turn.writes.map(\.id))
        for owner in movedOwners where !written.contains(ResourceID(owner)) {
            turn.append(write.restoring(ResourceID(owner)))
        }
        return turn
    }

    /// Whether a workload was not sent back yet, or came up once more with what it was sent back from.
    ///
    /// `meshoperator.io/moved-to` of an earlier hop may name the stable revision too: it counts from when the way back began, in whole seconds.
    private func isToBeSentBack(_ workload: MeshWorkload, _ now: Timestamp) -> Bool {
        guard workload.directedTo == sides.stable, let last = workload.restartedAt else { return true }
        if let returning = sides.returning, last.advanced(by: .seconds(1)) <= returning { return true }
        // A restart under a label that leads to the new revision would bring its pods up with that again.
        guard workload.chooser != .namespace || !LabelsByHand(self).isTaken(workload.id.key.namespace ?? "") else {
            return false
        }
        return workload.isRolledOut && now - last >= Self.patience
    }

    /// How long pods may come up with another revision than wanted before they are restarted once more.
    static let patience = Duration.seconds(60)

    /// The way back in `mode: Manual`: labels by the operator's hand are given back where that restarts nobody, and people are waited for.
    private var backByPeople: UpgradeTurn {
        var turn = UpgradeTurn()
        turn.writes = LabelsByHand(self).leaving
        let away = moves.order.filter { isAway($0) }
        turn.awaited = away.map(\.id)
        let running = Set(away.map(\.id))
        for namespace in movedNamespaces.reversed() { turn.append(write.restoring(namespace.name)) }
        for owner in movedOwners where !running.contains(ResourceID(owner)) {
            turn.append(write.restoring(ResourceID(owner)))
        }
        return turn
    }

    /// What keeps a workload that goes back from coming up for reasons of its own, as its pods tell; or that people send it back.
    package var returnObstacle: RolloutObservation.Obstacle? {
        let coming = moves.order.filter { isAway($0) || isReturning($0) }
        guard rules.mode == .restart else {
            guard let next = coming.first else { return nil }
            // A label by the operator's hand is given back by itself.
            let move = namespaces[next.id.key.namespace ?? ""].map { NamespaceMove($0) }
            let isAway = move?.isMoved == false && move?.name.map { leads.isNew($0) } == true
            let how = remedy(next, sides.stable, isAway ? LabelsByHand(self).stableLabel : nil)
            return Self.peoples("sent back by people (workloads.mode Manual), next \(next.id): \(how)")
        }
        let troubled = coming.compactMap { workload in
            workload.trouble(besides: sides.new).map { "\(workload.id) does not come up: \($0)" }
        }
        let why = LabelsByHand(self).misleading + troubled
        return why.isEmpty ? nil : .init(StageText.joined(why, most: 3))
    }

    /// Whether a workload was sent back and is not there yet.
    private func isReturning(_ workload: MeshWorkload) -> Bool {
        guard case .revision = workload.chooser else {
            return workload.directedTo == sides.stable && !workload.isSettled(at: sides.stable)
        }
        let isMoved = sight.owners[workload.id].map { TemplateMove($0).isMoved } ?? false
        return !isMoved && (workload.uses(sides.new) || !workload.isRolledOut)
    }

    /// Restarts workloads whose pods follow a tag, once the tag leads to the new revision: so many at a time, and under the budgets and
    /// the window, that hold for all others.
    ///
    /// - Parameter now: the time.
    /// - Returns: the writes, or what stands in their way.
    package func following(now: Timestamp) -> UpgradeTurn {
        var turn = UpgradeTurn()
        turn.awaited = pendingFollowers.map(\.id)
        if let opens = rules.window?.opening(after: now) {
            turn.obstacle = "restarts may happen again from \(opens.rfc3339) on (spec.upgrade.workloads.window)"
            turn.until = opens
            return turn
        }
        let planned = followers.turn(towards: followers.order.count)
        for move in planned.moves {
            switch move {
            case .label: break
            case .restart(let id): turn.append(write.restart(id, for: sides.new, now))
            case .relabel(let id): turn.append(write.relabel(id, now))
            }
        }
        turn.obstacle = planned.obstacle
        return turn
    }

    /// Workloads that follow a tag and do not run with the new revision yet.
    package var pendingFollowers: [MeshWorkload] { followers.order.filter { !$0.isSettled(at: sides.new) } }

    /// Gives namespaces their own labels back once these mean the new revision; what would mean another one stays as it is.
    ///
    /// - Parameter tags: what each tag leads to now.
    /// - Returns: the writes.
    package func settling(tags: [String: String]) -> UpgradeTurn {
        var turn = UpgradeTurn()
        turn.writes = LabelsByHand(self).leaving
        let choice = RevisionChoice(tags: tags)
        for namespace in movedNamespaces {
            let move = NamespaceMove(namespace)
            let means = choice.revision(ofNamespace: move.original)
            let isSame = means == sides.new
            turn.append(
                UpgradeWrite(
                    id: ResourceID(namespace),
                    resource: .namespaces,
                    patch: isSame ? move.restoring : move.staying(with: sides.new),
                    verb: isSame ? "restore" : "forget",
                    note: LabelsByHand(self).overwriting(move, by: isSame ? nil : sides.new)
                )
            )
        }
        let pending = Set(pendingFollowers.map(\.id))
        for owner in movedOwners where !pending.contains(ResourceID(owner)) {
            turn.append(write.write(ResourceID(owner), TemplateMove(owner).forgetting, verb: "forget"))
        }
        for owner in markedOwners { turn.append(write.unmarking(owner)) }
        return turn
    }
}

extension UpgradeTurn {
    mutating func append(_ write: UpgradeWrite?) {
        if let write { writes.append(write) }
    }
}
