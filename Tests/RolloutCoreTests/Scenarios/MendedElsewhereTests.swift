internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshTestKit
internal import Testing

@testable internal import RolloutCore

/// What keeps a rollout from beginning is mended in another namespace: watches alone have it begin.
@Suite struct MendedElsewhereTests {
    private static let rest = "destinationRule: {name: reviews}\nsteps: [{setWeight: 20, hold: 1h}]"
    private static let consent: Tree = ["metadata": ["annotations": [RolloutNames.Annotation.allowedFrom: "shop"]]]

    /// A cluster with version 1 and 2 up and a MeshRollout with `spec`, carried out by watches.
    private static func live(
        _ spec: String,
        _ objects: [String],
        _ body: @escaping @Sendable (LiveRollout, TestCluster) async throws -> Void
    ) async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            _ = try await cluster.admin.create(.namespaces, KubeObject(kind: .namespace, key: ObjectKey(name: "pay")))
            try await cluster.create(SampleRollout.rule, TrafficResources.destinationRules)
            for text in objects { try await cluster.create(text, TrafficResources.virtualServices) }
            for version in ["v1", "v2"] { try await cluster.deploy("reviews-\(version)", version: version) }
            _ = try await cluster.step()
            try await cluster.rollOut(SampleRollout.spec(spec))
            try await LiveRollout(cluster, clock).whileRunning { live in
                try await live.pass(5)
                #expect(try await cluster.status().phase == .failed)
                try await body(live, cluster)
            }
        }
    }

    private static func edge(_ name: String, _ route: String) -> String {
        """
        {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: \(name), namespace: pay},
         spec: {hosts: [edge], http: [{route: [{destination: {host: \(route)}}]}]}}
        """
    }

    private static func holds(_ cluster: TestCluster, _ name: String, in namespace: String) async throws -> Bool {
        let key = ObjectKey(namespace: namespace, name: name)
        let route = try await cluster.admin.find(TrafficResources.virtualServices, key)
        return route?.annotations[RolloutNames.Annotation.holder] == "shop/reviews"
    }

    @Test("The owner of a delegate in another namespace allows the change")
    func aDelegateIsAllowed() async throws {
        let root = """
            {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: reviews, namespace: shop},
             spec: {hosts: [reviews], http: [{delegate: {name: leaf, namespace: pay}}]}}
            """
        let leaf = Self.edge("leaf", "reviews.shop.svc.cluster.local").replacing("hosts: [edge], ", with: "")
        let spec = "virtualServices: [{name: reviews}]\n\(Self.rest)"
        try await Self.live(spec, [root, leaf]) { live, cluster in
            let key = ObjectKey(namespace: "pay", name: "leaf")
            _ = try await cluster.admin.patch(TrafficResources.virtualServices, key, .merge(Self.consent))
            try await live.pass(4)
            #expect(try await Self.holds(cluster, "leaf", in: "pay"))
        }
    }

    @Test("A VirtualService of another namespace is created, or comes to lead to the host, and allows the change")
    func aNamedOneIsMended() async throws {
        let spec = "virtualServices: [{name: edge, namespace: pay}]\n\(Self.rest)"
        try await Self.live(spec, []) { live, cluster in
            try await cluster.create(Self.edge("edge", "elsewhere"), TrafficResources.virtualServices)
            try await live.pass(4)
            let words = try await cluster.status().progress.waitingFor
            #expect(words.contains("in another namespace"), "\(words)")
            let key = ObjectKey(namespace: "pay", name: "edge")
            _ = try await cluster.admin.patch(TrafficResources.virtualServices, key, .merge(Self.consent))
            try await live.pass(4)
            let more = try await cluster.status().progress.waitingFor
            #expect(more.contains("leads to reviews.shop.svc.cluster.local"), "\(more)")
            var route = try await cluster.admin.get(TrafficResources.virtualServices, key)
            let http = try requireDocument("[{route: [{destination: {host: reviews.shop.svc.cluster.local}}]}]")
            route.tree.set(http, at: ["spec", "http"])
            _ = try await cluster.admin.update(TrafficResources.virtualServices, route)
            try await live.pass(4)
            #expect(try await Self.holds(cluster, "edge", in: "pay"))
        }
    }

    @Test("The MeshRollout of another namespace that moves the host goes")
    func aRivalGoes() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            _ = try await cluster.admin.create(.namespaces, KubeObject(kind: .namespace, key: ObjectKey(name: "pay")))
            let key = ObjectKey(namespace: "pay", name: "older")
            var rival = KubeObject(kind: RolloutNames.kind, key: key)
            rival.tree["spec"] = try requireDocument(
                "\(SampleRollout.workload)\nhost: reviews.shop.svc.cluster.local"
            )
            try await cluster.deploy("reviews-v1", version: "v1")
            _ = try await cluster.step()
            _ = try await cluster.admin.create(RolloutNames.resource, rival)
            cluster.pass(.seconds(5))
            try await cluster.rollOut(SampleRollout.spec(""))
            try await LiveRollout(cluster, clock).whileRunning { live in
                try await live.pass(5)
                let words = try await cluster.status().progress.waitingFor
                #expect(words.contains("MeshRollout pay/older moves the traffic"), "\(words)")
                _ = try await cluster.admin.delete(RolloutNames.resource, key)
                try await live.pass(15)
                #expect(try await cluster.status().phase == .idle)
            }
        }
    }

    @Test("The Service of pods is created: it is looked for again by itself")
    func aServiceIsCreated() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            try await cluster.deploy("reviews-v1", version: "v1")
            _ = try await cluster.step()
            try await cluster.rollOut(
                "workload: {kind: Pods, stable: {version: v1}, canary: {version: v2}}\nhost: reviews"
            )
            try await LiveRollout(cluster, clock).whileRunning { live in
                try await live.pass(5)
                let words = try await cluster.status().progress.waitingFor
                #expect(words.contains("Service shop/reviews is not there"), "\(words)")
                try await cluster.create(
                    """
                    {apiVersion: v1, kind: Service, metadata: {name: reviews, namespace: shop},
                     spec: {selector: {app: reviews}, ports: [{port: 80}]}}
                    """,
                    .services
                )
                try await live.pass(40)
                #expect(try await cluster.status().phase == .idle)
            }
        }
    }
}
