internal import MeshTestKit
internal import ReplayKit
internal import SandboxStore
internal import Testing

@testable internal import SandboxServer

/// The recorded answers of a real cluster, asked of a whole sandbox: with controllers, roles, tokens and a node.
@Suite(.timeLimit(.minutes(5))) struct ClusterReplayTests {
    /// How many answers of a scenario may still differ.
    ///
    /// The recorded server ran alone: its namespaces lacked the ConfigMap with the CA (`watch`), and its requests fell into
    /// the same second, which decides the order of owners (`apply`).
    private static let tolerated: [String: Int] = [
        "apply": 4, "crds": 5, "deployments": 1, "kinds": 4, "patches": 1, "pods": 6, "protocol": 1, "selectors": 1,
        "watch": 7,
    ]

    @Test(arguments: ReplayScenario.all) func answersAlike(_ scenario: ReplayScenario) async throws {
        var configuration = SandboxConfiguration(node: .none)
        configuration.admitsServiceAccounts = false  // The recorded server ran without that part of admission.
        try await TestCluster.with(configuration) { cluster in
            let runner = ReplayRunner(transport: FrontTransport(cluster: cluster)) { await Task.yield() }
            let differences = try await runner.run(scenario)
            if environmentValue("REPLAY_SHOW") != nil {
                for difference in differences { Issue.record("\(difference)") }
            }
            let texts = differences.map(\.description).joined(separator: "\n")
            #expect(differences.count <= Self.tolerated[scenario.name, default: 0], "\(texts)")
        }
    }
}
