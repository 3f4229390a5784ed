internal import ArgumentParser
internal import Foundation
internal import HTTPServing
internal import KubeClient
internal import KubeCurl
internal import KubeRuntime
internal import Logging
internal import MeshBase
internal import OperatorCore
internal import RolloutControl
internal import ServiceLifecycle
internal import UnixSignals

/// Runs the operator: watches MeshOperators and brings about the meshes they ask for.
@main
struct MeshOperator: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mesh-operator",
        abstract: "Installs, keeps and upgrades the service meshes that MeshOperator resources ask for."
    )

    @Option(
        help: ArgumentHelp("The kubeconfig to use; without it the pod's own cluster, or KUBECONFIG.", valueName: "file")
    )
    var kubeconfig: String?

    @Option(help: "Whether to lead only while holding a lease, so that several operators may run: true or false.")
    var leaderElect = true

    @Option(help: "The host:port of /metrics; port 0 takes any free one.", transform: { try .init(parsing: $0) })
    var metricsBind: ListenAddress = "127.0.0.1:8080"

    @Option(help: "The host:port of /healthz and /readyz.", transform: { try .init(parsing: $0) })
    var healthBind: ListenAddress = "127.0.0.1:8081"

    @Option(
        help: ArgumentHelp(
            "A folder of CustomResourceDefinitions: the operator's own are applied at the start, "
                + "others belong to the base of every mesh.",
            valueName: "dir"
        )
    )
    var crds: String?

    @Option(help: "From which level on to log to the standard error.")
    var logLevel: LogThreshold = .info

    func run() async throws {
        var logger = Logger(label: "mesh-operator") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = logLevel.level
        let environment = RuntimeEnvironment(
            clock: ContinuousClock(),
            wall: { Timestamp(microsecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1_000_000)) },
            random: .system,
            logger: logger
        )
        let variables = ProcessInfo.processInfo.environment
        let connection = try ClusterLocator(environment: variables, files: SystemFiles())
            .connection(kubeconfig: kubeconfig)
        let curl = CurlTransport(connection: connection)
        let transport = AuthenticatingTransport(
            curl,
            authenticator: Authenticator(
                connection.credentials,
                files: SystemFiles(),
                processes: SystemProcesses(environment: variables),
                now: environment.wall
            ),
            impersonation: connection.credentials.impersonation
        )
        var configuration = try MeshOperatorService.Configuration(transport: transport)
        configuration.definitions = try OwnDefinitions(yaml: try crds.map(Self.yamlFiles) ?? [])
        configuration.instance = variables["POD_NAME"] ?? variables["HOSTNAME"] ?? "mesh-operator"
        configuration.companions = [.rollouts]
        configuration.gates = { client, environment in HTTPGateAsker.standard(client, environment) }
        if leaderElect { configuration.elect(in: variables["POD_NAMESPACE"] ?? connection.namespace) }
        let service = try MeshOperatorService(configuration, environment: environment)
        let health = HealthRegistry()
        service.register(in: health)
        let probes = ProbeResponder(health: health, metrics: environment.metrics)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: TransportWork(transport: curl)),
                    .init(service: Work(metricsBind, name: "metrics", probes, logger)),
                    .init(service: Work(healthBind, name: "health", probes, logger)),
                    .init(
                        service: Work(body: { try await service.run() }, stop: { service.stop() }),
                        successTerminationBehavior: .gracefullyShutdownGroup
                    ),
                ],
                gracefulShutdownSignals: [.sigint, .sigterm],
                logger: logger
            )
        )
        try await group.run()
    }

    private static func yamlFiles(_ folder: String) throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }
        return try names.map { String(decoding: try SystemFiles().read("\(folder)/\($0)"), as: UTF8.self) }
    }
}

extension LogThreshold: ExpressibleByArgument {}
