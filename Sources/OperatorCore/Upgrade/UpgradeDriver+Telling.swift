internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import MeshAPI
internal import RolloutEngine

/// Telling people that what they changed by hand while a mesh moves was set right.
extension UpgradeDriver {
    /// The reason of such Events.
    static let setRight = "SetRight"

    /// An Event for each object of the mesh that somebody had changed and that was applied anew during an upgrade.
    func tell(_ report: ExecutionReport, _ run: MeshRun) {
        guard RevisionSurvey(mesh.observe(run)).underWay != nil else { return }
        for case .apply(let write) in report.done where write.cause == .drift {
            record("\(ResourceID(write.object)) was changed by somebody else and is set right", run)
        }
    }

    /// An Event for each label that somebody took off what has moved, and for each that somebody gave.
    func tell(_ report: MoveReport, _ run: MeshRun) {
        for note in report.notes { record(note, run, reason: RolloutDecision.Reason.movedByHand.rawValue) }
        for note in report.relabelled { record(note, run) }
    }

    /// An Event with a warning.
    func record(_ note: String, _ run: MeshRun, reason: String = setRight) {
        mesh.parts.recorder?.record(EventSubject(run.object), .warning, reason: reason, note: note)
    }
}

extension UpgradeDriver.UpgradeLook {
    /// Whether the status is to tell of the way back, or of a promotion, before it begins, once in the life of a process: to send many
    /// workloads back, or to move tags, takes a while, and people are to see from the first on why, and that an abort comes too late.
    ///
    /// What keeps the status from being written keeps nothing from going on.
    func announces(_ run: inout MeshRun, _ memories: MeshMemories) -> Bool {
        let isGoingBack = decision.action == .restore
        guard isGoingBack || scene.stand.isPromoting, let record = observation.record, !run.isOutdated else {
            return false
        }
        let told = MeshOperatorStatus(lenient: run.object.tree["status"] ?? .null)
        let isTold = isGoingBack ? told.phase == .rollingBack : told.plan?.isPromoting == true
        guard !isTold, memories.of(run.object).upgrade.announced != record else { return false }
        memories.update(run.object) { $0.upgrade.announced = record }
        run.goesOn = true
        return true
    }
}
