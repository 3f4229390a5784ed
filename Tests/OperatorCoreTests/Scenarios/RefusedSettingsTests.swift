internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import ManifestRendering
internal import MeshAPI
internal import MeshBase
internal import MeshTestKit
internal import Synchronization
internal import Testing

@testable internal import OperatorCore

/// Settings that pass admission and cannot be applied: nothing of them is, and the status says where they stand.
@Suite struct RefusedSettingsTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var spec: Tree
        var words: [String]
    }

    static let samples = [
        Sample(
            testDescription: "negative replicas in values",
            spec: ["values": ["pilot": ["replicaCount": -1]]],
            words: ["spec.values.pilot.replicaCount: -1: is less than 0; write a number from 0 to 10000"]
        ),
        Sample(
            testDescription: "more at least than at most",
            spec: ["values": ["pilot": ["autoscaleMin": 7, "autoscaleMax": 2]]],
            words: ["spec.values.pilot.autoscaleMin: 7: ", "spec.values.pilot.autoscaleMax"]
        ),
        Sample(
            testDescription: "utilisation that is no number",
            spec: ["values": ["pilot": ["cpu": ["targetAverageUtilization": "abc"]]]],
            words: ["spec.values.pilot.cpu.targetAverageUtilization: \"abc\""]
        ),
        Sample(
            testDescription: "NUL in a variable",
            spec: ["values": ["pilot": ["env": ["A": "x\u{0}"]]]],
            words: ["spec.values.pilot.env.A: \"x?\": has a control character"]
        ),
        Sample(
            testDescription: "overlay of another kind",
            spec: [
                "components": [
                    "pilot": [
                        "k8s": [
                            "overlays": [
                                [
                                    "kind": "Deployment", "name": "istiod",
                                    "patches": [["path": "spec.replicas", "value": "many"]],
                                ]
                            ]
                        ]
                    ]
                ]
            ],
            words: ["spec.components.pilot.k8s.overlays[0].patches[0].value", "Deployment istio-system/istiod"]
        ),
        Sample(
            testDescription: "1.4 MB of a template",
            spec: [
                "values": [
                    "sidecarInjectorWebhook": ["templates": ["big": .string(String(repeating: "x", count: 1_400_000))]]
                ]
            ],
            words: [
                "spec.values.sidecarInjectorWebhook.templates.big", "ConfigMap istio-system/istio-sidecar-injector",
                "1048576",
            ]
        ),
    ]

    @Test(arguments: samples) func applyNothing(_ sample: Sample) async throws {
        let cluster = try await TestCluster()
        var object = KubeObject(kind: MeshNames.kind, key: TestCluster.key)
        object.tree["spec"] = sample.spec.overlaid(with: ["profile": "minimal"])
        _ = try await cluster.admin.create(MeshNames.resource, object)
        let life = try RenderedMeshTests.life(cluster)
        try await life.settle()
        let preflight = try #require(try await cluster.condition("Preflight"))
        #expect(preflight.status == .isFalse && preflight.reason == "InvalidSpec", "\(preflight)")
        for word in sample.words { #expect(preflight.message.contains(word), "\(preflight.message)") }
        #expect(preflight.message.utf8.count < 4_096)
        #expect(try await cluster.resource()?.tree.value(at: "status", "phase")?.string == "Failed")
        #expect(life.transport.writes.allSatisfy { $0.path.contains("/meshoperators/mesh") })
        // One condition says it in full, the others point there.
        for type in ["Ready", "Reconciled", "Progressing", "Degraded"] {
            let other = try #require(try await cluster.condition(type))
            #expect(other.reason == "InvalidSpec" && other.message.utf8.count < 240, "\(other)")
            #expect(other.message.contains("Preflight"), "\(other)")
        }
        // The column MESSAGE says why.
        let ready = try #require(try await cluster.condition("Ready"))
        #expect(ready.message.hasPrefix(preflight.message.prefix(100)), "\(ready)")
        life.transport.forget()
        for _ in 0..<5 { try await life.settle() }
        #expect(life.transport.writes.isEmpty)
        // An edit heals it.
        try await cluster.change("{values: null, components: null}")
        try await life.settle()
        #expect(try await cluster.condition("Ready")?.status == .isTrue)
    }

    /// Server-side apply answers a field that the kind lacks with 500, as if the server were ill. No waiting helps.
    @Test func saysThatAFieldOfAnOverlayDoesNotExist() async throws {
        let cluster = try await TestCluster()
        let overlay = "{kind: Deployment, name: istiod, patches: [{path: spec.foo.bar, value: x}]}"
        try await cluster.create("{profile: minimal, components: {pilot: {k8s: {overlays: [\(overlay)]}}}}")
        let life = try RenderedMeshTests.life(cluster)
        try await life.settle()
        for type in ["Ready", "Reconciled", "Degraded"] {
            let condition = try #require(try await cluster.condition(type))
            #expect(condition.reason == "ApplyRefused", "\(condition)")
            for word in [
                "Deployment istio-system/istiod", ".spec.foo: field not declared in schema",
                "most likely comes from spec.components.pilot.k8s.overlays[0].patches[0]",
            ] {
                #expect(condition.message.contains(word), "\(condition)")
            }
        }
        #expect(try await cluster.resource()?.tree.value(at: "status", "phase") == "Failed")
        #expect(try await cluster.object(.services, "istio-system", "istiod") != nil)
        life.transport.forget()
        for _ in 0..<3 { try await life.settle() }
        #expect(life.transport.writes.isEmpty, "\(life.transport.writes)")
        try await cluster.change("{components: null}")
        try await life.settle()
        #expect(try await cluster.condition("Ready")?.status == .isTrue)
    }

    /// The API server knows what we do not: a refusal in the middle of an installation.
    @Test func saysWhichFieldBroughtWhatTheAPIServerRefuses() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let live = try LiveOperator(cluster, clock)
            let refuses = Mutex(true)
            live.transport.setRule { request, write in
                write > 0 && request.path.hasSuffix("/deployments/istiod") && refuses.withLock(\.self)
                    ? .refuseField("spec.replicas", status: 422) : nil
            }
            try await live.whileRunning { live in
                await clock.advance(by: .seconds(1))
                try await cluster.create("{profile: minimal, values: {pilot: {replicaCount: 3}, replicas: 3}}")
                try await live.pass(600)
                #expect(try await cluster.resource()?.tree.value(at: "status", "phase") == "Failed")
                let degraded = try #require(try await cluster.condition("Degraded"))
                #expect(degraded.status == .isTrue && degraded.reason == "ApplyRefused", "\(degraded)")
                for word in [
                    "Deployment istio-system/istiod", "spec.replicas",
                    "most likely comes from spec.values.pilot.replicaCount",
                ] {
                    #expect(degraded.message.contains(word), "\(degraded.message)")
                }
                let tries = live.transport.writes.count { $0.path.hasSuffix("/deployments/istiod") }
                #expect((4...8).contains(tries), "\(tries) tries in 600 s")
                // A change of the spec is tried at once.
                refuses.withLock { $0 = false }
                try await cluster.change("{values: {replicas: 1}}")
                try await live.untilReady(within: 60)
                #expect(try await cluster.condition("Degraded")?.status == .isFalse)
            }
        }
    }

    /// Nothing tells the operator of what heals outside, as a policy that is taken away: it finds out soon where the refusal is young.
    @Test(arguments: [3, 20, 60]) func triesSoonWhereWhatHealsLiesOutside(_ seconds: Int) async throws {
        try await RefusalTests.play { live in
            let refuses = Mutex(true)
            live.transport.setRule { request, write in
                write > 0 && request.path.hasSuffix("/configmaps/istio") && refuses.withLock(\.self)
                    ? .refuseField("data", status: 422) : nil
            }
            _ = try await live.cluster.admin.delete(.configMaps, LifeTests.key("istio"))
            try await live.pass(seconds)
            #expect(try await live.cluster.condition("Degraded")?.reason == "ApplyRefused")
            refuses.withLock { $0 = false }
            // At most as long again as it was refused, and the first pause.
            try await live.untilReady(within: seconds + 10)
        }
    }

    /// What happens to other objects is no reason to send the same refused write again.
    @Test func doesNotSendTheSameWriteWithEveryChangeOfTheWorld() async throws {
        let (cluster, life) = try await LifeTests.settled()
        try await cluster.change("{values: {replicas: 2}}")
        life.transport.setRule { request, write in
            write > 0 && request.path.hasSuffix("/deployments/istiod")
                ? .refuseField("spec.replicas", status: 422) : nil
        }
        life.transport.forget()
        for round in 0..<20 {
            let label: Tree = ["metadata": ["labels": ["round": .string("\(round)")]]]
            let key = ObjectKey(namespace: "istio-system", name: "istio")
            _ = try await cluster.admin.patch(.configMaps, key, .merge(label))
            try await life.synchronize()
            try await life.reconcile()
        }
        let tries = life.transport.writes.count { $0.path.hasSuffix("/deployments/istiod") }
        #expect(tries == 1, "\(tries)")
        #expect(try await cluster.resource()?.tree.value(at: "status", "phase") == "Degraded")
        cluster.pass(.seconds(300))
        try await life.synchronize()
        try await life.reconcile()
        #expect(life.transport.writes.count { $0.path.hasSuffix("/deployments/istiod") } == 2)
    }

    // MARK: Pause

    @Test func saysThatAPauseHoldsTheDeletion() async throws {
        let (cluster, life) = try await LifeTests.settled()
        try await cluster.change("{paused: true}")
        try await life.settle()
        _ = try await cluster.admin.delete(MeshNames.resource, TestCluster.key)
        life.transport.forget()
        try await life.settle()
        let paused = try #require(try await cluster.condition("Paused"))
        #expect(paused.status == .isTrue && paused.reason == "DeletionPaused", "\(paused)")
        #expect(paused.message.contains("holds the deletion"), "\(paused)")
        #expect(try await cluster.condition("Ready")?.message.contains("holds the deletion") == true)
        #expect(try await cluster.resource()?.finalizers.isEmpty == false)
        #expect(life.transport.writes.allSatisfy { $0.path.hasSuffix("/status") })
        #expect(try await cluster.object(.deployments, "istio-system", "istiod") != nil)

        var (old, new) = (MeshOperatorStatus(), MeshOperatorStatus())
        (old.phase, new.phase) = (.paused, .paused)
        new.set(MeshCondition(.paused, .yes, .deletionPaused, "held", generation: 1, at: "2026-11-26T00:00:00Z"))
        #expect(StatusChange(old: old, new: new).notes.map(\.reason) == ["DeletionPaused"])
        #expect(StatusChange(old: new, new: new).notes.isEmpty)

        try await cluster.change("{paused: false}")
        try await life.settle()
        #expect(try await cluster.resource() == nil)
    }

    @Test func aPausedMeshWhoseGatewayServiceIsGoneIsNotReady() async throws {
        let (cluster, life) = try await LifeTests.settled()
        try await cluster.change("{paused: true}")
        try await life.settle()
        #expect(try await cluster.condition("Ready")?.status == .isTrue)
        // Another process, which has not seen the mesh before.
        let second = try DirectOperator(cluster)
        for name in ["ingress", "istiod"] {
            _ = try await cluster.admin.delete(.services, ObjectKey(namespace: "istio-system", name: name))
            let operators = name == "ingress" ? second : life
            try await operators.settle()
            let ready = try #require(try await cluster.condition("Ready"))
            #expect(ready.status == .isFalse, "\(ready)")
            #expect(ready.message.contains("is gone"), "\(ready)")
        }
    }

    /// A mesh whose istiod has given its webhook a certificate authority.
    static func injecting() async throws -> (TestCluster, DirectOperator) {
        let (cluster, life) = try await LifeTests.settled()
        let trust: [Tree] = [["op": "add", "path": "/webhooks/0/clientConfig/caBundle", "value": "Y2E="]]
        let istiod = WriteOptions(fieldManager: "pilot-discovery")
        let name = ObjectKey(name: "istio-mutating")
        _ = try await cluster.admin.patch(.mutatingWebhookConfigurations, name, .json(trust), istiod)
        try await life.settle()
        #expect(try await cluster.condition("InjectionReady")?.status == .isTrue)
        return (cluster, life)
    }

    @Test func aPausedMeshWhoseControlPlaneIsGoneDoesNotInject() async throws {
        let (cluster, life) = try await Self.injecting()
        try await cluster.change("{paused: true}")
        try await life.settle()
        #expect(try await cluster.condition("InjectionReady")?.status == .isTrue)
        _ = try await cluster.admin.delete(.deployments, LifeTests.key("istiod"))
        try await life.settle()
        let injection = try #require(try await cluster.condition("InjectionReady"))
        #expect(
            injection.status == .isFalse && injection.message.contains("Deployment istio-system/istiod"),
            "\(injection)"
        )
        life.transport.forget()
        try await life.settle()
        #expect(life.transport.writes.isEmpty, "said once: \(life.transport.writes)")
    }

    @Test func aMeshWhoseControlPlaneIsBeingReplacedInjects() async throws {
        let (cluster, life) = try await Self.injecting()
        for (available, injects) in [(1, true), (0, false)] {
            let status: Tree = ["status": ["updatedReplicas": 0, "availableReplicas": .integer(Int64(available))]]
            _ = try await cluster.admin.patchStatus(.deployments, LifeTests.key("istiod"), .merge(status))
            try await life.synchronize()
            try await life.reconcile()
            let injection = try #require(try await cluster.condition("InjectionReady"))
            #expect((injection.status == .isTrue) == injects, "\(available) available: \(injection)")
        }
    }

    @Test func aPausedMeshSaysWhichObjectsDiffer() async throws {
        let (cluster, life) = try await LifeTests.settled()
        try await cluster.change("{paused: true}")
        try await life.settle()
        var reconciled = try #require(try await cluster.condition("Reconciled"))
        #expect(reconciled.status == .isTrue && reconciled.message == "all objects are as rendered", "\(reconciled)")
        let before = try #require(try await cluster.condition("Ready")).message
        #expect(before.contains("version 1.29.2 is up"))

        // Changed: the mesh may do its part, but nobody knows.
        let edit: Tree = ["data": ["mesh": "edited"]]
        _ = try await cluster.admin.patch(.configMaps, LifeTests.key("istio"), .merge(edit))
        life.transport.forget()
        try await life.settle()
        reconciled = try #require(try await cluster.condition("Reconciled"))
        #expect(reconciled.status == .isFalse && reconciled.reason == "Paused", "\(reconciled)")
        #expect(reconciled.message.hasPrefix("1 object differs from what is rendered"), "\(reconciled)")
        #expect(reconciled.message.contains("ConfigMap istio-system/istio has other content"), "\(reconciled)")
        var ready = try #require(try await cluster.condition("Ready"))
        let note = "; but by now 1 object differs from what is rendered, as the condition Reconciled says"
        #expect(ready.status == .isTrue && ready.message == before + note, "\(ready)")
        #expect(life.transport.writes.allSatisfy { $0.path.hasSuffix("/meshoperators/mesh/status") })
        life.transport.forget()
        try await life.settle()
        #expect(life.transport.writes.isEmpty, "said once: \(life.transport.writes)")

        // Gone, and another one beside it.
        _ = try await cluster.admin.delete(.configMaps, LifeTests.key("istio"))
        _ = try await cluster.admin.delete(.roleBindings, LifeTests.key("istiod"))
        try await life.settle()
        reconciled = try #require(try await cluster.condition("Reconciled"))
        #expect(reconciled.message.hasPrefix("2 objects differ from what is rendered"), "\(reconciled)")
        #expect(reconciled.message.contains("ConfigMap istio-system/istio is not there"), "\(reconciled)")
        #expect(reconciled.message.contains("RoleBinding istio-system/istiod is not there"), "\(reconciled)")
        ready = try #require(try await cluster.condition("Ready"))
        #expect(ready.status == .isFalse && ready.message.contains("is gone"), "\(ready)")

        try await cluster.change("{paused: false}")
        try await life.settle()
        for type in ["Ready", "Reconciled"] { #expect(try await cluster.condition(type)?.status == .isTrue) }
    }

    @Test func aPausedMeshThatIsAsRenderedAgainIsReadyAsBefore() async throws {
        let (cluster, life) = try await LifeTests.settled()
        try await cluster.change("{paused: true}")
        try await life.settle()
        let before = try #require(try await cluster.condition("Ready")).message
        for text in ["edited", "version: 1.29.2"] {
            let edit: Tree = ["data": ["mesh": .string(text)]]
            _ = try await cluster.admin.patch(.configMaps, LifeTests.key("istio"), .merge(edit))
            try await life.settle()
        }
        #expect(try await cluster.condition("Ready")?.message == before)
        #expect(try await cluster.condition("Reconciled")?.status == .isTrue)
    }

    @Test func aPausedMeshWhoseSpecCannotBeRenderedClaimsNothing() async throws {
        let (cluster, life) = try await LifeTests.settled()
        try await cluster.change("{paused: true, version: 9.9.9}")
        life.transport.forget()
        try await life.settle()
        let reconciled = try #require(try await cluster.condition("Reconciled"))
        #expect(reconciled.status != .isTrue, "\(reconciled)")
        #expect(life.transport.writes.allSatisfy { $0.path.hasSuffix("/meshoperators/mesh/status") })
    }

    // MARK: Metrics

    @Test func metricsOfAMeshThatIsGoneAreGone() async throws {
        let (cluster, life) = try await LifeTests.settled()
        #expect(life.metrics.prometheusText().contains(#"meshoperator_ready{name="mesh"} 1"#))
        _ = try await cluster.admin.delete(MeshNames.resource, TestCluster.key)
        try await life.settle()
        #expect(try await cluster.resource() == nil)
        try await life.synchronize()
        try await life.reconcile()
        let text = life.metrics.prometheusText()
        #expect(!text.contains(#"name="mesh""#), "\(text)")
        #expect(text.contains("meshoperator_writes_total"))
    }
}
