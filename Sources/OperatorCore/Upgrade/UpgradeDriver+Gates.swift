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
        guard let record = look.observation.record, record.verdict == nil, record.mayHaveMoved else { return false }
        return look.observation.targetState == .ready && !look.scene.stand.isPromoting
            && !look.observation.wishes.isPaused
    }

    /// Has the gates asked that are due; the answers count at a later look.
    func askGates(_ look: UpgradeLook, _ run: MeshRun) {
        let names = isAsking(look) ? look.book.due(now: look.scene.now) : []
        guard !names.isEmpty else { return mesh.desk.withdraw(run.object.key) }
        let analysis = look.scene.spec.upgrade.analysis
        mesh.desk.ask(GateInquiry(GateSubject(run.object), question(look, run), analysis, names: names))
    }

    /// Stops asking gates that have no say any more, and ends with a verdict the Jobs that still run for them.
    func dropGates(_ look: UpgradeLook, _ run: MeshRun) {
        guard !isAsking(look) else { return }
        mesh.desk.withdraw(run.object.key)
        guard look.observation.record?.verdict != nil, look.scene.spec.upgrade.analysis.runsJobs else { return }
        let verdict = Self.attempt(look.observation.record)
        mesh.desk.endJobs(of: GateSubject(run.object), in: look.scene.spec.namespace, verdict: verdict)
    }

    /// Tells event gates of transitions, in order; each at least once, and where it stands anew by another process that takes over.
    func tellGates(_ transitions: [RolloutNote], _ look: UpgradeLook, _ run: MeshRun) {
        let gates = look.scene.spec.upgrade.analysis.gates.filter { $0.kind == .event }
        guard !gates.isEmpty, !transitions.isEmpty else { return }
        var question = question(look, run)
        for note in transitions {
            (question.reason, question.message) = (note.reason, note.note)
            mesh.desk.tell(gates.map { GateNotice(GateSubject(run.object), $0, question) })
        }
    }

    /// What answers count for that are there now.
    func stage(_ record: RolloutRecord?, _ scene: UpgradeScene) -> GateStage {
        GateStage(
            attempt: Self.attempt(record),
            step: (record?.step ?? -1) + 1,
            analysis: scene.spec.upgrade.analysis
        )
    }

    private static func attempt(_ record: RolloutRecord?) -> String {
        record.map { "\($0.target) \($0.began.rfc3339Micro)" } ?? ""
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
        question.attempt = Self.attempt(record)
        return question
    }
}
