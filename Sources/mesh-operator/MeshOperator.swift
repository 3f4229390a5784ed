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

    @Option(help: ArgumentHelp("The kubeconfig; without it the pod's own cluster, or KUBECONFIG.", valueName: "file"))
    var kubeconfig: String?

    @Option(help: "Whether to lead only while holding a lease, so that several operators may run: true or false.")
    var leaderElect = true

    @Option(help: "The host:port of /metrics; port 0 takes any free one.", transform: { try .init(parsing: $0) })
    var metricsBind: ListenAddress = "127.0.0.1:8080"

    @Option(help: "The host:port of /healthz and /readyz.", transform: { try .init(parsing: $0) })
    var healthBind: ListenAddress = "127.0.0.1:8081"

    @Option(help: ArgumentHelp("CustomResourceDefinitions to apply: its own and those of meshes.", valueName: "dir"))
    var crds: String?

    @Option(help: "From which level on to log to the standard error.")
    var logLevel: LogThreshold = .info

    func run() async throws {
        let variables = ProcessInfo.processInfo.environment
        let locator = ClusterLocator(environment: variables, files: SystemFiles())
        let found = Result { try locator.connection(kubeconfig: kubeconfig) }
        do {
            try await run(found.get(), variables)
        } catch  where !(error is CancellationError) {
            let source = StartFailure.source(kubeconfig: kubeconfig, environment: variables)
            let failure = StartFailure(error, server: (try? found.get())?.server.description, source: source)
            FileHandle.standardError.write(Data("mesh-operator: \(failure)\n".utf8))
            throw ExitCode(failure.exit.rawValue)
        }
    }

    private func run(_ connection: ClusterConnection, _ variables: [String: String]) async throws {
        var logger = Logger(label: "mesh-operator") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = logLevel.level
        let environment = RuntimeEnvironment(
            clock: ContinuousClock(),
            wall: { Timestamp(microsecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1_000_000)) },
            random: .system,
            logger: logger
        )
        var surroundings = ClusterLink.Surroundings(
            processes: SystemProcesses(environment: variables),
            clock: environment.clock,
            now: environment.wall
        )
        surroundings.report = { [logger] in $0.log(to: logger) }
        let link = ClusterLink(connection, surroundings)
        var configuration = try MeshOperatorService.Configuration(transport: link.signed)
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
                    .init(service: TransportWork(transport: link.transport)),
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
        guard let entries = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw StartFailure(.noInput, "--crds \(folder): no folder that can be read; name one with YAML files")
        }
        let paths = entries.filter { $0.hasSuffix(".yaml") }.sorted().map { "\(folder)/\($0)" }
        return try paths.map { String(decoding: try SystemFiles().read($0), as: UTF8.self) }
    }
}

extension LogThreshold: ExpressibleByArgument {}
