/// Finds the cluster to talk to: a kubeconfig that is named, that the environment names, the pod's own cluster, or the one
/// in the home folder, in this order.
public struct ClusterLocator: Sendable {
    private let environment: [String: String]
    private let files: any FileReading

    /// Makes a locator; reads nothing yet.
    public init(environment: [String: String], files: any FileReading) {
        self.environment = environment
        self.files = files
    }

    /// The connection, with the proxy that the environment asks for unless the kubeconfig names one.
    ///
    /// - Parameters:
    ///   - kubeconfig: A kubeconfig that must be used; nil looks for one.
    ///   - context: The context to take; nil takes the current one.
    /// - Returns: How to reach the cluster.
    /// - Throws: ``KubeconfigError``.
    public func connection(
        kubeconfig: String? = nil,
        context: String? = nil
    ) throws(KubeconfigError) -> ClusterConnection {
        var connection = try located(kubeconfig, context)
        connection.proxy = connection.proxy ?? ProxyEnvironment(environment).proxy(for: connection.server)
        return connection
    }

    private func located(_ kubeconfig: String?, _ context: String?) throws(KubeconfigError) -> ClusterConnection {
        if let kubeconfig { return try read(kubeconfig).connection(context: context) }
        let listed = (environment["KUBECONFIG"] ?? "").split(separator: ":").map(String.init)
        if !listed.isEmpty { return try merged(listed).connection(context: context) }
        if context == nil, let inside = try insideCluster() { return inside }
        guard let home = environment["HOME"], !home.isEmpty, let found = try readIfThere("\(home)/.kube/config") else {
            throw KubeconfigError(
                .noneFound,
                "no cluster to talk to: name a kubeconfig, set KUBECONFIG, write ~/.kube/config, or run inside a pod"
            )
        }
        return try found.connection(context: context)
    }

    /// Files that are not there are passed over, as long as one is.
    private func merged(_ paths: [String]) throws(KubeconfigError) -> Kubeconfig {
        var all: Kubeconfig?
        for path in paths {
            guard let next = try readIfThere(path) else { continue }
            if all == nil { all = next } else { all?.merge(next) }
        }
        guard let all else {
            throw KubeconfigError(
                .unreadable,
                "none of the files in KUBECONFIG can be read: \(paths.joined(separator: ":"))"
            )
        }
        return all
    }

    private func read(_ path: String) throws(KubeconfigError) -> Kubeconfig {
        let bytes: [UInt8]
        do {
            bytes = try files.read(path)
        } catch {
            throw KubeconfigError(.unreadable, "cannot read \(path)", cause: error)
        }
        return try Kubeconfig(bytes, path: path)
    }

    private func readIfThere(_ path: String) throws(KubeconfigError) -> Kubeconfig? {
        guard let bytes = try? files.read(path) else { return nil }
        return try Kubeconfig(bytes, path: path)
    }

    /// The cluster this process is a pod of, nil outside of one ("Accessing the API from within a Pod").
    public func insideCluster() throws(KubeconfigError) -> ClusterConnection? {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
            let portText = environment["KUBERNETES_SERVICE_PORT"], !portText.isEmpty
        else { return nil }
        guard let port = Int(portText), (1...65_535).contains(port) else {
            throw KubeconfigError(.malformed, "KUBERNETES_SERVICE_PORT must be a port, is \(portText)")
        }
        let folder = "/var/run/secrets/kubernetes.io/serviceaccount"
        guard (try? files.read("\(folder)/token")) != nil else {
            throw KubeconfigError(
                .unreadable,
                "this looks like a pod, but \(folder)/token cannot be read; let the pod mount its service account's token"
            )
        }
        let namespace = (try? files.read("\(folder)/namespace")).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return ClusterConnection(
            server: ServerAddress(host: host, port: port),
            trust: .authorities(.file("\(folder)/ca.crt")),
            credentials: ClusterCredentials(header: .tokenFile("\(folder)/token")),
            namespace: namespace.isEmpty ? "default" : namespace.filter { !$0.isWhitespace }
        )
    }
}
