internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import RolloutEngine
internal import Testing

@testable internal import OperatorCore

/// The way back once an upgrade is over, while the old revision is still there.
@Suite struct UpgradeReturnTests {
    static let spec =
        "{version: 1.29.2, values: {revisionTags: [prod]}, upgrade: {steps: [{weight: 50, approve: true}, {weight: 100}], "
        + "retireAfter: 300s, progressDeadline: 120s}}"

    /// A mesh that was installed without a revision name, upgraded, with everything on the new revision and the old one still there.
    static func upgraded() async throws -> UpgradeLife {
        let life = try await UpgradeLife.start(spec)
        try await life.world.makeNamespace("tag", ["istio.io/rev": "prod"])
        try await life.world.makeApp("tag", "app")
        try await life.world.makeNamespace("free", [:])
        try await life.world.makeApp("free", "asks", extra: ["istio.io/rev": "default"])
        try await life.settle()
        try await life.expectAll("default")
        try await go(life, to: "1.30.2")
        try await life.expectAll("1-30-2", "upgraded")
        return life
    }

    /// Moves to a version, approving the first step.
    static func go(_ life: UpgradeLife, to version: String) async throws {
        try await life.cluster.change("{version: \(version)}")
        try await life.until(step: 1, "AwaitingApproval")
        try await life.annotate(RolloutNames.Command.approve, "1")
        try await life.until("at \(version)", limit: 600) { life in
            let status = try await life.status()
            return status.version == version && status.plan == nil
        }
        try await life.settle()
    }

    static func webhooks(_ life: UpgradeLife) async throws -> [String] {
        try await life.cluster.admin.list(.mutatingWebhookConfigurations).objects.map(\.name).sorted()
    }

    static func expectOwnLabels(_ life: UpgradeLife) async throws {
        let own = [
            "shop": ["istio-injection": "enabled"], "pay": ["istio.io/rev": "default"], "tag": ["istio.io/rev": "prod"],
            "free": [:],
        ]
        for (name, labels) in own {
            let found = try await life.cluster.admin.get(.namespaces, ObjectKey(name: name))
            #expect(found.labels.filter { $0.key != "kubernetes.io/metadata.name" } == labels, "\(name)")
            #expect(found.annotations.keys.filter { $0.contains("meshoperator") } == [], "\(name)")
        }
    }

    @Test("A mesh is not removed while a namespace names one of its tags, pods or not")
    func tagsKeepAMesh() async throws {
        let life = try UpgradeLife(UpgradeWorld(try await TestCluster()))
        try await life.cluster.create("{version: 1.29.2, profile: minimal, values: {revisionTags: [prod]}}")
        try await life.settle()
        try await life.world.makeNamespace("tag", ["istio.io/rev": "prod"])
        try await life.settle()
        _ = try await life.cluster.admin.delete(MeshNames.resource, TestCluster.key)
        try await life.settle()
        let said = try #require(try await life.cluster.condition("Degraded"))
        #expect(said.reason == "InUse" && said.message.contains("1 namespace (tag) uses this mesh"), "\(said)")
        #expect(try await Self.webhooks(life).contains { $0.hasPrefix("istio-revision-tag-prod") })
        let none: Tree = ["metadata": ["labels": ["istio.io/rev": .null]]]
        _ = try await life.cluster.admin.patch(.namespaces, ObjectKey(name: "tag"), .merge(none))
        try await life.settle()
        #expect(try await life.cluster.resource() == nil)
    }

    @Test("It goes back step by step to the revision whose name is the tag default, and forward again")
    func goesBackAndForward() async throws {
        let life = try await Self.upgraded()
        try await life.world.makeApp("free", "named", extra: ["istio.io/rev": "1-30-2"])
        try await life.settle()
        try await life.cluster.change("{version: 1.29.2}")
        try await life.until(step: 1, "AwaitingApproval")
        let half = try await life.world.revisions()
        #expect(half["pay/bank"] == ["default"] && half["shop/cart"] == ["default"], "half of four: \(half)")
        #expect(half["shop/web"] == ["1-30-2"] && half["tag/app"] == ["1-30-2"], "\(half)")
        #expect(try await life.world.namespaceLabels("shop")["istio.io/rev"] == "1-29-2")
        #expect(try await Self.webhooks(life).contains("istio-revision-tag-1-29-2"))
        try await life.annotate(RolloutNames.Command.approve, "1")
        try await life.until("back", limit: 600) { life in
            let status = try await life.status()
            return status.version == "1.29.2" && status.plan == nil
        }
        try await life.settle()
        try await life.expectAll("default", "back")
        try await Self.expectOwnLabels(life)
        #expect(life.world.doubled == [])
        #expect(
            try await Self.webhooks(life) == [
                "istio-revision-tag-prod", "istio-sidecar-injector", "istio-sidecar-injector-1-30-2",
            ]
        )
        let tags = try await life.status().revisions.first { $0.name == "default" }?.tags
        #expect(tags == ["default", "prod"])
        let named = try await life.world.deployment("free", "named")
        #expect(named.tree.value(at: "spec", "template", "metadata", "labels", "istio.io/rev") == "default")
        #expect(named.annotations.keys.filter { $0.contains("meshoperator") } == [])
        try await life.pass(320)
        #expect(try await life.istiods() == ["istiod"], "the new revision is retired")
        #expect(try await life.cluster.object(.deployments, "istio-system", "istio-ingressgateway") != nil)
        #expect(try await life.cluster.object(.deployments, "istio-system", "istio-ingressgateway-1-30-2") == nil)
        life.life.transport.forget()
        try await life.pass(60)
        #expect(life.life.transport.writes == [])
        try await Self.go(life, to: "1.30.2")
        try await life.expectAll("1-30-2", "forward again")
        try await Self.expectOwnLabels(life)
        #expect(life.world.doubled == [])
        try await life.pass(320)
        #expect(try await life.istiods() == ["istiod-1-30-2"])
    }

    @Test("A way back that is given up leaves everything with the revision that runs, and can be tried again")
    func givenUp() async throws {
        let life = try await Self.upgraded()
        try await life.cluster.change("{version: 1.29.2}")
        try await life.until(step: 1, "AwaitingApproval")
        try await life.annotate(RolloutNames.Command.abort, "changed my mind")
        try await life.until("given up") { try await $0.status().plan?.progress.reason == "RolledBack" }
        try await life.expectAll("1-30-2", "given up")
        try await Self.expectOwnLabels(life)
        try await life.annotate(RolloutNames.Command.abort, nil)
        try await life.annotate(RolloutNames.Command.retry, life.cluster.now.rfc3339)
        try await life.until(step: 1, "AwaitingApproval")
        try await life.annotate(RolloutNames.Command.approve, "1")
        try await life.until("back", limit: 600) { try await $0.status().version == "1.29.2" }
        try await life.settle()
        try await life.expectAll("default")
        #expect(life.world.doubled == [])
    }

    @Test("A mesh deleted on the way back gives namespaces their own labels, and nothing of it stays")
    func deleted() async throws {
        let life = try await Self.upgraded()
        try await life.cluster.change("{version: 1.29.2, teardown: {inUse: Remove}}")
        try await life.until(step: 1, "AwaitingApproval")
        _ = try await life.cluster.admin.delete(MeshNames.resource, TestCluster.key)
        try await life.until("gone") { try await $0.cluster.resource() == nil }
        try await Self.expectOwnLabels(life)
        #expect(try await Self.webhooks(life) == [])
        #expect(try await life.istiods() == [])
    }

    @Test("The tag made for the way back keeps its name while it is there, and avoids names that are taken")
    func alias() throws {
        let slot = RevisionSlot(name: "default", version: "1.29.2")
        func alias(_ objects: [KubeObject] = [], leads: String = "1-30-2", taken: Set<String> = []) -> String? {
            RevisionAlias(for: slot, TagView(objects), pointers: ["default": leads], taken: taken)?.name
        }
        func tag(_ name: String, to revision: String) -> KubeObject {
            let labels = ["istio.io/tag": name, "istio.io/rev": revision]
            return KubeObject(
                kind: .mutatingWebhookConfiguration,
                key: ObjectKey(name: "istio-revision-tag-\(name)"),
                labels: labels
            )
        }
        #expect(alias() == "1-29-2")
        #expect(alias(leads: "default") == nil, "its own name will do")
        #expect(alias(taken: ["1-29-2"]) == "1-29-2-2")
        #expect(alias([tag("1-29-2", to: "default")], leads: "default") == "1-29-2", "until the move is over")
        #expect(alias([tag("1-29-2-2", to: "default")]) == "1-29-2-2")
        #expect(alias([tag("1-29-2", to: "other")], leads: "default") == nil)
    }

    @Test("A workload that got pods of the new revision by itself goes back too, whatever an earlier hop wrote on it")
    func staleMark() async throws {
        let quick = "upgrade: {steps: [{weight: 50, approve: true}, {weight: 100}], retireAfter: 60s}"
        let life = try await UpgradeLife.start("{version: 1.29.1, profile: minimal, \(quick)}")
        try await Self.go(life, to: "1.29.2")
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "AwaitingApproval")
        #expect(try await life.world.revisions()["shop/web"] == ["1-29-2"])
        let web = ObjectKey(namespace: "shop", name: "web")
        let mark: Tree = [
            "metadata": [
                "annotations": [
                    RolloutNames.Annotation.movedTo: "1-29-2",
                    RolloutNames.Annotation.restartedAt: "2026-01-01T00:00:00Z",
                ]
            ]
        ]
        _ = try await life.cluster.admin.patch(.statefulSets, web, .merge(mark))
        let patch: Tree = [
            "spec": ["template": ["metadata": ["annotations": ["kubectl.kubernetes.io/restartedAt": "now"]]]]
        ]
        _ = try await life.cluster.admin.patch(.statefulSets, web, .merge(patch))
        try await life.until("ahead") { try await $0.world.revisions()["shop/web"] == ["1-30-2"] }
        try await life.annotate(RolloutNames.Command.abort, "no")
        try await life.until("rolled back") { try await $0.status().plan?.progress.reason == "RolledBack" }
        try await life.expectAll("1-29-2")
    }

    @Test("The same where its new pods do not come up")
    func staleMarkBroken() async throws {
        let quick = "upgrade: {steps: [{weight: 50, approve: true}, {weight: 100}], retireAfter: 60s}"
        let life = try await UpgradeLife.start("{version: 1.29.1, profile: minimal, \(quick)}")
        try await Self.go(life, to: "1.29.2")
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "AwaitingApproval")
        life.world.breakPods("web", with: ["1-30-2"])
        let patch: Tree = [
            "spec": ["template": ["metadata": ["annotations": ["kubectl.kubernetes.io/restartedAt": "now"]]]]
        ]
        _ = try await life.cluster.admin.patch(.statefulSets, ObjectKey(namespace: "shop", name: "web"), .merge(patch))
        try await life.until("ahead") { try await $0.world.revisions()["shop/web"]?.contains("1-30-2") == true }
        try await life.annotate(RolloutNames.Command.abort, "no")
        try await life.until("rolled back") { try await $0.status().plan?.progress.reason == "RolledBack" }
        try await life.settle()
        try await life.expectAll("1-29-2")
    }
}
