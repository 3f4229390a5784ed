internal import KubeAPI
internal import MeshAPI
internal import MeshBase
internal import RolloutEngine
internal import UpgradePlanning

extension UpgradeReport {
    /// Where the upgrade is.
    enum State: Sendable, Hashable {
        /// There is none.
        case none
        /// The new revision comes up or takes over, step by step.
        case moving
        /// All has moved; the new revision becomes the stable one.
        case promoting
        /// Everything goes back.
        case returning
        /// Everything goes back, and nothing has got there for too long.
        case stalled(RolloutRecord.Verdict)
        /// Everything is back, for this reason.
        case returned(RolloutRecord.Verdict)
        /// A person has to decide about a failure.
        case failed(RolloutRecord.Verdict)
        /// A check keeps it from starting.
        case refused
    }

    /// Where the upgrade is.
    var state: State {
        let stand = scene.stand
        if stand.isPromoting { return .promoting }
        if let verdict = observation.record?.verdict {
            switch decision.action {
            case .restored: return .returned(verdict)
            case .block: return decision.reason == .refused ? .refused : .failed(verdict)
            case .restore where decision.reason == .rollbackStalled: return .stalled(verdict)
            default: return .returning
            }
        }
        guard stand.target != nil || stand.course.target != nil else { return .none }
        return decision.action == .block ? .refused : .moving
    }

    /// The revision everything moves to, nil while nothing does.
    var newName: String? { state == .none ? nil : scene.stand.newName }

    /// How many pods run with each revision, and in all.
    var pods: (perRevision: [String: Int], total: Int)? {
        guard let counts = scene.crowd?.inventory.podsPerRevision else { return nil }
        return (counts, counts.values.reduce(0, +))
    }

    /// What it waits for, from where to where, for people.
    var message: String {
        let stand = scene.stand
        let way = "\(stand.course.stable.version) -> \(stand.wanted ?? observation.record?.target ?? "")"
        let place = progress.step > 0 ? ", step \(progress.step) of \(progress.steps), \(progress.share)" : ""
        let since = progress.since.map { " (since \($0))" } ?? ""
        let isTold = progress.reason == RolloutDecision.Reason.refused.rawValue
        let refused =
            isTold ? "" : stand.course.refusal.map { "; spec.version is not followed: \($0.description)" } ?? ""
        return "\(way)\(place): \(progress.waitingFor)\(since)\(refused)"
    }
}

extension UpgradeReport {
    /// Why everything goes back, in one word.
    var cause: String { observation.record?.verdict?.cause.rawValue ?? progress.reason }
}
