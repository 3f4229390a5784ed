internal import DataTree
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine
internal import Testing

@Suite struct ProgressDraftTests {
    static let start = SampleAnalysis.start
    static let policy = RolloutPolicy(steps: [
        RolloutStep(weight: 25, hold: .duration(.seconds(60))), RolloutStep(weight: 100),
    ])

    func observation(moved: Int, settled: Int? = nil, step: Int = 0) -> RolloutObservation {
        var observation = RolloutObservation(target: "v2")
        observation.record = RolloutRecord(target: "v2", step: step, began: Self.start)
        observation.parts = [RolloutPart(name: "a", total: 8, moved: moved, settled: settled ?? moved)]
        return observation
    }

    func draft(
        _ observation: RolloutObservation,
        previous: RolloutProgress = RolloutProgress(),
        decision: RolloutDecision? = nil,
        after seconds: Int
    ) -> RolloutProgress {
        let now = Self.start + .seconds(seconds)
        let decider = RolloutDecider(policy: Self.policy, observation: observation, now: now)
        return ProgressDraft(
            previous: previous,
            policy: Self.policy,
            observation: observation,
            decision: decision ?? decider.decide(),
            now: now
        ).progress
    }

    @Test func saysWhereItStands() {
        let progress = draft(observation(moved: 1), after: 5)
        #expect(progress.step == 1)
        #expect(progress.steps == 2)
        #expect(progress.weight == 12)
        #expect(progress.reason == "Moving")
        #expect(progress.waitingFor == "a: 1 of 2 moved")
        #expect(progress.since == (Self.start + .seconds(5)).rfc3339)
        #expect(progress.until == (Self.start + .seconds(600)).rfc3339)
        #expect(progress.settledSince == nil)
    }

    @Test func saysBothTheStepsShareAndTheReachedOne() {
        // Three of four pods at a step of 25%: units move whole, and others may be ahead.
        var world = observation(moved: 3)
        world.parts = [RolloutPart(name: "a", total: 4, moved: 3, settled: 3)]
        let progress = draft(world, decision: RolloutDecision(.hold, .holding, "x"), after: 5)
        #expect(progress.stepWeight == 25)
        #expect(progress.weight == 75)
        #expect(progress.share == "25% (reached 75%)")
        #expect(progress.target == "v2")
        let entered = draft(world, decision: RolloutDecision(.enter(step: 1), .stepDone, "x"), after: 5)
        #expect(entered.stepWeight == 100)
        world.record = nil
        #expect(draft(world, decision: RolloutDecision(.begin, .starting, "x"), after: 5).stepWeight == nil)
    }

    @Test(arguments: [(0, 0), (1, 12), (7, 87), (8, 100)])
    func weightIsRoundedDown(_ row: (moved: Int, weight: Int)) {
        #expect(draft(observation(moved: row.moved, step: 1), after: 0).weight == row.weight)
    }

    @Test func hugeCountsAreHarmless() {
        var world = observation(moved: 0)
        world.parts = [RolloutPart(name: "a", total: .max, moved: .max), RolloutPart(name: "b", total: .max, moved: 1)]
        #expect((1..<100).contains(draft(world, after: 0).weight))
        world.parts = []
        #expect(draft(world, after: 0).weight == 0)
    }

    @Test func sinceStaysWhileReasonAndStepStay() {
        let first = draft(observation(moved: 0), after: 0)
        let second = draft(observation(moved: 1), previous: first, after: 7)
        #expect(second.waitingFor != first.waitingFor)
        #expect(second.since == first.since)
        let third = draft(observation(moved: 2, settled: 1), previous: second, after: 9)
        #expect(third.reason == "Settling")
        #expect(third.since == (Self.start + .seconds(9)).rfc3339)
    }

    @Test func settledSinceIsKeptWhileSettledOnly() {
        let first = draft(observation(moved: 2), after: 10)
        #expect(first.settledSince == (Self.start + .seconds(10)).rfc3339Micro)
        let second = draft(observation(moved: 2), previous: first, after: 20)
        #expect(second.settledSince == first.settledSince)
        let third = draft(observation(moved: 2, settled: 1), previous: second, after: 30)
        #expect(third.settledSince == nil)
        let next = RolloutDecision(.enter(step: 1), .stepDone, "going on")
        let fourth = draft(observation(moved: 2), previous: second, decision: next, after: 70)
        #expect(fourth.settledSince == nil)
        #expect(fourth.step == 2)
    }

    @Test func settledSinceOfAnotherAttemptDoesNotCount() {
        var old = draft(observation(moved: 2), after: 10)
        old.settledSince = (Self.start - .seconds(500)).rfc3339Micro
        #expect(
            draft(observation(moved: 2), previous: old, after: 20).settledSince
                == (Self.start + .seconds(20)).rfc3339Micro
        )
        old.settledSince = (Self.start + .seconds(1_000_000)).rfc3339Micro
        #expect(
            draft(observation(moved: 2), previous: old, after: 20).settledSince
                == (Self.start + .seconds(20)).rfc3339Micro
        )
    }

    @Test func gatesAreShown() {
        var world = observation(moved: 2)
        var gate = GateState(name: "success")
        gate.note(GateReading(.failed, "93\nis below 99", taken: Self.start))
        world.gates = [gate, GateState(name: "new")]
        let gates = draft(world, after: 1).gates
        #expect(gates.map(\.name) == ["success", "new"])
        #expect(gates.map(\.outcome) == ["Failed", ""])
        #expect(gates.first?.message == "93 is below 99")
        #expect(gates.first?.failures == 1)
        #expect(gates.first?.taken == Self.start.rfc3339Micro)
        let next = draft(world, decision: RolloutDecision(.enter(step: 1), .stepDone, "on"), after: 1)
        #expect(next.gates.allSatisfy { $0.outcome.isEmpty && $0.failures == 0 })
    }

    @Test func whatIsKeptBelongsToTheStep() {
        var progress = draft(observation(moved: 2), after: 10)
        var gate = RolloutProgress.Gate()
        gate.name = "g"
        gate.outcome = "Passed"
        gate.taken = (Self.start + .seconds(5)).rfc3339Micro
        progress.gates = [gate]
        let record = RolloutRecord(target: "v2", step: 0, began: Self.start)
        let now = Self.start + .seconds(20)
        #expect(progress.kept(by: record, now: now) == progress)
        let forgetful: [RolloutRecord?] = [
            nil, RolloutRecord(target: "v2", step: 1, began: Self.start),
            RolloutRecord(target: "v2", step: 0, began: Self.start + .seconds(15)),
            RolloutRecord(target: "v2", began: Self.start),
        ]
        for record in forgetful {
            let kept = progress.kept(by: record, now: now)
            #expect(kept.settledSince == nil)
            #expect(kept.gates.isEmpty)
        }
        #expect(progress.kept(by: record, now: Self.start + .seconds(4)).gates.isEmpty, "the future counts as not said")
    }

    @Test func whatGatesHaveSaidStaysOnTheWayBack() {
        var progress = draft(observation(moved: 2), after: 10)
        var gate = RolloutProgress.Gate()
        (gate.name, gate.outcome, gate.failures) = ("g", "Failed", 3)
        gate.taken = (Self.start + .seconds(5)).rfc3339Micro
        progress.gates = [gate]
        let now = Self.start + .seconds(20)
        func kept(_ step: Int, started: Int) -> [RolloutProgress.Gate] {
            var record = RolloutRecord(target: "v2", step: step, began: Self.start + .seconds(15))
            record.started = Self.start + .seconds(started)
            record.verdict = .init(.gateFailed, "93 is below 99")
            return progress.kept(by: record, now: now).gates
        }
        #expect(kept(0, started: -60) == [gate], "the way back began after it")
        #expect(kept(0, started: 10).isEmpty, "of an earlier attempt")
        #expect(kept(1, started: -60).isEmpty, "of another step")
    }

    @Test(arguments: [
        ("a\u{1b}[31m\tb\n", "a [31m b "), (String(repeating: "é", count: 50), String(repeating: "é", count: 9) + "…"),
    ])
    func textsAreMadeFit(_ row: (text: String, fit: String)) {
        #expect(RolloutText.fit(row.text, limit: 10) == row.fit)
    }

    @Test func policyOfAnUpgrade() throws {
        let spec = try MeshOperatorSpec(
            decoding: [
                "version": "1.30.3",
                "upgrade": [
                    "steps": [["weight": 10, "hold": "1m", "approve": true], ["weight": 100]], "rollback": "Manual",
                    "progressDeadline": "5m",
                    "analysis": ["failureLimit": 1, "errorLimit": 2, "consecutiveSuccesses": 3],
                ],
            ]
        )
        let policy = RolloutPolicy(spec.upgrade)
        #expect(policy.steps.map(\.weight) == [10, 100])
        #expect(policy.steps.map(\.hold) == [.duration(.seconds(60)), .none])
        #expect(policy.steps.map(\.needsApproval) == [true, false])
        #expect(policy.rollback == .manual)
        #expect([policy.failureLimit, policy.errorLimit, policy.successes] == [1, 2, 3])
        #expect(policy.progressDeadline == .seconds(300))
    }
}
