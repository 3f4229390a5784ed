internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshBase
internal import Testing

@testable internal import RolloutControl

@Suite struct GateCredentialsTests {
    static let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"

    func secret(_ data: [String: String]) -> KubeObject {
        var tree: Tree = [
            "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "creds", "namespace": "shop"], "data": [:],
        ]
        for (key, value) in data { tree.set(.string(Base64.encode(value.utf8)), at: ["data", key]) }
        return KubeObject(tree)
    }

    @Test func basic() throws {
        let credentials = try GateCredentials(secret(["username": "ann", "password": "pa:ss\n"]))
        #expect(credentials.authorization == "Basic \(Base64.encode("ann:pa:ss".utf8))")
        #expect(credentials.trust == .system)
        #expect(credentials.identity == nil)
    }

    @Test func bearerAndCertificates() throws {
        let credentials = try GateCredentials(
            secret(["token": "abc\r\n", "ca.crt": Self.pem, "tls.crt": Self.pem, "tls.key": Self.pem])
        )
        #expect(credentials.authorization == "Bearer abc")
        #expect(credentials.trust == .authorities(.inline(Array(Self.pem.utf8))))
        #expect(
            credentials.identity == ClientIdentity(certificate: Array(Self.pem.utf8), privateKey: Array(Self.pem.utf8))
        )
    }

    @Test(arguments: [
        [:], ["other": "x"], ["username": "hush"], ["password": "hush"], ["username": "hush", "password": ""],
        ["token": "hush", "username": "a", "password": "b"], ["username": "hush:hush", "password": "b"],
        ["token": "hu\nsh"], ["token": "hu\u{0}sh"], ["tls.crt": pem], ["tls.key": pem], ["ca.crt": "hush"],
        ["tls.crt": "hush", "tls.key": pem], ["token": String(repeating: "hush", count: 100_000)],
    ])
    func unusable(_ data: [String: String]) {
        #expect { try GateCredentials(secret(data)) } throws: { error in
            (error as? AnalysisError)?.code == .secretUnusable && !"\(error)".contains("hush")
                && "\(error)".contains("shop/creds")
        }
    }

    @Test func notBase64() {
        var object = secret([:])
        object.tree.set("%%%", at: ["data", "token"])
        #expect(throws: AnalysisError.self) { try GateCredentials(object) }
    }

    @Test func nothingIsShown() throws {
        let credentials = try GateCredentials(
            secret(["username": "ann", "password": "hush", "tls.crt": Self.pem, "tls.key": Self.pem])
        )
        var text = "\(credentials)"
        dump(credentials, to: &text)
        #expect(!text.contains("hush"))
        #expect(!text.contains(Base64.encode("ann:hush".utf8)))
    }
}
