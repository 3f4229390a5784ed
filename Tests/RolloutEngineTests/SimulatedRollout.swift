internal import MeshBase
internal import MeshTestKit
internal import RolloutEngine

/// A world that carries out decisions, with people and gates that behave as a seed says.
struct SimulatedRollout {
    /// How the gates of a history behave.
    enum Mood: CaseIterable { case healthy, failing, flaky, unavailable }

    /// Something that can be moved, with the choice of its owner.
    struct Unit: Hashable {
        /// What it names now: a revision, a tag, a route.
        var choice: String
        /// What it named before it was moved; nil while it is not.
        var before: String?
    }

    var policy: RolloutPolicy
    /// The approvals given since the steps were edited last, and the share that had been entered then; nil before the first edit.
    var edited: (approved: Set<Int>, floor: Int)?
    /// What moves, part by part, kept in step with the counts that the engine sees.
    private(set) var units: [[Unit]]
    /// How it all was before.
    let start: (units: [[Unit]], parts: [RolloutPart])
    var observation: RolloutObservation
    var now = Timestamp(microsecondsSinceEpoch: 1_800_000_000_000_000)
    var random: SeededRandom
    var mood: Mood
    /// The largest step entered so far in the present attempt.
    var entered: [Int] = []
    /// What broke an invariant.
    var breaches: [String] = []
    var isOver = false
    var last: RolloutDecision?

    init(seed: UInt64, mood: Mood? = nil) {
        var random = SeededRandom(seed: seed)
        var weights = Set((0..<random.int(below: 4)).map { _ in random.int(below: 100) })
        weights.insert(100)
        let holds: [RolloutStep.Hold] = [.none, .duration(.seconds(60)), .duration(.seconds(600)), .untilApproved]
        policy = RolloutPolicy(
            steps: weights.sorted().map { RolloutStep(weight: $0, hold: random.pick(holds)) },
            failureLimit: random.int(below: 3),
            errorLimit: random.int(below: 4),
            progressDeadline: .seconds(900)
        )
        observation = RolloutObservation(target: "v2")
        observation.parts = (0..<1 + random.int(below: 3)).map {
            RolloutPart(name: "part-\($0)", total: random.int(below: 8))
        }
        units = observation.parts.enumerated().map { index, part in
            (0..<part.total).map { Unit(choice: "\(random.pick(["default", "stable", "v1"]))-\(index)-\($0)") }
        }
        start = (units, observation.parts)
        observation.gates = (0..<random.int(below: 3)).map { GateState(name: "gate-\($0)") }
        self.mood = mood ?? random.pick(Mood.allCases)
        self.random = random
    }

    var decider: RolloutDecider { RolloutDecider(policy: policy, observation: observation, now: now) }

    /// One decision, carried out; sometimes the process dies before or after the write.
    mutating func step(crashes: Bool) {
        noteSettling()
        let decision = decider.decide()
        last = decision
        check(decision)
        if crashes, random.oneIn(5) { observation.settledSince = nil } else { perform(decision) }
        moveUnits()
        if crashes, random.oneIn(5) { forget() }
        pass(decision)
    }

    /// What a process that dies forgets; what is written down stays.
    mutating func forget() {
        observation.settledSince = nil
        observation.progressed = nil
        observation.gates = observation.gates.map { GateState(name: $0.name) }
    }

    mutating func noteSettling() {
        if decider.isSettled {
            if observation.settledSince == nil { observation.settledSince = now }
        } else {
            observation.settledSince = nil
        }
    }

    mutating func perform(_ decision: RolloutDecision) {
        switch decision.action {
        case .begin: observation.record = RolloutRecord(target: "v2", began: now, plan: policy.plan(at: -1))
        case .enter(let step):
            let plan = policy.plan(at: step, after: observation.record)
            observation.record = RolloutRecord(target: "v2", step: step, began: now, plan: plan)
            if decision.reason == .stepsChanged { observation.wishes.approvedSteps = [] }
            observation.settledSince = nil
            for index in observation.gates.indices { observation.gates[index].reset() }
        case .move: moveOneUnit()
        case .condemn(let verdict): observation.record?.verdict = verdict
        case .restore:
            if let index = observation.parts.lastIndex(where: { $0.moved > 0 }) {
                observation.parts[index].moved -= 1
                observation.parts[index].settled = min(observation.parts[index].settled, observation.parts[index].moved)
            }
        case .finish, .restored, .rest: isOver = true
        case .hold, .block: break
        }
    }

    /// Whether everything is as it was before the rollout: what is moved, by whom it is chosen, and what is up.
    var isAsBefore: Bool { units == start.units && observation.parts == start.parts }

    /// Moves units forward in order and back in the reverse order, until as many have moved as is counted.
    private mutating func moveUnits() {
        for (index, part) in observation.parts.enumerated() {
            var moved = units[index].count { $0.before != nil }
            while moved < part.moved, let next = units[index].firstIndex(where: { $0.before == nil }) {
                units[index][next] = Unit(choice: "v2", before: units[index][next].choice)
                moved += 1
            }
            while moved > part.moved, let last = units[index].lastIndex(where: { $0.before != nil }) {
                units[index][last] = Unit(choice: units[index][last].before ?? "")
                moved -= 1
            }
        }
    }

    private mutating func moveOneUnit() {
        guard let record = observation.record else { return }
        let weight = policy.weight(of: record)
        for index in observation.parts.indices {
            let need = observation.parts[index].need(at: weight)
            if observation.parts[index].moved < need { observation.parts[index].moved += 1; return }
            if observation.parts[index].moved > need {
                observation.parts[index].moved -= 1
                observation.parts[index].settled = min(observation.parts[index].settled, observation.parts[index].moved)
                return
            }
        }
    }

    /// Time passes, pods come up, gates are asked, people approve.
    private mutating func pass(_ decision: RolloutDecision) {
        now = now + .seconds(1 + random.int(below: 45))
        for index in observation.parts.indices
        where observation.parts[index].settled < observation.parts[index].moved && !random.oneIn(3) {
            observation.parts[index].settled += 1
            observation.progressed = now
        }
        for index in observation.gates.indices { observation.gates[index].note(reading()) }
        if decision.reason == .awaitingApproval, random.oneIn(3), let step = observation.record?.step {
            observation.wishes.approvedSteps.insert(step)
            edited?.approved.insert(step)
        }
    }

    private mutating func reading() -> GateReading {
        let outcome: GateReading.Outcome =
            switch mood {
            case .healthy: .passed
            case .failing: .failed
            case .flaky: random.pick([.passed, .passed, .inconclusive, .failed, .unavailable])
            case .unavailable: .unavailable
            }
        return GateReading(outcome, "said so", taken: now)
    }

    private mutating func check(_ decision: RolloutDecision) {
        let record = observation.record
        if record?.verdict != nil {
            switch decision.action {
            case .move, .finish: breaches.append("\(decision.action) after a verdict")
            default: break
            }
        }
        if case .enter(let step) = decision.action, let record, decision.reason == .stepsChanged {
            let isRaised = step >= 0 && policy.steps[step].weight > record.plan?.weight ?? 0
            if isRaised { breaches.append("an edit raised the share") }
        } else if case .enter(let step) = decision.action, let record {
            checkApprovals(before: step)
            if step > record.step + 1 { breaches.append("jumped from step \(record.step) to \(step)") }
            if record.verdict != nil { breaches.append("went on after a verdict") }
            if record.step >= 0 { checkDone(record) }
            entered.append(step)
        }
        if decision.action == .finish, let record {
            if record.step != policy.steps.count - 1 { breaches.append("finished at step \(record.step)") }
            checkDone(record)
            if observation.parts.contains(where: { $0.moved != $0.total }) { breaches.append("finished half moved") }
        }
        if decision.action == .restored, observation.parts.contains(where: { $0.moved > 0 }) {
            breaches.append("said to be restored with something moved")
        }
        if decision.message.isEmpty { breaches.append("no reason given for \(decision.action)") }
    }

    /// Changes the steps while the rollout is under way.
    mutating func edit() {
        guard let record = observation.record else { return }
        var steps = policy.steps
        let holds: [RolloutStep.Hold] = [.none, .duration(.seconds(60)), .untilApproved]
        for _ in 0...random.int(below: 3) {
            switch random.int(below: 4) {
            case 0 where steps.count > 1: steps.remove(at: random.int(below: steps.count))
            case 1: steps[random.int(below: steps.count)].hold = random.pick(holds)
            case 2 where random.oneIn(3): steps = []
            default: break
            }
            let weight = random.oneIn(3) ? random.pick(policy.steps).weight : random.int(below: 100)
            steps.append(RolloutStep(weight: weight, hold: random.pick(holds)))
        }
        steps.append(RolloutStep(weight: 100))
        policy.steps = steps.enumerated().sorted { ($0.element.weight, $0.offset) < ($1.element.weight, $1.offset) }
            .map(\.element)
        guard !policy.isCurrent(record) else { return }
        edited = ([], record.plan?.weight ?? 0)
    }

    /// Since an edit no share may rise past a step that asks for approval and has not got one since.
    private mutating func checkApprovals(before step: Int) {
        guard let edited, policy.steps.indices.contains(step), policy.steps[step].weight > edited.floor else { return }
        if step == 0, edited.floor > 0, !edited.approved.contains(-1) {
            breaches.append("an edit led to a larger share without asking")
        }
        let start = policy.steps.map(\.weight).filter { $0 <= edited.floor }.max() ?? 0
        for index in 0..<step where policy.steps[index].weight >= start && policy.steps[index].hold == .untilApproved {
            if !edited.approved.contains(index) { breaches.append("step \(index) was passed over after an edit") }
        }
    }

    /// A step may be left only when its share is reached, its hold is over and every gate's last answer is a pass.
    private mutating func checkDone(_ record: RolloutRecord) {
        let step = policy.steps[record.step]
        for part in observation.parts
        where part.settled < part.need(at: step.weight) || part.moved != part.need(at: step.weight) {
            breaches.append("left \(step.weight)% with \(part)")
        }
        for gate in observation.gates where gate.last?.outcome != .passed { breaches.append("left with \(gate)") }
        switch step.hold {
        case .none: break
        case .untilApproved:
            if !observation.wishes.approvedSteps.contains(record.step) { breaches.append("left without approval") }
        case .duration(let time):
            if now < (observation.settledSince ?? now) + time { breaches.append("left before the hold was over") }
        }
    }
}
