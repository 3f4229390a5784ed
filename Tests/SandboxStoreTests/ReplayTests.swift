internal import MeshTestKit
internal import ReplayKit
internal import Testing

/// The recorded answers of a real API server, asked of ours in process.
struct ReplayTests {
    @Test("There are scenarios, with at least 300 requests in all")
    func isThere() {
        #expect(ReplayScenario.all.count >= 16)
        #expect(ReplayScenario.all.map(\.steps.count).reduce(0, +) >= 300)
    }

    @Test(arguments: ReplayScenario.all)
    func answersAlike(_ scenario: ReplayScenario) async throws {
        let answered = try await withVirtualTime { clock in
            let server = await TestServer(clock: clock)
            return try await server.whileTimePasses(.milliseconds(100)) {
                let runner = ReplayRunner(transport: server.transport, surroundings: [.watchProgress]) {
                    await Task.yield()
                }
                return try await runner.run(scenario)
            }
        }
        for difference in answered.differences { Issue.record("\(difference)") }
        if answered.skipped > 0 {
            print("replay: \(scenario.name): left out \(answered.skipped) steps that need roles or tokens")
        }
    }
}
