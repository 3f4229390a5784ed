internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshTestKit
internal import SandboxStore
internal import Synchronization
internal import Testing

@testable internal import OperatorCore

/// What the cluster does not let the operator do: it says so, does the rest, and does not try all the time.
@Suite struct RefusalTests {
    static let namespace = "istio-system"

    /// Installs a mesh, then plays `body` with the operator running.
    static func play(
        _ spec: String = "{profile: default}",
        _ body: @escaping @Sendable (LiveOperator) async throws -> Void
    ) async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let live = try LiveOperator(cluster, clock)
            try await live.whileRunning { live in
                await clock.advance(by: .seconds(1))
                try await cluster.create(spec)
                try await live.untilReady(within: 60)
                try await live.pass(30)
                live.transport.forget()
                try await body(live)
            }
        }
    }

    static func tries(_ live: LiveOperator, _ path: String) -> Int {
        live.transport.writes.count { $0.path.hasSuffix(path) }
    }

    @Test func saysThatTheNamespaceIsGoingAway() async throws {
        try await Self.play { live in
            _ = try await live.cluster.admin.delete(.namespaces, ObjectKey(name: Self.namespace))
            _ = try await live.cluster.admin.delete(
                .configMaps,
                ObjectKey(namespace: Self.namespace, name: "istio")
            )
            try await live.pass(600)
            let degraded = try #require(try await live.cluster.condition("Degraded"))
            #expect(degraded.status == .isTrue)
            #expect(degraded.message.contains("Namespace istio-system is being deleted"), "\(degraded.message)")
            #expect(live.transport.writes.count { !$0.path.contains("/events/") } <= 2, "\(live.transport.writes)")
            // The mesh can be removed all the same.
            _ = try await live.cluster.admin.delete(MeshNames.resource, TestCluster.key)
            try await live.pass(120)
            #expect(try await live.cluster.resource() == nil)
        }
    }

    @Test func saysThatAQuotaIsUsedUpAndRecovers() async throws {
        try await Self.play { live in
            let isUsedUp = Mutex(true)
            live.transport.setRule { request, write in
                write > 0 && request.path.hasSuffix("/services/istiod") && isUsedUp.withLock(\.self)
                    ? .refuse(status: 403, reason: "Forbidden") : nil
            }
            _ = try await live.cluster.admin.delete(.services, ObjectKey(namespace: Self.namespace, name: "istiod"))
            _ = try await live.cluster.admin.delete(.configMaps, ObjectKey(namespace: Self.namespace, name: "istio"))
            try await live.pass(600)
            #expect(try await live.cluster.condition("Degraded")?.reason == "Forbidden")
            #expect((8...18).contains(Self.tries(live, "/services/istiod")), "\(Self.tries(live, "/services/istiod"))")
            #expect(try await live.cluster.resource()?.tree.value(at: "status", "phase") == "Degraded")
            #expect(try await live.cluster.object(.configMaps, Self.namespace, "istio") != nil)
            isUsedUp.withLock { $0 = false }
            try await live.pass(70)
            #expect(try await live.cluster.condition("Ready")?.status == .isTrue)
        }
    }

    /// A webhook that does not answer fails the writes of its kind with 500: the rest is written, and what fails is told.
    @Test func saysWhichObjectAWebhookFailsAndWritesTheRest() async throws {
        try await Self.play { live in
            let isDown = Mutex(true)
            live.transport.setRule { request, write in
                write > 0 && request.path.hasSuffix("/serviceaccounts/istiod") && isDown.withLock(\.self)
                    ? .refuse(status: 500, reason: "failed calling webhook") : nil
            }
            let resources: [(APIResource, String)] = [
                (.serviceAccounts, "istiod"), (.configMaps, "istio"),
            ]
            for (resource, name) in resources {
                _ = try await live.cluster.admin.delete(resource, ObjectKey(namespace: Self.namespace, name: name))
            }
            try await live.pass(60)
            for (resource, name) in resources.dropFirst() {
                #expect(try await live.cluster.object(resource, Self.namespace, name) != nil, "\(name)")
            }
            for type in ["Reconciled", "Degraded", "Ready"] {
                let condition = try #require(try await live.cluster.condition(type))
                #expect(condition.reason == "APIUnavailable", "\(condition)")
                #expect(condition.message.contains("ServiceAccount istio-system/istiod"), "\(condition)")
                #expect(condition.message.contains("is not written: injected"), "\(condition)")
            }
            #expect(try await live.cluster.condition("Ready")?.status == .isFalse)
            #expect(try await live.cluster.resource()?.tree.value(at: "status", "phase") == "Degraded")
            isDown.withLock { $0 = false }
            try await live.untilReady(within: 120)
            let degraded = try #require(try await live.cluster.condition("Degraded"))
            #expect(degraded.status == .isFalse, "\(degraded)")
        }
    }

    @Test func saysThatAFieldCannotBeChangedAndRecovers() async throws {
        try await Self.play { live in
            // Somebody put another Deployment in the place of ours, marks and all; its selector is for ever.
            let key = ObjectKey(namespace: Self.namespace, name: "istiod")
            var other = try await live.cluster.admin.get(.deployments, key)
            _ = try await live.cluster.admin.delete(.deployments, key)
            for field in ["uid", "resourceVersion", "managedFields", "creationTimestamp", "generation"] {
                other.tree.set(nil, at: ["metadata", field])
            }
            other.tree["status"] = nil
            other.tree.set(["app": "other"], at: ["spec", "selector", "matchLabels"])
            other.tree.set(["app": "other"], at: ["spec", "template", "metadata", "labels"])
            _ = try? await live.cluster.admin.delete(.deployments, key)
            _ = try await live.cluster.admin.create(.deployments, other)
            try await live.pass(900)
            let degraded = try #require(try await live.cluster.condition("Degraded"))
            #expect(degraded.reason == "ApplyRefused")
            #expect(degraded.message.contains("immutable"), "\(degraded.message)")
            #expect(degraded.message.contains("or delete Deployment istio-system/istiod"), "\(degraded.message)")
            // After 5, 15, 35, 75, 155, 315, 615 seconds.
            #expect((4...9).contains(Self.tries(live, "/deployments/istiod")))
            _ = try await live.cluster.admin.delete(.deployments, key)
            try await live.untilReady(within: 60)
        }
    }

    @Test func worksWhereAKindIsNotServed() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let live = try LiveOperator(cluster, clock)
            live.transport.setRule { request, _ in
                request.path.contains("validatingadmissionpolic") && request.method == .get
                    ? .refuse(status: 404, reason: "NotFound") : nil
            }
            try await live.whileRunning { live in
                await clock.advance(by: .seconds(1))
                try await cluster.create("{profile: minimal, values: {plain: true}}")
                try await live.untilReady(within: 60)
                _ = try await cluster.admin.delete(MeshNames.resource, TestCluster.key)
                try await live.pass(60)
                #expect(try await cluster.resource() == nil)
                try await live.pass(600)
                let asked = live.transport.passed.count { $0.path.contains("validatingadmissionpolicies") }
                #expect(asked < 200, "\(asked) questions in about 700 s")
            }
        }
    }
}

/// Changes what is stored, as a webhook would.
struct Mirror: AdmissionPlugin {
    func mutate(_ attributes: AdmissionAttributes, _ object: inout Tree?) async throws(APIFault) {
        guard attributes.resource == "deployments", var tree = object else { return }
        let containers = tree.value(at: "spec", "template", "spec", "containers")?.array ?? []
        let mirrored = containers.map { container in
            var container = container
            let image = container["image"]?.string ?? ""
            if !image.hasPrefix("mirror/") { container["image"] = .string("mirror/\(image)") }
            return container
        }
        tree.set(.array(mirrored), at: ["spec", "template", "spec", "containers"])
        tree.set("seen", at: ["metadata", "labels", "mirror"])
        object = tree
    }
}

@Suite struct MutatingAdmissionTests {
    static func image(_ object: KubeObject) -> Tree? {
        object.tree.value(at: "spec", "template", "spec", "containers")?[0]?["image"]
    }

    @Test func comesToRestWhereAdmissionChangesItsObjects() async throws {
        let cluster = try await TestCluster(admission: [Mirror()])
        try await cluster.create("{profile: default}")
        let life = try DirectOperator(cluster)
        try await life.settle()
        #expect(try await cluster.condition("Ready")?.status == .isTrue)
        let istiod = try #require(try await cluster.object(.deployments, "istio-system", "istiod"))
        #expect(istiod.labels["mirror"] == "seen")
        #expect(Self.image(istiod) == "mirror/pilot:1.29.2")
        life.transport.forget()
        for _ in 0..<10 {
            cluster.pass(.seconds(60))
            try await life.settle()
        }
        #expect(life.transport.writes.isEmpty, "\(life.transport.writes)")

        // A new process finds out anew: once for each object at most.
        let second = try DirectOperator(cluster)
        for _ in 0..<5 { try await second.settle() }
        let deployments = second.transport.writes.filter { $0.path.contains("/deployments/") }
        let applies = Dictionary(grouping: deployments, by: \.path)
        #expect(applies.allSatisfy { $0.value.count == 1 }, "\(applies)")
        #expect(try await cluster.condition("Ready")?.status == .isTrue)
        // A new image still gets through.
        try await cluster.change("{version: 1.30.2}")
        try await second.settle()
        let upgraded = try #require(try await cluster.object(.deployments, "istio-system", "istiod"))
        #expect(Self.image(upgraded) == "mirror/pilot:1.30.2")
    }
}
