package import MeshAPI

/// The versions on the way from what runs to what is asked for.
package struct HopPlan: Sendable, Hashable {
    /// Which way it goes.
    package enum Direction: String, Sendable, Hashable, CaseIterable {
        /// Nothing runs yet.
        case install
        /// What is asked for runs already.
        case settled
        /// To a newer version.
        case forward
        /// To an older patch of the minor that runs.
        case patchBack
        /// Back to the minor that was left: a move is given up or undone.
        case rollback
    }

    /// One hop: a whole rollout of its own.
    package struct Hop: Sendable, Hashable {
        /// The version it leaves.
        package var from: String
        /// The version it leads to, an entry of the catalogue.
        package var to: String
        /// Whether fixes for that version have ended.
        package var isEndOfLife = false
        /// Whether upstream runs that version on the cluster's Kubernetes version; true while the latter is not known.
        package var fitsKubernetes = true
    }

    /// Which way it goes.
    package var direction: Direction
    /// The version that runs everywhere now, nil where nothing runs.
    package var from: String?
    /// The version asked for.
    package var to: String
    /// The hops in order; empty when settled or nothing runs yet.
    package var hops: [Hop] = []
    /// The fields and annotations that made this plan allowed and without which it would be refused, for `status.plan.overrides`.
    package var overrides: [String] = []
    /// What people should know of it, a sentence each.
    package var notes: [String] = []

    /// The versions on the way, the last being the target, as `status.plan.hops` shows them.
    package var versions: [String] { hops.map(\.to) }
}

/// Why a way is not taken.
package struct HopRefusal: Sendable, Hashable, CustomStringConvertible {
    /// The reason of the condition `Preflight`.
    package var reason: MeshConditionReason
    /// The field that asks for it, for example `spec.version`.
    package var field: String
    /// What the field holds, shortened and without control characters.
    package var value: String
    /// What is wrong with it.
    package var problem: String
    /// What to do about it.
    package var remedy: String

    /// `spec.version: "1.26.0": is not in the catalogue of this operator; use one of …`.
    package var description: String { "\(field): \"\(value)\": \(problem); \(remedy)" }

    init(
        _ reason: MeshConditionReason,
        value: String,
        _ problem: String,
        remedy: String,
        field: String = "spec.version"
    ) {
        self.reason = reason
        self.field = field
        let plain = value.unicodeScalars.prefix(60).map { $0.value < 32 || $0.value == 127 ? "?" : String($0) }
        self.value = plain.joined() + (value.unicodeScalars.count > 60 ? "…" : "")
        self.problem = problem
        self.remedy = remedy
    }
}

/// What a ``HopPlanner`` answers.
package enum HopDecision: Sendable, Hashable {
    /// The way to go.
    case way(HopPlan)
    /// There is none that may be gone.
    case refused(HopRefusal)

    /// The way, nil where it is refused.
    package var plan: HopPlan? {
        if case .way(let plan) = self { plan } else { nil }
    }

    /// Why it is refused, nil where it is not.
    package var refusal: HopRefusal? {
        if case .refused(let refusal) = self { refusal } else { nil }
    }
}
