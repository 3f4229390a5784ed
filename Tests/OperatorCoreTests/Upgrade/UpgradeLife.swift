internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
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
    static func start(_ spec: String, gates: (any GateAsking)? = nil) async throws -> UpgradeLife {
        let world = UpgradeWorld(try await TestCluster())
        try await world.cluster.create(spec)
        let life = try UpgradeLife(world, gates: gates)
        try await life.settle()
        try await world.makeNamespace("shop")
        try await world.makeNamespace("pay", ["istio.io/rev": "default"])
        try await world.makeApp("shop", "cart", replicas: 2)
        try await world.makeApp("shop", "web", resource: .statefulSets)
        try await world.makeApp("pay", "bank")
        try await life.settle()
        return life
    }

    init(
        _ world: UpgradeWorld,
        gates: (any GateAsking)? = nil,
        settlesGates: Bool = true,
        moveLimit: Int? = nil,
        server: (any HTTPTransport)? = nil,
        rule: @escaping FaultyTransport.Rule = { _, _ in nil }
    ) throws {
        self.world = world
        life = try DirectOperator(
            world.cluster,
            renderer: UpgradeMesh.render,
            catalogue: try UpgradeMesh.catalogue(),
            server: server,
            gates: gates,
            settlesGates: settlesGates,
            moveLimit: moveLimit,
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
    func settle(limit: Int = 400, quiet: Int = 3, _ each: (UpgradeLife) async throws -> Void = { _ in }) async throws
        -> Int
    {
        var calm = 0
        for number in 1...limit {
            calm = try await round() ? 0 : calm + 1
            try await each(self)
            if calm >= quiet { return number }
        }
        throw MeshOperatorError(.unsettled, "not settled: \(life.transport.writes.suffix(4)) \(try await summary())")
    }

    /// Rounds until `condition` holds.
    func until(_ what: String, limit: Int = 300, _ condition: (UpgradeLife) async throws -> Bool) async throws {
        for _ in 0..<limit {
            if try await condition(self) { return }
            try await round()
        }
        throw MeshOperatorError(.unsettled, "never \(what): \(try await summary())")
    }

    /// Rounds until the upgrade stands at a step for a reason.
    func until(step: Int, _ reason: String) async throws {
        try await until("\(reason) at step \(step)") { life in
            let progress = try await life.status().plan?.progress
            return progress?.step == step && progress?.reason == reason
        }
    }

    /// Annotates the MeshOperator.
    func annotate(_ name: String, _ value: String?) async throws {
        let patch: Tree = ["metadata": ["annotations": [name: value.map { .string($0) } ?? .null]]]
        _ = try await cluster.admin.patch(MeshNames.resource, TestCluster.key, .merge(patch))
    }

    /// Whether every application runs with one revision and nothing else.
    func expectAll(_ revision: String, _ comment: String = "") async throws {
        for (name, found) in try await world.revisions() {
            #expect(found == [revision], "\(name) \(comment)")
        }
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
