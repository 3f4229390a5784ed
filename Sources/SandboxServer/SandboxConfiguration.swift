package import HTTPServing
package import SandboxStore

/// What a sandbox is made of.
package struct SandboxConfiguration: Sendable {
    /// What runs pods.
    package enum NodeKind: String, Sendable, Hashable, CaseIterable {
        /// A node that makes pods Running and Ready without running them.
        case hollow
        /// None: pods stay Pending.
        case none
    }

    /// How much of a cluster runs.
    package enum Extent: String, Sendable, Hashable, CaseIterable {
        /// All of it.
        case cluster
        /// The API server alone, without controllers and without the admission of service accounts, as tests of clients run
        /// kube-apiserver.
        case serverAlone = "server-alone"
    }

    /// How many hollow nodes there may be.
    package static let nodeCounts = 1...100

    /// The address to listen on.
    package var host: String
    /// The port, 0 for any free one.
    package var port: Int
    /// What runs pods.
    package var node: NodeKind
    /// Where the CA and the keys are kept.
    package var vault: any FileVault
    /// Where acknowledged writes are kept; nil keeps them in memory only.
    package var log: (any WriteAheadLog)?
    /// How much of a cluster runs.
    package var extent = Extent.cluster
    /// How many hollow nodes there are.
    package var nodes = 1
    /// The Kubernetes version that is told.
    package var version = KubernetesVersion.newestKnown
    /// Calls admission webhooks.
    package var webhooks: any WebhookTransport

    /// Makes a configuration for a sandbox in memory on a free port.
    package init(
        host: String = "127.0.0.1",
        port: Int = 0,
        node: NodeKind = .hollow,
        vault: any FileVault = MemoryVault(),
        log: (any WriteAheadLog)? = nil,
        webhooks: any WebhookTransport = NoWebhookTransport()
    ) {
        self.host = host
        self.port = port
        self.node = node
        self.vault = vault
        self.log = log
        self.webhooks = webhooks
    }
}

/// What a running sandbox can be reached by.
package struct SandboxAccess: Sendable, Hashable {
    /// Where the API server listens.
    package var address: BoundAddress
    /// The kubeconfig of the administrator, in YAML.
    package var kubeconfig: String
}
