internal import KubeRuntime
internal import MeshBase
internal import Testing

struct ScriptedError: CodedError, Hashable {
    var retryClass: RetryClass
    var codeName: String { "Scripted" }
    var message: String { "scripted" }
    var cause: (any Error)? { nil }
}

@Suite struct RetryDecisionTests {
    private struct Plain: Error {}
    private static let calm = RandomSource { 0 }
    private static let policy = RetryDecision.Policy(
        transient: Backoff(initial: .milliseconds(100), maximum: .seconds(10), jitter: 0.5),
        conflict: Backoff(initial: .milliseconds(50), maximum: .seconds(1), jitter: 0),
        waiting: .seconds(7)
    )

    @Test(
        "the class of an error decides",
        arguments: [
            (RetryClass.transient(after: nil), 1, RetryDecision.retry(after: .milliseconds(100))),
            (.transient(after: nil), 4, .retry(after: .milliseconds(800))),
            (.transient(after: nil), 1_000, .retry(after: .seconds(10))),
            (.transient(after: .seconds(3)), 1, .retry(after: .seconds(3), isDemanded: true)),
            (.transient(after: .milliseconds(1)), 1, .retry(after: .milliseconds(100), isDemanded: true)),
            (.transient(after: .seconds(86_400)), 1, .retry(after: .seconds(600), isDemanded: true)),
            (.conflict, 1, .retry(after: .milliseconds(50))),
            (.conflict, 2, .retry(after: .milliseconds(100))),
            (.waiting, 5, .timer(.seconds(7))),
            (.invalid, 1, .giveUp),
            (.terminal, 9, .giveUp),
        ]
    )
    func classes(retryClass: RetryClass, failures: Int, expected: RetryDecision) {
        let error = ScriptedError(retryClass: retryClass)
        #expect(RetryDecision.after(error, failures: failures, policy: Self.policy, random: Self.calm) == expected)
    }

    @Test("an error without a class is transient")
    func unclassified() {
        let decision = RetryDecision.after(Plain(), failures: 2, policy: Self.policy, random: Self.calm)
        #expect(decision == .retry(after: .milliseconds(200)))
    }

    @Test(
        "outcomes",
        arguments: [
            (ReconcileOutcome.done, RetryDecision.rest), (.requeue(after: .seconds(5)), .timer(.seconds(5))),
            (.requeue(after: .seconds(-5)), .timer(.zero)),
        ]
    )
    func outcomes(outcome: ReconcileOutcome, expected: RetryDecision) {
        #expect(RetryDecision.after(outcome) == expected)
    }

    @Test("of two wishes the earlier counts")
    func merge() {
        let (early, late) = (ReconcileOutcome.requeue(after: .seconds(1)), ReconcileOutcome.requeue(after: .seconds(9)))
        #expect(early.merged(with: late) == early)
        #expect(late.merged(with: early) == early)
        #expect(ReconcileOutcome.done.merged(with: late) == late)
        #expect(late.merged(with: .done) == late)
        #expect(ReconcileOutcome.done.merged(with: .done) == .done)
    }
}
