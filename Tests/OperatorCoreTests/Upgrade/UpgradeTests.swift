internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import Testing

@testable internal import OperatorCore

/// Upgrades that go well.
@Suite struct UpgradeTests {
    @Test func movesEverythingToANewRevision() async throws {
        let life = try await UpgradeLife.start("{version: 1.29.2, profile: minimal, \(UpgradeLife.quick)}")
        try await life.expectAll("default")
        try await life.cluster.change("{version: 1.30.2}")
        try await life.settle()
        try await life.expectAll("1-30-2")
        #expect(try await life.world.namespaceLabels("shop")["istio-injection"] == "enabled")
        #expect(try await life.world.namespaceLabels("shop")["istio.io/rev"] == nil)
        #expect(try await life.world.namespaceLabels("pay")["istio.io/rev"] == "default")
        #expect(life.world.doubled == [])
        let status = try await life.status()
        #expect(status.phase == .ready)
        #expect(status.version == "1.30.2")
        #expect(status.revision == "1-30-2")
        #expect(status.plan == nil)
        #expect(status.proxies == "4/4")
        #expect(status.revisions.map(\.name).sorted() == ["1-30-2", "default"])
        try await life.pass(90)
        #expect(try await life.istiods() == ["istiod-1-30-2"])
        #expect(try await life.status().revisions.map(\.name) == ["1-30-2"])
        life.life.transport.forget()
        try await life.pass(60)
        #expect(life.life.transport.writes == [])
    }

    @Test func goesFromOneNamedRevisionToTheNext() async throws {
        let life = try await UpgradeLife.start("{version: 1.29.1, profile: minimal, \(UpgradeLife.quick)}")
        try await life.cluster.change("{version: 1.29.2}")
        try await life.settle()
        try await life.expectAll("1-29-2")
        try await life.cluster.change("{version: 1.30.2}")
        try await life.settle()
        try await life.expectAll("1-30-2")
        #expect(try await life.world.namespaceLabels("shop")["istio-injection"] == "enabled")
        try await life.pass(150)
        #expect(try await life.istiods() == ["istiod-1-30-2"])
        #expect(life.world.doubled == [])
    }

    @Test func goesHopByHopAndSkipsNoMinor() async throws {
        let life = try await UpgradeLife.start("{version: 1.27.9, profile: minimal, \(UpgradeLife.quick)}")
        try await life.cluster.change("{version: 1.30.2}")
        var seen: [String] = []
        var hops: [[String]] = []
        try await life.settle { life in
            for name in try await life.istiods() where !seen.contains(name) { seen.append(name) }
            let plan = try await life.status().plan?.hops ?? []
            if hops.last != plan { hops.append(plan) }
        }
        #expect(seen == ["istiod", "istiod-1-28-4", "istiod-1-29-2", "istiod-1-30-2"])
        #expect(hops.contains(["1.28.4", "1.29.2", "1.30.2"]))
        #expect(hops.contains(["1.30.2"]))
        try await life.expectAll("1-30-2")
        try await life.pass(200)
        #expect(try await life.istiods() == ["istiod-1-30-2"])
    }

    @Test func movesGatewaysByWeightBehindOneService() async throws {
        let spec =
            "{version: 1.29.2, upgrade: {steps: [{weight: 25, hold: 60s}, {weight: 50, hold: 60s}, {weight: 100}]}}"
        let life = try await UpgradeLife.start(spec)
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "Holding")
        func replicas(_ name: String) async throws -> Int64? {
            try await life.cluster.object(.deployments, "istio-system", name)?.tree.value(at: "spec", "replicas")?
                .integer
        }
        #expect(try await replicas("istio-ingressgateway-1-30-2") == 1)
        #expect(try await replicas("istio-ingressgateway") == 3)
        let gateway = try #require(try await life.status().gateways.first)
        #expect(gateway.weight == 25)
        #expect(gateway.revision == "default")
        try await life.pass(60, every: 2)
        try await life.until(step: 2, "Holding")
        #expect(try await replicas("istio-ingressgateway-1-30-2") == 2)
        #expect(try await replicas("istio-ingressgateway") == 2)
        try await life.pass(60, every: 2)
        try await life.settle()
        #expect(try await replicas("istio-ingressgateway-1-30-2") == 4)
        #expect(try await life.cluster.object(.deployments, "istio-system", "istio-ingressgateway") == nil)
        #expect(try await life.cluster.object(.services, "istio-system", "istio-ingressgateway") != nil)
        #expect(try await life.status().gateways.first?.revision == "1-30-2")
    }

    @Test func staysAtEachStepAndSaysWhy() async throws {
        let spec =
            "{version: 1.29.2, profile: minimal, "
            + "upgrade: {steps: [{weight: 34, approve: true}, {weight: 100, hold: 30s}]}}"
        let life = try await UpgradeLife.start(spec)
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "AwaitingApproval")
        let status = try await life.status()
        #expect(status.phase == .upgrading)
        #expect(status.version == "1.29.2")
        #expect(status.targetVersion == "1.30.2")
        #expect(status.targetRevision == "1-30-2")
        let moved = try await life.world.revisions().values.count { $0 == ["1-30-2"] }
        #expect(moved == 2, "34% of three are two")
        #expect(status.condition(.progressing)?.reason == "AwaitingApproval")
        #expect(status.condition(.progressing)?.message.contains("1.29.2 -> 1.30.2, step 1 of 2") == true)
        try await life.pass(120)
        #expect(try await life.status().plan?.progress.step == 1)
        life.life.transport.forget()
        try await life.pass(60)
        #expect(life.life.transport.writes == [], "waiting writes nothing")
        try await life.annotate(RolloutNames.Command.approve, "1")
        try await life.until(step: 2, "Holding")
        try await life.expectAll("1-30-2")
        try await life.pass(40)
        try await life.settle()
        #expect(try await life.status().phase == .ready)
    }

    @Test func leavesAMeshOfOneRevisionAsItWasRendered() async throws {
        let life = try await UpgradeLife.start("{version: 1.29.2}")
        #expect(try await life.istiods() == ["istiod"])
        let istiod = try #require(try await life.cluster.object(.deployments, "istio-system", "istiod"))
        #expect(RevisionMarks(reading: istiod.annotations) == RevisionMarks())
        try await life.cluster.change("{upgrade: {strategy: InPlace}, version: 1.30.2}")
        try await life.settle()
        #expect(try await life.istiods() == ["istiod"])
        #expect(try await life.status().version == "1.30.2")
    }
}
