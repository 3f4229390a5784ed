internal import ControllerKit
internal import DataTree
internal import FieldOwnership
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshAPI
internal import MeshBase
internal import MeshTestKit
internal import Testing

@testable internal import OperatorCore

/// What the status says of a mesh that is not worked on, since its spec is refused or its writes are held.
@Suite struct StandingMeshTests {
    /// Specs that are refused before anything is written, with the reason.
    static let refused = [
        ("{values: {pilot: {replicaCount: -1}}}", "InvalidSpec"), ("{version: 9.9.9}", "VersionUnknown"),
    ]

    private static func status(_ cluster: TestCluster) async throws -> MeshOperatorStatus {
        MeshOperatorStatus(lenient: try #require(try await cluster.resource()?.tree["status"]))
    }

    /// A mesh that injects, as it is after its spec was made one that is refused.
    private static func standing(_ spec: String, _ reason: String) async throws -> (TestCluster, DirectOperator) {
        let (cluster, life) = try await RefusedSettingsTests.injecting()
        try await cluster.change(spec)
        try await life.settle()
        let status = try await status(cluster)
        let ready = try #require(status.condition(.ready))
        #expect(ready.state == .no && ready.reason == reason, "\(ready)")
        #expect(!ready.message.contains("by now"), "\(ready)")
        #expect(status.condition(.injectionReady)?.state == .yes)
        #expect(status.components.allSatisfy { $0.ready } && status.components.contains { $0.name == "pilot" })
        return (cluster, life)
    }

    @Test("A mesh with a refused spec says what is gone of it meanwhile, and that it is back", arguments: refused)
    func controlPlaneGone(spec: String, reason: String) async throws {
        let (cluster, life) = try await Self.standing(spec, reason)
        let istiod = try #require(try await cluster.object(.deployments, "istio-system", "istiod"))
        // Another process has not seen the mesh before.
        for (number, operators) in [life, try DirectOperator(cluster)].enumerated() {
            _ = try await cluster.admin.delete(.deployments, LifeTests.key("istiod"))
            life.transport.forget()
            try await operators.settle()
            let status = try await Self.status(cluster)
            for type in [MeshConditionType.ready, .degraded, .injectionReady] {
                let condition = try #require(status.condition(type))
                #expect(condition.state == (type == .degraded ? .yes : .no), "\(number) \(condition)")
                let gone = "; and by now Deployment istio-system/istiod is gone"
                let words = type == .injectionReady ? "istiod is not there" : gone
                #expect(condition.message.contains(words), "\(number) \(condition)")
            }
            #expect(status.condition(.ready)?.reason == reason)
            let pilot = try #require(status.components.first { $0.name == "pilot" })
            #expect(!pilot.ready && pilot.message == "Deployment istio-system/istiod is gone", "\(number) \(pilot)")
            #expect(status.components.filter { !$0.ready }.count == 1, "\(status.components)")
            #expect(life.transport.writes.allSatisfy { $0.path.hasSuffix("/meshoperators/mesh/status") })
            life.transport.forget()
            try await operators.settle()
            #expect(life.transport.writes.isEmpty, "said once")

            var again = KubeObject(istiod.tree.strippedForApply())
            again.tree.set(nil, at: ["metadata", "uid"])
            _ = try await cluster.admin.apply(
                .deployments,
                again,
                force: true,
                WriteOptions(fieldManager: "mesh-operator")
            )
            try await operators.settle()
            let healed = try await Self.status(cluster)
            #expect(healed.components.allSatisfy { $0.ready }, "\(healed.components)")
            #expect(healed.condition(.injectionReady)?.state == .yes)
            #expect(healed.condition(.ready)?.message.contains("by now") == false)
        }
    }

    @Test("A mesh with a refused spec whose control plane is down says so", arguments: refused)
    func controlPlaneDown(spec: String, reason: String) async throws {
        let (cluster, life) = try await Self.standing(spec, reason)
        let down: Tree = ["status": ["availableReplicas": 0, "readyReplicas": 0]]
        _ = try await cluster.admin.patchStatus(.deployments, LifeTests.key("istiod"), .merge(down))
        try await life.synchronize()
        try await life.reconcile()
        let status = try await Self.status(cluster)
        for type in [MeshConditionType.ready, .degraded, .injectionReady] {
            let message = status.condition(type)?.message ?? ""
            #expect(message.contains("Deployment istio-system/istiod has 0 of 1 pods available"), "\(type) \(message)")
        }
        #expect(status.components.filter { !$0.ready }.map(\.name) == ["pilot"])
    }

    @Test(
        "A mesh that nobody mends does not claim that new pods get a sidecar where somebody narrowed down its webhook",
        arguments: ["{paused: true}", "{version: 9.9.9}"]
    )
    func narrowedWebhook(spec: String) async throws {
        let (cluster, life) = try await RefusedSettingsTests.injecting()
        try await cluster.change(spec)
        let conditions: Tree = [["name": "never", "expression": "false"]]
        let patch: [Tree] = [["op": "add", "path": "/webhooks/0/matchConditions", "value": conditions]]
        let webhook = ObjectKey(name: "istio-mutating")
        let options = WriteOptions(fieldManager: "kubectl-edit")
        _ = try await cluster.admin.patch(.mutatingWebhookConfigurations, webhook, .json(patch), options)
        try await life.settle()
        let injection = try #require(try await cluster.condition("InjectionReady"))
        #expect(injection.status == .unknown && injection.reason == "FieldConflict", "\(injection)")
        #expect(injection.message.contains("matchConditions of webhook"), "\(injection)")
        #expect(injection.message.contains("field manager kubectl-edit wrote it"), "\(injection)")
    }

    @Test("A mesh that never was there claims nothing about injection")
    func neverThere() async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: default, version: 9.9.9}")
        let life = try DirectOperator(cluster)
        try await life.settle()
        let status = try await Self.status(cluster)
        #expect(status.condition(.injectionReady) == nil)
        #expect(status.components.isEmpty)
        #expect(status.condition(.ready)?.message.contains("by now") == false)
    }

    @Test("A paused mesh becomes Degraded when something of it breaks, and stops being it; Ready follows")
    func degradedWhilePaused() async throws {
        let (cluster, life) = try await RefusedSettingsTests.injecting()
        try await cluster.change("{paused: true}")
        try await life.settle()
        let before = try #require(try await cluster.condition("Ready"))
        #expect(try await cluster.condition("Degraded")?.status == .isFalse)
        for available in [Int64(0), 1, 0, 1] {
            let count = Tree.integer(available)
            let change: Tree = ["status": ["availableReplicas": count, "readyReplicas": count]]
            _ = try await cluster.admin.patchStatus(.deployments, LifeTests.key("istiod"), .merge(change))
            try await life.synchronize()
            try await life.reconcile()
            let (isUp, status) = (available == 1, try await Self.status(cluster))
            let degraded = try #require(status.condition(.degraded))
            #expect(degraded.state == (isUp ? .no : .yes), "\(degraded)")
            #expect(degraded.reason == (isUp ? "Paused" : "WorkloadsNotReady"), "\(degraded)")
            let words = "Deployment istio-system/istiod has 0 of 1 pods available"
            #expect(degraded.message.contains(words) == !isUp, "\(degraded)")
            #expect(status.components.filter { !$0.ready }.map(\.name) == (isUp ? [] : ["pilot"]))
            let ready = try #require(try await cluster.condition("Ready"))
            #expect(ready.status == (isUp ? .isTrue : .isFalse), "\(ready)")
            #expect((ready.message == before.message) == isUp, "\(ready)")
        }
    }

    @Test("A paused mesh whose spec is refused as well follows what is there")
    func pausedAndRefused() async throws {
        let (cluster, life) = try await RefusedSettingsTests.injecting()
        try await cluster.change("{paused: true, version: 9.9.9}")
        try await life.settle()
        #expect(try await cluster.condition("InjectionReady")?.status == .isTrue)
        _ = try await cluster.admin.delete(.deployments, LifeTests.key("istiod"))
        try await life.settle()
        for type in ["InjectionReady", "Ready"] { #expect(try await cluster.condition(type)?.status == .isFalse) }
        #expect(try await cluster.condition("Degraded")?.status == .isTrue)
        #expect(try await Self.status(cluster).components.filter { !$0.ready }.map(\.name) == ["pilot"])
    }

    /// Something that is gone while nobody works on the mesh.
    struct Loss: Sendable, CustomTestStringConvertible {
        var resource: APIResource
        var name: String
        var component: String
        var testDescription: String { "\(resource.kind.kind) \(name)" }
    }

    static let losses = [
        Loss(resource: .deployments, name: "istiod", component: "pilot"),
        Loss(resource: .services, name: "istiod", component: "pilot"),
        Loss(resource: .mutatingWebhookConfigurations, name: "istio-sidecar-injector", component: "pilot"),
        Loss(
            resource: .deployments,
            name: "istio-ingressgateway",
            component: "ingressGateways/istio-ingressgateway"
        ),
        Loss(resource: .services, name: "istio-ingressgateway", component: "ingressGateways/istio-ingressgateway"),
        Loss(resource: .daemonSets, name: "istio-cni-node", component: "cni"),
    ]

    /// A mesh as it is rendered, then left alone since its spec is refused or paused.
    private static func left(_ spec: String, isPaused: Bool) async throws -> (TestCluster, DirectOperator) {
        let cluster = try await TestCluster()
        try await cluster.create(spec)
        let life = try RenderedMeshTests.life(cluster)
        try await life.settle()
        #expect(try await cluster.condition("Ready")?.status == .isTrue)
        try await cluster.change(isPaused ? "{paused: true}" : "{version: 9.9.9}")
        try await life.settle()
        return (cluster, life)
    }

    @Test("A process that has not seen the mesh goes on telling of what is gone", arguments: losses, [true, false])
    func goneBeforeTheProcessBegan(_ loss: Loss, isPaused: Bool) async throws {
        let (cluster, life) = try await Self.left("{components: {cni: {enabled: true}}}", isPaused: isPaused)
        let key = loss.resource.isNamespaced ? LifeTests.key(loss.name) : ObjectKey(name: loss.name)
        _ = try await cluster.admin.delete(loss.resource, key)
        try await life.settle()
        let before = try await Self.status(cluster)
        for operators in [life, try RenderedMeshTests.life(cluster)] {
            try await operators.reconciler.prepare()
            try await operators.settle()
            let status = try await Self.status(cluster)
            #expect(status.condition(.degraded)?.state == .yes)
            #expect(status.condition(.ready)?.state == .no)
            let told = try #require(status.condition(.ready)?.message)
            #expect(told.contains("\(loss.resource.kind.kind) ") && told.contains("\(loss.name) is gone"), "\(told)")
            #expect(status.components.filter { !$0.ready }.map(\.name) == [loss.component], "\(status.components)")
            #expect(status == before, "said as before")
        }
    }

    @Test(
        "A process that has not seen the mesh misses nothing of one that is whole",
        arguments: [
            "{profile: default}", "{profile: demo}", "{profile: minimal}", "{profile: remote}", "{profile: empty}",
            "{revision: blue, namespace: mesh}", "{components: {cni: {enabled: true, namespace: kube-system}}}",
            "{components: {ingressGateways: [{name: a, enabled: true, namespace: edge}, {name: a-b, enabled: true}]}}",
        ],
        [true, false]
    )
    func wholeBeforeTheProcessBegan(_ spec: String, isPaused: Bool) async throws {
        let (cluster, life) = try await Self.left(spec, isPaused: isPaused)
        let before = try await Self.status(cluster)
        #expect(before.components.allSatisfy { $0.ready }, "\(before.components)")
        for operators in [life, try RenderedMeshTests.life(cluster)] {
            try await operators.reconciler.prepare()
            try await operators.settle()
            let status = try await Self.status(cluster)
            #expect(status == before)
            #expect(status.condition(.ready)?.message.contains("gone") == false, "\(status.conditions)")
        }
    }
}
