internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import Testing

@testable internal import OperatorCore

/// Upgrades under PodDisruptionBudgets.
@Suite struct UpgradeBudgetTests {
    static let quick =
        "{version: 1.29.2, profile: minimal, upgrade: {steps: [{weight: 100}], retireAfter: 60s, progressDeadline: 60s, "
        + "workloads: {maxUnavailable: 5}}}"

    /// A mesh with applications of `pod: both` in one namespace.
    static func life(_ apps: [String], replicas: Int = 1) async throws -> UpgradeLife {
        let world = UpgradeWorld(try await TestCluster())
        try await world.cluster.create(quick)
        let life = try UpgradeLife(world)
        try await life.settle()
        try await world.makeNamespace("shop")
        for app in apps { try await world.makeApp("shop", app, replicas: replicas, extra: ["pod": "both"]) }
        try await life.settle()
        return life
    }

    /// The applications that were restarted and do not run with the new revision alone yet.
    static func inMotion(_ life: UpgradeLife, _ apps: [String]) async throws -> [String] {
        let revisions = try await life.world.revisions()
        var result: [String] = []
        for app in apps {
            let marks = try await life.world.deployment("shop", app).annotations
            let isDirected = marks["meshoperator.io/moved-to"] == "1-30-2"
            if isDirected, revisions["shop/\(app)"] != ["1-30-2"] { result.append(app) }
        }
        return result
    }

    @Test("Two Deployments under a budget that allows one disruption are restarted one after the other")
    func oneAtATime() async throws {
        let apps = ["cart", "web"]
        let life = try await Self.life(apps)
        try await life.world.makeBudget("shop", "both", over: ("pod", "both"), maxUnavailable: 1)
        try await life.settle()
        try await life.cluster.change("{version: 1.30.2}")
        var most = 0
        try await life.until("upgraded") { life in
            most = max(most, try await Self.inMotion(life, apps).count)
            return try await life.status().version == "1.30.2"
        }
        #expect(most == 1, "workloads.maxUnavailable would allow both")
        try await life.expectAll("1-30-2")
    }

    @Test("Without a budget both are under way at a time")
    func bothAtATime() async throws {
        let apps = ["cart", "web"]
        let life = try await Self.life(apps)
        try await life.cluster.change("{version: 1.30.2}")
        var most = 0
        try await life.until("upgraded") { life in
            most = max(most, try await Self.inMotion(life, apps).count)
            return try await life.status().version == "1.30.2"
        }
        #expect(most == 2)
    }

    @Test("A budget that never allows is told before the start; the move waits until the deadline and goes back")
    func never() async throws {
        let life = try await Self.life(["cart"])
        try await life.world.makeApp("shop", "free")
        try await life.world.makeBudget("shop", "none", over: ("pod", "both"), maxUnavailable: 0)
        try await life.settle()
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "Obstructed")
        let outline = try #require(try await life.status().plan?.outline)
        #expect(outline.findings.contains { $0.contains("PodDisruptionBudget shop/none: spec.maxUnavailable") })
        #expect(try await life.world.revisions()["shop/free"] == ["1-30-2"], "the others move")
        let waiting = try await life.status().plan?.progress.waitingFor ?? ""
        #expect(waiting.contains("PodDisruptionBudget shop/none allows no disruption of Deployment shop/cart"))
        let began = life.cluster.now
        try await life.until("rolled back", limit: 600) { try await $0.status().plan?.progress.reason == "RolledBack" }
        #expect(life.cluster.now - began >= .seconds(40), "not before the deadline")
        let degraded = try #require(try await life.status().condition(.degraded))
        #expect(degraded.reason == "ProgressDeadlineExceeded")
        #expect(degraded.message.contains("PodDisruptionBudget shop/none"), "\(degraded.message)")
        try await life.expectAll("default")
    }

    @Test("A restart that may take more pods at a time than the budget allows waits, and says what to change")
    func moreThanAllowed() async throws {
        let life = try await Self.life(["cart"], replicas: 4)
        let strategy: Tree = ["spec": ["strategy": ["rollingUpdate": ["maxUnavailable": 2]]]]
        let cart = ObjectKey(namespace: "shop", name: "cart")
        _ = try await life.cluster.admin.patch(.deployments, cart, .merge(strategy))
        try await life.world.makeBudget("shop", "one", over: ("pod", "both"), maxUnavailable: 1)
        try await life.settle()
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "Obstructed")
        let waiting = try await life.status().plan?.progress.waitingFor ?? ""
        #expect(waiting.contains("shop/one allows 1 disruption, a restart of Deployment shop/cart may take 2"))
        let outline = try #require(try await life.status().plan?.outline)
        #expect(outline.findings.contains { $0.contains("shop/one") && $0.contains("may take 2 at a time") })
        try await life.expectAll("default")
        let calm: Tree = ["spec": ["strategy": ["rollingUpdate": ["maxUnavailable": 1]]]]
        _ = try await life.cluster.admin.patch(.deployments, cart, .merge(calm))
        try await life.until("upgraded") { try await $0.status().version == "1.30.2" }
    }
}
