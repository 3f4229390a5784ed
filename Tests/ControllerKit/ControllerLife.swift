package import KubeClient
package import KubeRuntime
internal import Logging
package import MeshBase
package import MeshTestKit
internal import SandboxStore

/// One life of a controller: its way to the API server, with the faults a test wants, and what it is given of its surroundings.
package struct ControllerLife: Sendable {
    /// The cluster it works on.
    package let cluster: TestCluster
    /// Its way to the API server.
    package let transport: FaultyTransport
    /// Its clock, quiet log and metrics.
    package let environment: RuntimeEnvironment

    /// A client by that way.
    package var client: ClusterClient { ClusterClient(transport: transport) }
    /// What it counted.
    package var metrics: MetricsRegistry { environment.metrics }

    /// A life whose reconciles a test calls for: its clock stands still, and waiting for an answer takes no time.
    ///
    /// - Parameters:
    ///   - cluster: the cluster, whose time of day it sees.
    ///   - server: the API server, where that is not the cluster's.
    ///   - clock: its clock, where that does not stand still.
    ///   - rule: the faults.
    package init(
        calledFor cluster: TestCluster,
        server: (any HTTPTransport)? = nil,
        clock: (any Clock<Duration>)? = nil,
        rule: @escaping FaultyTransport.Rule = { _, _ in nil }
    ) {
        self.cluster = cluster
        transport = FaultyTransport(server ?? InProcessTransport(cluster.core))
        transport.setRule(rule)
        environment = Self.environment(clock ?? VirtualClock(), { cluster.now }, seed: 7)
    }

    /// A life that runs by itself on a clock that a test moves.
    ///
    /// - Parameters:
    ///   - cluster: the cluster.
    ///   - clock: the clock.
    ///   - server: the API server, where that is not the cluster's.
    ///   - wall: the time of day, where that does not go with the clock.
    package init(
        of cluster: TestCluster,
        on clock: VirtualClock,
        server: (any HTTPTransport)? = nil,
        wall: WallClock? = nil
    ) {
        self.cluster = cluster
        transport = FaultyTransport(server ?? InProcessTransport(cluster.core), clock: clock)
        environment = Self.environment(clock, wall ?? clock.wallClock(startingAt: TestCluster.start), seed: 11)
    }

    private static func environment(_ clock: any Clock<Duration>, _ wall: @escaping WallClock, seed: UInt64)
        -> RuntimeEnvironment
    {
        RuntimeEnvironment(
            clock: clock,
            wall: wall,
            random: .seeded(seed),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            metrics: MetricsRegistry()
        )
    }

    /// Runs a controller while `body` runs, then ends it; what the controller throws counts for nothing.
    package static func run(
        _ controller: @escaping @Sendable () async throws -> Void,
        while body: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try? await controller()
                return false
            }
            group.addTask {
                try await body()
                return true
            }
            while let isBody = try await group.next() {
                if isBody { break }
            }
            group.cancelAll()
        }
    }
}

/// Tries again after errors that time heals, so many times in a row.
package struct Patience {
    private let limit: Int
    private var failures = 0

    /// Makes patience for `limit` failures in a row.
    package init(_ limit: Int) { self.limit = limit }

    /// Whether `body` did not throw; throws its error when the process is dead or patience is at its end.
    package mutating func attempt(_ transport: FaultyTransport, _ body: () async throws -> Void) async throws -> Bool {
        do {
            try await body()
            failures = 0
            return true
        } catch {
            failures += 1
            guard !transport.isDead, failures <= limit else { throw error }
            return false
        }
    }
}
