internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine
internal import Synchronization

/// Answers gates as a test says, and writes down what was asked.
final class ScriptedAsker: GateAsking {
    /// One question asked.
    struct Asked: Sendable, Hashable {
        var name: String
        var step: Int
        var weight: Int
        var reason: String
        var phase: String
    }

    private let now: @Sendable () -> Timestamp
    /// What a gate answers.
    typealias Answer = @Sendable (String, GateQuestion) -> GateReading.Outcome

    private let answer: Mutex<Answer>
    private let log = Mutex<[Asked]>([])
    private let endings = Mutex<[String]>([])

    init(now: @escaping @Sendable () -> Timestamp) {
        self.now = now
        let pass: Answer = { _, _ in .passed }
        answer = Mutex(pass)
    }

    var asked: [Asked] { log.withLock { $0 } }

    /// Whose Jobs were ended, and where.
    var ended: [String] { endings.withLock { $0 } }

    func endJobs(of subject: GateSubject, in namespace: String) async -> String? {
        endings.withLock { $0.append("\(subject.key) in \(namespace)") }
        return nil
    }

    func answer(_ body: @escaping Answer) {
        answer.withLock { $0 = body }
    }

    func ask(_ metric: AnalysisMetric, of analysis: AnalysisSpec, _ question: GateQuestion) async -> GateReading {
        reading(metric.name, question)
    }

    func ask(_ gate: AnalysisGate, _ question: GateQuestion) async -> GateReading { reading(gate.name, question) }

    private func reading(_ name: String, _ question: GateQuestion) -> GateReading {
        let asked = Asked(
            name: name,
            step: question.step,
            weight: question.weight,
            reason: question.reason,
            phase: question.phase
        )
        log.withLock { $0.append(asked) }
        let outcome = answer.withLock { $0 }(name, question)
        return GateReading(outcome, "\(name) says so", taken: now())
    }
}
