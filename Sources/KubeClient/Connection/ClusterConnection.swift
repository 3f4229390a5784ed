/// How to reach an API server and as whom: what a kubeconfig context or a pod's service account comes down to.
public struct ClusterConnection: Sendable, Hashable {
    /// Where the server listens.
    public var server: ServerAddress
    /// Whose certificates count as the server's.
    public var trust: ServerTrust
    /// The name the server's certificate must bear and that is asked for by SNI; nil takes the host.
    public var serverName: String?
    /// The URL of a proxy (`http`, `https` or `socks5`), nil for none.
    public var proxy: String?
    /// Whether answers may come compressed.
    public var allowsCompression: Bool
    /// As whom to call.
    public var credentials: ClusterCredentials
    /// The namespace meant where a user names none.
    public var namespace: String

    /// Makes a connection.
    public init(
        server: ServerAddress,
        trust: ServerTrust = .system,
        serverName: String? = nil,
        proxy: String? = nil,
        allowsCompression: Bool = true,
        credentials: ClusterCredentials = ClusterCredentials(),
        namespace: String = "default"
    ) {
        self.server = server
        self.trust = trust
        self.serverName = serverName
        self.proxy = proxy
        self.allowsCompression = allowsCompression
        self.credentials = credentials
        self.namespace = namespace
    }
}

/// Whose certificates count as a server's.
public enum ServerTrust: Sendable, Hashable {
    /// Those of the system's authorities.
    case system
    /// Those of the authorities in this PEM text, and no others.
    case authorities(PEMSource)
    /// Anybody's (`insecure-skip-tls-verify`).
    case anybody
}

/// A PEM text, or the file that holds it.
public enum PEMSource: Sendable, Hashable {
    /// The text itself.
    case inline([UInt8])
    /// A file, read when needed and again when it may have changed.
    case file(String)
}

/// As whom to call an API server.
public struct ClusterCredentials: Sendable, Hashable {
    /// A certificate and its key.
    public struct Certificate: Sendable, Hashable {
        /// The certificate.
        public var certificate: PEMSource
        /// The key.
        public var privateKey: PEMSource

        /// Makes a pair.
        public init(certificate: PEMSource, privateKey: PEMSource) {
            self.certificate = certificate
            self.privateKey = privateKey
        }
    }

    /// What goes into the `Authorization` header.
    public enum Header: Sendable, Hashable {
        /// Nothing.
        case none
        /// A bearer token.
        case token(String)
        /// A file with a bearer token, read again as it is rotated.
        case tokenFile(String)
        /// A user name and a password.
        case basic(user: String, password: String)
        /// What a program prints; it may also give a certificate.
        case plugin(CredentialPlugin)
    }

    /// The client certificate, nil for none.
    public var certificate: Certificate?
    /// What goes into the `Authorization` header.
    public var header: Header
    /// Whom to act as, nil for oneself.
    public var impersonation: Impersonation?

    /// Makes credentials; without arguments, those of nobody.
    public init(certificate: Certificate? = nil, header: Header = .none, impersonation: Impersonation? = nil) {
        self.certificate = certificate
        self.header = header
        self.impersonation = impersonation
    }
}

extension ClusterCredentials.Header: CustomStringConvertible, CustomReflectable {
    /// The sort of credential, without secrets.
    public var description: String {
        switch self {
        case .none: "none"
        case .token: "token (hidden)"
        case .tokenFile(let path): "token from \(path)"
        case .basic(let user, _): "password of \(user) (hidden)"
        case .plugin(let plugin): "plugin \(plugin.command)"
        }
    }

    /// Hides secrets from dumps.
    public var customMirror: Mirror { Mirror(self, children: ["header": description]) }
}

/// Whom to act as (Kubernetes "User impersonation").
public struct Impersonation: Sendable, Hashable {
    /// The user's name.
    public var user: String
    /// The user's UID.
    public var uid: String?
    /// The groups.
    public var groups: [String]
    /// Further attributes.
    public var extra: [String: [String]]

    /// Makes an impersonation.
    public init(user: String, uid: String? = nil, groups: [String] = [], extra: [String: [String]] = [:]) {
        self.user = user
        self.uid = uid
        self.groups = groups
        self.extra = extra
    }

    /// The header fields that ask for it; the keys of attributes are lower-cased and percent-encoded.
    public var headers: HTTPHeaders {
        var headers: HTTPHeaders = ["Impersonate-User": user]
        if let uid { headers.append("Impersonate-Uid", uid) }
        for group in groups { headers.append("Impersonate-Group", group) }
        for (key, values) in extra.sorted(by: { $0.key < $1.key }) {
            let name = "Impersonate-Extra-" + PercentEncoding.queryValue(key.lowercased())
            for value in values { headers.append(name, value) }
        }
        return headers
    }
}

/// A program that prints credentials (`client.authentication.k8s.io` ExecCredential).
public struct CredentialPlugin: Sendable, Hashable {
    /// Whether the program may talk to the user.
    public enum Interaction: String, Sendable, Hashable, CaseIterable {
        /// Never.
        case never = "Never"
        /// Where there is a terminal.
        case ifAvailable = "IfAvailable"
        /// It must.
        case always = "Always"
    }

    /// The version of ExecCredential spoken, for example `client.authentication.k8s.io/v1`.
    public var apiVersion: String
    /// The program: a path, or a name looked up in `PATH`.
    public var command: String
    /// Its arguments.
    public var arguments: [String]
    /// What is added to its environment, in order.
    public var environment: [EnvironmentVariable]
    /// Whether it may talk to the user.
    public var interaction: Interaction
    /// What it is told about the cluster in `KUBERNETES_EXEC_INFO`, nil for nothing.
    public var cluster: CredentialPluginCluster?
    /// What to tell a user who has not installed it.
    public var installHint: String?

    /// Makes a plugin.
    public init(
        apiVersion: String,
        command: String,
        arguments: [String] = [],
        environment: [EnvironmentVariable] = [],
        interaction: Interaction = .ifAvailable,
        cluster: CredentialPluginCluster? = nil,
        installHint: String? = nil
    ) {
        self.apiVersion = apiVersion
        self.command = command
        self.arguments = arguments
        self.environment = environment
        self.interaction = interaction
        self.cluster = cluster
        self.installHint = installHint
    }
}

/// One variable of a program's environment.
public struct EnvironmentVariable: Sendable, Hashable {
    /// The name.
    public var name: String
    /// The value.
    public var value: String

    /// Makes a variable.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
