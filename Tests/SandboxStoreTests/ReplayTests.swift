import DataTree
import MeshTestKit
import ReplayKit
import SandboxStore
import Testing

/// Runs the scenarios recorded from a real API server against the server in this process.
@Suite struct ReplayTests {
    static let folder = packageRoot + "/Tests/SandboxServerTests/Replay"
    static let files = folderEntries(folder).filter { $0.hasSuffix(".yaml") }

    @Test(arguments: files) func answersAreThoseOfARealServer(_ file: String) async throws {
        let tree = try YAML.document(try fileText(Self.folder + "/" + file))
        let scenario = try #require(ReplayScenario(name: file, tree: tree))
        let server = await TestServer()
        let differences = try await withThrowingTaskGroup(of: [ReplayRunner.Difference]?.self) { group in
            group.addTask {
                try await ReplayRunner(transport: server.transport) { await Task.yield() }.run(scenario)
            }
            if file == "watch.yaml" {
                group.addTask {
                    while !Task.isCancelled {
                        await server.clock.advance(by: .seconds(1))
                        await server.core.tick()
                        await Task.yield()
                    }
                    return nil
                }
            }
            let first = try await group.next() ?? nil
            group.cancelAll()
            return first ?? []
        }
        for difference in differences { Issue.record("\(difference)") }
    }
}
