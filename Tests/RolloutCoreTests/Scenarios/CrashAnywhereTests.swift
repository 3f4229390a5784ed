internal import ControllerKit
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import Testing

@testable internal import RolloutCore

/// A whole rollout, with an operator that may die on the way.
struct RolloutStory: Sendable, CustomTestStringConvertible {
    var name: String
    var spec: String
    /// What people do at a moment; nil for nothing.
    var interruption: (@Sendable (TestCluster) async throws -> Bool)?
    /// Where it ends.
    var end: RolloutPhase
    /// The phase it is to end with after this many seconds.
    var seconds = 120
    var testDescription: String { name }

    static let all: [RolloutStory] = [
        RolloutStory(
            name: "canary",
            spec: SampleRollout.spec(
                """
                virtualServices: [{name: reviews}]
                destinationRule: {name: reviews}
                slowStart: {window: 30s}
                sessionAffinity: {cookie: {}}
                steps:
                  - {match: [{headers: {x-test: {exact: "yes"}}}]}
                  - {mirror: {percent: 50}, hold: 2s}
                  - {setWeight: 25, hold: 2s}
                  - {analysis: {}}
                promotion: {scaleDownDelay: 3s}
                analysis: {interval: 1s, gates: [{name: go, url: "http://gate"}]}
                """
            ),
            end: .completed
        ),
        RolloutStory(
            name: "abort in the middle",
            spec: SampleRollout.canary,
            interruption: { cluster in
                guard try await cluster.weights()["v2"] == 25 else { return false }
                try await cluster.annotate(RolloutNames.Command.abort, "no")
                return true
            },
            end: .rolledBack
        ),
        RolloutStory(
            name: "blue and green",
            spec: SampleRollout.spec(
                """
                strategy: BlueGreen
                steps: [{match: [{headers: {x-test: {exact: "yes"}}}]}, {hold: 2s}, {analysis: {gates: [go]}}]
                promotion: {scaleDownDelay: 3s}
                analysis: {interval: 1s, gates: [{name: go, url: "http://gate"}]}
                """
            ),
            end: .completed
        ),
        RolloutStory(
            name: "promotion by copy",
            spec: SampleRollout.spec(
                """
                virtualServices: [{name: reviews}]
                destinationRule: {name: reviews}
                steps: [{setWeight: 50}]
                promotion: {mode: CopyTemplate, scaleDownDelay: 3s}
                """
            ),
            end: .completed
        ),
    ]

    /// How one run went.
    struct Run {
        var state: [String: String]
        var writes: Int
        var asked: Set<Int>
        var weights: [Int64]
    }

    func play(_ rule: @escaping FaultyTransport.Rule = { _, _ in nil }) async throws -> Run {
        let isMade = !spec.contains("virtualServices")
        let cluster =
            isMade ? try await TestCluster() : try await SampleRollout.cluster(spec)
        if isMade {
            try await cluster.deploy("reviews-v1", version: "v1")
            _ = try await cluster.step()
            try await cluster.rollOut(spec)
        }
        try await DirectRollout(cluster).run(2)
        try await cluster.deploy("reviews-v2", version: "v2", replicas: 1)
        let asker = ScriptedAsker { cluster.now }
        var life = try DirectRollout(cluster, asker: asker, rule: rule)
        var writes = 0
        var weights: [Int64] = [0]
        var isInterrupted = interruption == nil
        var quiet = 0
        var second = 0
        while quiet < 8, second < seconds {
            second += 1
            let before = life.transport.writes.count
            do {
                try await life.run(1)
            } catch {
                guard life.transport.isDead else { throw error }
                writes += life.transport.writes.count
                life = try DirectRollout(cluster, asker: asker)
            }
            let weight = try await cluster.weights()["v2"] ?? 0
            if weights.last != weight { weights.append(weight) }
            if !isInterrupted { isInterrupted = try await interruption?(cluster) ?? true }
            let isQuiet = isInterrupted && life.transport.writes.count == before
            quiet = isQuiet ? try await cluster.status().phase == end ? quiet + 1 : 0 : 0
        }
        writes += life.transport.writes.count
        let phase = try await cluster.status().phase
        if phase != end { Issue.record("\(name) ended \(String(describing: phase))") }
        return Run(
            state: try await cluster.endState(),
            writes: writes,
            asked: Set(asker.asked.map(\.step)),
            weights: weights
        )
    }
}

@Suite struct CrashAnywhereTests {
    @Test(arguments: RolloutStory.all) func reachesTheSameEndAfterAKillAtAnyWrite(_ story: RolloutStory) async throws {
        let whole = try await story.play()
        try #require(whole.writes > 8, "the story must write something")
        for number in 1...whole.writes {
            for fault in [FaultyTransport.Fault.killBefore, .killAfter] {
                let run = try await story.play { _, write in write == number ? fault : nil }
                let label = "\(story.name), \(fault) \(number) of \(whole.writes)"
                #expect(run.asked == whole.asked, "gates were passed over: \(label)")
                for pair in zip(run.weights, run.weights.dropFirst()) {
                    let isStep = zip(whole.weights, whole.weights.dropFirst()).contains { $0 == pair }
                    #expect(isStep || pair.1 < pair.0, "\(label): \(run.weights), not \(whole.weights)")
                }
                for (id, text) in whole.state where run.state[id] != text {
                    Issue.record("\(label): \(id)\n\(text)\n\(run.state[id] ?? "is missing")")
                }
                #expect(run.state.keys.sorted() == whole.state.keys.sorted(), "\(label)")
            }
        }
    }

    @Test func endsAsTheSpecSaysInEachStory() async throws {
        let canary = try await RolloutStory.all[0].play()
        #expect(canary.state["VirtualService shop/reviews"]?.contains(#""subset":"v2""#) == true)
        #expect(canary.state["VirtualService shop/reviews"]?.contains("meshrollout") == false)
        #expect(canary.state["DestinationRule shop/reviews"]?.contains("warmup") == false)
        #expect(canary.weights.contains(25))
        let green = try await RolloutStory.all[2].play()
        #expect(green.weights == [0, 100])
        let copied = try await RolloutStory.all[3].play()
        #expect(copied.state["Deployment shop/reviews-v1"]?.contains("reviews:v2") == true)
        #expect(copied.state["Deployment shop/reviews-v1"]?.contains(#""version":"v1""#) == true)
        #expect(copied.state["Deployment shop/reviews-v2"]?.contains(#""replicas":0"#) == true)
        #expect(copied.state["VirtualService shop/reviews"]?.contains("subset") == false)
        #expect(copied.state["DestinationRule shop/reviews"]?.contains("subsets") == false)
    }
}
