internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import Testing

@testable internal import OperatorCore

/// What a mesh is after an upgrade, also where the istiod that says so is deleted, or what is written on it is taken off.
@Suite struct LostMarksTests {
    /// As `kubectl delete deploy,svc` does.
    private static func delete(_ life: UpgradeLife, _ name: String) async throws {
        for resource in [APIResource.deployments, .services] {
            _ = try await life.cluster.admin.delete(
                resource,
                ObjectKey(namespace: UpgradeMesh.namespace, name: name)
            )
        }
    }

    /// Where each tag of the mesh leads.
    private static func tags(_ life: UpgradeLife) async throws -> [String: String] {
        let found = try await life.cluster.admin.list(.mutatingWebhookConfigurations).objects
        let pairs = found.compactMap { object in
            object.label(MeshNames.Label.tag).map { ($0, object.label(MeshNames.Label.revision) ?? "") }
        }
        return Dictionary(pairs) { _, last in last }
    }

    /// Rounds in which the mesh stays what it is, and its tags stay where they lead.
    private static func expectSame(_ life: UpgradeLife, _ version: String, _ revision: String) async throws {
        let before = try await tags(life)
        let istiods = try await life.istiods()
        try await delete(life, "istiod-\(revision)")
        for _ in 0..<20 {
            try await life.round()
            let status = try await life.status()
            #expect(status.version == version && status.revision == revision)
            #expect(status.plan?.progress.target == nil, "no rollout begins")
            #expect(try await tags(life) == before)
        }
        #expect(try await life.istiods() == istiods)
        try await life.expectAll(revision)
        #expect(life.world.doubled == [])
    }

    static let spec =
        "{version: 1.28.4, upgrade: {steps: [{weight: 50, approve: true}, {weight: 100}], retireAfter: 60s}}"

    @Test("The tag default stays when the stable istiod is deleted in a later upgrade", arguments: [true, false])
    func inALaterUpgrade(isApproved: Bool) async throws {
        let life = try await UpgradeLife.start(Self.spec)
        try await UpgradeReturnTests.go(life, to: "1.29.2")
        try await life.pass(120)
        #expect(try await life.istiods() == ["istiod-1-29-2"])
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "AwaitingApproval")
        try await Self.delete(life, "istiod-1-29-2")
        for _ in 0..<20 {
            try await life.round()
            #expect(try await Self.tags(life)["default"] == "1-29-2")
            #expect(try await life.status().revision == "1-29-2")
        }
        #expect(try await life.istiods() == ["istiod-1-29-2", "istiod-1-30-2"])
        try await life.annotate(isApproved ? RolloutNames.Command.approve : RolloutNames.Command.abort, "1")
        let end = isApproved ? "1-30-2" : "1-29-2"
        try await life.until("all with \(end)", limit: 600) { life in
            try await life.world.revisions().values.allSatisfy { $0 == [end] }
        }
        try await life.settle()
        #expect(try await Self.tags(life)["default"] == end)
        let shop = try await life.cluster.admin.get(.namespaces, ObjectKey(name: "shop"))
        #expect(shop.labels["istio-injection"] == "enabled" || !isApproved)
        #expect(life.world.doubled == [])
    }

    @Test("A spec that names the revision an upgrade has made takes the tag default from nobody")
    func specNamesIt() async throws {
        let life = try await UpgradeLife.start("{version: 1.29.2, \(UpgradeLife.quick)}")
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until("at 1.30.2", limit: 600) { life in try await life.status().version == "1.30.2" }
        try await life.pass(120)
        try await life.cluster.change("{revision: 1-30-2}")
        try await life.settle()
        try await Self.expectSame(life, "1.30.2", "1-30-2")
        #expect(try await Self.tags(life)["default"] == "1-30-2")
    }

    @Test("A revision that is kept from an earlier hop does not become the stable one", arguments: [true, false])
    func keptFromEarlierHops(isNamed: Bool) async throws {
        let named = isNamed ? "revision: blue, values: {revisionTags: [prod]}, " : ""
        let start = Self.spec.replacing("60s", with: "6000s").replacing("{version", with: "{\(named)version")
        let life = try await UpgradeLife.start(start)
        if isNamed {
            for namespace in ["shop", "pay"] {
                let labels: Tree = ["metadata": ["labels": ["istio-injection": .null, "istio.io/rev": "prod"]]]
                _ = try await life.cluster.admin.patch(.namespaces, ObjectKey(name: namespace), .merge(labels))
            }
            for (namespace, name) in [("shop", "cart"), ("pay", "bank"), ("shop", "web")] {
                let annotation: Tree = ["kubectl.kubernetes.io/restartedAt": "now"]
                let patch: Tree = ["spec": ["template": ["metadata": ["annotations": annotation]]]]
                let resource: APIResource = name == "web" ? .statefulSets : .deployments
                let key = ObjectKey(namespace: namespace, name: name)
                _ = try await life.cluster.admin.patch(resource, key, .merge(patch))
            }
            try await life.settle()
        }
        for version in ["1.29.2", "1.30.2"] { try await UpgradeReturnTests.go(life, to: version) }
        #expect(try await life.istiods().count == 3)
        try await Self.expectSame(life, "1.30.2", "1-30-2")
    }

    @Test("A mesh stays what it is where somebody takes off what an upgrade has written down")
    func annotationsTakenOff() async throws {
        let life = try await UpgradeLife.start("{version: 1.29.2, \(UpgradeLife.quick)}")
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until("at 1.30.2", limit: 600) { life in try await life.status().version == "1.30.2" }
        try await life.pass(120)
        let key = ObjectKey(namespace: UpgradeMesh.namespace, name: "istiod-1-30-2")
        let copy = ObjectKey(namespace: UpgradeMesh.namespace, name: "istio-1-30-2")
        let before = RevisionMarks(reading: try await life.cluster.admin.get(.deployments, key).annotations)
        #expect(before.promoted != nil && before.hasDefaultTag)
        for names in [["promoted-at"], ["default-tag"], ["promoted-at", "promoted-from", "default-tag"]] {
            var patch: Tree = ["metadata": ["annotations": [:]]]
            for name in names { patch.set(.null, at: ["metadata", "annotations", "meshoperator.io/\(name)"]) }
            for resource in [APIResource.deployments, .configMaps] {
                let key = resource.kind == .deployment ? key : copy
                _ = try await life.cluster.admin.patch(resource, key, .merge(patch))
                try await life.settle()
                #expect(try await life.istiods() == ["istiod-1-30-2"])
                let marks = RevisionMarks(reading: try await life.cluster.admin.get(resource, key).annotations)
                #expect(marks == before, "\(names) of \(resource.kind)")
            }
        }
        #expect(try await Self.tags(life) == ["default": "1-30-2"])
    }

    @Test("What failed or was given up is not tried again because it was removed by hand", arguments: [false, true])
    func abortedStaysAborted(isAllDeleted: Bool) async throws {
        let life = try await UpgradeLife.start(Self.spec.replacing("60s", with: "600s"))
        try await life.cluster.change("{version: 1.29.2}")
        try await life.until(step: 1, "AwaitingApproval")
        try await life.annotate(RolloutNames.Command.abort, "1")
        try await life.until("back") { life in
            try await life.world.revisions().values.allSatisfy { $0 == ["default"] }
        }
        try await life.settle()
        try await Self.delete(life, "istiod-1-29-2")
        if isAllDeleted {
            let key = ObjectKey(namespace: UpgradeMesh.namespace, name: "istio-1-29-2")
            _ = try await life.cluster.admin.delete(.configMaps, key)
        }
        for _ in 0..<30 {
            try await life.round()
            try await life.expectAll("default")
        }
        #expect(try await life.status().phase == .rolledBack)
        try await life.annotate(RolloutNames.Command.abort, nil)
        try await life.annotate(RolloutNames.Command.retry, life.cluster.now.rfc3339)
        try await life.until(step: 1, "AwaitingApproval")
        #expect(life.world.doubled == [])
    }

    @Test("A promotion goes on where the new istiod is deleted in the middle of it")
    func promotionWithoutIstiod() async throws {
        let life = try await UpgradeLife.start("{version: 1.29.2, \(UpgradeLife.quick)}")
        try await life.world.makeNamespace("loose", [:])
        try await life.world.makeApp("loose", "follows", extra: ["istio.io/rev": "default", "pod": "kept"])
        try await life.world.makeBudget("loose", "kept", over: ("pod", "kept"), maxUnavailable: 0)
        try await life.settle()
        try await life.cluster.change("{version: 1.30.2}")
        let key = ObjectKey(namespace: UpgradeMesh.namespace, name: "istiod-1-30-2")
        func isPromoting() async throws -> Bool {
            let istiod = try await life.cluster.admin.find(.deployments, key)
            return RevisionMarks(reading: istiod?.annotations ?? [:]).isPromoting
        }
        try await life.until("promoting", limit: 600) { _ in try await isPromoting() }
        try await life.pass(20, every: 1)
        #expect(try await isPromoting(), "the budget keeps what follows the tag")
        try await Self.delete(life, key.name)
        try await life.pass(20, every: 1)
        #expect(try await isPromoting())
        _ = try await life.cluster.admin.delete(.podDisruptionBudgets, ObjectKey(namespace: "loose", name: "kept"))
        try await life.until("over", limit: 600) { _ in try await !isPromoting() }
        try await life.pass(120)
        try await life.expectAll("1-30-2")
        #expect(try await life.istiods() == ["istiod-1-30-2"])
        let copy = ObjectKey(namespace: UpgradeMesh.namespace, name: "istio-1-30-2")
        let marks = RevisionMarks(reading: try await life.cluster.admin.get(.configMaps, copy).annotations)
        #expect(marks.promoted != nil && marks.record == nil)
    }

    @Test("A way back whose istiod is deleted goes on, and takes nothing away that is used")
    func wayBackWithoutIstiod() async throws {
        let life = try await UpgradeReturnTests.upgraded()
        try await life.cluster.change("{version: 1.29.2}")
        try await life.until(step: 1, "AwaitingApproval")
        let webhooks = try await UpgradeReturnTests.webhooks(life)
        try await Self.delete(life, "istiod")
        for _ in 0..<20 {
            try await life.round()
            #expect(try await UpgradeReturnTests.webhooks(life) == webhooks)
        }
        #expect(try await life.istiods() == ["istiod", "istiod-1-30-2"])
        try await life.until(step: 1, "AwaitingApproval")
        try await life.annotate(RolloutNames.Command.approve, "1")
        try await life.until("at 1.29.2", limit: 600) { life in
            let status = try await life.status()
            return status.version == "1.29.2" && status.plan == nil
        }
        try await life.settle()
        try await life.expectAll("default")
        #expect(life.world.doubled == [])
    }

    @Test("The way back takes no name that another mesh has")
    func wayBackBesideAnother() async throws {
        let spec = "profile: minimal, \(UpgradeLife.quick)"
        let life = try await UpgradeLife.start("{version: 1.29.2, \(spec)}")
        try await life.cluster.change("{upgrade: {retireAfter: 6000s}}")
        try await NeighbourTests.make(
            life.cluster,
            "second",
            "{version: 1.29.2, revision: 1-29-2, namespace: mesh-two, components: {base: {enabled: false}}, \(spec)}"
        )
        for _ in 0..<10 {
            try await life.life.synchronize()
            try await life.life.reconcile(NeighbourTests.second)
            try await life.round()
        }
        for version in ["1.30.2", "1.29.2"] {
            try await life.cluster.change("{version: \(version)}")
            try await life.until("at \(version)", limit: 600) { life in
                let status = try await life.status()
                #expect(try await Self.tags(life)["1-29-2"] == nil)
                return status.version == version && status.plan == nil
            }
            try await life.settle()
        }
        try await life.expectAll("default")
        #expect(try await NeighbourTests.isReady(life.cluster, NeighbourTests.second))
    }

    @Test(
        "What may not be done in place is refused too where the strategy changes in the middle of an upgrade",
        arguments: [("1.28.4", "{}", "1.28.4"), ("1.29.2", "{version: 1.28.4}", "1.29.2")]
    )
    func inPlaceInTheMiddle(_ start: String, _ change: String, _ stays: String) async throws {
        let life = try await UpgradeLife.start(Self.spec.replacing("1.28.4", with: start))
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "AwaitingApproval")
        try await life.cluster.change("{upgrade: {strategy: InPlace}}")
        try await life.cluster.change(change)
        for _ in 0..<60 {
            try await life.round()
            let istiod = try await life.cluster.object(.deployments, UpgradeMesh.namespace, "istiod")
            #expect(istiod?.annotation(MeshNames.Annotation.version) == stays)
        }
        #expect(try await life.istiods() == ["istiod"])
        try await life.expectAll("default")
        let conditions = try #require(try await life.cluster.resource()).conditions
        #expect(conditions.condition("Preflight")?.status == .isFalse)
        let status = try await life.status()
        #expect(status.plan == nil && status.revisions.map(\.name) == ["default"], "\(status)")
        // One minor further is done.
        try await life.cluster.change("{version: \(start == "1.28.4" ? "1.29.2" : "1.30.2")}")
        try await life.settle()
        #expect(try await life.status().phase == .ready)
    }
}
