internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import RolloutEngine
internal import Testing

@testable internal import OperatorCore

/// Namespaces that somebody labels for the new revision in the middle of an upgrade.
@Suite struct NamespaceByHandTests {
    /// An upgrade that waits for approval with only `pay` on the new revision.
    static func waiting() async throws -> UpgradeLife {
        let life = try await UpgradeLife.start(
            "{version: 1.29.2, profile: minimal, upgrade: {steps: [{weight: 30, approve: true}, {weight: 100}], "
                + "retireAfter: 60s, progressDeadline: 180s}}"
        )
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "AwaitingApproval")
        return life
    }

    /// Labels a namespace as `kubectl label` does, and restarts a workload of it.
    static func label(_ life: UpgradeLife, _ namespace: String, restarting app: String?) async throws {
        let patch: Tree = ["metadata": ["labels": ["istio.io/rev": "1-30-2", "istio-injection": .null]]]
        _ = try await life.cluster.admin.patch(.namespaces, ObjectKey(name: namespace), .merge(patch))
        guard let app else { return }
        let restart: Tree = [
            "spec": ["template": ["metadata": ["annotations": ["kubectl.kubernetes.io/restartedAt": "by hand"]]]]
        ]
        let key = ObjectKey(namespace: namespace, name: app)
        _ = try await life.cluster.admin.patch(.deployments, key, .merge(restart))
    }

    static func told(_ life: UpgradeLife) async throws -> [String] {
        try await life.life.events().filter { $0.hasPrefix("MovedByHand") }
    }

    static func restarts(_ life: UpgradeLife, _ app: String) -> Int {
        life.life.transport.writes.count { $0.path.hasSuffix("/deployments/\(app)") }
    }

    @Test("It counts as moved and is told; a promotion gives back what stood for the stable revision")
    func promoted() async throws {
        let life = try await Self.waiting()
        try await Self.label(life, "shop", restarting: nil)
        try await life.round()
        try await life.round()
        let told = try await Self.told(life)
        #expect(told.count == 1, "\(told)")
        #expect(told.first?.contains("Namespace shop was labelled istio.io/rev=1-30-2 by somebody else") == true)
        try await life.annotate(RolloutNames.Command.approve, "1")
        try await life.until("upgraded", limit: 600) { try await $0.status().version == "1.30.2" }
        try await life.settle()
        let labels = try await life.world.namespaceLabels("shop")
        #expect(labels["istio-injection"] == "enabled" && labels["istio.io/rev"] == nil, "\(labels)")
        try await life.expectAll("1-30-2")
    }

    @Test("An abort gives it the label of the stable revision, and restarts what runs with the other one once")
    func aborted() async throws {
        let life = try await Self.waiting()
        try await Self.label(life, "shop", restarting: "cart")
        try await life.settle()
        #expect(try await life.world.revisions()["shop/cart"] == ["1-30-2"])
        life.life.transport.forget()
        try await life.annotate(RolloutNames.Command.abort, "no")
        try await life.until("back") { try await $0.status().plan?.progress.reason == "RolledBack" }
        try await life.expectAll("default")
        let labels = try await life.world.namespaceLabels("shop")
        #expect(labels["istio-injection"] == "enabled" && labels["istio.io/rev"] == nil, "\(labels)")
        #expect(Self.restarts(life, "cart") == 1)
    }

    @Test("What is labelled while everything goes back gets the label of the stable revision too, and is told")
    func labelledOnTheWayBack() async throws {
        let life = try await Self.waiting()
        try await life.annotate(RolloutNames.Command.abort, "no")
        try await life.until("going back") { try await $0.status().phase == .rollingBack }
        try await Self.label(life, "shop", restarting: "cart")
        try await life.until("back") { try await $0.status().plan?.progress.reason == "RolledBack" }
        try await life.expectAll("default")
        #expect(try await life.world.namespaceLabels("shop")["istio-injection"] == "enabled")
        let told = try await Self.told(life)
        #expect(told.contains { $0.contains("that revision goes away; it gets istio-injection=enabled") }, "\(told)")
    }

    @Test("Somebody who labels it again and again is named; nothing is restarted for nothing")
    func labelledAgainAndAgain() async throws {
        let life = try await Self.waiting()
        try await Self.label(life, "shop", restarting: "cart")
        try await life.settle()
        life.life.transport.forget()
        try await life.annotate(RolloutNames.Command.abort, "no")
        for _ in 0..<400 {
            try await Self.label(life, "shop", restarting: nil)
            try await life.round()
        }
        #expect(Self.restarts(life, "cart") <= 2, "\(Self.restarts(life, "cart"))")
        let writes = life.life.transport.writes.count { $0.path.hasSuffix("/namespaces/shop") }
        #expect(writes <= 9, "\(writes) in 400 s")
        let waits = try await life.status().plan?.progress.waitingFor ?? ""
        let text =
            "Namespace shop is labelled istio.io/rev=1-30-2 again by somebody else, which goes away: "
            + "label it istio-injection=enabled"
        #expect(waits.contains(text), "\(waits)")
    }
}
