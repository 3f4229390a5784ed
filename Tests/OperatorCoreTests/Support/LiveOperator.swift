internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import ManifestRendering
internal import MeshAPI
internal import MeshTestKit
internal import OperatorStart

@testable internal import OperatorCore

/// The operator as it runs in production, watches and queue included, on a clock that tests move.
struct LiveOperator: Sendable {
    let life: ControllerLife
    let clock: VirtualClock
    let service: MeshOperatorService

    var cluster: TestCluster { life.cluster }
    var transport: FaultyTransport { life.transport }
    var metrics: MetricsRegistry { life.metrics }

    /// Makes an operator that has not begun.
    ///
    /// `isRendering` has it render meshes as the program does; else they are those of ``SampleMesh``.
    init(
        _ cluster: TestCluster,
        _ clock: VirtualClock,
        elects: Bool = false,
        name: String = "one",
        workers: Int = 2,
        definitions: OwnDefinitions? = nil,
        companions: [OperatorCompanion] = [],
        isRendering: Bool = false,
        server: (any HTTPTransport)? = nil
    ) throws {
        life = ControllerLife(of: cluster, on: clock, server: server)
        self.clock = clock
        var configuration = MeshOperatorService.Configuration(
            transport: life.transport,
            catalogue: isRendering ? try VersionCatalogue.builtIn() : try SampleMesh.catalogue()
        )
        configuration.instance = name
        configuration.workers = workers
        configuration.definitions = definitions
        configuration.companions = companions
        if elects { configuration.elect(in: "kube-system") }
        service = try MeshOperatorService(
            configuration,
            renderer: isRendering ? nil : SampleMesh.render,
            environment: life.environment
        )
    }

    /// Runs the operator while `body` runs, then ends it.
    func whileRunning(_ body: @escaping @Sendable (LiveOperator) async throws -> Void) async throws {
        try await ControllerLife.run({ try await service.run() }, while: { try await body(self) })
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
