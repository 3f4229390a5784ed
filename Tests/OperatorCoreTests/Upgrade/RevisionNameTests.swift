internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import Testing

@testable internal import OperatorCore

/// What becomes of revisions when their names change, are taken, or their istiod is gone.
@Suite struct RevisionNameTests {
    private static func events(_ life: UpgradeLife, _ reason: String) async throws -> [String] {
        try await life.life.events().filter { $0.hasPrefix(reason) }
    }

    private static func relabel(_ life: UpgradeLife, _ namespace: String, _ labels: Tree) async throws {
        let patch: Tree = ["metadata": ["labels": labels]]
        _ = try await life.cluster.admin.patch(.namespaces, ObjectKey(name: namespace), .merge(patch))
    }

    /// As `kubectl rollout restart` does.
    private static func restart(_ life: UpgradeLife, _ namespace: String, _ name: String, _ resource: APIResource)
        async throws
    {
        let annotation: Tree = ["kubectl.kubernetes.io/restartedAt": "now"]
        let patch: Tree = ["spec": ["template": ["metadata": ["annotations": annotation]]]]
        _ = try await life.cluster.admin.patch(resource, ObjectKey(namespace: namespace, name: name), .merge(patch))
    }

    @Test(
        "A mesh that gets another name keeps the revision it had for as long as anything uses it",
        arguments: ["Canary", "InPlace"]
    )
    func renames(strategy: String) async throws {
        let life = try await UpgradeLife.start("{version: 1.30.2, upgrade: {strategy: \(strategy), retireAfter: 60s}}")
        try await life.expectAll("default")
        try await life.cluster.change("{revision: prod}")
        try await life.settle()
        try await life.pass(300)
        #expect(try await life.istiods() == ["istiod", "istiod-prod"])
        #expect(
            try await UpgradeReturnTests.webhooks(life) == ["istio-sidecar-injector", "istio-sidecar-injector-prod"]
        )
        let status = try await life.status()
        #expect(status.revision == "prod")
        let old = try #require(status.revisions.first { $0.name == "default" })
        #expect(old.heldBy.contains("4 pods in pay, shop"), "\(old)")

        // Its istiod is kept up like any other.
        _ = try await life.cluster.admin.delete(
            .deployments,
            ObjectKey(namespace: UpgradeMesh.namespace, name: "istiod")
        )
        try await life.settle()
        #expect(try await life.istiods() == ["istiod", "istiod-prod"])

        try await Self.relabel(life, "shop", ["istio-injection": .null, "istio.io/rev": "prod"])
        try await Self.relabel(life, "pay", ["istio.io/rev": "prod"])
        try await Self.restart(life, "shop", "cart", .deployments)
        try await Self.restart(life, "shop", "web", .statefulSets)
        try await Self.restart(life, "pay", "bank", .deployments)
        try await life.settle()
        try await life.expectAll("prod")
        #expect(life.world.doubled == [])
        try await life.pass(120)
        #expect(try await life.istiods() == ["istiod-prod"])
        #expect(try await UpgradeReturnTests.webhooks(life) == ["istio-sidecar-injector-prod"])
        #expect(try await Self.events(life, "Retired").count == 1)
        life.life.transport.forget()
        try await life.pass(60)
        #expect(life.life.transport.writes == [])
    }

    @Test("A name that is given and taken back before anything uses it leaves nothing behind")
    func renamesBack() async throws {
        let life = try await UpgradeLife.start("{version: 1.30.2, upgrade: {retireAfter: 60s}}")
        try await life.cluster.change("{revision: prod}")
        try await life.settle()
        #expect(try await life.istiods() == ["istiod", "istiod-prod"])
        try await life.cluster.change("{revision: null}")
        try await life.settle()
        try await life.pass(120)
        #expect(try await life.istiods() == ["istiod"])
        #expect(try await life.status().revision == "default")
        try await life.expectAll("default")
        try await life.cluster.change("{version: 1.29.2}")
        try await life.settle()
        #expect(try await life.istiods().contains("istiod"))
    }

    @Test("After a change of the name an upgrade leads on from the revision the spec names")
    func upgradesTheNamedOne() async throws {
        let life = try await UpgradeLife.start("{version: 1.29.2, \(UpgradeLife.quick)}")
        try await life.cluster.change("{revision: prod}")
        try await life.settle()
        try await Self.relabel(life, "pay", ["istio.io/rev": "prod"])
        try await Self.restart(life, "pay", "bank", .deployments)
        try await life.settle()
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until("at 1.30.2", limit: 600) { life in
            let status = try await life.status()
            return status.version == "1.30.2" && status.plan == nil
        }
        try await life.settle()
        #expect(try await life.world.revisions()["pay/bank"] == ["1-30-2"])
        #expect(life.world.doubled == [])
    }

    @Test("A mesh with a name goes to an older patch step by step too, as to a newer one")
    func olderPatch() async throws {
        let life = try await UpgradeLife.start(
            "{version: 1.29.2, revision: prod, upgrade: {steps: [{weight: 50, approve: true}, {weight: 100}], retireAfter: 60s}}"
        )
        try await life.world.makeNamespace("named", ["istio.io/rev": "prod"])
        for name in ["one", "two"] { try await life.world.makeApp("named", name) }
        try await life.settle()
        try await life.cluster.change("{version: 1.29.1}")
        try await life.until(step: 1, "AwaitingApproval")
        #expect(try await life.istiods() == ["istiod-1-29-1", "istiod-prod"])
        let old = try #require(try await life.cluster.object(.deployments, UpgradeMesh.namespace, "istiod-prod"))
        #expect(old.annotation(MeshNames.Annotation.version) == "1.29.2")

        // Also where the record is lost.
        let record: Tree = ["metadata": ["annotations": ["meshoperator.io/rollout": .null]]]
        let key = ObjectKey(namespace: UpgradeMesh.namespace, name: "istiod-1-29-1")
        _ = try await life.cluster.admin.patch(.deployments, key, .merge(record))
        try await life.pass(30)
        let still = try #require(try await life.cluster.object(.deployments, UpgradeMesh.namespace, "istiod-prod"))
        #expect(still.annotation(MeshNames.Annotation.version) == "1.29.2")
        #expect(life.world.doubled == [])
    }

    @Test("A mesh whose istiod was deleted is still upgraded step by step")
    func istiodIsMissing() async throws {
        let life = try await UpgradeLife.start(UpgradeReturnTests.spec)
        try await life.cluster.change("{paused: true, version: 1.30.2}")
        _ = try await life.cluster.admin.delete(
            .deployments,
            ObjectKey(namespace: UpgradeMesh.namespace, name: "istiod")
        )
        try await life.settle()
        try await life.cluster.change("{paused: false}")
        try await life.until(step: 1, "AwaitingApproval")
        #expect(try await life.istiods() == ["istiod", "istiod-1-30-2"])
        let old = try #require(try await life.cluster.object(.deployments, UpgradeMesh.namespace, "istiod"))
        #expect(old.annotation(MeshNames.Annotation.version) == "1.29.2")
        #expect(life.world.doubled == [])
    }

    @Test(
        "An upgrade both of whose istiods were deleted goes on where it was, and leaves nobody without a control plane"
    )
    func bothAreMissing() async throws {
        let life = try await UpgradeLife.start(UpgradeReturnTests.spec)
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "AwaitingApproval")
        let half = try await life.world.revisions()
        for name in ["istiod", "istiod-1-30-2"] {
            _ = try await life.cluster.admin.delete(
                .deployments,
                ObjectKey(namespace: UpgradeMesh.namespace, name: name)
            )
        }
        for _ in 0..<30 {
            try await life.round()
            #expect(
                try await UpgradeReturnTests.webhooks(life).filter { $0.contains("injector") } == [
                    "istio-sidecar-injector", "istio-sidecar-injector-1-30-2",
                ]
            )
        }
        #expect(try await life.istiods() == ["istiod", "istiod-1-30-2"])
        let old = try #require(try await life.cluster.object(.deployments, UpgradeMesh.namespace, "istiod"))
        #expect(old.annotation(MeshNames.Annotation.version) == "1.29.2")
        let now = try await life.world.revisions()
        #expect(now.filter { $0.value == ["1-30-2"] }.count >= half.filter { $0.value == ["1-30-2"] }.count)
        #expect(life.world.doubled == [])
        #expect(try await Self.events(life, "Retired") == [])
    }

    @Test("A name that is edited during an upgrade changes nothing of what it leads away from")
    func namesDuringAnUpgrade() async throws {
        let steps = "steps: [{weight: 50, approve: true}, {weight: 100}]"
        let life = try await UpgradeLife.start("{version: 1.29.2, upgrade: {\(steps), retireAfter: 60s}}")
        try await life.cluster.change("{revision: prod}")
        try await life.settle()
        try await Self.relabel(life, "shop", ["istio-injection": .null, "istio.io/rev": "prod"])
        try await Self.restart(life, "shop", "cart", .deployments)
        try await Self.restart(life, "shop", "web", .statefulSets)
        try await life.settle()
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "AwaitingApproval")
        for name in ["null", "green"] {
            try await life.cluster.change("{revision: \(name)}")
            try await life.pass(100)
            #expect(try await life.status().revision == "prod", "\(name)")
            #expect(try await life.istiods() == ["istiod", "istiod-1-30-2", "istiod-prod"], "\(name)")
        }
        try await life.annotate(RolloutNames.Command.abort, "1")
        try await life.until("back") { life in try await life.world.revisions()["shop/cart"] == ["prod"] }
        try await life.pass(30)
        #expect(try await life.world.revisions()["shop/web"] == ["prod"])
        #expect(life.world.doubled == [])
    }

    @Test("A name and a version given in place stay when the strategy becomes Canary")
    func inPlaceThenCanary() async throws {
        let life = try await UpgradeLife.start("{version: 1.29.2, upgrade: {strategy: InPlace, retireAfter: 60s}}")
        try await life.cluster.change("{revision: green, version: 1.30.2}")
        try await life.settle()
        #expect(try await life.istiods() == ["istiod", "istiod-green"])
        try await life.cluster.change("{upgrade: {strategy: Canary}}")
        try await life.settle()
        try await life.pass(100)
        let status = try await life.status()
        #expect(status.revision == "green" && status.version == "1.30.2" && status.plan == nil)
        #expect(try await life.istiods() == ["istiod", "istiod-green"])
        try await life.expectAll("default")
        #expect(life.world.doubled == [])
    }

    @Test("A canary leads on from the revision that was named in place, whatever version it was given since")
    func canaryFromTheNamedOne() async throws {
        let life = try await UpgradeLife.start("{version: 1.29.1, upgrade: {strategy: InPlace, retireAfter: 60s}}")
        try await life.cluster.change("{revision: green}")
        try await life.settle()
        try await life.cluster.change("{version: 1.29.2}")
        try await life.settle()
        #expect(try await life.status().version == "1.29.2")
        try await Self.relabel(life, "pay", ["istio.io/rev": "green"])
        try await Self.restart(life, "pay", "bank", .deployments)
        try await life.settle()
        let steps = "steps: [{weight: 25, approve: true}, {weight: 100}]"
        try await life.cluster.change("{version: 1.30.2, upgrade: {strategy: Canary, \(steps)}}")
        try await life.until(step: 1, "AwaitingApproval")
        let status = try await life.status()
        #expect(status.revision == "green" && status.version == "1.29.2")
        #expect(try await life.istiods() == ["istiod", "istiod-1-30-2", "istiod-green"])

        // A record that somebody takes off changes nothing of that.
        let record: Tree = ["metadata": ["annotations": [RolloutNames.Annotation.record: .null]]]
        let key = ObjectKey(namespace: UpgradeMesh.namespace, name: "istiod-1-30-2")
        _ = try await life.cluster.admin.patch(.deployments, key, .merge(record))
        try await life.pass(30)
        #expect(try await life.status().revision == "green")
        #expect(life.world.doubled == [])
    }

    @Test("Two meshes that go to one version at the same moment choose two names")
    func namesAtOnce() async throws {
        let spec = "profile: minimal, \(UpgradeLife.quick)"
        let life = try await UpgradeLife.start("{version: 1.29.2, \(spec)}")
        life.cluster.pass(.seconds(10))
        let second = "version: 1.29.2, revision: two, namespace: mesh-two, components: {base: {enabled: false}}"
        try await NeighbourTests.make(life.cluster, "second", "{\(second), \(spec)}")
        func both() async throws {
            try await life.life.synchronize()
            try await life.life.reconcile(NeighbourTests.second)
            try await life.round()
        }
        for _ in 0..<10 { try await both() }
        #expect(try await NeighbourTests.isReady(life.cluster, NeighbourTests.second))
        try await life.cluster.change("{version: 1.30.2}")
        let wish: Tree = ["spec": ["version": "1.30.2"]]
        _ = try await life.cluster.admin.patch(MeshNames.resource, NeighbourTests.second, .merge(wish))
        for _ in 0..<60 { try await both() }
        #expect(try await life.istiods().contains("istiod-1-30-2"))
        let found = try await life.cluster.admin.list(.deployments).objects.filter { $0.namespace == "mesh-two" }
        #expect(Set(found.map(\.name)).isSubset(of: ["istiod-1-30-2-2", "istiod-two"]), "\(found.map(\.name))")
        let status = MeshOperatorStatus(
            lenient: try await life.cluster.admin.get(MeshNames.resource, NeighbourTests.second).tree["status"] ?? .null
        )
        #expect(status.version == "1.30.2" && status.revision == "1-30-2-2", "\(status)")
        try await life.expectAll("1-30-2")
        #expect(life.world.doubled == [])
    }

    @Test(
        "A mesh that was upgraded stays what it is when its istiod is deleted, the old one being there or not",
        arguments: ["revision: prod, ", ""],
        [60, 600]
    )
    func istiodIsMissingAfterwards(name: String, retireAfter: Int) async throws {
        let life = try await UpgradeLife.start("{version: 1.29.2, \(name)\(UpgradeLife.quick)}")
        let label = name.isEmpty ? "default" : "prod"
        try await life.world.makeNamespace("named", ["istio.io/rev": label])
        for app in ["one", "two"] { try await life.world.makeApp("named", app) }
        try await life.cluster.change("{version: 1.30.2, upgrade: {retireAfter: \(retireAfter)s}}")
        try await life.until("at 1.30.2", limit: 600) { life in
            let status = try await life.status()
            return status.version == "1.30.2" && status.plan == nil
        }
        try await life.pass(120)
        let before = try await life.istiods()
        #expect(before.count == (retireAfter == 60 ? 1 : 2) && before.contains("istiod-1-30-2"))
        let webhooks = try await UpgradeReturnTests.webhooks(life)
        let key = ObjectKey(namespace: UpgradeMesh.namespace, name: "istiod-1-30-2")
        _ = try await life.cluster.admin.delete(.deployments, key)
        for _ in 0..<20 {
            try await life.round()
            let status = try await life.status()
            #expect(status.version == "1.30.2" && status.revision == "1-30-2")
            let summary = try await life.summary()
            #expect(status.plan?.progress.target == nil, "no rollout begins: \(summary)")
        }
        #expect(try await life.istiods() == before)
        #expect(try await UpgradeReturnTests.webhooks(life) == webhooks)
        #expect(try await life.world.revisions()["named/one"] == ["1-30-2"])
        #expect(life.world.doubled == [])
    }

    @Test("A new revision takes no name that another mesh has, or asks for", arguments: [true, false])
    func namesOfOthers(isInstalled: Bool) async throws {
        let spec = "profile: minimal, \(UpgradeLife.quick)"
        let life = try await UpgradeLife.start("{version: 1.29.2, \(spec)}")
        let paused = isInstalled ? "" : ", paused: true"
        try await NeighbourTests.make(
            life.cluster,
            "second",
            "{version: 1.30.2, revision: 1-30-2, namespace: mesh-two, components: {base: {enabled: false}}, \(spec)\(paused)}"
        )
        for _ in 0..<10 where isInstalled {
            try await life.life.synchronize()
            try await life.life.reconcile(NeighbourTests.second)
            _ = try await life.world.step()
            life.cluster.pass(.seconds(1))
        }
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until("at 1.30.2", limit: 600) { life in
            let status = try await life.status()
            return status.version == "1.30.2" && status.plan == nil
        }
        try await life.settle()
        try await life.expectAll("1-30-2-2")
        #expect(life.world.doubled == [])
    }
}
