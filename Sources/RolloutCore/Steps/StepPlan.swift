internal import DataTree
package import MeshAPI
package import RolloutEngine

/// The steps of a MeshRollout as the engine counts them, each with what routes look like in it.
package struct StepPlan: Sendable, Hashable {
    /// One step.
    package struct Step: Sendable, Hashable {
        /// What routes look like.
        package var shape: RouteShape
        /// What is done besides; nil for the step that is added at the end.
        package var change: RolloutStepSpec.Change?
        /// What has to hold before the next one.
        package var rule: RolloutStep
    }

    /// The steps.
    package let steps: [Step]
    private let analysis: AnalysisSpec
    private let spec: MeshRolloutSpec

    /// Reads the steps of a spec; one to 100 percent is added where the last one is below.
    package init(_ spec: MeshRolloutSpec) {
        self.spec = spec
        analysis = spec.analysis
        var steps: [Step] = []
        var shape = RouteShape()
        if spec.strategy == .canary { shape.affinity = spec.affinity }
        let watchers = Self.watchers(spec)
        for wish in Self.wishes(spec) {
            Self.carry(wish.change, into: &shape)
            steps.append(Step(shape: shape, change: wish.change, rule: Self.rule(wish, shape, watchers)))
        }
        if shape.weight < 100 {
            shape.weight = 100
            steps.append(Step(shape: shape, change: nil, rule: RolloutStep(weight: 100)))
        }
        self.steps = steps
    }

    /// The rules for the engine.
    package var policy: RolloutPolicy {
        RolloutPolicy(
            steps: steps.map(\.rule),
            failureLimit: analysis.failureLimit,
            errorLimit: analysis.errorLimit,
            progressDeadline: spec.progressDeadline,
            rollback: spec.rollback == .manual ? .manual : .automatic
        )
    }

    /// What routes look like where a record stands.
    ///
    /// Before the first step all goes to the stable side but what an edit of the steps has left where it was.
    func shape(of record: RolloutRecord) -> RouteShape {
        let (policy, place) = (policy, policy.place(of: record))
        guard place < 0 else { return shape(at: place) }
        var shape = RouteShape(weight: policy.weight(of: record))
        if shape.weight > 0 { shape.affinity = steps.first?.shape.affinity }
        return shape
    }

    /// What has to hold where a record stands; nil where nothing was entered so far.
    ///
    /// Before the first step, where an edit of the steps has left a share, the gates go on being asked for that.
    func rule(of record: RolloutRecord) -> RolloutStep? {
        let (policy, place) = (policy, policy.place(of: record))
        guard !steps.indices.contains(place) else { return steps[place].rule }
        guard record.isDisplaced else { return nil }
        let weight = policy.weight(of: record)
        return RolloutStep(weight: weight, gates: weight > 0 ? nil : Self.watchers(spec))
    }

    /// Gates that may ask to go back have a say in every step.
    private static func watchers(_ spec: MeshRolloutSpec) -> Set<String> {
        Set(spec.analysis.gates.filter { $0.kind == .rollback }.map(\.name))
    }

    /// What routes look like in a step, counted from 0; before the first one, all goes to the stable side.
    package func shape(at step: Int) -> RouteShape {
        guard step >= 0, let last = steps.last else { return RouteShape() }
        return step < steps.count ? steps[step].shape : last.shape
    }

    /// What a step does besides its share, in a word or two; nil where it only sets a share.
    package func label(at step: Int) -> String? {
        guard steps.indices.contains(step) else { return nil }
        return switch steps[step].change {
        case .weight?, .nothing?, nil: nil
        case .match(let rules)?: rules.isEmpty ? "test users no longer" : "test users by match"
        case .mirror(let percent)?: percent > 0 ? "copies of \(percent)% of the requests" : "copies no longer"
        case .fault?: steps[step].shape.fault == nil ? "faults no longer" : "faults for test users"
        case .hold?: "hold"
        case .analysis?: "analysis"
        case .approve?: "approval"
        }
    }

    /// Whether any step needs http routes.
    package var needsHTTP: Bool { steps.contains { $0.shape.needsHTTP } }

    // MARK: Reading

    private struct Wish {
        var change: RolloutStepSpec.Change
        var hold: Duration?
    }

    private static func wishes(_ spec: MeshRolloutSpec) -> [Wish] {
        let given = spec.steps.map { Wish(change: $0.change, hold: $0.hold) }
        guard given.isEmpty else { return given }
        guard spec.strategy == .canary else {
            return spec.analysis.metrics.isEmpty && spec.analysis.gates.isEmpty
                ? [] : [Wish(change: .analysis([]), hold: nil)]
        }
        return MeshRolloutSpec.defaultWeights.map { Wish(change: .weight($0.weight), hold: .seconds($0.hold)) }
    }

    private static func carry(_ change: RolloutStepSpec.Change, into shape: inout RouteShape) {
        switch change {
        case .weight(let weight): shape.weight = min(100, max(shape.weight, weight))
        case .match(let rules): shape.matches = rules
        case .mirror(let percent): shape.mirror = min(100, max(0, percent))
        case .fault(let fault): shape.fault = fault.object?.isEmpty == false ? fault : nil
        case .hold, .analysis, .approve, .nothing: break
        }
        if shape.matches.isEmpty { shape.fault = nil }
    }

    private static func rule(_ wish: Wish, _ shape: RouteShape, _ watchers: Set<String>) -> RolloutStep {
        var rule = RolloutStep(weight: shape.weight)
        var effect = shape
        (effect.weight, effect.affinity) = (0, nil)
        if effect.needsHTTP { rule.effect = effect.tree.jsonText(.canonical) }
        if let hold = wish.hold, hold > .zero { rule.hold = .duration(hold) }
        switch wish.change {
        case .approve: rule.needsApproval = true
        case .analysis(let names):
            rule.gates = names.isEmpty ? nil : Set(names).union(watchers)
            return rule
        default: break
        }
        // Nobody can be judged before anything reaches the canary.
        let isReached = shape.weight > 0 || !shape.matches.isEmpty || shape.mirror > 0
        rule.gates = isReached ? nil : watchers
        return rule
    }
}
