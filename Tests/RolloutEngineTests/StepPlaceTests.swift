internal import MeshBase
internal import RolloutEngine
internal import Testing

/// Where a rollout stands in steps that were edited in the middle of it.
struct StepPlaceTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var before: [Int]
        var step: Int
        var after: [Int]
        var place: Int
    }

    static let cases: [Case] = [
        Case(testDescription: "first removed", before: [10, 20, 20, 100], step: 2, after: [20, 20, 50], place: 0),
        Case(testDescription: "present removed", before: [20, 30, 60, 100], step: 1, after: [5, 100], place: 0),
        Case(testDescription: "some put in front", before: [10, 50, 100], step: 1, after: [1, 5, 10, 50], place: 3),
        Case(testDescription: "all shares larger", before: [10, 50, 100], step: 0, after: [30, 100], place: -1),
        Case(testDescription: "only the end left", before: [10, 100], step: 0, after: [100], place: -1),
        Case(testDescription: "before the first step", before: [10, 100], step: -1, after: [30, 100], place: -1),
        Case(testDescription: "a later one changed", before: [10, 20, 100], step: 1, after: [10, 20, 60], place: 1),
    ]

    private static func policy(_ weights: [Int]) -> RolloutPolicy {
        RolloutPolicy(steps: weights.map { RolloutStep(weight: $0) })
    }

    private static let now = Timestamp(microsecondsSinceEpoch: 1_800_000_000_000_000)

    @Test(arguments: cases) func place(_ example: Case) {
        let (before, after) = (Self.policy(example.before), Self.policy(example.after))
        let plan = before.plan(at: example.step)
        let record = RolloutRecord(target: "v2", step: example.step, began: Self.now, plan: plan)
        #expect(before.place(of: record) == example.step)
        #expect(after.place(of: record) == example.place)
        #expect(after.weight(of: record) == plan.weight, "nothing moves before the place is written down")
        var observation = RolloutObservation(target: "v2")
        observation.record = record
        let decision = RolloutDecider(policy: after, observation: observation, now: Self.now).decide()
        #expect(decision.action == .enter(step: example.place))
        #expect(decision.reason == .stepsChanged)
    }

    @Test("Where all shares are larger than what has moved, a person says whether the first is entered")
    func aLargerStartIsAskedFor() {
        let policy = Self.policy([30, 100])
        var observation = RolloutObservation(target: "v2")
        let before = RolloutRecord(target: "v2", step: 0, began: Self.now, plan: Self.policy([10, 100]).plan(at: 0))
        let plan = policy.plan(at: -1, after: before)
        #expect(plan.weight == 10)
        observation.record = RolloutRecord(target: "v2", step: -1, began: Self.now, plan: plan)
        observation.parts = [RolloutPart(name: "p", total: 100, moved: 10, settled: 10)]
        func decide(_ policy: RolloutPolicy) -> RolloutDecision {
            RolloutDecider(policy: policy, observation: observation, now: Self.now).decide()
        }
        let decision = decide(policy)
        #expect(decision.action == .hold)
        #expect(decision.reason == .awaitingApproval)
        #expect(decision.message.contains("the first one asks for 30%, and 10% have moved"))
        #expect(decide(Self.policy([5, 30])).action == .enter(step: 0), "a smaller step needs no approval")
        observation.parts[0].moved = 20
        #expect(decide(policy).action == .move, "what others move goes back to what had moved")
        observation.parts[0].moved = 10
        observation.wishes.approvedSteps = [0]
        #expect(decide(policy).action == .hold, "an approval of the first step is one of its end")
        observation.wishes.approvedSteps = [-1]
        #expect(decide(policy).action == .enter(step: 0))
    }

    @Test("A step without a share that was entered is asked for as well, a start that was not is none")
    func aStepWithoutAShareIsAskedFor() {
        var test = RolloutStep(weight: 0)
        test.effect = "test users"
        let before = RolloutPolicy(steps: [test, RolloutStep(weight: 100)])
        let policy = Self.policy([60, 100])
        for (step, isAsked) in [(0, true), (-1, false)] {
            let entered = RolloutRecord(target: "v2", step: step, began: Self.now, plan: before.plan(at: step))
            let plan = policy.plan(at: policy.place(of: entered), after: entered)
            #expect(plan.weight == 0 && plan.isEdited == isAsked)
            let record = RolloutRecord(target: "v2", step: -1, began: Self.now, plan: plan)
            #expect(record.isDisplaced == isAsked)
            var observation = RolloutObservation(target: "v2")
            observation.record = record
            observation.parts = [RolloutPart(name: "p", total: 100)]
            let decision = RolloutDecider(policy: policy, observation: observation, now: Self.now).decide()
            #expect((decision.reason == .awaitingApproval) == isAsked, "\(decision)")
            // Edited once more, to a step without a share, there is a place again; another edit to larger ones asks still.
            #expect(before.place(of: record) == (isAsked ? 0 : -1))
            #expect(Self.policy([70]).plan(at: -1, after: record).isEdited == isAsked)
        }
    }

    @Test func anOlderRecordCountsAsUnchanged() {
        let policy = Self.policy([10, 50, 100])
        let record = RolloutRecord(target: "v2", step: 1, began: Self.now)
        #expect(policy.isCurrent(record))
        #expect(policy.place(of: record) == 1)
        #expect(policy.place(of: RolloutRecord(target: "v2", step: 7, began: Self.now)) == 2)
    }

    @Test func theDigestTellsAllThatAStepAsksFor() {
        var steps = [RolloutStep(weight: 10, gates: ["a", "b"]), RolloutStep(weight: 100)]
        var digests: Set<String> = []
        func note() { digests.insert(RolloutPolicy(steps: steps).digest) }
        note()
        steps[0].gates = ["a,1:b"]
        note()
        steps[0].gates = nil
        note()
        steps[0].gates = []
        note()
        steps[0].hold = .untilApproved
        note()
        steps[0].hold = .duration(.milliseconds(1))
        note()
        steps[0].needsApproval = true
        note()
        steps.append(RolloutStep(weight: 100))
        note()
        steps[0].effect = "copies"
        note()
        #expect(digests.count == 9)
        #expect(RolloutPolicy(steps: steps, failureLimit: 9).digest == RolloutPolicy(steps: steps).digest)
    }
}
