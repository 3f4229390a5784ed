internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import RolloutEngine
internal import Testing

@testable internal import OperatorCore

/// Workloads whose pods choose their revision by their own label.
@Suite struct UpgradeOwnLabelTests {
    static let spec =
        "{version: 1.29.2, profile: minimal, values: {revisionTags: [prod]}, "
        + "upgrade: {steps: [{weight: 50, hold: 30s}, {weight: 100}], retireAfter: 30s, progressDeadline: 120s}}"

    /// A mesh that runs as `1-29-2`, with applications in a namespace that names no revision.
    static func start() async throws -> UpgradeLife {
        let world = UpgradeWorld(try await TestCluster())
        try await world.cluster.create(spec.replacing("version: 1.29.2", with: "version: 1.29.2, revision: old"))
        let life = try UpgradeLife(world)
        try await life.settle()
        try await world.makeNamespace("free", [:])
        try await world.makeApp("free", "named", replicas: 2, extra: ["istio.io/rev": "old"])
        try await world.makeApp("free", "tagged", extra: ["istio.io/rev": "prod"])
        try await world.makeApp("free", "outside")
        try await life.settle()
        return life
    }

    static func template(_ life: UpgradeLife, _ name: String) async throws -> Tree {
        let app = try await life.world.deployment("free", name)
        return app.tree.value(at: "spec", "template") ?? .null
    }

    static func marks(_ life: UpgradeLife, _ name: String) async throws -> [String] {
        try await life.world.deployment("free", name).annotations.keys.filter { $0.contains("meshoperator") }.sorted()
    }

    @Test("One that names the old revision is given the new one's name, and restarted by that alone")
    func movesByLabel() async throws {
        let life = try await Self.start()
        let before = try await Self.template(life, "named")
        let tagged = try await Self.template(life, "tagged")
        #expect(try await life.world.revisions()["free/named"] == ["old"])
        #expect(try await life.world.revisions()["free/tagged"] == ["old"])
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "Holding")
        #expect(try await life.world.revisions()["free/named"] == ["1-30-2"])
        let named = try await life.world.deployment("free", "named")
        #expect(named.annotations[RolloutNames.Annotation.previousRevision] == "old")
        #expect(try await Self.template(life, "tagged") == tagged, "its tag has not moved")
        try await life.until("upgraded", limit: 600) { try await $0.status().version == "1.30.2" }
        try await life.settle()
        var expected = before
        expected.set("1-30-2", at: ["metadata", "labels", "istio.io/rev"])
        #expect(try await Self.template(life, "named") == expected, "the label changed, and nothing else")
        #expect(try await Self.marks(life, "named") == [])
        let revisions = try await life.world.revisions()
        #expect(revisions["free/named"] == ["1-30-2"] && revisions["free/tagged"] == ["1-30-2"])
        #expect(revisions["free/outside"] == ["none"])
        let label = try await Self.template(life, "tagged").value(at: "metadata", "labels", "istio.io/rev")
        #expect(label == "prod", "it follows its tag")
        try await life.pass(60)
        #expect(try await life.istiods() == ["istiod-1-30-2"], "nothing holds the old one")
        #expect(life.world.doubled == [])
    }

    @Test("On the way back its pod template is what it was, byte for byte")
    func goesBack() async throws {
        let life = try await Self.start()
        let before = try await Self.template(life, "named")
        let tagged = try await Self.template(life, "tagged")
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "Holding")
        #expect(try await Self.template(life, "named") != before)
        try await life.annotate(RolloutNames.Command.abort, "no")
        try await life.until("rolled back") { try await $0.status().plan?.progress.reason == "RolledBack" }
        #expect(try await Self.template(life, "named").jsonText() == before.jsonText())
        #expect(try await Self.template(life, "tagged").jsonText() == tagged.jsonText())
        #expect(try await Self.marks(life, "named") == [])
        #expect(try await life.world.revisions()["free/named"] == ["old"])
        life.life.transport.forget()
        try await life.pass(20)
        #expect(life.life.transport.writes.filter { $0.path.contains("/free/") } == [])
    }

    @Test(
        "A label that somebody puts back is changed again a minute later, one that leads nowhere or is taken off at once, and an Event says so",
        arguments: ["old", "1-30-3", .null] as [Tree]
    )
    func staysMoved(label: Tree) async throws {
        let life = try await Self.start()
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "Holding")
        let patch: Tree = ["spec": ["template": ["metadata": ["labels": ["istio.io/rev": label]]]]]
        _ = try await life.cluster.admin.patch(.deployments, ObjectKey(namespace: "free", name: "named"), .merge(patch))
        try await life.until("upgraded", limit: 600) { try await $0.status().version == "1.30.2" }
        #expect(try await life.world.revisions()["free/named"] == ["1-30-2"])
        let events = try await life.life.events()
        #expect(events.contains { $0.hasPrefix("SetRight: Deployment free/named has moved and lost the label") })
    }

    @Test("A pause that outlasts the deadline leaves no follower of a tag behind", arguments: [false, true])
    func followersAfterAPause(_ isReplaced: Bool) async throws {
        var life = try await Self.start()
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until("promoting") { life in
            try await life.status().plan?.isPromoting == true
        }
        try await life.annotate(RolloutNames.Command.pause, "true")
        try await life.until("paused") { try await $0.status().plan?.progress.reason == "Paused" }
        #expect(try await life.world.revisions()["free/tagged"] == ["old"])
        try await life.pass(200)
        // Another process, which learns of the pause from the status alone.
        if isReplaced { life = try UpgradeLife(life.world) }
        try await life.annotate(RolloutNames.Command.pause, nil)
        try await life.until("upgraded", limit: 600) { life in
            let status = try await life.status()
            return status.version == "1.30.2" && status.plan == nil
        }
        #expect(try await life.world.revisions()["free/tagged"] == ["1-30-2"])
        try await life.pass(60)
        #expect(try await life.istiods() == ["istiod-1-30-2"], "nothing holds the old one")
    }

    @Test("A workload without pods whose template names the old revision keeps it, and the status says so")
    func templateWithoutPods() async throws {
        let life = try await Self.start()
        try await life.world.makeApp("free", "asleep", replicas: 0, extra: ["istio.io/rev": "old"])
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until("upgraded", limit: 600) { life in
            let status = try await life.status()
            return status.version == "1.30.2" && status.plan == nil
        }
        try await life.pass(120)
        #expect(try await life.istiods() == ["istiod-1-30-2", "istiod-old"])
        let ready = try await life.status().condition(.ready)?.message ?? ""
        #expect(ready.contains("kept: pod template of Deployment free/asleep"), "\(ready)")
        let label: Tree = ["spec": ["template": ["metadata": ["labels": ["istio.io/rev": "prod"]]]]]
        let key = ObjectKey(namespace: "free", name: "asleep")
        _ = try await life.cluster.admin.patch(.deployments, key, .merge(label))
        try await life.pass(120)
        #expect(try await life.istiods() == ["istiod-1-30-2"])
    }

    @Test("A follower of a tag that never comes up holds the old revision, not the upgrade")
    func followerThatNeverComesUp() async throws {
        let life = try await Self.start()
        life.world.breakPods("tagged", with: ["1-30-2"])
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until("promoting") { life in
            try await life.world.deployment("free", "tagged").annotations["meshoperator.io/moved-to"] != nil
        }
        try await life.round()
        let waiting = try await life.status().condition(.progressing)?.message ?? ""
        #expect(waiting.contains("1 workload that follows a tag is restarted, Deployment free/tagged"), "\(waiting)")
        let began = life.cluster.now
        try await life.until("upgraded", limit: 600) { life in
            let status = try await life.status()
            return status.version == "1.30.2" && status.plan == nil
        }
        #expect(life.cluster.now - began >= .seconds(90), "it was waited for until the deadline")
        try await life.pass(120)
        #expect(try await life.istiods() == ["istiod-1-30-2", "istiod-old"], "its old pod uses it")
    }
}
