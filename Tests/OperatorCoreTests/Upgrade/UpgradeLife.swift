internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import Testing

@testable internal import OperatorCore

/// A mesh with applications, and an operator that carries out its upgrades.
struct UpgradeLife {
    let world: UpgradeWorld
    let life: DirectOperator

    var cluster: TestCluster { world.cluster }

    /// Without holds, so that a step takes as long as its moves.
    static let quick = "upgrade: {steps: [{weight: 50}, {weight: 100}], retireAfter: 60s}"

    /// A mesh of `version` with two namespaces and three applications, all up.
    static func start(_ spec: String, rule: @escaping FaultyTransport.Rule = { _, _ in nil }) async throws -> UpgradeLife {
        let world = UpgradeWorld(try await TestCluster())
        try await world.cluster.create(spec)
        let life = try UpgradeLife(world)
        try await life.settle()
        try await world.makeNamespace("shop")
        try await world.makeNamespace("pay", ["istio.io/rev": "default"])
        try await world.makeApp("shop", "cart", replicas: 2)
        try await world.makeApp("shop", "web", resource: .statefulSets)
        try await world.makeApp("pay", "bank")
        try await life.settle()
        return life
    }

    init(_ world: UpgradeWorld, rule: @escaping FaultyTransport.Rule = { _, _ in nil }) throws {
        self.world = world
        life = try DirectOperator(
            world.cluster,
            renderer: UpgradeMesh.render,
            catalogue: try UpgradeMesh.catalogue(),
            rule: rule
        )
    }

    /// Reconciles once after the caches have caught up, and lets the world act; gives whether anything happened.
    @discardableResult
    func round() async throws -> Bool {
        try await life.synchronize()
        let before = life.transport.writes.count
        try await life.reconcile()
        let changed = try await world.step()
        cluster.pass(.seconds(1))
        return changed || life.transport.writes.count > before
    }

    /// Rounds until nothing happens any more for a while, in which time passes; gives the number of rounds.
    @discardableResult
    func settle(limit: Int = 400, quiet: Int = 3, _ each: (UpgradeLife) async throws -> Void = { _ in }) async throws -> Int {
        var calm = 0
        for number in 1...limit {
            calm = try await round() ? 0 : calm + 1
            try await each(self)
            if calm >= quiet { return number }
        }
        throw MeshOperatorError(.unsettled, "not settled: \(life.transport.writes.suffix(4)) \(try await summary())")
    }

    /// Lets time pass, reconciling every `step`.
    func pass(_ seconds: Int, every step: Int = 10) async throws {
        for _ in 0..<max(1, seconds / step) {
            try await round()
            cluster.pass(.seconds(step - 1))
        }
    }

    func status() async throws -> MeshOperatorStatus {
        MeshOperatorStatus(lenient: try await cluster.resource()?.tree["status"] ?? .null)
    }

    func summary() async throws -> String {
        try await cluster.resource()?.tree["status"]?.jsonText() ?? "none"
    }

    func istiods() async throws -> [String] {
        try await cluster.admin.list(.deployments).objects.map(\.name).filter { $0.hasPrefix("istiod") }.sorted()
    }
}

@Suite struct UpgradeTests {
    @Test func movesEverythingToANewRevision() async throws {
        let life = try await UpgradeLife.start("{version: 1.29.2, profile: minimal, \(UpgradeLife.quick)}")
        #expect(try await life.world.revisions() == ["shop/cart": ["default"], "shop/web": ["default"], "pay/bank": ["default"]])
        try await life.cluster.change("{version: 1.30.2}")
        try await life.settle()
        let moved: Set<String> = ["1-30-2"]
        #expect(try await life.world.revisions() == ["shop/cart": moved, "shop/web": moved, "pay/bank": moved])
        #expect(try await life.world.namespaceLabels("shop")["istio-injection"] == "enabled")
        #expect(try await life.world.namespaceLabels("shop")["istio.io/rev"] == nil)
        #expect(try await life.world.namespaceLabels("pay")["istio.io/rev"] == "default")
        #expect(life.world.doubled == [])
        try await life.pass(90)
        #expect(try await life.istiods() == ["istiod-1-30-2"])
        life.life.transport.forget()
        try await life.pass(60)
        #expect(life.life.transport.writes == [])
    }
}
