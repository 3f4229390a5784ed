internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import MeshTestKit
internal import RolloutControl
internal import RolloutEngine
internal import Testing

@testable internal import RolloutCore

/// Gates that never answer hold up nothing but their own step.
@Suite struct HangingGateTests {
    /// Hangs for some MeshRollouts, and passes for the others.
    struct Hanging: GateAsking {
        let clock: VirtualClock
        let now: @Sendable () -> Timestamp
        var isAnswering: @Sendable (GateQuestion) -> Bool = { _ in false }

        func ask(_ metric: AnalysisMetric, of analysis: AnalysisSpec, _ question: GateQuestion) async -> GateReading {
            await answer(question)
        }

        func ask(_ gate: AnalysisGate, _ question: GateQuestion) async -> GateReading { await answer(question) }

        private func answer(_ question: GateQuestion) async -> GateReading {
            if !isAnswering(question) { try? await clock.sleep(for: .seconds(1_000_000)) }
            return GateReading(.passed, "ok", taken: now())
        }
    }

    static func make(_ cluster: TestCluster, _ name: String) async throws {
        try await cluster.deploy("\(name)-v1", version: "v1")
        _ = try await cluster.step()
        try await cluster.rollOut(
            """
            workload: {stable: {name: \(name)-v1, version: v1}, canary: {name: \(name)-v2, version: v2}}
            host: \(name)
            steps: [{setWeight: 20}, {setWeight: 60}]
            analysis: {interval: 10s, gates: [{name: go, url: "http://gate"}, {name: news, url: "http://news", type: Event}]}
            """,
            name: name
        )
    }

    /// A MeshRollout at its first step, whose gate hangs.
    static func hanging(
        _ body: @escaping @Sendable (LiveRollout, TestCluster) async throws -> Void
    ) async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let live = try LiveRollout(cluster, clock, asker: Hanging(clock: clock) { cluster.now })
            try await Self.make(cluster, "reviews")
            try await live.whileRunning { live in
                try await live.pass(5)
                try await cluster.deploy("reviews-v2", version: "v2")
                try await live.pass(30)
                let status = try await cluster.status()
                #expect(status.place == "1/3")
                #expect(status.progress.reason == "AwaitingGate")
                #expect(
                    status.progress.waitingFor.contains("waits for gate go; asks gate go since 2026"),
                    "\(status.progress.waitingFor)"
                )
                #expect(try await cluster.weights() == ["v1": 80, "v2": 20])
                try await body(live, cluster)
            }
        }
    }

    @Test func nothingIsWrittenWhileAGateHangs() async throws {
        try await Self.hanging { live, _ in
            let before = live.transport.writes.count
            try await live.pass(120)
            #expect(live.transport.writes.count == before)
        }
    }

    @Test func aPauseCountsAtOnce() async throws {
        try await Self.hanging { live, cluster in
            _ = try await cluster.admin.patch(
                RolloutNames.resource,
                TestCluster.key,
                .merge(["spec": ["paused": true]])
            )
            try await live.pass(2)
            #expect(try await cluster.status().phase == .paused)
            _ = try await cluster.admin.patch(
                RolloutNames.resource,
                TestCluster.key,
                .merge(["spec": ["paused": false]])
            )
            try await live.pass(5)
            let status = try await cluster.status()
            #expect(status.phase == .progressing)
            #expect(status.progress.waitingFor.contains("asks gate go since"), "it is asked again")
        }
    }

    @Test func anAbortCountsAtOnce() async throws {
        try await Self.hanging { live, cluster in
            try await cluster.annotate(RolloutNames.Command.abort, "no")
            try await live.pass(5)
            #expect(try await cluster.status().phase == .rolledBack)
            #expect(try await cluster.weights()["v2"] ?? 0 == 0)
        }
    }

    @Test func aChangedSpecCountsAtOnce() async throws {
        try await Self.hanging { live, cluster in
            let gates: Tree = ["spec": ["analysis": ["gates": []]]]
            _ = try await cluster.admin.patch(RolloutNames.resource, TestCluster.key, .merge(gates))
            try await live.pass(30)
            #expect(try await cluster.status().phase == .completed)
        }
    }

    @Test func driftIsRepairedAtOnce() async throws {
        try await Self.hanging { live, cluster in
            let service = try #require(try await cluster.service())
            var routes = try #require(service.tree.value(at: "spec", "http")?.array)
            let last = routes.count - 1
            var route = try #require(routes[last]["route"]?.array)
            for index in route.indices { route[index]["weight"] = 50 }
            routes[last]["route"] = .array(route)
            let patch: Tree = ["spec": ["http": .array(routes)]]
            _ = try await cluster.admin.patch(TrafficResources.virtualServices, service.key, .merge(patch))
            #expect(try await cluster.weights() == ["v1": 50, "v2": 50])
            try await live.pass(3)
            #expect(try await cluster.weights() == ["v1": 80, "v2": 20])
        }
    }

    @Test func aDeletionCountsAtOnce() async throws {
        try await Self.hanging { live, cluster in
            _ = try await cluster.admin.delete(RolloutNames.resource, TestCluster.key)
            try await live.pass(20)
            #expect(try await cluster.find(RolloutNames.resource, "reviews") == nil)
        }
    }

    @Test func eightThatHangDoNotHoldTheNinth() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let asker = Hanging(clock: clock, now: { cluster.now }) { $0.key.name == "ninth" }
            let live = try LiveRollout(cluster, clock, asker: asker)
            let names = (1...8).map { "slow\($0)" } + ["ninth"]
            for name in names { try await Self.make(cluster, name) }
            try await live.whileRunning { live in
                try await live.pass(5)
                for name in names.dropLast() { try await cluster.deploy("\(name)-v2", version: "v2") }
                try await live.pass(10)
                for name in names.dropLast() {
                    #expect(try await cluster.status(name).progress.reason == "AwaitingGate", "\(name)")
                }
                try await cluster.deploy("ninth-v2", version: "v2")
                try await live.pass(60)
                #expect(try await cluster.status("ninth").phase == .completed)
                for name in names.dropLast() {
                    #expect(try await cluster.status(name).place == "1/3", "\(name)")
                }
            }
        }
    }
}
