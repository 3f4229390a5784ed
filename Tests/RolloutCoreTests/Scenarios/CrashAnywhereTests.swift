internal import ControllerKit
internal import CrashKit
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import RolloutEngine
internal import Testing

@testable internal import RolloutCore

/// A whole rollout, with an operator that may die on the way.
struct RolloutStory: Sendable, CustomTestStringConvertible {
    var name: String
    var spec: String
    /// What people do at a moment; nil for nothing.
    var interruption: (@Sendable (TestCluster) async throws -> Bool)?
    /// Where it ends.
    var end = RolloutPhase.completed
    /// The gates every step waits for.
    var gates: [String] = []
    /// What they answer.
    var answer: GateWitness.Answer = { _, _, _ in .passed }
    /// How many deaths are tried at least: what is tried must not dwindle unseen.
    var deaths: Int
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
            gates: ["go"],
            answer: { _, _, isFirst in isFirst ? .inconclusive : .passed },
            deaths: 64
        ),
        RolloutStory(
            name: "abort in the middle",
            spec: SampleRollout.canary,
            interruption: { cluster in
                guard try await cluster.weights()["v2"] == 25 else { return false }
                try await cluster.annotate(RolloutNames.Command.abort, "no")
                return true
            },
            end: .rolledBack,
            deaths: 30
        ),
        RolloutStory(
            name: "gate that fails in the middle",
            spec: SampleRollout.spec(
                """
                virtualServices: [{name: reviews}]
                destinationRule: {name: reviews}
                steps: [{mirror: {percent: 50}}, {setWeight: 25}, {setWeight: 75, hold: 2s}]
                analysis:
                  interval: 1s
                  initialDelay: 0s
                  failureLimit: 0
                  prometheus: {address: "http://prometheus:9090"}
                  metrics: [{name: errors, query: errors, max: 1}]
                  gates: [{name: go, url: "http://gate"}]
                """
            ),
            end: .rolledBack,
            gates: ["errors", "go"],
            answer: { place, weight, isFirst in
                if place.gate == "errors" { return weight == 75 ? .failed : .passed }
                return isFirst ? .inconclusive : .passed
            },
            deaths: 44
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
            gates: ["go"],
            deaths: 42
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
            deaths: 54
        ),
    ]

    /// The undisturbed run: its end, and the weights of version 2 on the way.
    func play() async throws -> (state: [String: String], weights: [Int64]) {
        var stage = try await RolloutStage.start(self)
        var weights: [Int64] = [0]
        var quiet = 0
        for _ in 0..<200 where quiet < 8 {
            let isQuiet = try await stage.round() == false
            quiet = isQuiet ? try await stage.cluster.status().phase == end ? quiet + 1 : 0 : 0
            let weight = try await stage.cluster.weights()["v2"] ?? 0
            if weights.last != weight { weights.append(weight) }
        }
        return (try await stage.endState(), weights)
    }
}

@Suite struct CrashAnywhereTests {
    @Test(arguments: RolloutStory.all) func reachesTheSameEndAfterAKillAtAnyWrite(_ story: RolloutStory) async throws {
        // The destination rule and the MeshRollout are looked after for a while after the end.
        var search = CrashSearch<RolloutStage>([.killedBefore, .killedAfter], quiet: 40, stride: 19)
        let report = try await search.run(try await RolloutStage.start(story))
        print("crashes in \(story.name): \(report.summary)")
        for complaint in report.complaints.prefix(10) { Issue.record("\(story.name): \(complaint)") }
        #expect(report.complaints.count == 0)
        #expect(report.end["phase"] == story.end.rawValue)
        #expect(report.deaths >= story.deaths)
    }

    @Test func endsAsTheSpecSaysInEachStory() async throws {
        let canary = try await RolloutStory.all[0].play()
        #expect(canary.state["VirtualService shop/reviews"]?.contains(#""subset":"v2""#) == true)
        #expect(canary.state["VirtualService shop/reviews"]?.contains("meshrollout") == false)
        #expect(canary.state["DestinationRule shop/reviews"]?.contains("warmup") == false)
        #expect(canary.weights.contains(25))
        let green = try await RolloutStory.all[3].play()
        #expect(green.weights == [0, 100])
        let copied = try await RolloutStory.all[4].play()
        #expect(copied.state["Deployment shop/reviews-v1"]?.contains("reviews:v2") == true)
        #expect(copied.state["Deployment shop/reviews-v1"]?.contains(#""version":"v1""#) == true)
        #expect(copied.state["Deployment shop/reviews-v2"]?.contains(#""replicas":0"#) == true)
        #expect(copied.state["VirtualService shop/reviews"]?.contains("subset") == false)
        #expect(copied.state["DestinationRule shop/reviews"]?.contains("subsets") == false)
    }
}
