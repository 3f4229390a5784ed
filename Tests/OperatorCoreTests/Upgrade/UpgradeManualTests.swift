internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import RolloutEngine
internal import Testing

@testable internal import OperatorCore

/// Upgrades in which people move workloads or gateways: each step waits for its share, by whomever it was moved.
@Suite struct UpgradeManualTests {
    static func spec(_ steps: String, _ more: String = "") -> String {
        "{version: 1.29.2, profile: minimal, upgrade: {steps: [\(steps)], retireAfter: 60s, progressDeadline: 120s, "
            + "workloads: {mode: Manual}\(more)}}"
    }

    /// What a person does: labels a namespace for a revision, and restarts its workloads.
    static func move(_ life: UpgradeLife, _ namespace: String, to revision: String) async throws {
        let labels: Tree = ["metadata": ["labels": ["istio.io/rev": .string(revision), "istio-injection": .null]]]
        _ = try await life.cluster.admin.patch(.namespaces, ObjectKey(name: namespace), .merge(labels))
        let time = life.cluster.now.rfc3339
        let restart: Tree = [
            "spec": ["template": ["metadata": ["annotations": ["kubectl.kubernetes.io/restartedAt": .string(time)]]]]
        ]
        for (resource, key) in UpgradeStaleMarkTests.apps where key.namespace == namespace {
            _ = try await life.cluster.admin.patch(resource, key, .merge(restart))
        }
    }

    private func waiting(_ life: UpgradeLife) async throws -> String {
        try await life.status().plan?.progress.waitingFor ?? ""
    }

    @Test("Each step waits until people have moved its share, however long, then holds, asks for approval, and goes on")
    func waitsForPeople() async throws {
        let life = try await UpgradeLife.start(Self.spec("{weight: 30, hold: 60s, approve: true}, {weight: 100}"))
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "Obstructed")
        life.life.transport.forget()
        try await life.pass(900, every: 20)
        #expect(try await life.status().plan?.progress.step == 1, "no deadline is about people's pace")
        #expect(try await life.status().plan?.progress.reason == "Obstructed")
        let text = try await waiting(life)
        #expect(text.contains("0 of 1 moved") && text.contains("next Deployment pay/bank"), "\(text)")
        #expect(text.contains("label namespace pay istio.io/rev=1-30-2 and restart it"), "\(text)")
        try await life.expectAll("default")
        let moves = life.life.transport.writes.filter { $0.path.contains("/shop") || $0.path.contains("/pay") }
        #expect(moves == [])
        try await Self.move(life, "pay", to: "1-30-2")
        let before = life.cluster.now
        try await life.until(step: 1, "AwaitingApproval")
        #expect(life.cluster.now - before >= .seconds(60), "the hold begins when the share has moved")
        try await life.annotate(RolloutNames.Command.approve, "1")
        try await life.until(step: 2, "Obstructed")
        #expect(try await waiting(life).contains("1 of 3 moved"))
        try await Self.move(life, "shop", to: "1-30-2")
        try await life.until("upgraded") { try await $0.status().version == "1.30.2" }
        try await life.expectAll("1-30-2")
        try await life.pass(120)
        #expect(try await life.istiods() == ["istiod-1-30-2"])
    }

    @Test("What people have moved and does not come up ends the step at its deadline")
    func neverReady() async throws {
        let life = try await UpgradeLife.start(Self.spec("{weight: 30}, {weight: 100}"))
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "Obstructed")
        life.world.breakPods("bank", with: ["1-30-2"])
        try await Self.move(life, "pay", to: "1-30-2")
        try await UpgradeByHandTests.removePods(life, "pay", "bank")
        try await life.until("given up", limit: 600) { try await $0.status().plan?.progress.reason == "RollingBack" }
        #expect(try await life.status().condition(.degraded)?.reason == "ProgressDeadlineExceeded")
    }

    @Test("The way back waits for people too, and is not told as done before")
    func backByPeople() async throws {
        let life = try await UpgradeLife.start(Self.spec("{weight: 30, approve: true}, {weight: 100}"))
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "Obstructed")
        try await Self.move(life, "pay", to: "1-30-2")
        try await life.until(step: 1, "AwaitingApproval")
        try await life.annotate(RolloutNames.Command.abort, "not today")
        try await life.pass(300)
        #expect(try await life.status().plan?.progress.reason == "RollingBack")
        let text = try await waiting(life)
        #expect(text.contains("waiting for Deployment pay/bank"), "\(text)")
        let remedy =
            "next Deployment pay/bank: label namespace pay istio-injection=enabled istio.io/rev- and restart it"
        #expect(text.contains("sent back by people (workloads.mode Manual), \(remedy)"), "\(text)")
        #expect(try await life.world.revisions()["pay/bank"] == ["1-30-2"], "nobody restarts it but people")
        try await Self.move(life, "pay", to: "default")
        try await life.until("rolled back") { try await $0.status().plan?.progress.reason == "RolledBack" }
        try await life.expectAll("default")
    }

    @Test("Gateways in mode Manual stay what they are over two hops")
    func gatewaysStay() async throws {
        let life = try await UpgradeLife.start(
            "{version: 1.28.4, upgrade: {steps: [{weight: 50}, {weight: 100}], retireAfter: 60s, "
                + "gateways: {mode: Manual}}}"
        )
        let key = ObjectKey(namespace: "istio-system", name: "istio-ingressgateway")
        let before = try await life.cluster.admin.get(.deployments, key)
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until("upgraded", limit: 900) { life in
            let all = try await life.cluster.admin.list(.deployments).objects
            let gateways = all.filter { $0.name.hasPrefix("istio-ingressgateway") }
            #expect(gateways.map(\.name) == ["istio-ingressgateway"])
            return try await life.status().version == "1.30.2"
        }
        try await life.pass(180)
        let after = try await life.cluster.admin.get(.deployments, key)
        #expect(after.uid == before.uid && after.generation == before.generation)
        #expect(try await life.status().gateways.map(\.revision) == ["default"])
        #expect(try await life.istiods() == ["istiod", "istiod-1-30-2"], "its control plane stays for it")
    }
}
