internal import KubeAPI
internal import MeshAPI

/// How a mesh whose writes are held differs from what its spec asks for.
struct HeldDrift: Sendable, Hashable {
    /// Objects that are asked for and not there.
    var missing: [ResourceID] = []
    /// Objects that are there with other content.
    var changed: [ResourceID] = []
    /// Objects that are ours and no longer asked for.
    var surplus: [ResourceID] = []
    /// Names that are taken by objects of others, in words; nil where none are.
    var taken: String?

    /// What is left as it is, whether writes are held or not.
    var leftAlone: [String] = []

    /// Whether each control plane that is asked for injects.
    var injectors: [ObjectReadiness] = []
    /// How the components stand that are asked for.
    var components: [MeshOperatorStatus.Component] = []

    /// What is said where nothing differs.
    static let none = "all objects are as rendered"

    /// What the condition Reconciled says of a paused mesh.
    ///
    /// - Parameter drift: how it differs; nil where that is not known.
    /// - Returns: whether it is as rendered, and the words.
    static func verdict(_ drift: HeldDrift?) -> (MeshCondition.State, MeshConditionReason, String) {
        guard let drift else {
            let why = "what the spec asks for cannot be rendered, so nothing is compared"
            return (.unknown, .paused, "spec.paused is set; \(why)")
        }
        let words = ([drift.message ?? none] + drift.leftAlone).joined(separator: "; ")
        return drift.message == nil ? (.yes, .asDesired, words) : (.no, .paused, words)
    }

    /// Takes from the plan that would be carried out for `blueprint` what it would write.
    init(_ plan: MeshPlan, _ blueprint: MeshBlueprint, _ observation: MeshObservation) {
        let parts = MeshParts(blueprint: blueprint, plan: plan, observation: observation)
        (injectors, components) = (parts.injectors, parts.components)
        if case .notOwned = plan.stage { taken = StageText(stage: plan.stage).full.message }
        missing = plan.differing.filter { observation.live[$0] == nil }
        changed = plan.differing.filter { observation.live[$0] != nil }
        surplus = plan.surplus
        leftAlone = LeftAlone(plan, blueprint, observation).all
    }

    /// How many objects differ, and the first few by name with how they do; nil where none does.
    var message: String? {
        if let taken { return taken }
        let texts =
            missing.map { "\($0) is not there" } + changed.map { "\($0) has other content" }
            + surplus.map { "\($0) is no longer asked for" }
        guard !texts.isEmpty else { return nil }
        return "\(count); spec.paused keeps it so: " + StageText.joined(texts, most: 8)
    }

    /// `2 objects differ from what is rendered`.
    var count: String {
        let number = missing.count + changed.count + surplus.count
        return number == 1 ? "1 object differs from what is rendered" : "\(number) objects differ from what is rendered"
    }
}
