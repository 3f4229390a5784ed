internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshAPI
internal import Testing

@testable internal import OperatorCore

/// What happens to a mesh after its installation.
@Suite struct LifeTests {
    static let namespace = "istio-system"

    static func settled(_ spec: String = "{profile: default}") async throws -> (TestCluster, DirectOperator) {
        let cluster = try await TestCluster()
        try await cluster.create(spec)
        let life = try DirectOperator(cluster)
        try await life.settle()
        life.transport.forget()
        return (cluster, life)
    }

    static func key(_ name: String) -> ObjectKey { ObjectKey(namespace: namespace, name: name) }

    @Test func acceptsNoDifferenceOfItsOwnObjects() async throws {
        let (cluster, life) = try await Self.settled("{profile: demo, values: {autoscale: true}}")
        let resource = try #require(try await cluster.resource())
        #expect(life.reconciler.memories.of(resource).accepted.isEmpty)
    }

    @Test func repairsDriftInOneReconcile() async throws {
        let (cluster, life) = try await Self.settled()
        try await cluster.spoil()
        try await life.synchronize()
        try await life.reconcile()
        let istiod = try #require(try await cluster.object(.deployments, Self.namespace, "istiod"))
        #expect(istiod.tree.value(at: "spec", "template", "spec", "containers")?[0]?["image"]?.string == "pilot:1.29.2")
        let ingress = try #require(try await cluster.object(.deployments, Self.namespace, "ingress"))
        #expect(ingress.tree.value(at: "spec", "replicas")?.integer == 1)
        #expect(try await cluster.object(.configMaps, Self.namespace, "istio") != nil)
        #expect(life.metrics.prometheusText().contains("meshoperator_drift_repaired_total"))
    }

    @Test func prunesWhatIsNoLongerRendered() async throws {
        let (cluster, life) = try await Self.settled("{profile: demo}")
        #expect(try await cluster.object(.deployments, Self.namespace, "egress") != nil)
        try await cluster.change("{profile: minimal}")
        try await life.settle()
        for name in ["egress", "ingress"] {
            #expect(try await cluster.object(.deployments, Self.namespace, name) == nil)
            #expect(try await cluster.object(.services, Self.namespace, name) == nil)
            #expect(try await cluster.object(.serviceAccounts, Self.namespace, name) == nil)
        }
        #expect(try await cluster.object(.deployments, Self.namespace, "istiod") != nil)
        let deletions = life.transport.writes.filter { $0.method == .delete }
        #expect(deletions.count == 6)
    }

    @Test func leavesFieldsOfOthersAlone() async throws {
        let (cluster, life) = try await Self.settled()
        let istiod = WriteOptions(fieldManager: "pilot-discovery")
        for (resource, name) in [
            (APIResource.mutatingWebhookConfigurations, "istio-mutating"),
            (.validatingWebhookConfigurations, "istio-validating"),
        ] {
            var operations: [Tree] = [["op": "add", "path": "/webhooks/0/clientConfig/caBundle", "value": "Y2E="]]
            if name == "istio-validating" {
                operations.append(["op": "replace", "path": "/webhooks/0/failurePolicy", "value": "Fail"])
            }
            _ = try await cluster.admin.patch(resource, ObjectKey(name: name), .json(operations), istiod)
        }
        let annotation: Tree = ["metadata": ["annotations": ["other.example/note": "x"]]]
        _ = try await cluster.admin.patch(.services, Self.key("istiod"), .merge(annotation))
        try await life.settle()
        let applies = life.transport.writes.filter { !$0.path.contains("meshoperators") }
        #expect(applies.isEmpty, "\(applies)")
        #expect(try await cluster.condition("InjectionReady")?.status == .isTrue)
        let webhook = try #require(try await cluster.object(.validatingWebhookConfigurations, nil, "istio-validating"))
        #expect(webhook.tree["webhooks"]?[0]?["failurePolicy"]?.string == "Fail")
    }

    @Test func leavesReplicasToTheAutoscaler() async throws {
        let (cluster, life) = try await Self.settled("{profile: minimal}")
        try await cluster.change("{values: {autoscale: true}}")
        try await life.settle()
        let before = try #require(try await cluster.object(.deployments, Self.namespace, "istiod"))
        #expect(before.tree.value(at: "spec", "replicas")?.integer == 1)
        _ = try await cluster.admin.setScale(
            .deployments,
            Self.key("istiod"),
            replicas: 4,
            WriteOptions(fieldManager: "kube-controller-manager")
        )
        try await life.settle()
        let after = try #require(try await cluster.object(.deployments, Self.namespace, "istiod"))
        #expect(after.tree.value(at: "spec", "replicas")?.integer == 4)
        life.transport.forget()
        try await life.settle()
        #expect(life.transport.writes.isEmpty, "\(life.transport.writes)")
    }

    @Test func yieldsToAnotherApplierAndReportsIt() async throws {
        let (cluster, life) = try await Self.settled()
        let claim = KubeObject([
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "istio", "namespace": "istio-system"],
            "data": ["mesh": "theirs"],
        ])
        _ = try await cluster.admin.apply(.configMaps, claim, force: true, WriteOptions(fieldManager: "argocd"))
        try await life.settle()
        let map = try #require(try await cluster.object(.configMaps, Self.namespace, "istio"))
        #expect(map.tree.value(at: "data", "mesh")?.string == "theirs")
        let conflict = try #require(try await cluster.condition("FieldConflict"))
        #expect(conflict.status == .isTrue)
        #expect(conflict.message.contains("ConfigMap istio-system/istio"))
        #expect(conflict.message.contains("data.mesh"))
        #expect(conflict.message.contains("argocd"))
        #expect(try await cluster.condition("Reconciled")?.reason == "FieldConflict")
        #expect(life.transport.writes.allSatisfy { $0.path.contains("meshoperators") })

        let release = KubeObject([
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "istio", "namespace": "istio-system"],
        ])
        _ = try await cluster.admin.apply(.configMaps, release, force: true, WriteOptions(fieldManager: "argocd"))
        try await life.settle()
        #expect(try await cluster.condition("FieldConflict") == nil)
        #expect(try await cluster.condition("Reconciled")?.status == .isTrue)
    }

    /// What an add-on writes over besides its field.
    enum Collateral: String, CaseIterable, Sendable {
        case nothing
        case digest
        case annotations
        /// Everything but a field, as `kubectl replace` of a manifest of one's own does.
        case marks
    }

    /// How often the operator puts right what an add-on has just written over.
    private static func repairs(of life: DirectOperator, taking: Collateral = .nothing) async throws -> Int {
        var patch: Tree = ["data": ["mesh": "addon"]]
        switch taking {
        case .nothing: break
        case .digest: patch.set(.null, at: ["metadata", "annotations", MeshNames.Annotation.appliedDigest])
        case .annotations: patch.set(.null, at: ["metadata", "annotations"])
        case .marks: patch.set(["annotations": .null, "labels": .null], at: ["metadata"])
        }
        _ = try await life.cluster.admin.patch(
            .configMaps,
            key("istio"),
            .merge(patch),
            WriteOptions(fieldManager: "addon")
        )
        life.transport.forget()
        try await life.synchronize()
        try await life.reconcile()
        let writes = life.transport.writes.count { $0.path.hasSuffix("/configmaps/istio") }
        #expect(writes <= 1, "\(life.transport.writes)")
        return writes
    }

    @Test(
        "Stops fighting somebody who rewrites a field every second, whatever he takes off with it",
        arguments: Collateral.allCases
    )
    func stopsFightingSomebodyWhoRewritesAFieldEverySecond(_ taking: Collateral) async throws {
        let (cluster, life) = try await Self.settled()
        var repairs = 0
        for _ in 0..<300 {
            repairs += try await Self.repairs(of: life, taking: taking)
            cluster.pass(.seconds(1))
        }
        #expect(repairs >= 3)
        #expect(repairs <= 3 + 5, "\(repairs) repairs within 300 s")
        let conflict = try #require(try await cluster.condition("FieldConflict"))
        #expect(conflict.message.contains("data.mesh"))
        #expect(conflict.message.contains("addon"))
    }

    @Test func doesNotBeginAFightAnewAfterARestart() async throws {
        var (cluster, life) = try await Self.settled()
        var repairs = 0
        for second in 0..<300 {
            // The operator is restarted every twenty seconds, and an add-on rewrites the field every second.
            if second % 20 == 19 { life = try DirectOperator(cluster) }
            repairs += try await Self.repairs(of: life)
            let conflict = try await cluster.condition("FieldConflict")
            let words = "data.mesh was changed by manager addon 3 times or more within 10 minutes"
            if second >= 3 { #expect(conflict?.message.contains(words) == true, "\(conflict?.message ?? "")") }
            cluster.pass(.seconds(1))
        }
        #expect(repairs >= 3)
        #expect(repairs <= 3 + 5, "\(repairs) repairs within 300 s")

        // Once the add-on is gone, the field is set right and nothing is written any more.
        cluster.pass(.seconds(700))
        try await life.settle()
        #expect(try await cluster.condition("FieldConflict") == nil)
        let map = try #require(try await cluster.object(.configMaps, Self.namespace, "istio"))
        #expect(map.tree.value(at: "data", "mesh")?.string == "version: 1.29.2")
        life.transport.forget()
        try await life.settle()
        #expect(life.transport.writes.isEmpty, "\(life.transport.writes)")
    }

    @Test func upgradesInPlaceByOneMinor() async throws {
        let (cluster, life) = try await Self.settled(
            "{profile: default, version: 1.28.4, upgrade: {strategy: InPlace}}"
        )
        try await cluster.change("{version: 1.29.2}")
        try await life.synchronize()
        try await life.reconcile()
        #expect(try await cluster.resource()?.tree.value(at: "status", "phase")?.string == "Upgrading")
        #expect(try await cluster.resource()?.tree.value(at: "status", "version")?.string == "1.28.4")
        let plan = try #require(try await cluster.resource()?.tree.value(at: "status", "plan"))
        #expect(plan["hops"] == ["1.29.2"])
        #expect(plan["step"] == nil && plan["steps"] == nil && plan["weight"] == nil, "it goes by no steps: \(plan)")
        try await life.settle()
        let resource = try #require(try await cluster.resource())
        #expect(resource.tree.value(at: "status", "version")?.string == "1.29.2")
        #expect(resource.tree.value(at: "status", "phase")?.string == "Ready")
    }

    @Test(arguments: [
        ("{version: 1.30.2}", "VersionSkewUnsupported"), ("{version: 9.9.9}", "VersionUnknown"),
        ("{version: 1.26.8}", "VersionEndOfLife"), ("{version: 1.31.0}", "KubernetesVersionUnsupported"),
    ])
    func refusesAVersionThatDoesNotFitAndChangesNothing(_ change: String, _ reason: String) async throws {
        let (cluster, life) = try await Self.settled("{profile: default, version: 1.28.4}")
        try await cluster.change(change)
        try await life.settle()
        let preflight = try #require(try await cluster.condition("Preflight"))
        #expect(preflight.status == .isFalse)
        #expect(preflight.reason == reason, "\(preflight.message)")
        let ready = try #require(try await cluster.condition("Ready"))
        #expect(ready.message.hasPrefix(preflight.message.prefix(100)), "\(ready)")
        #expect(
            ready.message.hasSuffix(
                "nothing is written until it is corrected; the condition Preflight says it in full"
            ),
            "\(ready)"
        )
        #expect(life.transport.writes.allSatisfy { $0.path.hasSuffix("/meshoperators/mesh/status") })
        life.transport.forget()
        try await life.settle()
        #expect(life.transport.writes.isEmpty)
        try await cluster.change("{version: 1.28.4}")
        try await life.settle()
        #expect(try await cluster.condition("Ready")?.status == .isTrue)
    }

    @Test func neverTakesOverWhatIsNotItsOwn() async throws {
        let cluster = try await TestCluster()
        _ = try await cluster.admin.create(
            .namespaces,
            KubeObject(kind: .namespace, key: ObjectKey(name: Self.namespace))
        )
        var theirs = KubeObject(kind: .configMap, key: Self.key("istio"))
        theirs.tree["data"] = ["mesh": "by hand"]
        _ = try await cluster.admin.create(.configMaps, theirs)
        try await cluster.create("{profile: default}")
        let life = try DirectOperator(cluster)
        try await life.settle()
        #expect(try await cluster.condition("Reconciled")?.reason == "ResourceNotOwned")
        #expect(
            try await cluster.condition("ResourceNotOwned")?.message.contains("ConfigMap istio-system/istio") == true
        )
        #expect(try await cluster.object(.serviceAccounts, Self.namespace, "istiod") == nil)
        #expect(life.transport.writes.allSatisfy { $0.path.contains("/meshoperators/mesh") })

        try await cluster.change("{adopt: true}")
        try await life.settle()
        #expect(try await cluster.condition("Ready")?.status == .isTrue)
        let map = try #require(try await cluster.object(.configMaps, Self.namespace, "istio"))
        #expect(map.tree.value(at: "data", "mesh")?.string == "version: 1.29.2")
    }

    @Test("A mesh of which an object cannot be taken over is not half taken over")
    func adoptsNothingThatDoesNotFit() async throws {
        let cluster = try await TestCluster()
        let namespace = KubeObject(kind: .namespace, key: ObjectKey(name: Self.namespace))
        _ = try await cluster.admin.create(.namespaces, namespace)
        var theirs = KubeObject(kind: .deployment, key: Self.key("istiod"))
        theirs.tree["spec"] = try requireDocument(
            """
            selector: {matchLabels: {app: theirs}}
            template: {metadata: {labels: {app: theirs}}, spec: {containers: [{name: discovery, image: theirs}]}}
            """
        )
        var binding = KubeObject(kind: APIResource.clusterRoleBindings.kind, key: ObjectKey(name: "istiod"))
        binding.tree["roleRef"] = ["apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"]
        _ = try await cluster.admin.create(.clusterRoleBindings, binding)
        _ = try await cluster.admin.create(.deployments, theirs)
        try await cluster.create("{profile: default, adopt: true}")
        let life = try DirectOperator(cluster)
        try await life.settle()
        let said = try #require(try await cluster.condition("ResourceNotOwned")).message
        #expect(
            said.contains("Deployment istio-system/istiod, which no MeshOperator made, has the selector "),
            "\(said)"
        )
        #expect(said.contains("ClusterRoleBinding istiod, which no MeshOperator made, has the roleRef "), "\(said)")
        #expect(said.contains("that can never be changed"), "\(said)")
        #expect(life.transport.writes.allSatisfy { $0.path.contains("/meshoperators/mesh") })
        _ = try await cluster.admin.delete(.deployments, theirs.key)
        _ = try await cluster.admin.delete(.clusterRoleBindings, binding.key)
        try await life.settle()
        #expect(try await cluster.condition("Ready")?.status == .isTrue)
    }

    @Test func takesNothingFromAnotherMeshOperatorThatIsThere() async throws {
        let cluster = try await TestCluster()
        var rival = KubeObject(kind: MeshNames.kind, key: ObjectKey(name: "rival"))
        rival.tree["spec"] = ["profile": "empty"]
        let uid = try #require(try await cluster.admin.create(MeshNames.resource, rival).uid)
        _ = try await cluster.admin.create(
            .namespaces,
            KubeObject(kind: .namespace, key: ObjectKey(name: Self.namespace))
        )
        var theirs = KubeObject(kind: .configMap, key: Self.key("istio"), labels: [MeshNames.Label.owner: "rival"])
        theirs.annotations[MeshNames.Annotation.ownerUID] = uid
        theirs.tree["data"] = ["mesh": "theirs"]
        _ = try await cluster.admin.create(.configMaps, theirs)
        try await cluster.create("{profile: default, adopt: true}")
        let life = try DirectOperator(cluster)
        try await life.settle()
        let said = try #require(try await cluster.condition("ResourceNotOwned")).message
        #expect(said.contains("belongs to MeshOperator rival") && said.contains("delete one"), "\(said)")
        #expect(!said.contains("spec.adopt"), "adopting would be a fight: \(said)")
        #expect(life.transport.writes.allSatisfy { $0.path.contains("/meshoperators/mesh") })

        _ = try await cluster.admin.delete(MeshNames.resource, rival.key)
        try await life.settle()
        #expect(try await cluster.condition("Ready")?.status == .isTrue, "what a gone one left may be taken over")
    }

    @Test func holdsAllWritesWhilePaused() async throws {
        let (cluster, life) = try await Self.settled()
        try await cluster.change("{paused: true}")
        try await life.settle()
        #expect(try await cluster.condition("Paused")?.status == .isTrue)
        try await cluster.spoil()
        life.transport.forget()
        try await life.settle()
        // It is said that the mesh is not ready any more; nothing else is written.
        #expect(life.transport.writes.allSatisfy { $0.path.hasSuffix("/meshoperators/mesh/status") })
        try await cluster.change("{paused: false}")
        try await life.settle()
        #expect(try await cluster.condition("Paused")?.status == .isFalse)
        #expect(try await cluster.object(.configMaps, Self.namespace, "istio") != nil)
        #expect(try await cluster.resource()?.tree.value(at: "status", "phase")?.string == "Ready")
    }

    @Test func movesTransitionTimesOnlyWithTheStatus() async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: default}")
        cluster.pass(.seconds(5))  // Late enough for the installation to be told of before it is done.
        let life = try DirectOperator(cluster)
        try await life.settle()
        let before = try #require(try await cluster.condition("Preflight"))
        cluster.pass(.seconds(1_000))
        try await cluster.change("{profile: minimal}")
        try await life.settle()
        let after = try #require(try await cluster.condition("Preflight"))
        #expect(after.lastTransitionTime == before.lastTransitionTime)
        #expect(after.observedGeneration == 2)
        let ready = try #require(try await cluster.condition("Ready"))
        #expect(ready.lastTransitionTime != before.lastTransitionTime)
    }
}
