internal import KubeClient
internal import KubeRuntime
internal import Logging
internal import MeshBase
internal import MeshTestKit
internal import RolloutControl
internal import SandboxStore

@testable internal import RolloutCore

/// MeshRollouts as they are carried out in production, watches and queue included, on a clock that tests move.
struct LiveRollout: Sendable {
    let cluster: TestCluster
    let clock: VirtualClock
    let transport: FaultyTransport
    private let host: ControllerHost

    init(_ cluster: TestCluster, _ clock: VirtualClock, asker: (any GateAsking)? = nil) throws {
        self.cluster = cluster
        self.clock = clock
        transport = FaultyTransport(InProcessTransport(cluster.core), clock: clock)
        // Servers before Kubernetes 1.32 know no streaming lists: they are listed, then watched.
        transport.setRule { request, _ in
            let isStreaming = request.query.contains { $0.name == "sendInitialEvents" }
            return isStreaming ? .refuse(status: 400, reason: "BadRequest") : nil
        }
        let environment = RuntimeEnvironment(
            clock: clock,
            wall: { cluster.now },
            random: .seeded(11),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            metrics: MetricsRegistry()
        )
        let client = ClusterClient(transport: transport)
        let recorder = EventRecorder(
            client: client,
            configuration: .init(controller: "meshoperator.io/mesh-operator", instance: "test"),
            environment: environment
        )
        let service = try MeshRolloutService(
            .init(
                reads: client,
                writes: client,
                recorder: recorder,
                asker: asker ?? ScriptedAsker { cluster.now }
            ),
            environment: environment
        )
        host = ControllerHost(
            .init(watchers: service.watchers, controllers: [service.controller], recorder: recorder),
            environment: environment
        )
    }

    /// Runs the controller while `body` runs, then ends it.
    func whileRunning(_ body: @escaping @Sendable (LiveRollout) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try? await host.run()
                return false
            }
            group.addTask {
                try await body(self)
                return true
            }
            while let isBody = try await group.next() {
                if isBody { break }
            }
            group.cancelAll()
        }
    }

    /// Lets time pass, the world acting in between.
    func pass(_ seconds: Int) async throws {
        for _ in 0..<seconds {
            await clock.advance(by: .seconds(1))
            cluster.pass(1)
            _ = try await cluster.step()
        }
    }
}
