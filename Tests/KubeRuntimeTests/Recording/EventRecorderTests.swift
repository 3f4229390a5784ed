internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshBase
internal import MeshTestKit
internal import Testing

@Suite struct EventRecorderTests {
    private static let subject = EventSubject(
        kind: .deployment,
        key: ObjectKey(namespace: "shop", name: "web"),
        uid: "u"
    )
    private static let path = "/apis/events.k8s.io/v1/namespaces/shop/events"

    private static func recorder(_ server: ObjectServer, _ environment: RuntimeEnvironment) -> EventRecorder {
        EventRecorder(
            client: server.client,
            configuration: .init(controller: "meshoperator.io/operator", instance: "pod-1"),
            environment: environment
        )
    }

    @Test("recording never waits; writing happens beside, and repeats are counted")
    func writes() async throws {
        try await withVirtualTime { clock in
            let environment = testEnvironment(clock)
            let server = ObjectServer(time: environment.time, latency: .seconds(1))
            let recorder = Self.recorder(server, environment)
            try await withBackground {
                await recorder.run()
            } _: {
                for _ in 0..<3 { recorder.record(Self.subject, reason: "Scaled", note: "to 3") }
                recorder.record(Self.subject, .warning, reason: "Failed", note: "no room")
                #expect(server.calls.isEmpty)
                await clock.advance(by: .seconds(100))
                let events = server.objects(under: Self.path)
                let scaled = events.filter { $0.tree["reason"] == "Scaled" }
                #expect(events.count == 2)
                #expect(scaled.map { $0.tree.value(at: "series", "count") } == [3])
            }
        }
    }

    @Test("a server that fails for a while gets the events later")
    func patience() async throws {
        try await withVirtualTime { clock in
            let environment = testEnvironment(clock)
            let server = ObjectServer(time: environment.time)
            let recorder = Self.recorder(server, environment)
            server.setFault { _ in .status(503, retryAfter: 2) }
            try await withBackground {
                await recorder.run()
            } _: {
                recorder.record(Self.subject, reason: "Ready", note: "at last")
                await clock.advance(by: .seconds(20))
                #expect(server.calls.count < 8)
                server.setFault(nil)
                await clock.advance(by: .seconds(60))
                #expect(server.objects(under: Self.path).count == 1)
                #expect(recorder.dropped == 0)
            }
        }
    }

    @Test("a refusal, as in a namespace that is being deleted, is final")
    func refused() async throws {
        try await withVirtualTime { clock in
            let environment = testEnvironment(clock)
            let server = ObjectServer(time: environment.time)
            let recorder = Self.recorder(server, environment)
            server.setFault { _ in .status(403) }
            try await withBackground {
                await recorder.run()
            } _: {
                recorder.record(Self.subject, reason: "Ready", note: "x")
                await clock.advance(by: .seconds(600))
                #expect(server.calls.count == 1)
                #expect(recorder.dropped == 1)
            }
        }
    }

    @Test("stopping writes what was recorded, within a limit", arguments: [false, true])
    func stops(isHanging: Bool) async throws {
        try await withVirtualTime { clock in
            let environment = testEnvironment(clock)
            let server = ObjectServer(time: environment.time)
            let recorder = Self.recorder(server, environment)
            let ended = Record<Duration>()
            try await withBackground {
                await recorder.run()
                ended.append(environment.time.now)
            } _: {
                await clock.settle()
                if isHanging { server.setFault { _ in .status(500) } }
                for index in 0..<40 { recorder.record(Self.subject, reason: "R\(index)", note: "n") }
                recorder.stop()
                recorder.record(Self.subject, reason: "Late", note: "n")
                await clock.advance(by: .seconds(30))
                let end = try #require(ended.all.first)
                #expect(end <= .seconds(6))
                #expect(server.objects(under: Self.path).count == (isHanging ? 0 : 40))
            }
        }
    }
}
