internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import Logging
internal import MeshAPI
internal import MeshBase
internal import MeshTestKit
internal import SandboxStore

@testable internal import OperatorCore

/// The operator as it runs in production, watches and queue included, on a clock that tests move.
struct LiveOperator: Sendable {
    let cluster: TestCluster
    let clock: VirtualClock
    let transport: FaultyTransport
    let service: MeshOperatorService
    let metrics: MetricsRegistry

    init(
        _ cluster: TestCluster,
        _ clock: VirtualClock,
        elects: Bool = false,
        name: String = "one",
        workers: Int = 2,
        definitions: OwnDefinitions? = nil,
        server: (any HTTPTransport)? = nil
    ) throws {
        self.cluster = cluster
        self.clock = clock
        transport = FaultyTransport(server ?? InProcessTransport(cluster.core), clock: clock)
        metrics = MetricsRegistry()
        var configuration = MeshOperatorService.Configuration(
            transport: transport,
            catalogue: try SampleMesh.catalogue()
        )
        configuration.instance = name
        configuration.workers = workers
        configuration.definitions = definitions
        if elects { configuration.elect(in: "kube-system") }
        service = try MeshOperatorService(
            configuration,
            renderer: SampleMesh.render,
            environment: RuntimeEnvironment(
                clock: clock,
                wall: { Timestamp(seconds: 1_790_000_000).advanced(by: clock.now.offset) },
                random: .seeded(11),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                metrics: metrics
            )
        )
    }

    /// Runs the operator while `body` runs, then ends it.
    func whileRunning(_ body: @escaping @Sendable (LiveOperator) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try? await service.run()
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

    /// Lets time pass second by second, the world acting in between, until the MeshOperator is Ready for its generation.
    func untilReady(within seconds: Int = 300, key: ObjectKey = TestCluster.key) async throws {
        for _ in 0..<seconds {
            await clock.advance(by: .seconds(1))
            _ = try await cluster.step()
            let resource = try await cluster.admin.find(MeshNames.resource, key)
            let observed = resource?.tree.value(at: "status", "observedGeneration")?.integer
            if let resource, resource.conditions.isTrue("Ready"), observed == resource.generation {
                return
            }
        }
        let status = try await cluster.admin.find(MeshNames.resource, key)?.tree["status"]?.jsonText() ?? "none"
        throw MeshOperatorError(.unsettled, "not Ready within \(seconds) s: \(status)")
    }

    /// Lets time pass, the world acting in between.
    func pass(_ seconds: Int) async throws {
        for _ in 0..<seconds {
            await clock.advance(by: .seconds(1))
            _ = try await cluster.step()
        }
    }
}
