internal import DataTree
package import KubeAPI
package import MeshAPI
internal import MeshBase

/// A MeshOperator or a MeshRollout as commands look at it.
package struct RolloutSubject: Sendable, Hashable {
    /// Where a rollout stands, for whoever waits for its end.
    package enum Standing: Sendable, Hashable {
        /// The operator has not seen the last change yet.
        case unseen
        /// There is nothing to roll out.
        case idle
        /// Something moves, or waits to.
        case underWay
        /// All has moved.
        case complete
        /// Everything is back, for this reason.
        case rolledBack(String)
        /// Nothing happens until somebody decides, for this reason.
        case failed(String)

        /// Whether nothing more will happen by itself.
        package var isOver: Bool {
            switch self {
            case .unseen, .underWay: false
            case .idle, .complete, .rolledBack, .failed: true
            }
        }

        /// How a command that waited for the end ends: 0 for complete, 1 for rolled back or failed.
        package var exitCode: Int32 {
            switch self {
            case .unseen, .underWay, .idle, .complete: 0
            case .rolledBack, .failed: 1
            }
        }
    }

    /// What it is.
    package let kind: RolloutKind
    /// The object as read.
    package let object: KubeObject
    /// Of a mesh: the version that the last hop came from, as it is written on the istiod of the revision that runs; nil where that
    /// was not looked at, or says nothing.
    package var left: String?

    /// Takes an object of either kind; nil for others.
    package init?(_ object: KubeObject) {
        guard let kind = RolloutKind.allCases.first(where: { $0.rawValue == object.kind.kind }),
            object.kind.group == MeshNames.group
        else { return nil }
        self.kind = kind
        self.object = object
    }

    /// The name with its kind, as commands take it: `mop/mesh`, `mro/reviews -n shop`.
    package var reference: String {
        "\(kind.shortName)/\(object.name)" + (object.namespace.map { " -n \($0)" } ?? "")
    }

    /// `MeshOperator mesh`, `MeshRollout shop/reviews`.
    package var title: String { "\(kind.rawValue) \(object.key)" }

    /// The status of a mesh; empty for a MeshRollout.
    package var meshStatus: MeshOperatorStatus {
        MeshOperatorStatus(lenient: kind == .meshOperator ? object.tree["status"] ?? .null : .null)
    }

    /// The status of a MeshRollout; empty for a mesh.
    package var rolloutStatus: MeshRolloutStatus {
        MeshRolloutStatus(lenient: kind == .meshRollout ? object.tree["status"] ?? .null : .null)
    }

    /// How far it is; nil where nothing is under way.
    package var progress: RolloutProgress? {
        switch kind {
        case .meshOperator: return meshStatus.plan?.progress
        case .meshRollout:
            let progress = rolloutStatus.progress
            return progress == RolloutProgress() ? nil : progress
        }
    }

    /// Where it stands, in one word of its own.
    package var phase: String {
        let phase = kind == .meshOperator ? meshStatus.phase?.rawValue : rolloutStatus.phase?.rawValue
        return phase ?? "Pending"
    }

    /// The value of an annotation by which people steer; nil where it is absent, empty or `false`.
    func command(_ name: String) -> String? {
        object.annotations[name].flatMap { text in
            let plain = text.filter { !$0.isWhitespace }
            return plain.isEmpty || plain.lowercased() == "false" ? nil : text
        }
    }

    /// Whether an annotation keeps it where it is; the operator takes any text but `false` for a pause.
    var isPausedByCommand: Bool { command(RolloutNames.Command.pause) != nil }
    /// Whether the operator has yet to see the last change of the spec, or a retry of what is over, which the spec's generation does not count.
    package var isUnseen: Bool {
        switch standing {
        case .unseen: return true
        case .idle, .underWay, .complete: return false
        case .rolledBack, .failed:
            guard let asked = command(RolloutNames.Command.retry).flatMap({ Timestamp(rfc3339: $0) }),
                let since = progress?.since.flatMap({ Timestamp(rfc3339: $0) })
            else { return false }
            return asked >= since
        }
    }
    /// Whether its spec holds all writes.
    var isPausedBySpec: Bool { object.tree.value(at: "spec", "paused")?.bool == true }

    /// Whether everything goes back, well or not.
    var isGoingBack: Bool {
        rolloutStatus.phase == .rollingBack
            || ["RollingBack", "RollbackObstructed", "RollbackStalled"].contains(progress?.reason)
    }

    /// Whether all has moved and what serves is being changed for good.
    var isPromoting: Bool {
        guard kind == .meshOperator else { return rolloutStatus.phase == .promoting }
        // Who wrote the status may be older than the field.
        return meshStatus.plan.map { $0.isPromoting || $0.progress.reason == "Completed" } ?? false
    }

    /// Whether routes stay with the side that serves after a rollout that went back, so that the failed version gets nothing.
    var isShielded: Bool {
        rolloutStatus.conditions.contains { $0.type == RolloutNames.shielded && $0.state == .yes }
    }

    /// What a rollout does that `spec.paused` holds; nil for one that it does not hold.
    func held(_ progress: RolloutProgress) -> String? {
        guard isPausedBySpec else { return nil }
        let rest = progress.reason == "Paused" ? progress.waitingFor : "\(progress.reason) goes on once it is unset"
        return "spec.paused holds all writes; \(rest)"
    }

    /// The metrics whose answers are only shown, by name.
    var dryRunMetrics: Set<String> {
        let spec = object.tree["spec"]
        let analysis = kind == .meshOperator ? spec?.value(at: "upgrade", "analysis") : spec?["analysis"]
        let metrics = (analysis?["metrics"]?.array ?? []).filter { $0["dryRun"]?.bool == true }
        return Set(metrics.compactMap { $0["name"]?.string })
    }

    /// Whether it was refused before it began: what is wrong is mended in the spec or the cluster, and nothing needs to be asked for.
    var isRefused: Bool {
        guard case .failed = standing, !object.isDeleting else { return false }
        if progress?.reason == "PreflightFailed" { return true }
        let conditions = kind == .meshOperator ? meshStatus.conditions : rolloutStatus.conditions
        let isRefused = conditions.contains { $0.type == MeshConditionType.preflight.rawValue && $0.state == .no }
        return isRefused || progress == nil
    }

    /// The components of a mesh that are not ready; empty for an application.
    var unreadyComponents: [MeshOperatorStatus.Component] {
        kind == .meshOperator ? meshStatus.components.filter { !$0.ready } : []
    }

    /// Whether the status speaks of an older spec.
    private var isBehind: Bool {
        let seen = kind == .meshOperator ? meshStatus.observedGeneration : rolloutStatus.observedGeneration
        return seen < object.generation ?? 0
    }
}

extension RolloutSubject {
    /// Where it stands.
    package var standing: Standing {
        if object.isDeleting { return .failed("it is being deleted") }
        switch kind {
        case .meshOperator: return isBehind && !isPausedBySpec ? .unseen : meshStanding(meshStatus)
        case .meshRollout: return isBehind && !isPausedBySpec ? .unseen : rolloutStanding(rolloutStatus)
        }
    }

    private func meshStanding(_ status: MeshOperatorStatus) -> Standing {
        if let progress = status.plan?.progress, let end = Self.end(progress) { return end }
        switch status.phase {
        case nil, .pending: return .unseen
        case .failed: return .failed(Self.trouble(status.conditions))
        case .rolledBack: return .rolledBack(Self.trouble(status.conditions))
        case .deleting: return .failed("it is being deleted")
        case .ready, .degraded:
            let isThere = status.version != nil && status.version == status.targetVersion
            let isMoving = status.plan.map { $0.progress.reason != "Completed" && $0.progress.reason != "NothingToDo" }
            return isThere && isMoving != true ? .complete : .underWay
        default: return .underWay
        }
    }

    private func rolloutStanding(_ status: MeshRolloutStatus) -> Standing {
        if let end = Self.end(status.progress) { return end }
        switch status.phase {
        case nil, .pending: return .unseen
        case .idle: return .idle
        case .preparing, .progressing, .paused, .promoting, .rollingBack: return .underWay
        case .completed: return .complete
        case .rolledBack: return .rolledBack(Self.why(status.progress))
        case .failed: return .failed(Self.trouble(status.conditions))
        }
    }

    /// The ends that the engine names, whatever the phase says.
    private static func end(_ progress: RolloutProgress) -> Standing? {
        switch progress.reason {
        case "RolledBack": .rolledBack(why(progress))
        case "Failed", "PreflightFailed", "RollbackStalled": .failed(why(progress))
        default: nil
        }
    }

    private static func why(_ progress: RolloutProgress) -> String {
        progress.waitingFor.isEmpty ? progress.reason : progress.waitingFor
    }

    /// What stands in the way, by the conditions.
    private static func trouble(_ conditions: [MeshCondition]) -> String {
        let bad: [(MeshConditionType, MeshCondition.State)] = [
            (.preflight, .no), (.degraded, .yes), (.reconciled, .no), (.ready, .no),
        ]
        for (type, state) in bad {
            let found = conditions.first { $0.type == type.rawValue && $0.state == state && !$0.message.isEmpty }
            if let found { return "\(found.reason): \(found.message)" }
        }
        return "no condition says why"
    }
}

extension RolloutSubject {
    /// The weights of the steps that the spec names, in order; empty where it cannot be read.
    var stepLabels: [(label: String, weight: Int?)] {
        let spec = object.tree["spec"] ?? .object(TreeObject())
        switch kind {
        case .meshOperator:
            guard let spec = try? MeshOperatorSpec(decoding: spec), spec.upgrade.strategy == .canary else { return [] }
            return spec.upgrade.steps.map { ("\($0.weight)%" + ($0.needsApproval ? " approve" : ""), $0.weight) }
        case .meshRollout:
            return (try? MeshRolloutSpec(decoding: spec))?.steps.map { ($0.label, $0.shownWeight) } ?? []
        }
    }
}

extension RolloutStepSpec {
    fileprivate var shownWeight: Int? {
        if case .weight(let weight) = change { weight } else { nil }
    }

    /// What the step does, in a word or two.
    fileprivate var label: String {
        switch change {
        case .weight(let weight): "\(weight)%"
        case .match(let rules): rules.isEmpty ? "no match" : "match"
        case .mirror(let percent): percent == 0 ? "no mirror" : "mirror \(NumberText.short(percent))%"
        case .fault(let fault): fault.object?.isEmpty == false ? "fault" : "no fault"
        case .hold: "hold"
        case .analysis: "analysis"
        case .approve: "approve"
        case .nothing: "nothing"
        }
    }
}
