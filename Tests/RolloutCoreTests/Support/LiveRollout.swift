internal import ControllerKit
internal import KubeClient
internal import KubeRuntime
internal import MeshTestKit
internal import RolloutControl

@testable internal import RolloutCore

/// MeshRollouts as they are carried out in production, watches and queue included, on a clock that tests move.
struct LiveRollout: Sendable {
    let life: ControllerLife
    let clock: VirtualClock
    private let host: ControllerHost

    var cluster: TestCluster { life.cluster }
    var transport: FaultyTransport { life.transport }

    init(_ cluster: TestCluster, _ clock: VirtualClock, asker: (any GateAsking)? = nil) throws {
        life = ControllerLife(of: cluster, on: clock, wall: { cluster.now })
        self.clock = clock
        // Servers before Kubernetes 1.32 know no streaming lists: they are listed, then watched.
        life.transport.setRule { request, _ in
            let isStreaming = request.query.contains { $0.name == "sendInitialEvents" }
            return isStreaming ? .refuse(status: 400, reason: "BadRequest") : nil
        }
        let environment = life.environment
        let client = life.client
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
        try await ControllerLife.run({ try await host.run() }, while: { try await body(self) })
    }

    /// Lets time pass, the world acting in between.
    func pass(_ seconds: Int) async throws {
        for _ in 0..<seconds {
            await clock.advance(by: .seconds(1))
            cluster.pass(.seconds(1))
            _ = try await cluster.step()
        }
    }
}
