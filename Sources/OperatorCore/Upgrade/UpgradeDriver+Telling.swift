internal import KubeAPI
internal import KubeRuntime
internal import MeshAPI

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

    /// An Event for each label that somebody took off what has moved.
    func tell(_ report: MoveReport, _ run: MeshRun) {
        for id in report.relabelled {
            let label = MeshNames.Label.revision
            record("\(id) has moved and lost the label \(label) of its revision, which is put back", run)
        }
    }

    private func record(_ note: String, _ run: MeshRun) {
        mesh.parts.recorder?.record(EventSubject(run.object), .warning, reason: Self.setRight, note: note)
    }
}
