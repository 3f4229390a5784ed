/// Waiting, for a bounded time, for an operator that has yet to see the last change of a rollout, as after `kubectl apply`.
package struct RolloutPatience: Sendable {
    /// How long it waits.
    package let limit: Duration
    /// What waits are counted on.
    package let clock: any Clock<Duration>
    /// Says what is waited for; called once at the beginning.
    package let tell: @Sendable (String) -> Void

    /// How long to wait where nobody says.
    package static let usual = Duration.seconds(10)
    /// How often it looks.
    static let pause = Duration.milliseconds(500)

    /// Makes a patience.
    package init(limit: Duration, clock: any Clock<Duration>, tell: @escaping @Sendable (String) -> Void) {
        self.limit = limit
        self.clock = clock
        self.tell = tell
    }

    /// The rollout once the operator has seen its last change, or as it stands after ``limit``, or when the task is cancelled.
    ///
    /// Throws ``CommandError`` where it is gone, or the cluster cannot be asked.
    func wait(for subject: RolloutSubject, _ directory: RolloutDirectory) async throws(CommandError) -> RolloutSubject {
        guard limit > .zero else { return subject }
        tell("\(subject.title): waiting for the operator to see the last change, for at most \(NumberText.span(limit))")
        var present = subject
        var waited = Duration.zero
        while present.isUnseen, waited < limit {
            let next = min(Self.pause, limit - waited)
            guard (try? await clock.sleep(for: next)) != nil else { break }
            waited += next
            present = try await directory.find(subject)
        }
        return present
    }
}
