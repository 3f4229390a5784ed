internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine
internal import Synchronization
internal import Testing

@Suite struct GateRoundTests {
    /// Counts how many are asked at the same time.
    final class Counter: GateAsking {
        let state = Mutex((now: 0, most: 0, asked: [String]()))

        private func ask(_ name: String) async -> GateReading {
            state.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
                $0.asked.append(name)
            }
            for _ in 0..<20 { await Task.yield() }
            state.withLock { $0.now -= 1 }
            return GateReading(.passed, name, taken: SampleAnalysis.start)
        }

        func ask(_ metric: AnalysisMetric, of analysis: AnalysisSpec, _ question: GateQuestion) async -> GateReading {
            await ask(metric.name)
        }

        func ask(_ gate: AnalysisGate, _ question: GateQuestion) async -> GateReading { await ask(gate.name) }
    }

    @Test func asksWhatIsNamedAtMostEightAtATime() async throws {
        let metrics = (0..<20).map { "{name: m\($0), builtIn: ErrorRate, max: 1}" }.joined(separator: ", ")
        let analysis = try SampleAnalysis.make(
            "{prometheus: {address: 'http://p'}, metrics: [\(metrics)], gates: [{name: g, url: 'http://g'}]}"
        )
        let counter = Counter()
        let names = (0..<19).map { "m\($0)" } + ["g", "unknown", "m0"]
        let readings = await GateRound(asker: counter, analysis: analysis).ask(names, SampleAnalysis.question)
        #expect(Set(readings.keys) == Set((0..<19).map { "m\($0)" } + ["g"]))
        #expect(readings.allSatisfy { $0.key == $0.value.message })
        #expect(counter.state.withLock { $0.most } <= 8)
        #expect(counter.state.withLock { $0.asked.count } == 20)
    }

    @Test func onlyEventGatesAreTold() async throws {
        let analysis = try SampleAnalysis.make(
            "{gates: [{name: a, url: 'http://g'}, {name: b, type: Event, url: 'http://g'}]}"
        )
        let readings = await GateRound(asker: Counter(), analysis: analysis).tell(SampleAnalysis.question)
        #expect(Array(readings.keys) == ["b"])
    }
}
