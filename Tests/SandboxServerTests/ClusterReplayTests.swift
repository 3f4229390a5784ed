internal import MeshTestKit
internal import ReplayKit
internal import SandboxStore
internal import Testing

@testable internal import SandboxServer

/// The recorded answers of a real cluster, asked of a sandbox with its roles and tokens.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ClusterReplayTests {
    /// How many answers of a scenario may still differ.
    ///
    /// The recorded requests fell into one second; where ours do not, owners come in another order (`apply`, `crds`) and ages
    /// differ (`watch`). One scenario runs at a time, to make that rare.
    private static let tolerated: [String: Int] = [
        "apply": 4, "crds": 5, "deployments": 1, "kinds": 2, "pods": 2, "protocol": 1, "selectors": 1, "watch": 4,
    ]

    @Test(arguments: ReplayScenario.all) func answersAlike(_ scenario: ReplayScenario) async throws {
        var configuration = SandboxConfiguration(node: .none)
        configuration.extent = .serverAlone  // As the recorded server ran.
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
