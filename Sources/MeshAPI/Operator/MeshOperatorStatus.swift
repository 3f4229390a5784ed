internal import DataTree

/// What the operator observed: an output, never read back as a decision.
package struct MeshOperatorStatus: Sendable, Hashable {
    /// One control-plane revision.
    package struct Revision: Sendable, Hashable {
        /// Its name, `default` for the one without.
        package var name = ""
        /// Its version.
        package var version = ""
        /// Whether its control plane is ready.
        package var ready = false
        /// How many proxies are connected to it.
        package var proxies = 0
        /// Its share of the traffic in percent.
        package var weight = 0
        /// Whether pods, namespaces or tags refer to it.
        package var inUse = false
        /// The revision tags that lead to it, in order.
        package var tags: [String] = []
        /// What keeps a revision that nothing moves to from being retired, for people: `3 pods in shop`.
        package var heldBy: [String] = []
        /// Makes an empty revision.
        package init() {}
    }

    /// One component.
    package struct Component: Sendable, Hashable {
        /// Its name, for example `pilot` or `ingressGateways/istio-ingressgateway`.
        package var name: String
        /// Whether all its workloads are ready.
        package var ready: Bool
        /// Why not.
        package var message: String
        /// Makes a component.
        package init(name: String, ready: Bool, message: String = "") {
            self.name = name
            self.ready = ready
            self.message = message
        }
    }

    /// One gateway.
    package struct Gateway: Sendable, Hashable {
        /// Its Service's name.
        package var name: String
        /// Its namespace.
        package var namespace: String
        /// The revision that serves it.
        package var revision: String
        /// Its address from outside, or `<pending>` with the reason.
        package var address: String
        /// The share of its ready pods that are of the revision moved to, in percent; nil while nothing moves.
        package var weight: Int?
        /// Makes a gateway.
        package init(name: String, namespace: String, revision: String, address: String) {
            self.name = name
            self.namespace = namespace
            self.revision = revision
            self.address = address
        }
    }

    /// The way to the target version.
    package struct Plan: Sendable, Hashable {
        /// The versions on the way, the last being the target.
        package var hops: [String] = []
        /// The fields and annotations that made the plan allowed and without which it would be refused.
        package var overrides: [String] = []
        /// What the upgrade changes and whom it concerns; nil before that was worked out.
        package var outline: PlanOutline?
        /// How far the present hop is.
        package var progress = RolloutProgress()
        /// Whether the new revision is being made the stable one, which nothing turns back.
        package var isPromoting = false
        /// Makes an empty plan.
        package init() {}
    }

    /// The generation of the spec this status speaks of.
    package var observedGeneration: Int64 = 0
    /// Where the mesh stands; nil before the first look.
    package var phase: MeshPhase?
    /// The version that runs.
    package var version: String?
    /// The version asked for.
    package var targetVersion: String?
    /// The revision that runs.
    package var revision: String?
    /// The revision being moved to.
    package var targetRevision: String?
    /// Proxies on the target revision and in all, for example `3/10`.
    package var proxies: String?
    /// The way to the target version, nil when there.
    package var plan: Plan?
    /// All revisions.
    package var revisions: [Revision] = []
    /// All components.
    package var components: [Component] = []
    /// All gateways.
    package var gateways: [Gateway] = []
    /// Settings without effect, and such as belong to an earlier release; the last known where the spec is not rendered.
    package var warnings: [String] = []
    /// What was left as it is when all else was as rendered last, and why.
    package var leftAlone: [String] = []
    /// Conditions, at most one per type.
    package var conditions: [MeshCondition] = []

    /// Makes an empty status.
    package init() {}

    /// The condition of a type.
    package func condition(_ type: MeshConditionType) -> MeshCondition? {
        conditions.first { $0.type == type.rawValue }
    }

    /// Sets a condition; its transition time changes only with its state.
    package mutating func set(_ condition: MeshCondition) {
        conditions.set(condition)
    }
}

/// A condition as meta/v1 defines it.
package struct MeshCondition: Sendable, Hashable {
    /// Whether the condition holds.
    package enum State: String, Sendable, Hashable, CaseIterable {
        /// It holds.
        case yes = "True"
        /// It does not.
        case no = "False"
        /// Nobody can tell.
        case unknown = "Unknown"
    }

    /// The type, usually a ``MeshConditionType``.
    package var type: String
    /// Whether it holds.
    package var state: State
    /// Why, in one UpperCamelCase word.
    package var reason: String
    /// Why, for people.
    package var message: String
    /// The generation it speaks of.
    package var observedGeneration: Int64
    /// Since when the state is what it is, in RFC 3339.
    package var lastTransitionTime: String

    /// Makes a condition of a known type and reason.
    package init(
        _ type: MeshConditionType,
        _ state: State,
        _ reason: MeshConditionReason,
        _ message: String,
        generation: Int64,
        at time: String
    ) {
        self.type = type.rawValue
        self.state = state
        self.reason = reason.rawValue
        self.message = message
        self.observedGeneration = generation
        self.lastTransitionTime = time
    }

    init?(_ reader: FieldReader) {
        guard let type = reader.text("type") else { return nil }
        self.type = type
        state = reader.choice("status") ?? .unknown
        reason = reader.text("reason") ?? ""
        message = reader.text("message") ?? ""
        observedGeneration = reader.tree["observedGeneration"]?.integer ?? 0
        lastTransitionTime = reader.text("lastTransitionTime") ?? ""
    }
}
