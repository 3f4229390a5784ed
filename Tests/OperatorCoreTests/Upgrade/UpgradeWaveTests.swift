internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import Testing

@testable internal import OperatorCore

/// Waves wait for one another, and what keeps a step from being done is named with its cause.
@Suite struct UpgradeWaveTests {
    static let waves =
        "{version: 1.29.2, profile: minimal, upgrade: {steps: [{weight: 100}], retireAfter: 60s, progressDeadline: 60s, "
        + "workloads: {maxUnavailable: 4, waves: [{namespaceSelector: {matchLabels: {stage: test}}}, "
        + "{namespaceSelector: {}}]}}}"

    /// Two workloads in the namespace of the first wave, two in that of the second.
    static func life() async throws -> UpgradeLife {
        let world = UpgradeWorld(try await TestCluster())
        try await world.cluster.create(waves)
        let life = try UpgradeLife(world)
        try await life.settle()
        try await world.makeNamespace("test", ["istio-injection": "enabled", "stage": "test"])
        try await world.makeNamespace("shop")
        for app in ["t1", "t2"] { try await world.makeApp("test", app) }
        for app in ["w1", "w2"] { try await world.makeApp("shop", app, resource: .statefulSets) }
        try await life.settle()
        return life
    }

    private static func isSent(_ life: UpgradeLife, _ name: String) async throws -> Bool {
        let key = ObjectKey(namespace: "shop", name: name)
        let owner = try await life.cluster.admin.get(.statefulSets, key)
        return owner.annotations["meshoperator.io/moved-to"] == "1-30-2"
    }

    @Test("The second wave begins once all of the first is up; until then the status says how many are")
    func oneAfterTheOther() async throws {
        let life = try await Self.life()
        try await life.cluster.change("{version: 1.30.2}")
        var early: [String] = []
        var shown: Set<String> = []
        try await life.until("upgraded") { life in
            let status = try await life.status()
            let revisions = try await life.world.revisions()
            let isTestUp = ["test/t1", "test/t2"].allSatisfy { revisions[$0] == ["1-30-2"] }
            let isSent = [try await Self.isSent(life, "w1"), try await Self.isSent(life, "w2")].contains(true)
            if isSent, !isTestUp { early.append("\(revisions)") }
            for wave in status.plan?.outline?.waves ?? [] {
                guard let moved = wave.moved, let ready = wave.ready else { continue }
                shown.insert("\(wave.wave): \(moved) moved, \(ready) up")
                #expect(ready <= moved)
            }
            return status.version == "1.30.2"
        }
        #expect(early.isEmpty, "\(early)")
        #expect(shown.contains("1: 2 moved, 0 up") && shown.contains("1: 2 moved, 2 up"), "\(shown.sorted())")
        #expect(shown.contains("2: 2 moved, 2 up"), "\(shown.sorted())")
        try await life.expectAll("1-30-2")
    }

    @Test("A wave that does not come up takes nothing of the next one with it; the verdict names pod and cause")
    func aWaveThatDoesNotComeUp() async throws {
        let life = try await Self.life()
        life.world.breakPods("t2", with: ["1-30-2"])
        try await life.cluster.change("{version: 1.30.2}")
        var sent: [String] = []
        try await life.until("rolled back", limit: 600) { life in
            for name in ["w1", "w2"] where try await Self.isSent(life, name) { sent.append(name) }
            return try await life.status().phase == .rolledBack
        }
        #expect(sent.isEmpty)
        let degraded = try #require(try await life.status().condition(.degraded))
        #expect(degraded.reason == "ProgressDeadlineExceeded")
        #expect(degraded.message.contains("not ready: Deployment test/t2 (pod t2-"), "\(degraded.message)")
        #expect(degraded.message.contains(": NotReady)"), "\(degraded.message)")
        try await life.expectAll("default")
    }

    @Test("While it waits the status names what keeps a pod down, and so does the verdict")
    func namesTheCauseOnTheWay() async throws {
        let life = try await Self.life()
        life.world.breakPods("t1", with: ["1-30-2"])
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until("sent") { try await $0.world.revisions()["test/t1"]?.contains("1-30-2") == true }
        let pods = try await life.cluster.admin.list(.pods, .namespace("test")).objects
        let mine = pods.filter { $0.labels["app"] == "t1" }
        let pod = try #require(mine.first { $0.annotations.values.contains { $0.contains("1-30-2") } })
        let waiting: Tree = ["reason": "ImagePullBackOff", "message": "Back-off pulling image proxyv2:1"]
        let container: Tree = ["name": "istio-proxy", "ready": false, "state": ["waiting": waiting]]
        let status: Tree = ["status": ["containerStatuses": [container]]]
        _ = try await life.cluster.admin.patchStatus(.pods, pod.key, .merge(status))
        try await life.until("said") { life in
            let text = "Deployment test/t1 (pod \(pod.name): ImagePullBackOff: container istio-proxy: Back-off"
            return try await life.status().plan?.progress.waitingFor.contains(text) == true
        }
        try await life.until("rolled back", limit: 600) { try await $0.status().phase == .rolledBack }
        let message = try await life.status().condition(.degraded)?.message ?? ""
        #expect(message.contains("not ready: Deployment test/t1 (pod \(pod.name): ImagePullBackOff"), "\(message)")
    }
}
