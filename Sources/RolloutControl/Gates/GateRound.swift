package import MeshAPI
package import RolloutEngine

/// Asks several gates at the same time.
package struct GateRound: Sendable {
    private let asker: any GateAsking
    private let analysis: AnalysisSpec

    /// How many gates are asked at a time.
    private static let width = 8

    /// Makes a round over the metrics and gates of an analysis.
    package init(asker: any GateAsking, analysis: AnalysisSpec) {
        self.asker = asker
        self.analysis = analysis
    }

    /// Asks the metrics and gates of these names, and gives their readings by name; unknown names are left out.
    ///
    /// Takes at most as long as the slowest of them is allowed to, times the number of eights asked.
    package func ask(_ names: [String], _ question: GateQuestion) async -> [String: GateReading] {
        await withTaskGroup(of: (String, GateReading)?.self) { group in
            var readings: [String: GateReading] = [:]
            var running = 0
            for name in Set(names).sorted() {
                if running == Self.width, let done = await group.next() {
                    if let done { readings[done.0] = done.1 }
                    running -= 1
                }
                group.addTask { await ask(name, question).map { (name, $0) } }
                running += 1
            }
            for await done in group {
                if let done { readings[done.0] = done.1 }
            }
            return readings
        }
    }

    /// Tells all event gates of a transition; what they answer is only for logs.
    package func tell(_ question: GateQuestion) async -> [String: GateReading] {
        await ask(analysis.gates.filter { $0.kind == .event }.map(\.name), question)
    }

    private func ask(_ name: String, _ question: GateQuestion) async -> GateReading? {
        if let metric = analysis.metrics.first(where: { $0.name == name }) {
            return await asker.ask(metric, of: analysis, question)
        }
        guard let gate = analysis.gates.first(where: { $0.name == name }) else { return nil }
        return await asker.ask(gate, question)
    }
}
