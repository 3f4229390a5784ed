internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshBase
internal import Testing

/// Files of a test.
struct TestFiles: FileReading {
    struct Missing: Error {}
    var contents: [String: String]
    func read(_ path: String) throws -> [UInt8] {
        guard let text = contents[path] else { throw Missing() }
        return Array(text.utf8)
    }
}

/// A kubeconfig with one cluster, user and context, all named x, made of the given lines.
func kubeconfig(cluster: String = "server: https://h:6443", user: String = "token: t") -> String {
    func indented(_ text: String) -> String {
        text.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
    }
    return """
        apiVersion: v1
        kind: Config
        current-context: x
        clusters:
        - name: x
          cluster:
        \(indented(cluster))
        users:
        - name: x
          user:
        \(indented(user))
        contexts:
        - name: x
          context: {cluster: x, user: x, namespace: shop}
        """
}

private func connection(_ text: String, path: String = "/home/u/.kube/config") throws -> ClusterConnection {
    try Kubeconfig(Array(text.utf8), path: path).connection()
}

@Suite struct KubeconfigTests {
    @Test func everythingAboutTheCluster() throws {
        let text = kubeconfig(
            cluster: """
                server: https://h:6443/base
                certificate-authority: certs/ca.crt
                tls-server-name: kubernetes
                proxy-url: socks5://proxy:1080
                disable-compression: true
                """
        )
        let found = try connection(text)
        #expect(found.server == ServerAddress(host: "h", port: 6443, basePath: "/base"))
        #expect(found.trust == .authorities(.file("/home/u/.kube/certs/ca.crt")))
        #expect(found.serverName == "kubernetes")
        #expect(found.proxy == "socks5://proxy:1080")
        #expect(!found.allowsCompression)
        #expect(found.namespace == "shop")
        #expect(found.credentials.header == .token("t"))
    }

    @Test(arguments: [
        (
            "certificate-authority-data: Y2E=\ncertificate-authority: /x",
            ServerTrust.authorities(.inline(Array("ca".utf8)))
        ),
        ("certificate-authority: /x/ca.crt", .authorities(.file("/x/ca.crt"))),
        ("insecure-skip-tls-verify: true", .anybody), ("insecure-skip-tls-verify: false", .system),
    ])
    func trust(lines: String, trust: ServerTrust) throws {
        #expect(try connection(kubeconfig(cluster: "server: https://h\n" + lines)).trust == trust)
    }

    @Test(arguments: [
        ("token: t", ClusterCredentials.Header.token("t")), ("tokenFile: t\ntoken: x", .tokenFile("/home/u/.kube/t")),
        ("tokenFile: /run/t", .tokenFile("/run/t")), ("username: u\npassword: p", .basic(user: "u", password: "p")),
        ("{}", .none), ("client-certificate: c\nclient-key: k", .none), ("token: ''", .none),
    ])
    func headers(lines: String, header: ClusterCredentials.Header) throws {
        #expect(try connection(kubeconfig(user: lines)).credentials.header == header)
    }

    @Test func clientCertificates() throws {
        let inline = "client-certificate-data: Yw==\nclient-certificate: /ignored\nclient-key-data: aw=="
        #expect(
            try connection(kubeconfig(user: inline)).credentials.certificate
                == .init(certificate: .inline(Array("c".utf8)), privateKey: .inline(Array("k".utf8)))
        )
        let mixed = "client-certificate: pki/c.pem\nclient-key-data: aw=="
        #expect(
            try connection(kubeconfig(user: mixed)).credentials.certificate
                == .init(certificate: .file("/home/u/.kube/pki/c.pem"), privateKey: .inline(Array("k".utf8)))
        )
    }

    @Test func impersonation() throws {
        let user = """
            as: jane
            as-uid: "7"
            as-groups: [a, b]
            as-user-extra: {Scopes/X: [view, "d e"]}
            """
        let found = try #require(try connection(kubeconfig(user: user)).credentials.impersonation)
        #expect(
            found == Impersonation(user: "jane", uid: "7", groups: ["a", "b"], extra: ["Scopes/X": ["view", "d e"]])
        )
        #expect(
            found.headers.fields.map { "\($0.name): \($0.value)" } == [
                "Impersonate-User: jane", "Impersonate-Uid: 7", "Impersonate-Group: a", "Impersonate-Group: b",
                "Impersonate-Extra-scopes%2Fx: view", "Impersonate-Extra-scopes%2Fx: d e",
            ]
        )
    }

    @Test func plugins() throws {
        let user = """
            exec:
              apiVersion: client.authentication.k8s.io/v1
              command: ./bin/login
              args: [get, "1"]
              env: [{name: A, value: b}, {name: C}]
              interactiveMode: Never
              provideClusterInfo: true
              installHint: get it
            """
        let cluster = """
            server: https://h:1
            certificate-authority-data: Y2E=
            extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: x}}, {name: other, extension: 1}]
            """
        let found = try connection(kubeconfig(cluster: cluster, user: user)).credentials.header
        var plugin = CredentialPlugin(
            apiVersion: "client.authentication.k8s.io/v1",
            command: "/home/u/.kube/./bin/login"
        )
        plugin.arguments = ["get", "1"]
        plugin.environment = [EnvironmentVariable("A", "b"), EnvironmentVariable("C", "")]
        plugin.interaction = .never
        plugin.installHint = "get it"
        plugin.cluster = CredentialPluginCluster([
            "server": "https://h:1", "certificate-authority-data": "Y2E=", "config": ["audience": "x"],
        ])
        #expect(found == .plugin(plugin))
    }

    @Test(arguments: [
        ("cluster: {", KubeconfigError.Code.malformed, "line"), ("[]", .malformed, "must be an object"),
        ("clusters: {}", .malformed, "clusters must be a list"),
        ("clusters: [{cluster: {}}]", .malformed, "clusters[0].name"),
        (kubeconfig(cluster: "x: y"), .malformed, "clusters[x].server is missing"),
        (kubeconfig(cluster: "server: ftp://x"), .malformed, "clusters[x].server must be a URL"),
        (kubeconfig(cluster: "server: https://h\ncertificate-authority-data: '*'"), .malformed, "is not Base64"),
        (
            kubeconfig(cluster: "server: https://h\ncertificate-authority: a\ninsecure-skip-tls-verify: true"),
            .malformed,
            "contradicts"
        ),
        (kubeconfig(cluster: "server: https://h\ninsecure-skip-tls-verify: 'yes'"), .malformed, "true or false"),
        (kubeconfig(cluster: "server: https://h\nproxy-url: ftp://x"), .malformed, "proxy-url"),
        (kubeconfig(user: "client-key: k"), .malformed, "users[x].client-key is given without client-certificate"),
        (kubeconfig(user: "client-certificate: k"), .malformed, "without client-key"),
        (kubeconfig(user: "token: 7"), .malformed, "users[x].token must be a string, is integer"),
        (kubeconfig(user: "as-groups: [a]"), .malformed, "users[x].as is missing"),
        (kubeconfig(user: "auth-provider: {name: gcp}"), .unsupported, "exec plugin"),
        (kubeconfig(user: "exec: {command: x, apiVersion: v9}"), .malformed, "users[x].exec.apiVersion must be one of"),
        (kubeconfig(user: "exec: {apiVersion: client.authentication.k8s.io/v1}"), .malformed, "command is missing"),
        (
            kubeconfig(user: "exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: No}"),
            .malformed, "interactiveMode"
        ),
        ("current-context: dev", .missingEntry, "no context \"dev\"; there are: none"),
        ("{}", .missingEntry, "no current-context"),
        ("current-context: a\ncontexts: [{name: a, context: {cluster: c}}]", .missingEntry, "cluster \"c\""),
        (
            kubeconfig().replacing("user: x, n", with: "user: z, n"), .missingEntry,
            "user \"z\", who is not there; there are: x"
        ),
    ])
    func problems(text: String, code: KubeconfigError.Code, words: String) {
        let error = #expect(throws: KubeconfigError.self) { try connection(text) }
        #expect(error?.code == code)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        #expect(error?.retryClass == .invalid)
    }

    @Test func secretsStayOutOfTexts() throws {
        let found = try connection(kubeconfig(user: "token: geheim"))
        var text = "\(found)"
        dump(found, to: &text)
        #expect(!text.contains("geheim"))
    }
}

@Suite struct ClusterLocatorTests {
    private static let inside = [
        "/var/run/secrets/kubernetes.io/serviceaccount/token": "t",
        "/var/run/secrets/kubernetes.io/serviceaccount/namespace": "mesh\n",
    ]

    private func server(
        _ environment: [String: String],
        _ files: [String: String],
        kubeconfig: String? = nil,
        context: String? = nil
    ) throws -> String {
        let locator = ClusterLocator(environment: environment, files: TestFiles(contents: files))
        return try locator.connection(kubeconfig: kubeconfig, context: context).server.description
    }

    @Test func orderOfPlaces() throws {
        let pod = ["KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"]
        func file(_ host: String) -> String { KubeClientTests.kubeconfig(cluster: "server: https://\(host):1") }
        var files = Self.inside.merging(["/given": file("given"), "/env": file("env"), "/h/.kube/config": file("home")])
        { a, _ in a }
        var environment = pod.merging(["KUBECONFIG": "/missing:/env", "HOME": "/h"]) { a, _ in a }
        #expect(try server(environment, files, kubeconfig: "/given") == "https://given:1")
        #expect(try server(environment, files) == "https://env:1")
        environment["KUBECONFIG"] = nil
        #expect(try server(environment, files) == "https://10.0.0.1:443")
        #expect(try server(environment, files, context: "x") == "https://home:1")
        environment["KUBERNETES_SERVICE_HOST"] = ""
        #expect(try server(environment, files) == "https://home:1")
        files["/h/.kube/config"] = nil
        #expect(throws: KubeconfigError.self) { try server(environment, files) }
        #expect(throws: KubeconfigError.self) { try server(environment, files, kubeconfig: "/missing") }
        #expect(throws: KubeconfigError.self) { try server(["KUBECONFIG": "/missing"], files) }
    }

    @Test func filesOfTheVariableAreMerged() throws {
        let first =
            "current-context: one\ncontexts: [{name: one, context: {cluster: c, user: u}}]\nusers: [{name: u, user: {token: a}}]"
        let second =
            "current-context: two\nclusters: [{name: c, cluster: {server: 'https://s', certificate-authority: ca}}]\n"
            + "users: [{name: u, user: {token: b}}]"
        let files = TestFiles(contents: ["/a/1": first, "/b/2": second])
        let found = try ClusterLocator(environment: ["KUBECONFIG": "/a/1:/b/2"], files: files).connection()
        #expect(found.trust == .authorities(.file("/b/ca")))
        #expect(found.credentials.header == .token("a"))
        #expect(found.namespace == "default")
    }

    @Test func insideAPod() throws {
        let environment = ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "6443"]
        let found = try ClusterLocator(environment: environment, files: TestFiles(contents: Self.inside)).connection()
        #expect(found.server.description == "https://[fd00::1]:6443")
        #expect(found.trust == .authorities(.file("/var/run/secrets/kubernetes.io/serviceaccount/ca.crt")))
        #expect(found.credentials.header == .tokenFile("/var/run/secrets/kubernetes.io/serviceaccount/token"))
        #expect(found.namespace == "mesh")
        let bare = ClusterLocator(environment: environment, files: TestFiles(contents: [:]))
        #expect(throws: KubeconfigError.self) { try bare.connection() }
        let odd = ["KUBERNETES_SERVICE_HOST": "h", "KUBERNETES_SERVICE_PORT": "x"]
        #expect(throws: KubeconfigError.self) {
            try ClusterLocator(environment: odd, files: TestFiles(contents: Self.inside)).connection()
        }
    }

    @Test func proxyOfTheEnvironmentUnlessNamed() throws {
        let files = TestFiles(contents: [
            "/a": KubeClientTests.kubeconfig(),
            "/b": KubeClientTests.kubeconfig(cluster: "server: https://h\nproxy-url: http://named:1"),
        ])
        let locator = ClusterLocator(environment: ["https_proxy": "http://general:2"], files: files)
        #expect(try locator.connection(kubeconfig: "/a").proxy == "http://general:2")
        #expect(try locator.connection(kubeconfig: "/b").proxy == "http://named:1")
    }
}
