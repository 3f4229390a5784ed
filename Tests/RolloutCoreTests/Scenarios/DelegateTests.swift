internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import Testing

@testable internal import RolloutCore

/// Routes put into a delegate have to fit the matches of the VirtualServices that delegate to it: istiod leaves out those that do not.
@Suite struct DelegateTests {
    private static func cluster(_ root: String, _ spec: String) async throws -> TestCluster {
        let cluster = try await SampleRollout.cluster(
            SampleRollout.spec("virtualServices: [{name: root}]\ndestinationRule: {name: reviews}\n\(spec)")
        )
        let texts = [
            """
            {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: root, namespace: shop},
             spec: {hosts: [shop.example.com], gateways: [gw], http: [{match: \(root), delegate: {name: leaf}}]}}
            """,
            """
            {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: leaf, namespace: shop},
             spec: {http: [{route: [{destination: {host: reviews.shop.svc.cluster.local}}]}]}}
            """,
        ]
        for text in texts { try await cluster.create(text, TrafficResources.virtualServices) }
        return cluster
    }

    @Test(
        "Each match gets a route of its own, as narrow as the root has it; who is left out is told, and all goes back"
    )
    func matches() async throws {
        let rules =
            "[{uri: {prefix: /beta}}, {uri: {prefix: /r/beta}}, {uri: {regex: /r/x.*}}, {headers: {who: {exact: a}}}]"
        let cluster = try await Self.cluster(
            "[{uri: {prefix: /r}}]",
            "steps: [{match: \(rules), hold: 60s}, {setWeight: 50}]"
        )
        let before = try await cluster.service("leaf")?.tree["spec"]
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(20)
        let http = try await cluster.service("leaf")?.tree.value(at: "spec", "http")?.array ?? []
        #expect(
            http.map { $0["match"] } == [[["uri": ["prefix": "/r/beta"]]], [["headers": ["who": ["exact": "a"]]]], nil]
        )
        #expect(
            http.compactMap { $0["name"]?.string } == ["meshrollout.reviews.match.0", "meshrollout.reviews.match.0.1"]
        )
        let writes = life.transport.writes.count
        try await life.run(10)
        #expect(life.transport.writes.count == writes, "what is written counts as its own")
        try await cluster.annotate(RolloutNames.Command.abort, "no")
        try await life.run(to: .rolledBack, within: 30)
        try await life.run(5)
        #expect(try await cluster.service("leaf")?.tree["spec"] == before)
        let told = try await life.events().filter { $0.reason == "TestUsersLeftOut" }
        #expect(told.count == 1 && told.first?.note.contains("match[2] (uri)") == true, "\(told)")
    }

    @Test("Cookies that a root matches leave none to session affinity, which is said before the start")
    func affinity() async throws {
        let cluster = try await Self.cluster(
            "[{headers: {cookie: {regex: beta}}}]",
            "sessionAffinity: {cookie: {}}\nsteps: [{setWeight: 50}]"
        )
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(5)
        let message = try await cluster.status().condition(.preflight)?.message ?? ""
        #expect(
            message.contains("spec.sessionAffinity: VirtualService shop/leaf is delegated to by a match of cookies")
        )
        #expect(try await cluster.service("leaf")?.annotations == [:])
    }
}
