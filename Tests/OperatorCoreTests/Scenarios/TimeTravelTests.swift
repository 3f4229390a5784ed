internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshAPI
internal import MeshBase
internal import MeshTestKit
internal import SandboxStore
internal import Testing

@testable internal import OperatorCore

/// The operator in front of API servers that answer from an older state, as after a failover to one that lags behind.
@Suite struct TimeTravelTests {
    static let namespace = "istio-system"

    /// A life that reads everything, lists and single objects, from a server in the past.
    static func lifeInThePast(_ cluster: TestCluster, _ revision: UInt64) async throws -> DirectOperator {
        let past = try cluster.past(revision)
        let server = SplitTransport(InProcessTransport(cluster.core))
        server.answerReads(from: past) { $0.path != "/version" }
        let life = try DirectOperator(cluster, server: server)
        try await life.synchronize(from: past)
        return life
    }

    /// The writes that were meant to change something, refused ones apart.
    static func changes(_ life: DirectOperator) -> [PassedRequest] {
        life.transport.writes.filter { write in
            write.status < 300 && !write.query.contains { $0.name == "dryRun" }
        }
    }

    @Test func doesNotBringBackAMeshThatIsGone() async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: default}")
        let first = try DirectOperator(cluster)
        try await first.synchronize()
        try await first.reconcile()
        let halfway = cluster.revision
        try await first.settle()
        _ = try await cluster.admin.delete(MeshNames.resource, TestCluster.key)
        try await first.settle()
        #expect(try await cluster.resource() == nil)
        let end = try await cluster.endState()

        let second = try await Self.lifeInThePast(cluster, halfway)
        for _ in 0..<5 { await #expect(throws: (any Error).self) { try await second.reconcile() } }
        #expect(Self.changes(second).isEmpty, "\(Self.changes(second))")
        #expect(try await cluster.endState() == end)
    }

    @Test(arguments: [("demo", "minimal"), ("minimal", "demo")])
    func doesNotReturnToAnEarlierSpec(_ before: String, _ after: String) async throws {
        let (cluster, first) = try await LifeTests.settled("{profile: \(before)}")
        let past = cluster.revision
        try await cluster.change("{profile: \(after)}")
        try await first.settle()
        let end = try await cluster.endState()

        // Only the MeshOperator comes from the past: its objects look as if they were to be pruned or made.
        let second = try DirectOperator(cluster)
        let server = try cluster.past(past)
        for _ in 0..<5 {
            try await second.synchronize(from: server) { $0 == MeshNames.resource }
            await #expect(throws: (any Error).self) { try await second.reconcile() }
        }
        #expect(Self.changes(second).isEmpty, "\(Self.changes(second))")
        try await second.settle()
        #expect(try await cluster.endState() == end)
        #expect(Self.changes(second).isEmpty, "\(Self.changes(second))")
    }

    @Test func writesNothingForAVersionOfTheMeshOperatorThatIsConfirmedOnlyOnce() async throws {
        let (cluster, _) = try await LifeTests.settled()
        let second = try DirectOperator(cluster)
        for _ in 0..<3 {
            _ = try await cluster.admin.delete(.configMaps, ObjectKey(namespace: Self.namespace, name: "istio"))
            try await second.settle()
        }
        let questions = second.transport.writes.filter { $0.query.contains { $0.name == "dryRun" } }
        #expect(questions.count == 1, "\(questions)")
        #expect(Self.changes(second).count == 3)
    }

    @Test(arguments: OwnedKind.all.filter { $0.removal == .always }.map(\.resource))
    func removesWhatACacheInThePastDoesNotShow(_ resource: APIResource) async throws {
        let cluster = try await TestCluster()
        try await cluster.serveNetworkAttachments()
        let empty = try cluster.past(cluster.revision)
        try await cluster.create("{profile: demo, values: {autoscale: true, extras: true}}")
        try await DirectOperator(cluster).settle()
        #expect(try await Self.ours(cluster, resource) > 0)
        _ = try await cluster.admin.delete(MeshNames.resource, TestCluster.key)

        let second = try DirectOperator(cluster)
        for _ in 0..<20 where try await cluster.resource() != nil {
            try await second.synchronize(from: empty) { $0 == resource }
            try await second.reconcile()
            _ = try await cluster.step()
        }
        #expect(try await cluster.resource() == nil)
        #expect(try await Self.ours(cluster, resource) == 0)
    }

    @Test func doesNotLetGoOfAMeshOnTheWordOfAServerInThePast() async throws {
        let cluster = try await TestCluster()
        let empty = try cluster.past(cluster.revision)
        try await cluster.create("{profile: default}")
        try await DirectOperator(cluster).settle()
        _ = try await cluster.admin.delete(MeshNames.resource, TestCluster.key)

        // The MeshOperator is seen, nothing of its mesh is, neither in caches nor when asked for.
        let server = SplitTransport(InProcessTransport(cluster.core))
        let second = try DirectOperator(cluster, server: server)
        try await second.synchronize(from: empty) { $0 != MeshNames.resource }
        server.answerReads(from: empty) { $0.path != "/version" }
        let error = await #expect(throws: MeshOperatorError.self) { try await second.reconcile() }
        #expect(error?.code == .staleAnswer)
        #expect(try await cluster.resource()?.finalizers == [MeshNames.finalizer])
        #expect(second.transport.writes.isEmpty, "\(second.transport.writes)")

        server.answerFromThePresent()
        try await second.settle()
        #expect(try await cluster.resource() == nil)
        #expect(try await Self.ours(cluster, .deployments) == 0)
    }

    @Test func makesNothingTwiceFromCachesThatShowNothingYet() async throws {
        let (cluster, _) = try await LifeTests.settled("{profile: demo}")
        let end = try await cluster.endState()
        let second = try DirectOperator(cluster)
        // Only MeshOperators are in; all else looks as before the installation.
        let empty = try cluster.past(1)
        try await second.synchronize { $0 == MeshNames.resource }
        try await second.synchronize(from: empty) { $0 != MeshNames.resource }
        for _ in 0..<3 { _ = try? await second.reconcile() }
        #expect(Self.changes(second).isEmpty, "\(Self.changes(second))")
        #expect(try await cluster.endState() == end)
    }

    static func ours(_ cluster: TestCluster, _ resource: APIResource) async throws -> Int {
        try await cluster.admin.list(resource).objects.count { $0.labels[MeshNames.Label.owner] == "mesh" }
    }

    @Test func staysAsItIsThroughAFailoverToAServerInThePast() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let server = SplitTransport(InProcessTransport(cluster.core))
            let live = try LiveOperator(cluster, clock, server: server)
            try await live.whileRunning { live in
                await clock.advance(by: .seconds(1))
                try await cluster.create("{profile: minimal}")
                try await live.untilReady(within: 60)
                let revision = cluster.revision
                try await cluster.change("{profile: demo}")
                try await live.untilReady(within: 60)
                try await live.pass(5)
                live.transport.forget()
                // Every list, watch and read comes from a server that does not know of the egress gateway.
                server.answerReads(from: try cluster.past(revision)) { _ in true }
                try await live.pass(300)
                let changes = live.transport.writes.filter { $0.status < 300 && !$0.path.contains("/events/") }
                #expect(changes.isEmpty, "\(changes)")
                #expect(try await cluster.object(.deployments, Self.namespace, "egress") != nil)
                server.answerFromThePresent()
                try await cluster.change("{profile: default}")
                try await live.untilReady(within: 700)
                #expect(try await cluster.object(.deployments, Self.namespace, "egress") == nil)
            }
        }
    }
}

/// Objects of others that the caches do not show yet.
@Suite struct UnseenObjectTests {
    static let foreign: [(APIResource, String)] = [
        (.configMaps, "{kind: ConfigMap, data: {other: theirs}}"),
        (.configMaps, #"{kind: ConfigMap, data: {mesh: "version: 1.29.2"}}"#),
        (.configMaps, "{kind: ConfigMap, data: {mesh: theirs}}"),
        (.serviceAccounts, "{kind: ServiceAccount}"),
    ]

    @Test(arguments: foreign)
    func neverTouchesAnObjectThatTheCacheDoesNotShow(_ resource: APIResource, _ yaml: String) async throws {
        let cluster = try await TestCluster()
        let namespace = KubeObject(kind: .namespace, key: ObjectKey(name: "istio-system"))
        _ = try await cluster.admin.create(.namespaces, namespace)
        let before = try cluster.past(cluster.revision)
        var theirs = KubeObject(try requireDocument(yaml))
        theirs.tree["apiVersion"] = "v1"
        theirs.tree["metadata"] = [
            "name": resource == .configMaps ? "istio" : "istiod", "namespace": "istio-system",
        ]
        let made = try await cluster.admin.create(resource, theirs)
        try await cluster.create("{profile: default}")

        let life = try DirectOperator(cluster)
        for _ in 0..<4 {
            try await life.synchronize(from: before) { $0 == resource }
            _ = try? await life.reconcile()
            cluster.pass(.seconds(2))
        }
        #expect(try await cluster.admin.get(resource, made.key) == made)
        let reconciled = try #require(try await cluster.condition("Reconciled"))
        #expect(reconciled.reason == "ResourceNotOwned")
        let notOwned = try #require(try await cluster.condition("ResourceNotOwned"))
        #expect(notOwned.message.contains(made.name))
        // Nothing of the phases after it was begun.
        #expect(try await cluster.object(.deployments, "istio-system", "istiod") == nil)
    }
}
