internal import DataTree
internal import MeshBase
internal import SandboxStore
internal import Testing

@testable internal import SandboxServer

@Suite struct TokenSignerTests {
    static let claims = TokenClaims(
        issuer: "https://kubernetes.default.svc.cluster.local",
        audiences: ["a", "b"],
        validity: 1000..<2000,
        identifier: "id",
        namespace: "shop",
        serviceAccount: .init(name: "robot", uid: "u1"),
        bound: ["pod": .init(name: "p", uid: "u2")]
    )

    @Test func whatIsSignedIsRead() throws {
        let signer = TokenSigner()
        #expect(try signer.claims(of: signer.sign(Self.claims)) == Self.claims)
    }

    @Test func theKeyOutlivesTheProcess() throws {
        let signer = TokenSigner()
        let again = try TokenSigner(pem: signer.pem)
        #expect(try again.claims(of: signer.sign(Self.claims)) == Self.claims)
        #expect(again.keySet == signer.keySet)
    }

    @Test func anotherKeyIsRefused() throws {
        let token = try TokenSigner().sign(Self.claims)
        #expect(throws: SandboxError.self) { try TokenSigner().claims(of: token) }
    }

    @Test func everyChangedCharacterIsNoticed() throws {
        let signer = TokenSigner()
        let token = try signer.sign(Self.claims)
        // The last character of each part may carry unused bits, so a change there can mean nothing.
        for index in token.indices where token[index] != "." {
            let next = token.index(after: index)
            if next == token.endIndex || token[next] == "." { continue }
            var changed = token
            changed.replaceSubrange(index...index, with: token[index] == "A" ? "B" : "A")
            #expect(throws: SandboxError.self) { try signer.claims(of: changed) }
        }
    }

    @Test(arguments: ["", "a", "a.b.c", "..", "!.!.!", String(repeating: "a.", count: 10_000)])
    func nonsenseIsRefused(_ token: String) {
        #expect(throws: SandboxError.self) { try TokenSigner().claims(of: token) }
    }

    @Test func theAlgorithmNoneIsRefused() throws {
        let header: Tree = ["alg": "none", "typ": "JWT"]
        let token =
            Base64.encodeURL(header.json(.compact)) + "." + Base64.encodeURL(Self.claims.tree.json(.compact)) + "."
        #expect(throws: SandboxError.self) { try TokenSigner().claims(of: token) }
    }

    @Test func certificatesNameUserAndGroups() throws {
        let authority = try CertificateAuthority(now: 1_700_000_000)
        let credential = try authority.issue(.client(name: "jane", groups: ["devs", "ops"]), now: 1_700_000_000)
        let body = credential.certificate.split(separator: "\n").filter { !$0.hasPrefix("-") }.joined()
        let der = try #require(Base64.decode(body))
        let user = try #require(ClientCertificate.user(der: der))
        #expect(user.name == "jane")
        #expect(user.groups == ["devs", "ops", "system:authenticated"])
        #expect(ClientCertificate.user(der: [1, 2, 3]) == nil)
        let again = try CertificateAuthority(try authority.credential())
        #expect(try again.pem() == authority.pem())
    }
}
