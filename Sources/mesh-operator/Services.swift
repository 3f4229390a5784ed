internal import HTTPServing
internal import KubeClient
internal import KubeCurl
internal import KubeRuntime
internal import Logging
internal import OperatorCore
internal import RolloutControl
internal import RolloutCore
internal import ServiceLifecycle

/// Carries requests until everything else has stopped.
struct TransportWork: Service {
    let transport: CurlTransport

    func run() async throws { try await cancelWhenGracefulShutdown { try await transport.run() } }
}

extension TransportNote {
    /// Warns of what keeps the operator waiting.
    func log(to logger: Logger) {
        switch self {
        case .slow(let method, let path, let elapsed):
            logger.warning(
                "request is slow",
                metadata: ["verb": "\(method.rawValue)", "path": "\(path)", "elapsed": "\(elapsed)"]
            )
        case .silent(let transfers, let silence):
            logger.warning(
                "connection given up, no sign of life",
                metadata: ["requests": "\(transfers)", "silence": "\(silence)"]
            )
        }
    }
}

/// Something that runs until a signal asks it to stop, finishing what is in flight.
struct Work: Service {
    let body: @Sendable () async throws -> Void
    let stop: @Sendable () -> Void

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await body()
        } onGracefulShutdown: {
            stop()
        }
    }
}

extension Work {
    /// Serves metrics and probes on one address.
    init(_ place: ListenAddress, name: String, _ probes: ProbeResponder, _ logger: Logger) {
        let server = HTTPServer(configuration: HTTPServerConfiguration(host: place.host, port: place.port)) { request in
            let answer = probes.answer(request.query.map { "\(request.path)?\($0)" } ?? request.path)
            var response = ServerResponse.text(answer.body, status: answer.status)
            response.headers = HeaderFields([.init("Content-Type", answer.contentType)])
            return response
        }
        body = {
            do {
                try await server.run { address in
                    logger.info("listening", metadata: ["endpoint": "\(name)", "address": "\(address)"])
                }
            } catch  where !(error is CancellationError) {
                throw StartFailure(cannotListen: error, at: "\(place)", option: "--\(name)-bind")
            }
        }
        stop = { server.shutdown() }
    }
}

extension HTTPGateAsker {
    /// Asks gates over connections of their own, with Secrets and Jobs of the cluster.
    static func standard(_ client: ClusterClient, _ environment: RuntimeEnvironment) -> HTTPGateAsker {
        HTTPGateAsker(
            .init(cluster: client, transports: CurlTransports(), clock: environment.clock, now: environment.wall)
        )
    }
}

extension OperatorCompanion {
    /// Carries out MeshRollouts; their gates are asked over connections of their own.
    static let rollouts = OperatorCompanion { given in
        let asker = HTTPGateAsker.standard(given.writes, given.environment)
        var configuration = MeshRolloutService.Configuration(
            reads: given.reads,
            writes: given.writes,
            recorder: given.recorder,
            asker: asker
        )
        configuration.watching = given.watching
        let service = try MeshRolloutService(configuration, environment: given.environment)
        return Work(watchers: service.watchers, controllers: [service.controller])
    }
}
