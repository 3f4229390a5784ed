internal import MeshTestKit
internal import ReplayKit
internal import SandboxStore
internal import Testing

@testable internal import SandboxServer

/// The recorded answers of a real cluster, asked of a sandbox with its roles and tokens.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ClusterReplayTests {
    @Test(arguments: ReplayScenario.all) func answersAlike(_ scenario: ReplayScenario) async throws {
        var configuration = SandboxConfiguration(node: .none)
        configuration.extent = .serverAlone  // As the recorded server ran.
        try await TestCluster.with(configuration) { cluster in
            let transport = FrontTransport(cluster: cluster)
            let runner = ReplayRunner(transport: transport, surroundings: [.cluster, .watchProgress]) {
                await Task.yield()
            }
            for difference in try await runner.run(scenario).differences { Issue.record("\(difference)") }
        }
    }
}
