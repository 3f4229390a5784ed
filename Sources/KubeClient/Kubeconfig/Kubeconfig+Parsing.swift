internal import DataTree

extension Kubeconfig {
    /// Reads one kubeconfig.
    ///
    /// - Parameters:
    ///   - bytes: The YAML or JSON text.
    ///   - path: Where it was read from, for messages and as the anchor of relative paths.
    /// - Throws: ``KubeconfigError`` of code `malformed` or `unsupported`, naming the field.
    public init(_ bytes: [UInt8], path: String) throws(KubeconfigError) {
        let tree: Tree
        do {
            tree = try YAML.documents(bytes).first ?? .null
        } catch {
            throw KubeconfigError(.malformed, "\(path): \(error)", cause: error)
        }
        do {
            try self.init(tree, folder: Self.folder(of: path))
        } catch {
            throw KubeconfigError(error.code, "\(path): \(error.message)", cause: error.cause)
        }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    init(_ tree: Tree, folder: String) throws(KubeconfigError) {
        self.init()
        let root = try KubeconfigFields(tree, "", folder: folder)
        currentContext = try root.text("current-context")
        for (name, fields) in try Self.named("cluster", in: root) where clusters[name] == nil {
            clusters[name] = try Self.cluster(fields)
        }
        for (name, fields) in try Self.named("user", in: root) where users[name] == nil {
            users[name] = try Self.user(fields)
        }
        for (name, fields) in try Self.named("context", in: root) where contexts[name] == nil {
            contexts[name] = Context(
                cluster: try fields.text("cluster") ?? "",
                user: try fields.text("user") ?? "",
                namespace: try fields.text("namespace")
            )
        }
    }

    /// The entries of the list `WORDs`, each `{name: …, WORD: {…}}`.
    private static func named(
        _ word: String,
        in root: KubeconfigFields
    ) throws(KubeconfigError) -> [(String, KubeconfigFields)] {
        var entries: [(String, KubeconfigFields)] = []
        for (index, item) in try root.list(word + "s").enumerated() {
            let entry = try KubeconfigFields(item, "\(word)s[\(index)]", folder: root.folder)
            guard let name = try entry.text("name") else { throw entry.problem("name", "is missing") }
            entries.append((name, try KubeconfigFields(item[word], "\(word)s[\(name)]", folder: root.folder)))
        }
        return entries
    }

    private static func cluster(_ fields: KubeconfigFields) throws(KubeconfigError) -> Cluster {
        guard let text = try fields.text("server") else { throw fields.problem("server", "is missing") }
        guard let server = ServerAddress(text) else {
            throw fields.problem("server", "must be a URL such as https://host:6443, is \(text)")
        }
        var cluster = Cluster(server: server, pluginInfo: pluginInfo(fields))
        let authorities = try fields.pem("certificate-authority")
        if try fields.flag("insecure-skip-tls-verify") {
            guard authorities == nil else {
                throw fields.problem("insecure-skip-tls-verify", "contradicts certificate-authority; keep one of them")
            }
            cluster.trust = .anybody
        } else if let authorities {
            cluster.trust = .authorities(authorities)
        }
        cluster.serverName = try fields.text("tls-server-name")
        cluster.proxy = try fields.text("proxy-url")
        if let proxy = cluster.proxy, !ProxyEnvironment.isProxyURL(proxy) {
            throw fields.problem("proxy-url", "must begin with http://, https:// or socks5://, is \(proxy)")
        }
        cluster.allowsCompression = try !fields.flag("disable-compression")
        return cluster
    }

    /// What `provideClusterInfo` hands to a plugin: the connection, and the extension reserved for it as `config`.
    private static func pluginInfo(_ fields: KubeconfigFields) -> CredentialPluginCluster {
        var info = Tree.object(TreeObject())
        let names = [
            "server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority-data", "proxy-url",
            "disable-compression",
        ]
        for name in names { info[name] = fields.tree[name] }
        let wanted = "client.authentication.k8s.io/exec"
        let extensions = fields.tree["extensions"]?.array ?? []
        info["config"] = extensions.first { $0["name"]?.string == wanted }?["extension"]
        return CredentialPluginCluster(info)
    }

    private static func user(_ fields: KubeconfigFields) throws(KubeconfigError) -> User {
        guard fields.tree["auth-provider"]?.object == nil else {
            throw KubeconfigError(
                .unsupported,
                "\(fields.path).auth-provider: was removed from Kubernetes; use an exec plugin instead"
            )
        }
        var user = User()
        let certificate = try fields.pem("client-certificate")
        let key = try fields.pem("client-key")
        switch (certificate, key) {
        case (nil, nil): break
        case (let certificate?, let key?):
            user.credentials.certificate = ClusterCredentials.Certificate(certificate: certificate, privateKey: key)
        case (nil, _): throw fields.problem("client-key", "is given without client-certificate")
        case (_, nil): throw fields.problem("client-certificate", "is given without client-key")
        }
        user.credentials.impersonation = try impersonation(fields)
        if let path = try fields.file("tokenFile") {
            user.credentials.header = .tokenFile(path)
        } else if let token = try fields.text("token") {
            user.credentials.header = .token(token)
        } else if let name = try fields.text("username") {
            user.credentials.header = .basic(user: name, password: try fields.text("password") ?? "")
        } else if let exec = fields.tree["exec"], !exec.isNull {
            let inner = try KubeconfigFields(exec, "\(fields.path).exec", folder: fields.folder)
            user.credentials.header = .plugin(try plugin(inner))
            user.tellsPluginAboutCluster = try inner.flag("provideClusterInfo")
        }
        return user
    }

    private static func impersonation(_ fields: KubeconfigFields) throws(KubeconfigError) -> Impersonation? {
        let user = try fields.text("as")
        let uid = try fields.text("as-uid")
        let groups = try fields.texts("as-groups")
        let extra = try KubeconfigFields(
            fields.tree["as-user-extra"],
            "\(fields.path).as-user-extra",
            folder: fields.folder
        )
        var attributes: [String: [String]] = [:]
        for key in extra.tree.object?.keys ?? [] { attributes[key] = try extra.texts(key) }
        guard let user else {
            guard uid == nil, groups.isEmpty, attributes.isEmpty else {
                throw fields.problem("as", "is missing, but as-uid, as-groups or as-user-extra is given")
            }
            return nil
        }
        return Impersonation(user: user, uid: uid, groups: groups, extra: attributes)
    }

    private static func plugin(_ fields: KubeconfigFields) throws(KubeconfigError) -> CredentialPlugin {
        guard var command = try fields.text("command") else { throw fields.problem("command", "is missing") }
        // A name without a slash is looked up in PATH; a relative path belongs to the kubeconfig's folder.
        if command.contains("/"), !command.hasPrefix("/"), !fields.folder.isEmpty {
            command = "\(fields.folder)/\(command)"
        }
        let versions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]
        guard let version = try fields.text("apiVersion"), versions.contains(version) else {
            throw fields.problem("apiVersion", "must be one of \(versions.joined(separator: ", "))")
        }
        var plugin = CredentialPlugin(apiVersion: version, command: command)
        plugin.arguments = try fields.texts("args")
        for (index, item) in try fields.list("env").enumerated() {
            let entry = try KubeconfigFields(item, "\(fields.path).env[\(index)]", folder: fields.folder)
            guard let name = try entry.text("name") else { throw entry.problem("name", "is missing") }
            plugin.environment.append(EnvironmentVariable(name, try entry.text("value") ?? ""))
        }
        if let word = try fields.text("interactiveMode") {
            guard let mode = CredentialPlugin.Interaction(rawValue: word) else {
                throw fields.problem("interactiveMode", "must be Never, IfAvailable or Always, is \(word)")
            }
            plugin.interaction = mode
        }
        plugin.installHint = try fields.text("installHint")
        return plugin
    }
}
