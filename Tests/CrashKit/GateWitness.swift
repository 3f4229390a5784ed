package import MeshAPI
package import MeshBase
package import RolloutControl
package import RolloutEngine
internal import Synchronization

/// Answers gates as a test says, and remembers which gates let which step go once its share was reached.
package final class GateWitness: GateAsking {
    /// A gate at a step of a rollout.
    package struct Place: Sendable, Hashable, CustomStringConvertible {
        /// The version that is rolled out.
        package var version: String
        /// The step, counted from 0 as in a record.
        package var step: Int
        /// The metric or gate.
        package var gate: String

        /// Names a place.
        package init(version: String, step: Int, gate: String) {
            self.version = version
            self.step = step
            self.gate = gate
        }

        /// For messages and pictures.
        package var description: String { "\(gate) at step \(step) of \(version)" }
    }

    /// What a gate answers; it is told whether it has been asked at this place before.
    package typealias Answer = @Sendable (_ place: Place, _ weight: Int, _ isFirst: Bool) -> GateReading.Outcome
    /// Whether the share of the step is reached, by a look at the cluster.
    package typealias Sight = @Sendable (GateQuestion) async -> Bool

    private struct State {
        var asked: Set<Place> = []
        var passed: Set<Place> = []
        var count = 0
    }

    private let answer: Answer
    private let now: @Sendable () -> Timestamp
    private let isReached: Sight
    private let state: Mutex<State>

    /// Makes gates that have not been asked yet.
    package init(
        now: @escaping @Sendable () -> Timestamp,
        isReached: @escaping Sight,
        answer: @escaping Answer
    ) {
        self.now = now
        self.isReached = isReached
        self.answer = answer
        state = Mutex(State())
    }

    /// The same gates in another cluster, with what they remember.
    package init(copying other: GateWitness, now: @escaping @Sendable () -> Timestamp, isReached: @escaping Sight) {
        self.now = now
        self.isReached = isReached
        answer = other.answer
        state = Mutex(other.state.withLock { $0 })
    }

    /// Whether a gate has let a step go, asked after the step's share was reached.
    package func hasPassed(_ place: Place) -> Bool { state.withLock { $0.passed.contains(place) } }

    /// How many questions were asked.
    package var count: Int { state.withLock { $0.count } }

    /// What decides about answers to come, and what is known of them, for pictures.
    package var lines: [String] {
        state.withLock { state in
            state.asked.map { "asked \($0)" }.sorted() + state.passed.map { "passed \($0)" }.sorted()
        }
    }

    package func ask(_ metric: AnalysisMetric, of analysis: AnalysisSpec, _ question: GateQuestion) async -> GateReading
    {
        await reading(metric.name, question)
    }

    package func ask(_ gate: AnalysisGate, _ question: GateQuestion) async -> GateReading {
        guard gate.kind != .event else { return GateReading(.passed, "told", taken: now()) }
        return await reading(gate.name, question)
    }

    private func reading(_ gate: String, _ question: GateQuestion) async -> GateReading {
        let version = question.new.values["version"] ?? ""
        let place = Place(version: version, step: question.step - 1, gate: gate)
        let isFirst = state.withLock { state in
            state.count += 1
            return state.asked.insert(place).inserted
        }
        let outcome = answer(place, question.weight, isFirst)
        if outcome == .passed, await isReached(question) {
            state.withLock { state in _ = state.passed.insert(place) }
        }
        return GateReading(outcome, "\(gate) says so", taken: now())
    }
}
