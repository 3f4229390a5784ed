internal import ArgumentParser
internal import HTTPServing
internal import KubeCurl
internal import KubeRuntime
internal import Logging
internal import MeshBase
internal import SandboxServer
internal import ServiceLifecycle
internal import UnixSignals

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Runs a small Kubernetes cluster on this machine.
@main
struct MeshSandbox: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mesh-sandbox",
        abstract: "Runs a small Kubernetes cluster on this machine: API server, controllers, and a node that is hollow."
    )

    @Option(help: ArgumentHelp("Where to write the administrator's kubeconfig.", valueName: "file"))
    var kubeconfigOut: String

    @Option(help: "The host:port to listen on; port 0 takes any free one.", transform: { try .init(parsing: $0) })
    var listen: ListenAddress = "127.0.0.1:0"

    @Option(help: ArgumentHelp("Where to keep objects and keys; without it they live in memory.", valueName: "dir"))
    var dataDir: String?

    @Option(help: "What runs pods: 'hollow' makes them Running and Ready without running them, 'none' leaves them.")
    var node: SandboxConfiguration.NodeKind = .hollow

    @Option(help: ArgumentHelp("How many hollow nodes there are, 1 to 100.", valueName: "number"))
    var nodes = 1

    @Option(
        help: ArgumentHelp(
            "The Kubernetes version to tell, such as 1.33 or 1.33.4; what is served stays that of 1.36.",
            valueName: "version"
        )
    )
    var kubernetesVersion = KubernetesVersion.newestKnown.text

    @Option(help: "How much runs: 'cluster' everything, 'server-alone' the API server without any controller.")
    var extent: SandboxConfiguration.Extent = .cluster

    @Option(help: "From which level on to log to the standard error.")
    var logLevel: LogThreshold = .warning

    func run() async throws {
        var logger = Logger(label: "mesh-sandbox") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = logLevel.level
        let webhooks = WebhookLinks { connection in
            let transport = CurlTransport(connection: connection)
            return WebhookLinks.Link(transport) { try? await transport.run() }
        }
        let settings = try settings(webhooks, logger)
        // Looked at before anything runs, and after the directory of the data is there, in which it may lie.
        let kubeconfig = try Self.usable { () throws(SandboxError) in try KubeconfigFile(path: kubeconfigOut) }
        let cluster = try SandboxCluster(settings, environment: Self.environment(logger))
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(
                        service: ClusterService(cluster: cluster, webhooks: webhooks, kubeconfig: kubeconfig),
                        successTerminationBehavior: .gracefullyShutdownGroup
                    )
                ],
                gracefulShutdownSignals: [.sigint, .sigterm],
                logger: logger
            )
        )
        try await group.run()
    }

    /// A setting made of a flag; one that cannot be used is told as a wrong flag.
    private static func usable<Setting>(_ make: () throws(SandboxError) -> Setting) throws -> Setting {
        do throws(SandboxError) {
            return try make()
        } catch {
            if error.code == .invalidSetting { throw ValidationError(error.message) }
            throw error
        }
    }

    private func settings(_ webhooks: WebhookLinks, _ logger: Logger) throws -> SandboxConfiguration {
        guard let version = KubernetesVersion(kubernetesVersion) else {
            let minors = KubernetesVersion.minors
            throw ValidationError(
                "--kubernetes-version \(kubernetesVersion) must be a minor from 1.\(minors.lowerBound) to "
                    + "1.\(minors.upperBound), for example 1.33, or a patch of one, for example 1.33.4"
            )
        }
        var result = SandboxConfiguration(host: listen.host, port: listen.port, node: node, webhooks: webhooks)
        guard SandboxConfiguration.nodeCounts.contains(nodes) else {
            throw ValidationError("--nodes \(nodes) must be a number from 1 to 100")
        }
        result.version = version
        result.extent = extent
        result.nodes = nodes
        if let dataDir {
            result.vault = try DiskVault(directory: dataDir)
            result.log = try FileLog(directory: "\(dataDir)/store") { repair in
                logger.warning("end of the log dropped", metadata: ["problem": "\(repair)"])
            }
        }
        return result
    }

    private static func environment(_ logger: Logger) -> RuntimeEnvironment {
        RuntimeEnvironment(clock: ContinuousClock(), wall: SystemTime.wall, random: .system, logger: logger)
    }
}

extension LogThreshold: ExpressibleByArgument {}
extension SandboxConfiguration.NodeKind: ExpressibleByArgument {}
extension SandboxConfiguration.Extent: ExpressibleByArgument {}

/// Runs the cluster, and tells where it is once it can be used.
private struct ClusterService: Service {
    let cluster: SandboxCluster
    let webhooks: WebhookLinks
    let kubeconfig: KubeconfigFile

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await webhooks.run() }
                try await cluster.run { access in
                    try kubeconfig.write(access.kubeconfig)
                    print("export KUBECONFIG=\(kubeconfig.path)")
                    fflush(nil)
                }
                group.cancelAll()
            }
        } onGracefulShutdown: {
            cluster.shutdown()
        }
    }
}
