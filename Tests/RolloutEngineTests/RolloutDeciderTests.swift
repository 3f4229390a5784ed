internal import MeshBase
internal import RolloutEngine
internal import Testing

/// Single decisions, as a table.
struct RolloutDeciderTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var policy = RolloutDeciderTests.policy
        var change: @Sendable (inout RolloutObservation) -> Void
        var action: RolloutDecision.Action
        var reason: RolloutDecision.Reason
    }

    static let now = Timestamp(microsecondsSinceEpoch: 1_800_000_000_000_000)
    static let policy = RolloutPolicy(
        steps: [
            RolloutStep(weight: 10, hold: .duration(.seconds(60))), RolloutStep(weight: 50, hold: .untilApproved),
            RolloutStep(weight: 100),
        ],
        failureLimit: 2,
        errorLimit: 2
    )
    /// Two passes in a row, and a person's approval on top of the hold.
    static var strict: RolloutPolicy {
        var policy = policy
        policy.successes = 2
        policy.steps[0].needsApproval = true
        return policy
    }
    static var manual: RolloutPolicy {
        var policy = policy
        policy.rollback = .manual
        return policy
    }

    /// At 10%, settled two minutes ago, its gate green.
    static func underWay() -> RolloutObservation {
        var observation = RolloutObservation(target: "v2")
        observation.record = RolloutRecord(target: "v2", step: 0, began: now - .seconds(200))
        observation.parts = [RolloutPart(name: "wave", total: 10, moved: 1, settled: 1)]
        observation.settledSince = now - .seconds(120)
        let reading = GateReading(.passed, "fine", taken: now - .seconds(10))
        observation.gates = [GateState(name: "rate", failures: 0, errors: 0, last: reading)]
        return observation
    }

    static func gate(_ outcome: GateReading.Outcome, failures: Int = 0, errors: Int = 0) -> GateState {
        GateState(
            name: "rate",
            failures: failures,
            errors: errors,
            last: GateReading(outcome, "98 is below 99", taken: now - .seconds(5))
        )
    }

    static let condemned = RolloutRecord.Verdict(.gateFailed, "gate rate failed")

    static let cases: [Case] = [
        Case(testDescription: "done", change: { _ in }, action: .enter(step: 1), reason: .stepDone),
        Case(
            testDescription: "nothing asked",
            change: { $0 = .init(target: nil) },
            action: .rest,
            reason: .nothingToDo
        ),
        Case(testDescription: "start", change: { $0 = .init(target: "v2") }, action: .begin, reason: .starting),
        Case(
            testDescription: "refused",
            change: {
                $0 = .init(target: "v2"); $0.refusals = ["no", "nor that"]
            },
            action: .block,
            reason: .refused
        ),
        Case(
            testDescription: "status wiped: the hold starts anew",
            change: { $0.settledSince = nil },
            action: .hold,
            reason: .holding
        ),
        Case(
            testDescription: "hold",
            change: { $0.settledSince = now - .seconds(59) },
            action: .hold,
            reason: .holding
        ),
        Case(
            testDescription: "hold passed over",
            change: {
                $0.settledSince = now - .seconds(59); $0.wishes.promotedStep = 0
            },
            action: .enter(step: 1),
            reason: .stepDone
        ),
        Case(
            testDescription: "a hold passed over is no approval",
            change: {
                $0.record = RolloutRecord(target: "v2", step: 1, began: now - .seconds(200))
                $0.parts = [RolloutPart(name: "wave", total: 10, moved: 5, settled: 5)]
                $0.wishes.promotedStep = 1
            },
            action: .hold,
            reason: .awaitingApproval
        ),
        Case(
            testDescription: "an old pass does not count",
            change: {
                $0.settledSince = now - .seconds(5); $0.wishes.promotedStep = 0
            },
            action: .hold,
            reason: .awaitingGate
        ),
        Case(
            testDescription: "red gate",
            change: { $0.gates = [gate(.failed, failures: 1)] },
            action: .hold,
            reason: .awaitingGate
        ),
        Case(
            testDescription: "no verdict yet",
            change: {
                $0.gates = [gate(.inconclusive)]
                $0.gatesSince = now - policy.progressDeadline + .seconds(1)
            },
            action: .hold,
            reason: .awaitingGate
        ),
        Case(
            testDescription: "a gate that confirms says no for as long as it takes",
            change: {
                var gate = gate(.inconclusive)
                gate.mayWithhold = true
                $0.gates = [gate]
                $0.gatesSince = now - policy.progressDeadline - .seconds(86_400)
            },
            action: .hold,
            reason: .awaitingGate
        ),
        Case(
            testDescription: "no verdict in time",
            change: {
                $0.gates = [gate(.inconclusive)]
                $0.gatesSince = now - policy.progressDeadline
            },
            action: .condemn(
                .init(
                    .progressDeadlineExceeded,
                    "gate rate gave no verdict in time at step 1 of 3 (10%): 98 is below 99"
                )
            ),
            reason: .rollingBack
        ),
        Case(
            testDescription: "red too often",
            change: { $0.gates = [gate(.failed, failures: 3)] },
            action: .condemn(
                .init(.gateFailed, "gate rate failed 3 times at step 1 of 3 (10%): 98 is below 99")
            ),
            reason: .rollingBack
        ),
        Case(
            testDescription: "red too often, only shown",
            change: { observation in
                observation.gates = [
                    GateState(name: "rate", isDryRun: true, failures: 9, errors: 9, last: gate(.failed).last)
                ]
            },
            action: .enter(step: 1),
            reason: .stepDone
        ),
        Case(
            testDescription: "unreachable too often",
            change: { $0.gates = [gate(.unavailable, errors: 3)] },
            action: .condemn(
                .init(
                    .gateUnavailable,
                    "gate rate could not be asked 3 times in a row at step 1 of 3 (10%): 98 is below 99"
                )
            ),
            reason: .rollingBack
        ),
        Case(
            testDescription: "a gate asks to go back",
            change: { $0.gates = [gate(.rollBack)] },
            action: .condemn(.init(.gateAsksToGoBack, "gate rate asks to go back: 98 is below 99")),
            reason: .rollingBack
        ),
        Case(
            testDescription: "another of the group failed",
            change: { $0.groupFailure = "ratings failed" },
            action: .condemn(.init(.groupFailed, "ratings failed")),
            reason: .rollingBack
        ),
        Case(
            testDescription: "contested",
            change: {
                $0.disturbance = .init(.contested, "argo writes", since: now - .seconds(599), until: now + .seconds(9))
            },
            action: .hold,
            reason: .obstructed
        ),
        Case(
            testDescription: "contested too long",
            change: {
                $0.disturbance = .init(.contested, "argo writes", since: now - .seconds(600), until: now + .seconds(9))
            },
            action: .condemn(
                .init(.progressDeadlineExceeded, "argo writes; step 1 of 3 (10%) has waited too long")
            ),
            reason: .rollingBack
        ),
        Case(
            testDescription: "contested while paused",
            change: {
                $0.disturbance = .init(.contested, "argo writes", since: now - .seconds(9_999))
                $0.wishes.isPaused = true
            },
            action: .hold,
            reason: .paused
        ),
        Case(
            testDescription: "a route is gone",
            change: { $0.disturbance = .init(.routeDeleted, "gone", since: now) },
            action: .hold,
            reason: .routeDeleted
        ),
        Case(
            testDescription: "all routes are gone",
            change: {
                $0.disturbance = .init(.routeDeleted, "gone", since: now - .seconds(9_999))
                ($0.record, $0.parts, $0.refusals) = (nil, [], ["no route"])
            },
            action: .hold,
            reason: .routeDeleted
        ),
        Case(
            testDescription: "what is gone makes requests fail",
            policy: manual,
            change: {
                $0.disturbance = .init(.routeDeleted, "gone", since: now)
                $0.disturbance?.isHarmful = true
                $0.wishes.isPaused = true
            },
            action: .condemn(.init(.routeDeleted, "gone")),
            reason: .rollingBack
        ),
        Case(
            testDescription: "and goes back although a person decides about failures",
            policy: manual,
            change: { $0.record?.verdict = .init(.routeDeleted, "gone") },
            action: .restore,
            reason: .rollingBack
        ),
        Case(
            testDescription: "paused",
            change: { $0.wishes.isPaused = true },
            action: .hold,
            reason: .paused
        ),
        Case(
            testDescription: "aborted while paused",
            change: {
                $0.wishes.isPaused = true; $0.wishes.abort = "by hand"
            },
            action: .condemn(.init(.aborted, "by hand")),
            reason: .rollingBack
        ),
        Case(
            testDescription: "another target",
            change: { $0.target = "v3" },
            action: .condemn(.init(.superseded, "the rollout of v2 ends: v3 is wanted now")),
            reason: .rollingBack
        ),
        Case(
            testDescription: "approval",
            change: {
                $0.record?.step = 1
                $0.parts = [RolloutPart(name: "wave", total: 10, moved: 5, settled: 5)]
            },
            action: .hold,
            reason: .awaitingApproval
        ),
        Case(
            testDescription: "approved",
            change: {
                $0.record?.step = 1
                $0.parts = [RolloutPart(name: "wave", total: 10, moved: 5, settled: 5)]
                $0.wishes.approvedSteps = [1]
            },
            action: .enter(step: 2),
            reason: .stepDone
        ),
        Case(
            testDescription: "the last step",
            change: {
                $0.record?.step = 2
                $0.parts = [RolloutPart(name: "wave", total: 10, moved: 10, settled: 10)]
            },
            action: .finish,
            reason: .completed
        ),
        Case(
            testDescription: "not up in time",
            change: {
                $0.parts[0].settled = 0; $0.record?.began = now - .seconds(601)
            },
            action: .condemn(
                .init(.progressDeadlineExceeded, "wave: 0 of 1 ready at step 1 of 3 (10%), no progress in time")
            ),
            reason: .rollingBack
        ),
        Case(
            testDescription: "a closed window does not fail a rollout",
            change: {
                $0.parts[0].moved = 0
                $0.obstacle = .init("restarts from 22:00", until: now + .seconds(3_600))
                $0.record?.began = now - .seconds(6_000)
            },
            action: .hold,
            reason: .obstructed
        ),
        Case(
            testDescription: "a budget that never allows does",
            change: {
                $0.parts[0].moved = 0
                $0.obstacle = .init("PodDisruptionBudget a/b allows no disruption")
                $0.record?.began = now - .seconds(6_000)
            },
            action: .condemn(
                .init(
                    .progressDeadlineExceeded,
                    "wave: 0 of 1 moved at step 1 of 3 (10%), no progress: PodDisruptionBudget a/b allows no disruption"
                )
            ),
            reason: .rollingBack
        ),
        Case(
            testDescription: "going back",
            change: { $0.record?.verdict = condemned },
            action: .restore,
            reason: .rollingBack
        ),
        Case(
            testDescription: "going back, and something does not come up",
            change: {
                $0.record?.verdict = condemned; $0.obstacle = .init("Deployment a/b does not come up")
            },
            action: .restore,
            reason: .rollbackObstructed
        ),
        Case(
            testDescription: "going back for too long",
            change: {
                $0.record?.verdict = condemned; $0.record?.began = now - .seconds(601)
            },
            action: .restore,
            reason: .rollbackStalled
        ),
        Case(
            testDescription: "going back for long, but further",
            change: {
                $0.record?.verdict = condemned; $0.record?.began = now - .seconds(601)
                $0.progressed = now - .seconds(9)
            },
            action: .restore,
            reason: .rollingBack
        ),
        Case(
            testDescription: "sent back by people, who take their time",
            change: {
                $0.record?.verdict = condemned; $0.record?.began = now - .seconds(601)
                $0.obstacle = .init("by people")
                $0.obstacle?.isPeoples = true
            },
            action: .restore,
            reason: .rollingBack
        ),
        Case(
            testDescription: "going back for long in a pause",
            change: {
                $0.record?.verdict = condemned; $0.record?.began = now - .seconds(601); $0.wishes.isPaused = true
            },
            action: .restore,
            reason: .rollingBack
        ),
        Case(
            testDescription: "back",
            change: {
                $0.record?.verdict = condemned; $0.parts[0].moved = 0
            },
            action: .restored,
            reason: .rolledBack
        ),
        Case(
            testDescription: "tried again",
            change: {
                $0.record?.verdict = condemned; $0.parts[0].moved = 0; $0.wishes.isRetried = true
            },
            action: .begin,
            reason: .starting
        ),
        Case(
            testDescription: "by hand only, and a person asks to go back long after",
            policy: manual,
            change: {
                $0.record = RolloutRecord(target: "v2", step: 0, began: now - .seconds(9_000), verdict: condemned)
                $0.wishes.abort = "no"
            },
            action: .condemn(.init(.aborted, "no; before that: gate rate failed")),
            reason: .rollingBack
        ),
        Case(
            testDescription: "by hand only, and nothing is away",
            policy: manual,
            change: {
                $0.record?.verdict = condemned
                $0.wishes.abort = "no"
                $0.parts = []
            },
            action: .restored,
            reason: .rolledBack
        ),
        Case(
            testDescription: "a person asks to go back where a person decides",
            policy: manual,
            change: { $0.wishes.abort = "no" },
            action: .condemn(.init(.aborted, "no")),
            reason: .rollingBack
        ),
        Case(
            testDescription: "by hand only",
            policy: manual,
            change: { $0.record?.verdict = condemned },
            action: .block,
            reason: .failed
        ),
        Case(
            testDescription: "by hand only: on the way back that a person asked for",
            policy: manual,
            change: {
                $0.record?.verdict = .init(.aborted, "by hand"); $0.wishes.abort = "by hand"
            },
            action: .restore,
            reason: .rollingBack
        ),
        Case(
            testDescription: "the hold is over, a person has yet to approve",
            policy: strict,
            change: { _ in },
            action: .hold,
            reason: .awaitingApproval
        ),
        Case(
            testDescription: "approved, passed once of two",
            policy: strict,
            change: { $0.wishes.approvedSteps = [0] },
            action: .hold,
            reason: .awaitingGate
        ),
        Case(
            testDescription: "approved, passed twice",
            policy: strict,
            change: {
                $0.wishes.approvedSteps = [0]
                $0.gates[0].note(GateReading(.passed, "fine", taken: now))
            },
            action: .enter(step: 1),
            reason: .stepDone
        ),
        Case(
            testDescription: "passed twice, but not in a row",
            policy: strict,
            change: {
                $0.wishes.approvedSteps = [0]
                $0.gates[0].note(GateReading(.inconclusive, "few", taken: now - .seconds(2)))
                $0.gates[0].note(GateReading(.passed, "fine", taken: now))
            },
            action: .hold,
            reason: .awaitingGate
        ),
        Case(
            testDescription: "promoted fully",
            change: {
                $0.wishes.isPromotedFully = true
                $0.gates = [gate(.failed, failures: 9)]
                $0.settledSince = nil
            },
            action: .enter(step: 1),
            reason: .stepDone
        ),
    ]

    @Test(arguments: cases) func decides(_ example: Case) {
        var observation = Self.underWay()
        example.change(&observation)
        let decision = RolloutDecider(policy: example.policy, observation: observation, now: Self.now).decide()
        #expect(decision.action == example.action)
        #expect(decision.reason == example.reason, "\(decision.message)")
        #expect(!decision.message.isEmpty)
    }
}
