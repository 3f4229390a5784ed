internal import KubeClient
internal import KubeRuntime
internal import MeshTestKit
internal import Synchronization
internal import Testing

@testable internal import OperatorCore

@Suite struct ClusterFactsTests {
    /// Answers when its clock has moved on: first as often as it is told to with an error, then with a version.
    private final class SlowServer: HTTPTransport {
        private let state = Mutex((asked: 0, failures: 0))
        private let clock: VirtualClock

        init(_ clock: VirtualClock, failures: Int = 0) {
            self.clock = clock
            state.withLock { $0.failures = failures }
        }

        var asked: Int { state.withLock(\.asked) }

        func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
            let isFailing = state.withLock { state in
                state.asked += 1
                return state.asked <= state.failures
            }
            do { try await clock.sleep(until: clock.now.advanced(by: .seconds(1)), tolerance: nil) } catch {
                throw TransportError(.cancelled, "cancelled")
            }
            if isFailing { throw TransportError(.connectionFailed, "refused") }
            return HTTPResponse(status: 200, body: HTTPBody(Array("{\"gitVersion\":\"v1.33.1\"}".utf8)))
        }
    }

    @Test("The version is asked for once for all who want it at a time; after a failure somebody else asks")
    func asksOnce() async throws {
        for failures in [0, 1] {
            try await withVirtualTime { clock in
                let server = SlowServer(clock, failures: failures)
                let facts = ClusterFacts(client: ClusterClient(transport: server), time: MonotonicTime(clock))
                try await withThrowingTaskGroup(of: String?.self) { group in
                    for _ in 0..<5 { group.addTask { try? await facts.kubernetesVersion() } }
                    await clock.settle()
                    #expect(server.asked == 1)
                    for _ in 0...failures { await clock.advance(by: .seconds(1)) }
                    let versions = try await group.reduce(into: []) { $0.append($1) }.compactMap(\.self)
                    #expect(versions == Array(repeating: "v1.33.1", count: 5 - failures))
                }
                #expect(server.asked == 1 + failures)
                #expect(try await facts.kubernetesVersion() == "v1.33.1")
                #expect(server.asked == 1 + failures, "what is known is not asked for again")
            }
        }
    }
}
