internal import MeshTestKit
internal import ReplayKit
internal import SandboxStore
internal import Testing

/// The recorded answers of a real API server, asked of ours in process.
struct ReplayTests {
    /// How many answers of a scenario may still differ; what needs controllers, tokens or RBAC differs for ever here.
    private static let tolerated: [String: Int] = [
        "deployments": 1, "kinds": 15, "pods": 18, "protocol": 1, "selectors": 1, "watch": 3,
    ]

    @Test("There are scenarios, with at least 300 requests in all")
    func isThere() {
        #expect(ReplayScenario.all.count >= 16)
        #expect(ReplayScenario.all.map(\.steps.count).reduce(0, +) >= 300)
    }

    @Test(arguments: ReplayScenario.all)
    func answersAlike(_ scenario: ReplayScenario) async throws {
        let server = await TestServer()
        let differences = try await withThrowingTaskGroup(of: [ReplayRunner.Difference].self) { group in
            group.addTask {
                let runner = ReplayRunner(transport: server.transport) { await Task.yield() }
                return try await runner.run(scenario)
            }
            group.addTask {
                while !Task.isCancelled {
                    await server.clock.advance(by: .milliseconds(100))
                    await server.core.tick()
                    await Task.yield()
                }
                return []
            }
            let first = try await group.next() ?? []
            group.cancelAll()
            return first
        }
        if environmentValue("REPLAY_SHOW") != nil {
            for difference in differences { Issue.record("\(difference)") }
        }
        let texts = differences.map(\.description).joined(separator: "\n")
        #expect(differences.count <= Self.tolerated[scenario.name, default: 0], "\(texts)")
    }
}
