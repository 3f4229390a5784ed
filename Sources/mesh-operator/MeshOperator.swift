internal import ArgumentParser
internal import Foundation
internal import HTTPServing
internal import KubeClient
internal import KubeCurl
internal import KubeRuntime
internal import Logging
internal import MeshBase
internal import OperatorCore
internal import OperatorStart
internal import RolloutControl
internal import RolloutCore
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
    @Option(help: ArgumentHelp("Where it is (default: POD_NAMESPACE or meshoperator-system).", valueName: "name"))
    var leaderElectionNamespace: String?
    @Option(help: "The host:port of /metrics; port 0 takes any free one.", transform: { try .init(parsing: $0) })
    var metricsBind: ListenAddress = "127.0.0.1:8080"
    @Option(help: "The host:port of /healthz and /readyz.", transform: { try .init(parsing: $0) })
    var healthBind: ListenAddress = "127.0.0.1:8081"
    @Option(help: "Whether to bring the definitions of Istio's kinds: true or false.") var istioCrds = true
    @Option(help: ArgumentHelp("CustomResourceDefinitions to apply: its own and those of meshes.", valueName: "dir"))
    var crds: String?
    @Option(help: ArgumentHelp("How long to wait for an API server that does not answer yet.", valueName: "seconds"))
    var serverWait: UInt16 = 60
    @Option(help: "From which level on to log to the standard error.")
    var logLevel: LogThreshold = .info

    static func main() async {
        async let _ = MeshOperatorService.warmUp()  // while the command line is read
        await main(nil)
    }

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
        let (clock, processes) = (ContinuousClock(), SystemProcesses(environment: variables))
        let environment = RuntimeEnvironment(clock: clock, wall: SystemTime.wall, random: .system, logger: logger)
        var surroundings = ClusterLink.Surroundings(processes: processes, clock: clock, now: environment.wall)
        surroundings.report = { [logger] in $0.log(to: logger) }
        let link = ClusterLink(connection, surroundings)
        // From the start, so that the connection is made while the rest is put together.
        try await link.transport.run { try await self.serve(link, variables, environment) }
    }

    private func serve(_ link: ClusterLink, _ variables: [String: String], _ world: RuntimeEnvironment) async throws {
        var configuration = try MeshOperatorService.Configuration(transport: link.signed, environment: variables)
        configuration.companions = istioCrds ? [.istioKinds, .rollouts] : [.rollouts]
        configuration.patience = .seconds(Int(serverWait))
        configuration.gates = HTTPGateAsker.standard
        if leaderElect { configuration.elect(in: leaderElectionNamespace ?? variables["POD_NAMESPACE"]) }
        let definitions = crds.map { path in { @Sendable in try OwnDefinitions(folder: path, files: SystemFiles()) } }
        try await MeshOperatorService.with(configuration, definitions: definitions, environment: world) { service in
            let probes = ProbeResponder(health: HealthRegistry(), metrics: world.metrics)
            service.register(in: probes.health)
            let reconciling = Work(description: "operator", body: service.run, stop: service.stop)
            let services: [ServiceGroupConfiguration.ServiceConfiguration] = [
                .init(service: Work(metricsBind, name: "metrics", probes, service, world.logger)),
                .init(service: Work(healthBind, name: "health", probes, service, world.logger)),
                .init(service: reconciling, successTerminationBehavior: .gracefullyShutdownGroup),
            ]
            var group = ServiceGroupConfiguration(services: services, logger: world.logger)
            group.gracefulShutdownSignals = [.sigint, .sigterm]
            try await ServiceGroup(configuration: group).run()
        }
    }
}

extension LogThreshold: ExpressibleByArgument {}

/// Something that runs until a signal asks it to stop, finishing what is in flight.
private struct Work: Service, CustomStringConvertible {
    let description: String
    let body: @Sendable () async throws -> Void
    let stop: @Sendable () -> Void

    func run() async throws {
        try await withGracefulShutdownHandler(operation: body, onGracefulShutdown: stop)
    }
}

extension Work {
    /// Serves metrics and probes on one address.
    init(_ bind: ListenAddress, name: String, _ probes: ProbeResponder, _ main: MeshOperatorService, _ logger: Logger) {
        let server = HTTPServer(configuration: .init(host: bind.host, port: bind.port)) { request in
            let answer = probes.answer(request.target)
            return .text(answer.body, status: answer.status, type: answer.contentType)
        }
        let body: @Sendable () async throws -> Void = {
            await main.hasBegun()
            do {
                try await server.run {
                    logger.info("listening", metadata: ["endpoint": "\(name)", "address": "\($0)"])
                }
            } catch  where !(error is CancellationError) {
                throw StartFailure(cannotListen: error, at: "\(bind)", option: "--\(name)-bind")
            }
        }
        self.init(description: name, body: body, stop: server.shutdown)
    }
}

extension HTTPGateAsker {
    /// Asks gates over connections of their own, with Secrets and Jobs of the cluster.
    static func standard(_ client: ClusterClient, _ world: RuntimeEnvironment) -> HTTPGateAsker {
        HTTPGateAsker(.init(cluster: client, transports: CurlTransports(), clock: world.clock, now: world.wall))
    }
}

extension OperatorCompanion {
    /// Carries out MeshRollouts; their gates are asked over connections of their own.
    static let rollouts = OperatorCompanion { given in
        var configuration = MeshRolloutService.Configuration(
            reads: given.reads,
            writes: given.writes,
            recorder: given.recorder,
            asker: HTTPGateAsker.standard(given.writes, given.environment)
        )
        configuration.watching = given.watching
        let service = try MeshRolloutService(configuration, environment: given.environment)
        return Work(watchers: service.watchers, controllers: [service.controller])
    }
}
