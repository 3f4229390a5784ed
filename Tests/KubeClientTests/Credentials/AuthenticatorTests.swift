internal import DataTree
internal import KubeClient
internal import MeshBase
internal import MeshTestKit
internal import Synchronization
internal import Testing

/// Files, programs and a time of day that a test changes.
private final class World: FileReading, ProcessRunning {
    struct Failure: Error {}

    private let state = Mutex(State())
    private struct State {
        var files: [String: String] = [:]
        var reads = 0
        var outputs: [ProcessOutput] = []
        var invocations: [ProcessInvocation] = []
        var time = Timestamp(seconds: 1_000_000)
    }

    func write(_ path: String, _ text: String?) { state.withLock { $0.files[path] = text } }
    func plan(_ output: ProcessOutput) { state.withLock { $0.outputs.append(output) } }
    func advance(_ duration: Duration) { state.withLock { $0.time = $0.time + duration } }
    var reads: Int { state.withLock { $0.reads } }
    var invocations: [ProcessInvocation] { state.withLock { $0.invocations } }
    var now: WallClock { { [self] in state.withLock { $0.time } } }

    func read(_ path: String) throws -> [UInt8] {
        try state.withLock { state in
            state.reads += 1
            guard let text = state.files[path] else { throw Failure() }
            return Array(text.utf8)
        }
    }

    func run(_ invocation: ProcessInvocation) async throws -> ProcessOutput {
        for _ in 0..<10 { await Task.yield() }
        return try state.withLock { state in
            state.invocations.append(invocation)
            guard !state.outputs.isEmpty else { throw Failure() }
            return state.outputs.removeFirst()
        }
    }

    func authenticator(_ credentials: ClusterCredentials) -> Authenticator {
        Authenticator(credentials, files: self, processes: self, now: now)
    }
}

private let version = "client.authentication.k8s.io/v1"

private func printed(_ status: Tree, code: Int32 = 0) -> ProcessOutput {
    let document: Tree = ["apiVersion": .string(version), "kind": "ExecCredential", "status": status]
    return ProcessOutput(
        exitCode: code,
        standardOutput: document.json(.compact),
        standardError: Array("complaint".utf8)
    )
}

private let plugin = CredentialPlugin(
    apiVersion: version,
    command: "login",
    arguments: ["a"],
    environment: [EnvironmentVariable("B", "c")],
    cluster: CredentialPluginCluster(["server": "https://s"]),
    installHint: "install it"
)

private let byPlugin = ClusterCredentials(header: .plugin(plugin))

@Suite struct AuthenticatorTests {
    @Test(arguments: [
        (ClusterCredentials.Header.none, nil), (.token("t"), "Bearer t"),
        (.basic(user: "u", password: "p"), "Basic dTpw"),
        (.tokenFile("/t"), "Bearer from file"),
    ])
    func headers(header: ClusterCredentials.Header, value: String?) async throws {
        let world = World()
        world.write("/t", " from file\n")
        let found = try await world.authenticator(ClusterCredentials(header: header)).authorization()
        #expect(found == Authenticator.Authorization(header: value))
    }

    @Test func tokenFilesAreReadAgain() async throws {
        let world = World()
        world.write("/t", "one")
        let authenticator = world.authenticator(ClusterCredentials(header: .tokenFile("/t")))
        #expect(try await authenticator.authorization().header == "Bearer one")
        world.write("/t", "two")
        world.advance(.seconds(59))
        #expect(try await authenticator.authorization().header == "Bearer one")
        #expect(world.reads == 1)
        world.advance(.seconds(1))
        #expect(try await authenticator.authorization().header == "Bearer two")
        // A file that vanished for a moment changes nothing.
        world.write("/t", nil)
        world.advance(.seconds(100))
        #expect(try await authenticator.authorization().header == "Bearer two")
        world.write("/t", "three")
        #expect(try await authenticator.authorization().header == "Bearer three")
    }

    @Test(arguments: [nil, "", " \n"])
    func uselessTokenFile(text: String?) async {
        let world = World()
        world.write("/t", text)
        let error = await #expect(throws: TransportError.self) {
            try await world.authenticator(ClusterCredentials(header: .tokenFile("/t"))).authorization()
        }
        #expect(error?.code == .credentialsUnavailable)
    }

    @Test func certificatesOfFilesAndTexts() async throws {
        let world = World()
        world.write("/c", "cert")
        let pair = ClusterCredentials.Certificate(certificate: .file("/c"), privateKey: .inline([1]))
        let found = try await world.authenticator(ClusterCredentials(certificate: pair)).authorization()
        #expect(found.identity == ClientIdentity(certificate: Array("cert".utf8), privateKey: [1]))
    }

    @Test func pluginIsAskedOnceUntilItsAnswerExpires() async throws {
        let world = World()
        let expiry = (world.now() + .seconds(100)).rfc3339
        world.plan(printed(["token": "one", "expirationTimestamp": .string(expiry)]))
        world.plan(printed(["token": "two", "clientCertificateData": "c", "clientKeyData": "k"]))
        let authenticator = world.authenticator(byPlugin)
        let headers = try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<20 { group.addTask { try await authenticator.authorization().header } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(headers == Array(repeating: "Bearer one", count: 20))
        #expect(world.invocations.count == 1)
        world.advance(.seconds(89))
        #expect(try await authenticator.authorization().header == "Bearer one")
        world.advance(.seconds(1))
        let renewed = try await authenticator.authorization()
        #expect(renewed.header == "Bearer two")
        #expect(renewed.identity == ClientIdentity(certificate: Array("c".utf8), privateKey: Array("k".utf8)))
        world.advance(.seconds(1_000_000))
        #expect(try await authenticator.authorization() == renewed)
        #expect(world.invocations.count == 2)
    }

    @Test func pluginIsToldWhatItNeeds() async throws {
        let world = World()
        world.plan(printed(["token": "t"]))
        _ = try await world.authenticator(byPlugin).authorization()
        let invocation = try #require(world.invocations.first)
        #expect((invocation.command, invocation.arguments) == ("login", ["a"]))
        #expect(invocation.environment.first == EnvironmentVariable("B", "c"))
        let info = try #require(invocation.environment.last)
        #expect(info.name == "KUBERNETES_EXEC_INFO")
        #expect(
            try Tree(json: info.value) == [
                "apiVersion": .string(version), "kind": "ExecCredential",
                "spec": ["interactive": false, "cluster": ["server": "https://s"]],
            ]
        )
    }

    @Test(arguments: [
        (printed(["token": "t"], code: 3), "ended with code 3: complaint; install it"),
        (ProcessOutput(exitCode: 0, standardOutput: []), "did not print JSON"),
        (ProcessOutput(exitCode: 0, standardOutput: Array("{}".utf8)), "printed no ExecCredential"),
        (printed([:]), "neither token nor certificate"), (printed(["token": ""]), "neither token nor certificate"),
        (printed(["clientKeyData": "k"]), "only one of"),
        (printed(["token": "t", "expirationTimestamp": "soon"]), "soon"),
    ])
    func uselessAnswers(output: ProcessOutput, words: String) async {
        let world = World()
        world.plan(output)
        let authenticator = world.authenticator(byPlugin)
        let error = await #expect(throws: TransportError.self) { try await authenticator.authorization() }
        #expect(error?.code == .credentialsUnavailable)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        // The next call asks again.
        world.plan(printed(["token": "t"]))
        #expect((try? await authenticator.authorization().header) == "Bearer t")
    }

    @Test func pluginThatCannotRun() async {
        let world = World()
        await #expect(throws: TransportError.self) { try await world.authenticator(byPlugin).authorization() }
        let nobody = Authenticator(byPlugin, files: world, now: world.now)
        await #expect(throws: TransportError.self) { try await nobody.authorization() }
        var asking = plugin
        asking.interaction = .always
        await #expect(throws: TransportError.self) {
            try await world.authenticator(ClusterCredentials(header: .plugin(asking))).authorization()
        }
    }

    @Test func rejectedCredentialsAreRenewedOnce() async throws {
        let world = World()
        world.plan(printed(["token": "stale"]))
        world.plan(printed(["token": "fresh"]))
        let script = ScriptedTransport(.text("", status: 401), .text("ok"), .text("", status: 401))
        let transport = AuthenticatingTransport(script, authenticator: world.authenticator(byPlugin))
        #expect(try await transport.send(HTTPRequest(.get, "/")).status == 200)
        #expect(script.requests.map { $0.headers["Authorization"] } == ["Bearer stale", "Bearer fresh"])
        // Rejected again, and the plugin fails: the caller learns why.
        let error = await #expect(throws: TransportError.self) { try await transport.send(HTTPRequest(.get, "/")) }
        #expect(error?.code == .credentialsUnavailable)
    }

    @Test func sameCredentialsAreNotSentTwice() async throws {
        let world = World()
        world.write("/t", "one")
        for header in [ClusterCredentials.Header.token("x"), .tokenFile("/t")] {
            let script = ScriptedTransport(.text("", status: 401), .text("ok"))
            let authenticator = world.authenticator(ClusterCredentials(header: header))
            let transport = AuthenticatingTransport(script, authenticator: authenticator)
            #expect(try await transport.send(HTTPRequest(.get, "/")).status == 401)
            #expect(script.requests.count == 1)
        }
    }

    @Test func rotatedTokenIsFoundAfterRejection() async throws {
        let world = World()
        world.write("/t", "one")
        let script = ScriptedTransport(.text("ok"), .text("", status: 401), .text("ok"))
        let authenticator = world.authenticator(ClusterCredentials(header: .tokenFile("/t")))
        let transport = AuthenticatingTransport(script, authenticator: authenticator)
        _ = try await transport.send(HTTPRequest(.get, "/"))
        world.write("/t", "two")
        #expect(try await transport.send(HTTPRequest(.get, "/")).status == 200)
        #expect(script.requests.last?.headers["Authorization"] == "Bearer two")
    }

    @Test func keepsWhatTheRequestBrings() async throws {
        let script = ScriptedTransport(.text("ok"))
        let world = World()
        let pair = ClusterCredentials.Certificate(certificate: .inline([1]), privateKey: .inline([2]))
        let credentials = ClusterCredentials(certificate: pair, header: .token("t"))
        let transport = AuthenticatingTransport(
            script,
            authenticator: world.authenticator(credentials),
            impersonation: Impersonation(user: "jane", groups: ["a", "b"])
        )
        let own = ClientIdentity(certificate: [3], privateKey: [4])
        _ = try await transport.send(HTTPRequest(.get, "/", headers: ["Authorization": "Own"], identity: own))
        let sent = try #require(script.requests.first)
        #expect(sent.headers["Authorization"] == "Own")
        #expect(sent.identity == own)
        #expect(sent.headers.values("Impersonate-Group") == ["a", "b"])
    }
}
