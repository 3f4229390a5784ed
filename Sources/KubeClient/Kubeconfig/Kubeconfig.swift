/// The clusters, users and contexts of one or more kubeconfig files (`v1` Config of client-go's clientcmd).
///
/// Paths of files named within are absolute or relative to the process, no longer to the kubeconfig.
public struct Kubeconfig: Sendable, Hashable {
    /// How a server is reached.
    public struct Cluster: Sendable, Hashable {
        /// Where it listens.
        public var server: ServerAddress
        /// Whose certificates count.
        public var trust: ServerTrust = .system
        /// The name its certificate must bear.
        public var serverName: String?
        /// The URL of a proxy.
        public var proxy: String?
        /// Whether answers may come compressed.
        public var allowsCompression = true
        /// What plugins are told about it.
        public var pluginInfo: CredentialPluginCluster
    }

    /// As whom to call.
    public struct User: Sendable, Hashable {
        /// The credentials.
        public var credentials = ClusterCredentials()
        /// Whether a plugin is to be told about the cluster.
        public var tellsPluginAboutCluster = false
    }

    /// A cluster, a user and a namespace under one name.
    public struct Context: Sendable, Hashable {
        /// The name of the cluster.
        public var cluster: String
        /// The name of the user; empty for nobody.
        public var user: String
        /// The namespace meant where none is named.
        public var namespace: String?
    }

    /// The clusters by name.
    public var clusters: [String: Cluster] = [:]
    /// The users by name.
    public var users: [String: User] = [:]
    /// The contexts by name.
    public var contexts: [String: Context] = [:]
    /// The context meant where none is named.
    public var currentContext: String?

    /// Makes an empty configuration.
    public init() {}

    /// Adds what `other` has and this one has not: the file named first wins.
    public mutating func merge(_ other: Kubeconfig) {
        clusters.merge(other.clusters) { first, _ in first }
        users.merge(other.users) { first, _ in first }
        contexts.merge(other.contexts) { first, _ in first }
        currentContext = currentContext ?? other.currentContext
    }

    /// The connection that a context means; nil takes the current one.
    ///
    /// - Parameter name: The name of the context.
    /// - Returns: The connection.
    /// - Throws: ``KubeconfigError`` of code `missingEntry`.
    public func connection(context name: String? = nil) throws(KubeconfigError) -> ClusterConnection {
        guard let name = name ?? currentContext, !name.isEmpty else {
            throw KubeconfigError(.missingEntry, "no current-context is set; set one or name a context")
        }
        guard let context = contexts[name] else {
            throw KubeconfigError(
                .missingEntry,
                "there is no context \"\(name)\"; there are: \(Self.list(contexts.keys))"
            )
        }
        guard let cluster = clusters[context.cluster] else {
            throw KubeconfigError(
                .missingEntry,
                "context \"\(name)\" names cluster \"\(context.cluster)\", which is not there; there are: "
                    + Self.list(clusters.keys)
            )
        }
        var credentials = ClusterCredentials()
        if !context.user.isEmpty {
            guard let user = users[context.user] else {
                throw KubeconfigError(
                    .missingEntry,
                    "context \"\(name)\" names user \"\(context.user)\", who is not there; there are: "
                        + Self.list(users.keys)
                )
            }
            credentials = user.credentials
            if user.tellsPluginAboutCluster, case .plugin(var plugin) = credentials.header {
                plugin.cluster = cluster.pluginInfo
                credentials.header = .plugin(plugin)
            }
        }
        return ClusterConnection(
            server: cluster.server,
            trust: cluster.trust,
            serverName: cluster.serverName,
            proxy: cluster.proxy,
            allowsCompression: cluster.allowsCompression,
            credentials: credentials,
            namespace: context.namespace ?? "default"
        )
    }

    private static func list(_ names: some Sequence<String>) -> String {
        let sorted = names.sorted()
        return sorted.isEmpty ? "none" : sorted.joined(separator: ", ")
    }
}
