internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshTestKit
internal import Testing

@testable internal import OperatorCore

/// Two MeshOperators in one cluster, with meshes as the renderer makes them.
@Suite struct NeighbourTests {
    static let second = ObjectKey(name: "second")

    static func make(_ cluster: TestCluster, _ name: String, _ spec: String) async throws {
        var object = KubeObject(kind: MeshNames.kind, key: ObjectKey(name: name))
        object.tree["spec"] = try requireDocument(spec)
        _ = try await cluster.admin.create(MeshNames.resource, object)
    }

    static func condition(_ cluster: TestCluster, _ key: ObjectKey, _ type: String) async throws -> Condition? {
        try await cluster.admin.find(MeshNames.resource, key)?.conditions.condition(type)
    }

    static func isReady(_ cluster: TestCluster, _ key: ObjectKey) async throws -> Bool {
        try await condition(cluster, key, "Ready")?.status == .isTrue
    }

    /// Both MeshOperators, the second made `delay` after the first.
    static func pair(_ one: String, _ two: String, after delay: Duration = .seconds(10)) async throws
        -> (TestCluster, DirectOperator)
    {
        let cluster = try await TestCluster()
        try await cluster.create(one)
        cluster.pass(delay)
        try await make(cluster, "second", two)
        return (cluster, try RenderedMeshTests.life(cluster))
    }

    static func webhooks(_ cluster: TestCluster) async throws -> [String] {
        try await cluster.admin.list(.mutatingWebhookConfigurations).objects.map(\.name).sorted()
    }

    @Test("A second mesh that would inject the pods of the first is refused before its first write")
    func refusesTheSamePods() async throws {
        let (cluster, life) = try await Self.pair("{profile: minimal}", "{profile: minimal, namespace: mesh-two}")
        try await life.settle()
        life.transport.forget()
        try await life.settle(Self.second)
        #expect(
            life.transport.writes.allSatisfy { $0.path.contains("/meshoperators/second") },
            "\(life.transport.writes)"
        )
        let said = try #require(try await Self.condition(cluster, Self.second, "ResourceNotOwned")).message
        #expect(
            said.hasPrefix(
                "MeshOperator mesh injects its sidecars by MutatingWebhookConfiguration istio-sidecar-injector into "
            )
        )
        #expect(said.contains("pods in namespaces with istio-injection=enabled"), "\(said)")
        #expect(
            said.hasSuffix("; set spec.revision to a name of its own; or delete one of the two MeshOperators"),
            "\(said)"
        )
        let ready = try #require(try await Self.condition(cluster, Self.second, "Ready"))
        #expect(ready.status == .isFalse && ready.reason == "ResourceNotOwned")
        #expect(
            ready.message.hasPrefix("MeshOperator mesh injects pods that this one would inject too"),
            "\(ready.message)"
        )
        #expect(try await Self.condition(cluster, Self.second, "Reconciled")?.status == .isFalse)

        // The first is not disturbed, and what helps is what is said.
        life.transport.forget()
        try await life.settle()
        #expect(life.transport.writes.isEmpty, "\(life.transport.writes)")
        #expect(try await Self.isReady(cluster, TestCluster.key))
        let patch: Tree = ["spec": ["revision": "blue"]]
        _ = try await cluster.admin.patch(MeshNames.resource, Self.second, .merge(patch))
        try await life.settle(Self.second)
        #expect(try await Self.isReady(cluster, Self.second))
        #expect(try await Self.webhooks(cluster) == ["istio-sidecar-injector", "istio-sidecar-injector-blue-mesh-two"])
    }

    @Test("Of two made at once the older is installed, whichever is looked at first")
    func theOlderComesFirst() async throws {
        let (cluster, life) = try await Self.pair(
            "{profile: minimal, namespace: mesh-one}",
            "{profile: minimal, namespace: mesh-two}",
            after: .zero
        )
        try await life.settle(Self.second)
        let said = try #require(try await Self.condition(cluster, Self.second, "ResourceNotOwned")).message
        #expect(
            said.hasPrefix("MeshOperator mesh was made before this one and is to inject its sidecars into "),
            "\(said)"
        )
        #expect(try await Self.webhooks(cluster).isEmpty)
        try await life.settle()
        #expect(try await Self.isReady(cluster, TestCluster.key))
        // Gone, with its webhooks, it is in nobody's way.
        _ = try await cluster.admin.delete(MeshNames.resource, TestCluster.key)
        try await life.settle()
        try await life.settle(Self.second)
        #expect(try await Self.isReady(cluster, Self.second))
    }

    @Test("Who was refused is installed once the other gives the pods up, without waiting for a look from time to time")
    func isWokenByTheOther() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            try await cluster.create("{profile: minimal}")
            let live = try LiveOperator(cluster, clock, isRendering: true)
            try await live.whileRunning { live in
                try await live.untilReady(within: 60)
                try await Self.make(cluster, "second", "{profile: minimal, namespace: mesh-two}")
                try await live.pass(5)
                #expect(try await Self.condition(cluster, Self.second, "ResourceNotOwned")?.status == .isTrue)
                _ = try await cluster.admin.delete(MeshNames.resource, TestCluster.key)
                try await live.pass(20)
                #expect(try await Self.isReady(cluster, Self.second))
            }
        }
    }

    /// An injection webhook of a mesh in a namespace of its own, as Helm installs it.
    private static func stranger(_ spec: String = "{namespace: helm}") throws -> KubeObject {
        var webhook = try #require(try InjectionEntryTests.webhooks(spec).first)
        webhook.tree.set(.object(TreeObject()), at: ["metadata"])
        webhook.tree.set("istio-sidecar-injector-helm", at: ["metadata", "name"])
        return webhook
    }

    @Test(
        "Where a webhook that no MeshOperator made injects its pods, a mesh is refused, and installed once that is gone"
    )
    func yieldsToStrangers() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let stranger = try await cluster.admin.create(.mutatingWebhookConfigurations, try Self.stranger())
            try await cluster.create("{profile: minimal}")
            let live = try LiveOperator(cluster, clock, isRendering: true)
            try await live.whileRunning { live in
                try await live.pass(10)
                let said = try #require(try await cluster.condition("ResourceNotOwned")).message
                #expect(
                    said.hasPrefix(
                        "MutatingWebhookConfiguration istio-sidecar-injector-helm, which no MeshOperator made, injects sidecars into "
                    ),
                    "\(said)"
                )
                #expect(said.contains("pods in namespaces with istio-injection=enabled"), "\(said)")
                #expect(said.contains("remove what is in the way, set spec.revision to a name of its own"), "\(said)")
                #expect(try await Self.webhooks(cluster) == [stranger.name])
                _ = try await cluster.admin.delete(.mutatingWebhookConfigurations, stranger.key)
                try await live.pass(20)
                #expect(try await Self.isReady(cluster, TestCluster.key))
            }
        }
    }

    static let harmless: [(spec: String, stranger: String)] = [
        ("{profile: minimal, adopt: true}", "{namespace: helm}"),
        ("{profile: minimal, revision: blue}", "{namespace: helm}"),
        // `istioctl tag set` makes such a one for a control plane of ours.
        ("{profile: minimal}", "{}"),
    ]

    @Test(
        "Told to, with a revision of its own, or where the webhook calls its own control plane, it is installed",
        arguments: harmless
    )
    func isNotInTheWay(_ spec: String, _ stranger: String) async throws {
        let cluster = try await TestCluster()
        _ = try await cluster.admin.create(.mutatingWebhookConfigurations, try Self.stranger(stranger))
        try await cluster.create(spec)
        try await RenderedMeshTests.life(cluster).settle()
        #expect(try await Self.isReady(cluster, TestCluster.key))
    }

    @Test("One that comes later is told, and the mesh that runs goes on")
    func tellsOfStrangers() async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: minimal}")
        let life = try RenderedMeshTests.life(cluster)
        try await life.settle()
        let own = try #require(try await cluster.admin.list(.mutatingWebhookConfigurations).objects.first)
        let trust = (own.tree["webhooks"]?.array ?? []).indices.map { index -> Tree in
            ["op": "add", "path": .string("/webhooks/\(index)/clientConfig/caBundle"), "value": "Y2E="]
        }
        _ = try await cluster.admin.patch(.mutatingWebhookConfigurations, own.key, .json(trust))
        try await life.settle()
        #expect(try await cluster.condition("InjectionReady")?.status == .isTrue)
        let stranger = try await cluster.admin.create(.mutatingWebhookConfigurations, try Self.stranger())
        try await life.settle()
        #expect(try await Self.isReady(cluster, TestCluster.key))
        let injection = try #require(try await cluster.condition("InjectionReady"))
        #expect(injection.status == .unknown)
        #expect(
            injection.message.contains("\(stranger.name), which no MeshOperator made, injects"),
            "\(injection.message)"
        )
        // Its own webhook comes back beside it, and the mesh is kept.
        _ = try await cluster.admin.delete(.mutatingWebhookConfigurations, own.key)
        try await life.settle()
        #expect(try await Self.webhooks(cluster) == [own.name, stranger.name].sorted())
        _ = try await cluster.admin.patch(.mutatingWebhookConfigurations, own.key, .json(trust))
        _ = try await cluster.admin.delete(.mutatingWebhookConfigurations, stranger.key)
        try await life.settle()
        #expect(try await cluster.condition("InjectionReady")?.status == .isTrue)
    }

    @Test("A mesh that runs is not disturbed by an older MeshOperator that would come to inject the same pods")
    func whoRunsStays() async throws {
        let (cluster, life) = try await Self.pair(
            "{profile: minimal, revision: blue}",
            "{profile: minimal, namespace: mesh-two}"
        )
        try await life.settle()
        try await life.settle(Self.second)
        #expect(try await Self.isReady(cluster, Self.second))
        try await cluster.change("{values: {revisionTags: [default]}}")
        life.transport.forget()
        try await life.settle()
        let said = try #require(try await cluster.condition("ResourceNotOwned")).message
        #expect(said.contains("MeshOperator second injects its sidecars"), "\(said)")
        #expect(said.contains("take default out of spec.values.revisionTags"), "\(said)")
        #expect(life.transport.writes.allSatisfy { $0.path.contains("/meshoperators/mesh") })
        try await life.settle(Self.second)
        #expect(try await Self.isReady(cluster, Self.second))
        try await cluster.change("{values: {revisionTags: []}}")
        try await life.settle()
        #expect(try await Self.isReady(cluster, TestCluster.key))
    }

    @Test("Pods of the one are not counted as proxies of the other that is refused")
    func countsItsOwnProxies() async throws {
        let (cluster, life) = try await Self.pair("{profile: minimal}", "{profile: minimal, namespace: mesh-two}")
        try await life.settle()
        let app = KubeObject(kind: .namespace, key: ObjectKey(name: "app"))
        _ = try await cluster.admin.create(.namespaces, app)
        var pod = KubeObject(kind: .pod, key: ObjectKey(namespace: "app", name: "web"))
        pod.annotations["sidecar.istio.io/status"] = #"{"revision":"default"}"#
        pod.tree["spec"] = ["containers": [["name": "web", "image": "web"]]]
        _ = try await cluster.admin.create(.pods, pod)
        cluster.pass(.seconds(60))
        // One that has told nothing yet tells small changes at once.
        let fresh = try RenderedMeshTests.life(cluster)
        try await fresh.settle()
        try await fresh.settle(Self.second)
        func proxies(_ key: ObjectKey) async throws -> String? {
            try await cluster.admin.find(MeshNames.resource, key)?.tree.value(at: "status", "proxies")?.string
        }
        let observed = fresh.stores.observe(
            try #require(try await cluster.resource()),
            wanted: [],
            ledger: WriteLedger(),
            now: .zero
        )
        #expect(fresh.stores.usage(of: ["default"], observation: observed).pods.map(\.name) == ["web"])
        #expect(try await proxies(TestCluster.key) == "1/1")
        #expect(try await proxies(Self.second) == "0/0")
        // So nothing keeps it from being removed.
        _ = try await cluster.admin.delete(MeshNames.resource, Self.second)
        try await life.settle(Self.second)
        #expect(try await cluster.admin.find(MeshNames.resource, Self.second) == nil)
    }

    @Test("Beside a mesh in the same namespace every name that is taken comes with what makes it free")
    func sharesANamespace() async throws {
        let (cluster, life) = try await Self.pair("{profile: default}", "{profile: default, revision: blue}")
        try await life.settle()
        try await life.settle(Self.second)
        let said = try #require(try await Self.condition(cluster, Self.second, "ResourceNotOwned")).message
        #expect(said.contains("istio-reader-service-account, which belongs to MeshOperator mesh"), "\(said)")
        #expect(said.contains("set spec.components.base.enabled: false"), "\(said)")
        #expect(said.contains("give istio-ingressgateway in spec.components.ingressGateways another name"), "\(said)")
        #expect(!said.contains("spec.revision"), "it has one of its own: \(said)")
        let patch = try requireDocument("{spec: {components: {base: {enabled: false}, ingressGateways: []}}}")
        _ = try await cluster.admin.patch(MeshNames.resource, Self.second, .merge(patch))
        try await life.settle(Self.second)
        #expect(try await Self.isReady(cluster, Self.second))
        try await life.settle()
        #expect(try await Self.isReady(cluster, TestCluster.key))
    }

    @Test("The same revision in the same namespace needs a revision of its own besides")
    func sharesEverything() async throws {
        let (cluster, life) = try await Self.pair("{profile: minimal}", "{profile: minimal}")
        try await life.settle()
        try await life.settle(Self.second)
        let said = try #require(try await Self.condition(cluster, Self.second, "ResourceNotOwned")).message
        #expect(
            said.contains("set spec.revision to a name of its own; set spec.components.base.enabled: false"),
            "\(said)"
        )
    }
}
