internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import Testing

@testable internal import OperatorCore

/// Something that happens to a mesh.
struct Scenario: Sendable, CustomTestStringConvertible {
    var name: String
    /// The spec the mesh is installed with first; nil for a cluster without a mesh.
    var before: String?
    /// What happens then.
    var change: @Sendable (TestCluster) async throws -> Void
    var testDescription: String { name }

    static let all: [Scenario] = [
        Scenario(name: "install", before: nil) { try await $0.create("{profile: default, version: 1.28.4}") },
        Scenario(name: "change of profile", before: "{profile: demo}") {
            try await $0.change("{profile: minimal, values: {autoscale: true}}")
        },
        Scenario(name: "upgrade in place", before: "{profile: default, version: 1.28.4, upgrade: {strategy: InPlace}}")
        {
            try await $0.change("{version: 1.29.2}")
        },
        Scenario(name: "repair of drift", before: "{profile: default}") { try await $0.spoil() },
        Scenario(name: "uninstall", before: "{profile: default}") {
            _ = try await $0.admin.delete(MeshNames.resource, TestCluster.key)
        },
    ]
}

extension TestCluster {
    /// Changes and deletes objects of the mesh as people in a hurry do.
    func spoil() async throws {
        let namespace = "istio-system"
        _ = try await admin.delete(.configMaps, ObjectKey(namespace: namespace, name: "istio"))
        _ = try await admin.delete(.clusterRoles, ObjectKey(name: "istiod"))
        let image: Tree = ["spec": ["template": ["spec": ["containers": [["name": "main", "image": "evil:1"]]]]]]
        _ = try await admin.patch(.deployments, ObjectKey(namespace: namespace, name: "istiod"), .strategic(image))
        let scale: Tree = ["spec": ["replicas": 0]]
        _ = try await admin.patch(.deployments, ObjectKey(namespace: namespace, name: "ingress"), .merge(scale))
        let labels: Tree = ["metadata": ["labels": ["meshoperator.io/owner": .null, "mine": "stays"]]]
        _ = try await admin.patch(.services, ObjectKey(namespace: namespace, name: "istiod"), .merge(labels))
    }
}

@Suite struct CrashAnywhereTests {
    /// How one run went.
    struct Run {
        var state: [String: String]
        /// Writes per method and path, of all lives of the operator.
        var writes: [String: Int]
        var total: Int
    }

    static func count(_ writes: [PassedRequest]) -> [String: Int] {
        writes.reduce(into: [:]) { counts, write in
            guard !write.path.hasSuffix("/status") else { return }
            counts["\(write.method.rawValue) \(write.path)", default: 0] += 1
        }
    }

    static func play(_ scenario: Scenario, rule: @escaping FaultyTransport.Rule = { _, _ in nil }) async throws -> Run {
        let cluster = try await TestCluster()
        if let before = scenario.before {
            try await cluster.create(before)
            try await DirectOperator(cluster).settle()
        }
        try await scenario.change(cluster)
        let first = try DirectOperator(cluster, rule: rule)
        var writes: [PassedRequest] = []
        do {
            try await first.settle()
            writes = first.transport.writes
        } catch {
            guard first.transport.isDead else { throw error }
            let second = try DirectOperator(cluster)
            try await second.settle()
            writes = first.transport.writes + second.transport.writes
        }
        return Run(state: try await cluster.endState(), writes: count(writes), total: first.transport.writes.count)
    }

    @Test(arguments: Scenario.all) func reachesTheSameEndAfterAKillAtAnyWrite(_ scenario: Scenario) async throws {
        let whole = try await Self.play(scenario)
        try #require(whole.total > 3, "the scenario must write something")
        for number in 1...whole.total {
            for fault in [FaultyTransport.Fault.killBefore, .killAfter] {
                let run = try await Self.play(scenario) { _, write in write == number ? fault : nil }
                let label = "\(scenario.name), \(fault) \(number) of \(whole.total)"
                #expect(run.state.keys.sorted() == whole.state.keys.sorted(), "\(label)")
                for (id, text) in whole.state where run.state[id] != text {
                    Issue.record("\(label): \(id)\n\(text)\n\(run.state[id] ?? "is missing")")
                }
                for (write, count) in run.writes where count > (whole.writes[write] ?? 0) + 1 {
                    Issue.record("\(label): \(write) was written \(count) times instead of \(whole.writes[write] ?? 0)")
                }
            }
        }
    }

    @Test func endsWithWhatTheSpecSaysInEachScenario() async throws {
        let upgraded = try await Self.play(Scenario.all[2]).state
        #expect(upgraded["Deployment istio-system/istiod"]?.contains("pilot:1.29.2") == true)
        let repaired = try await Self.play(Scenario.all[3]).state
        #expect(repaired["ConfigMap istio-system/istio"] != nil)
        #expect(repaired["Deployment istio-system/istiod"]?.contains("evil:1") == false)
        #expect(repaired["Service istio-system/istiod"]?.contains(#""mine":"stays""#) == true)
        let removed = try await Self.play(Scenario.all[4]).state
        let left = removed.keys.filter { !$0.hasPrefix("ConfigMap kube-") && !$0.contains("kube-root-ca.crt") }
            .filter { !$0.hasPrefix("ServiceAccount") || $0.contains("istiod") }
        #expect(
            left.sorted() == [
                "CustomResourceDefinition gateways.networking.example.io",
                "CustomResourceDefinition meshoperators.meshoperator.io", "Namespace istio-system",
            ]
        )
    }
}
