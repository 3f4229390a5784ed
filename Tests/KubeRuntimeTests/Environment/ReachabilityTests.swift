internal import KubeAPI
internal import KubeClient
internal import MeshBase
internal import MeshTestKit
internal import Testing

@testable internal import KubeRuntime

@Suite struct ReachabilityTests {
    /// Answers as told.
    private final class Server: HTTPTransport {
        let answer = Cell<Result<Int, TransportError>>(.success(200))

        func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
            HTTPResponse(status: try answer.value.get())
        }
    }

    private static let refused = TransportError(.connectionFailed, "refused")

    @Test(
        "An outage lasts three seconds, and its end is told once in five",
        arguments: [
            // (failures, answers, ends told) in seconds
            ([0, 2], [2.9], 0), ([0, 2], [3.0], 1), ([0], [1, 5], 0), ([0, 4], [3, 7], 1), ([0, 4, 8], [3, 7, 11], 2),
            ([0, 4, 15], [3, 7, 18], 2),
        ]
    )
    func outages(failures: [Double], answers: [Double], ends: Int) async throws {
        try await withVirtualTime { clock in
            let environment = testEnvironment(clock)
            let reachability = environment.reachability
            let told = Record<Duration>()
            _ = reachability.add { told.append(environment.time.now) }
            for tenth in 0..<300 {
                let now = Double(tenth) / 10
                if failures.contains(now) { reachability.failed() }
                if answers.contains(now) { reachability.answered() }
                await clock.advance(by: .milliseconds(100))
            }
            #expect(told.count == ends, "\(told.all)")
        }
    }

    @Test("Who waits after failures comes back within a second of the first answer to anybody")
    func watchers() async throws {
        try await withVirtualTime { clock in
            let environment = testEnvironment(clock)
            let server = Server()
            let transport = environment.reachability.observing(server)
            let cluster = FaultyCluster(seed: 1, time: environment.time)
            let store = ObjectStore(.init(name: "pods"))
            let watcher = try Watcher(source: cluster, store: store, environment: environment)
            cluster.apply("a")
            try await withBackground {
                await watcher.run()
            } _: {
                await clock.advance(by: .seconds(1))
                #expect(store.count == 1)
                cluster.change { state in
                    (state.faults.openFailure, state.faults.listFailure) = (1, 1)
                    state.watchers.values.forEach { $0.finish() }
                }
                server.answer.value = .failure(Self.refused)
                for _ in 0..<60 {
                    _ = try? await transport.send(HTTPRequest(.get, "/"))
                    await clock.advance(by: .seconds(5))
                }
                // A wait has just begun that lasts 15 s at least.
                cluster.apply("b")
                cluster.change { $0.faults = .init() }
                server.answer.value = .success(200)
                _ = try await transport.send(HTTPRequest(.get, "/"))
                await clock.advance(by: .seconds(1))
                #expect(store.count == 2)
            }
        }
    }

    @Test("Failed keys are tried again when the server answers again, unless it demanded a wait")
    func controllers() async throws {
        try await withVirtualTime { clock in
            let environment = testEnvironment(clock)
            let server = Server()
            let transport = environment.reachability.observing(server)
            let done = Record<(String, Duration)>()
            let controller = Controller(
                .init(name: "test"),
                reconciler: ClosureReconciler { key in
                    if key.name == "demanded", environment.time.now < .seconds(599) {
                        throw ScriptedError(retryClass: .transient(after: .seconds(600)))
                    }
                    _ = try await ClusterClient(transport: transport).send(HTTPRequest(.get, "/"))
                    done.append((key.name, environment.time.now))
                    return .done
                },
                environment: environment
            )
            server.answer.value = .failure(Self.refused)
            controller.enqueue(ObjectKey(name: "stuck"))
            controller.enqueue(ObjectKey(name: "demanded"))
            try await withBackground {
                await controller.run()
            } _: {
                // By now a wait lasts minutes.
                await clock.advance(by: .seconds(400))
                #expect(done.count == 0)
                server.answer.value = .success(200)
                _ = try await transport.send(HTTPRequest(.get, "/"))
                await clock.advance(by: .seconds(1))
                #expect(done.all.map(\.0) == ["stuck"])
                await clock.advance(by: .seconds(600))
                #expect(done.all.map(\.0) == ["stuck", "demanded"])
            }
        }
    }

    @Test("One request that always fails does not undo the waits of the rest", arguments: [1, 2, 3])
    func flapping(seed: UInt64) async throws {
        try await withVirtualTime { clock in
            let environment = testEnvironment(clock, seed: seed)
            let reachability = environment.reachability
            let tries = Record<Duration>()
            let controller = Controller(
                .init(name: "test"),
                reconciler: ClosureReconciler { _ in
                    tries.append(environment.time.now)
                    reachability.failed()
                    throw KubeError(transport: TransportError(.connectionLost, "reset"), request: "PUT /x")
                },
                environment: environment
            )
            controller.enqueue(ObjectKey(name: "broken"))
            try await withBackground {
                await controller.run()
            } _: {
                for _ in 0..<300 {
                    await clock.advance(by: .seconds(2))
                    reachability.answered()
                }
                let late = tries.all.count { $0 > .seconds(60) }
                #expect(late <= 5, "\(late) tries in 9 minutes")
            }
        }
    }

    @Test("Gateways that answer for a server they cannot reach are no answer", arguments: [502, 503, 504])
    func gateways(status: Int) async throws {
        try await withVirtualTime { clock in
            let environment = testEnvironment(clock)
            let server = Server()
            let transport = environment.reachability.observing(server)
            let wakes = Record<Bool>()
            _ = environment.reachability.add { wakes.append(true) }
            server.answer.value = .failure(Self.refused)
            for _ in 0..<2 {
                _ = try? await transport.send(HTTPRequest(.get, "/"))
                await clock.advance(by: .seconds(3))
            }
            server.answer.value = .success(status)
            _ = try await transport.send(HTTPRequest(.get, "/"))
            await clock.advance(by: .seconds(2))
            #expect(wakes.count == 0)
            server.answer.value = .success(404)
            _ = try await transport.send(HTTPRequest(.get, "/"))
            await clock.advance(by: .seconds(2))
            #expect(wakes.count == 1)
        }
    }
}
