internal import DataTree
internal import HTTPServing
internal import KubeAPI
package import KubeRuntime
internal import Logging
internal import MeshBase
internal import SandboxStore
internal import Synchronization

/// A small Kubernetes cluster in one process: API server, controllers and, if wanted, a hollow node.
///
/// Making one reads or makes its secrets and opens the store; ``run(onReady:)`` serves until ``shutdown()`` or
/// cancellation.
package final class SandboxCluster: Sendable {
    private let configuration: SandboxConfiguration
    private let environment: RuntimeEnvironment
    /// The CA and the key of tokens.
    let identity: SandboxIdentity
    /// The API server itself.
    let core: APIServerCore
    /// What stands between it and the network.
    let frontend: APIFrontend
    private let server: HTTPServer
    private let address: ListeningAddress
    private let authorityPEM: String

    /// Makes a sandbox.
    ///
    /// - Throws: ``SandboxError`` for unusable files, `StorageError` for an unreadable log.
    package init(_ configuration: SandboxConfiguration, environment: RuntimeEnvironment) throws {
        let identity = try SandboxIdentity(vault: configuration.vault, now: environment.wall())
        let authority = try identity.authority.pem()
        let logger = environment.logger
        let storage = try ObjectStorage(log: configuration.log) { failure in
            logger.error("store takes no more writes", metadata: ["error": "\(failure)"])
        }
        let reader = ClusterReader(storage)
        let authorizer = RBACAuthorizer(reader)
        let tokens = ServiceAccountTokens(
            signer: identity.signer,
            reader: reader,
            now: environment.wall,
            random: environment.random
        )
        var settings = APIServerConfiguration(now: environment.wall, random: environment.random)
        settings.version = configuration.version.text
        settings.hooks = Self.hooks(
            authorizer,
            tokens,
            reader,
            authority: authority,
            configuration,
            environment
        )
        let address = ListeningAddress("\(configuration.host):\(configuration.port)")
        settings.serverAddress = { address.text }
        let core = APIServerCore(configuration: settings, storage: storage)
        let frontend = APIFrontend(
            server: core,
            authenticator: RequestAuthenticator(tokens: tokens, authorizer: authorizer),
            count: RequestCount(environment.metrics)
        )
        self.configuration = configuration
        self.environment = environment
        self.identity = identity
        self.address = address
        self.core = core
        self.frontend = frontend
        self.authorityPEM = authority
        self.server = HTTPServer(
            configuration: try Self.serving(configuration, identity, environment),
            handler: { await frontend.handle($0) }
        )
    }

    /// Asks the sandbox to stop; ``run(onReady:)`` returns once requests under way have been answered or cut off.
    package func shutdown() {
        server.shutdown()
    }

    /// Serves until ``shutdown()`` is called or the task is cancelled; call it once.
    ///
    /// - Parameter onReady: Called once the API answers and the cluster's own objects are there; what it throws ends the run.
    /// - Throws: ``SandboxError`` or `HTTPServingError` when it cannot start, and what `onReady` threw.
    package func run(onReady: @escaping @Sendable (SandboxAccess) async throws -> Void) async throws {
        let writer = ClusterWriter(core, as: Self.controllerUser)
        try await Bootstrap(writer: writer, reader: ClusterReader(core.storage), authority: authorityPEM).run()
        try await withThrowingTaskGroup(of: Void.self) { group in
            if configuration.extent == .cluster {
                group.addTask { await self.controllers(writer).run() }
                group.addTask {
                    await GarbageCollection(core: self.core, writer: writer, environment: self.environment).run()
                }
            }
            group.addTask { await self.tick() }
            let (addresses, found) = AsyncStream.makeStream(of: BoundAddress.self)
            group.addTask {
                do {
                    for await address in addresses { try await onReady(self.access(at: address)) }
                } catch {
                    // Nobody could find the sandbox, so it does not go on.
                    self.server.shutdown()
                    throw error
                }
            }
            defer { group.cancelAll() }
            try await server.run { address in
                self.address.text = "\(address)"
                found.yield(address)
                found.finish()
            }
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    private static let controllerUser = UserInfo(
        name: "system:kube-controller-manager",
        groups: ["system:masters", "system:authenticated"]
    )

    private func controllers(_ writer: ClusterWriter) -> ClusterControllers {
        let events = EventPoster(
            writer: writer,
            component: "mesh-sandbox",
            now: environment.wall,
            random: environment.random
        )
        let reader = ClusterReader(core.storage)
        func context(_ component: String) -> ControllerContext {
            ControllerContext(reader: reader, writer: writer, now: environment.wall, events: events.by(component))
        }
        var controllers = [
            NamespaceContents.controller(context("namespace-controller"), authority: authorityPEM),
            NamespaceDeletion.controller(context("namespace-controller"), registry: core.registry),
            NodeTaints.controller(context("node-controller")),
            QuotaReconciler.controller(context("resourcequota-controller")),
            RoleAggregation.controller(context("clusterrole-aggregation-controller")),
            DeploymentReconciler.controller(context("deployment-controller")),
            ReplicaSetReconciler.controller(context("replicaset-controller")),
            DaemonSetReconciler.controller(context("daemonset-controller")),
            StatefulSetReconciler.controller(context("statefulset-controller")),
            JobReconciler.controller(context("job-controller")),
            EndpointsReconciler.controller(context("endpoint-controller")),
            DisruptionReconciler.controller(context("disruption-controller")),
            AutoscalerReconciler.controller(context("horizontal-pod-autoscaler")),
            VolumeBinder.controller(context("persistentvolume-controller")),
            LoadBalancerReconciler.controller(context("service-controller")),
        ]
        if configuration.node == .hollow {
            controllers.append(PodScheduler.controller(context("default-scheduler")))
            controllers.append(
                WebhookTrust.controller(context("pilot-discovery"), server: core, authority: authorityPEM)
            )
            controllers += HollowNode.controllers(
                context("kubelet"),
                version: configuration.version,
                count: configuration.nodes
            )
        }
        return ClusterControllers(storage: core.storage, controllers: controllers, environment: environment)
    }

    /// Drives what depends on time in the API server.
    private func tick() async {
        while !Task.isCancelled {
            await core.tick()
            do { try await environment.time.sleep(for: .seconds(1)) } catch { return }
        }
    }

    private func access(at address: BoundAddress) throws -> SandboxAccess {
        let now = environment.wall().seconds
        let purpose = CertificateAuthority.Purpose.client(name: "kubernetes-admin", groups: ["system:masters"])
        let document = KubeconfigDocument(
            server: "https://\(address)",
            authority: authorityPEM,
            client: try identity.authority.issue(purpose, now: now)
        )
        return SandboxAccess(address: address, kubeconfig: document.tree.yaml())
    }

    private static func metrics(_ registry: MetricsRegistry) -> APIResponse {
        APIResponse(
            status: 200,
            headers: [HeaderField("Content-Type", MetricsRegistry.prometheusContentType)],
            body: .bytes(Array(registry.prometheusText().utf8))
        )
    }

    private static func serving(
        _ configuration: SandboxConfiguration,
        _ identity: SandboxIdentity,
        _ environment: RuntimeEnvironment
    ) throws -> HTTPServerConfiguration {
        let names = [
            "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc",
            "kubernetes.default.svc.cluster.local",
        ]
        var addresses: [[UInt8]] = [[127, 0, 0, 1], [UInt8](repeating: 0, count: 15) + [1], Bootstrap.serviceAddress]
        let parts = configuration.host.split(separator: ".").compactMap { UInt8($0) }
        if parts.count == 4, !addresses.contains(parts) { addresses.append(parts) }
        let credential = try identity.authority.issue(
            .server(dnsNames: names, addresses: addresses),
            now: environment.wall().seconds
        )
        let authority = try identity.authority.pem()
        var result = HTTPServerConfiguration(
            host: configuration.host,
            port: configuration.port,
            tls: TLSSettings(
                certificateChain: credential.certificate + authority,
                privateKey: credential.key,
                clientRoots: authority
            )
        )
        result.limits.bodyBytes = APIFrontend.bodyLimit
        result.limits.largeBodies = .handled
        result.timeouts.idle = .seconds(600)
        result.timeouts.grace = .seconds(1)
        return result
    }

    private static func hooks(
        _ authorizer: RBACAuthorizer,
        _ tokens: ServiceAccountTokens,
        _ reader: ClusterReader,
        authority: String,
        _ configuration: SandboxConfiguration,
        _ environment: RuntimeEnvironment
    ) -> APIServerHooks {
        var hooks = APIServerHooks()
        hooks.authorize = { await authorizer.decide($0) }
        hooks.translate = { request throws(APIFault) in try ProtobufBodies.translated(request) }
        hooks.rules = { await authorizer.review($0, $1) }
        let builtIn = BuiltInAdmission(reader: reader, admitsServiceAccounts: configuration.extent == .cluster)
        hooks.admission = [
            builtIn,
            WebhookAdmission(
                reader: reader,
                transport: configuration.webhooks,
                random: environment.random,
                standIn: HollowControlPlane(reader: reader, authority: authority)
            ),
            // Once more, for containers that webhooks added.
            builtIn,
            EscalationGuard(authorizer),
        ]
        hooks.issueToken = { account, request throws(APIFault) in try await tokens.issue(KubeObject(account), request) }
        let caller = WebhookCaller(reader: reader, transport: configuration.webhooks, random: environment.random)
        hooks.callWebhook = { client, review throws(APIFault) in try await caller.send(review, client: client) }
        hooks.reviewToken = { await tokens.review($0) }
        hooks.connect = { await HollowConnections(reader: reader).answer($0, $1) }
        hooks.path = { request in
            if request.path == "/metrics" { return Self.metrics(environment.metrics) }
            return IdentityDocuments(tokens: tokens).answer(request)
        }
        return hooks
    }
}

/// Where the server listens, known once it does.
private final class ListeningAddress: Sendable {
    private let state: Mutex<String>

    init(_ text: String) { self.state = Mutex(text) }

    var text: String {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
