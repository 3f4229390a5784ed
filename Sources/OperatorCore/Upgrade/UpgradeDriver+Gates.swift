internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine

/// Asking the gates of an upgrade.
extension UpgradeDriver {
    /// Whether the gates of the step have a say now: while something is on the new revision and nothing is given up.
    func isAsking(_ look: UpgradeLook) -> Bool {
        guard let record = look.observation.record, record.verdict == nil, record.step >= 0 else { return false }
        return look.observation.targetState == .ready && !look.scene.stand.isPromoting
            && !look.observation.wishes.isPaused
    }

    /// Asks the gates that are due, at the same time and within their time limits; gives whether any was asked.
    ///
    /// The answers count at the next look.
    func askGates(_ look: UpgradeLook, _ run: MeshRun) async -> Bool {
        guard isAsking(look) else { return false }
        let names = look.book.due(now: look.scene.now)
        guard !names.isEmpty else { return false }
        let question = question(look, run)
        var answers: [String: GateReading] = [:]
        if let asker = mesh.parts.gates {
            let round = GateRound(asker: asker, analysis: look.scene.spec.upgrade.analysis)
            answers = await round.ask(names, question)
        }
        for name in names where answers[name] == nil {
            answers[name] = GateReading(.unavailable, "nobody here can ask it", taken: mesh.environment.wall())
        }
        for (name, reading) in answers { mesh.metrics.answered(reading.outcome.word, gate: name, of: run.object.name) }
        let taken = answers
        mesh.memories.update(run.object) { $0.upgrade.note(taken) }
        return true
    }

    /// Tells event gates of transitions, in order; each at least once, and anew by another process that takes over.
    func tellGates(_ transitions: [RolloutNote], _ look: UpgradeLook, _ run: MeshRun) async {
        let analysis = look.scene.spec.upgrade.analysis
        guard let asker = mesh.parts.gates, analysis.gates.contains(where: { $0.kind == .event }) else { return }
        var question = question(look, run)
        let round = GateRound(asker: asker, analysis: analysis)
        for note in transitions {
            (question.reason, question.message) = (note.reason, note.note)
            _ = await round.tell(question)
        }
    }

    private func question(_ look: UpgradeLook, _ run: MeshRun) -> GateQuestion {
        let stand = look.scene.stand
        func side(_ slot: RevisionSlot) -> GateQuestion.Side {
            .init(
                ["revision": slot.name, "version": slot.version, "namespace": look.scene.spec.namespace],
                workloads: look.scene.workloads(on: slot.name)
            )
        }
        var question = GateQuestion(
            kind: MeshNames.kind.kind,
            key: run.object.key,
            defaultNamespace: look.scene.spec.namespace,
            new: side(stand.target ?? stand.course.stable),
            stable: side(stand.course.stable)
        )
        question.owner = OwnerReference(
            kind: run.object.kind,
            name: run.object.name,
            uid: run.object.uid ?? "",
            isController: false,
            blocksOwnerDeletion: false
        )
        let record = look.observation.record
        question.step = (record?.step ?? -1) + 1
        question.steps = look.scene.policy.steps.count
        question.weight = look.scene.weight
        question.reason = look.decision.reason.rawValue
        question.phase = run.object.tree.value(at: "status", "phase")?.string ?? ""
        question.attempt = record.map { "\($0.target) \($0.began.rfc3339Micro)" } ?? ""
        return question
    }
}
