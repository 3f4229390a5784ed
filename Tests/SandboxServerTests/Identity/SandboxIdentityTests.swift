internal import MeshBase
internal import Testing

@testable internal import SandboxServer

@Suite struct SandboxIdentityTests {
    private static let now = Timestamp(seconds: 1_700_000_000)

    private static func vault() throws -> MemoryVault {
        let vault = MemoryVault()
        _ = try SandboxIdentity(vault: vault, now: now)
        return vault
    }

    @Test func itIsTheSameAtTheNextStart() throws {
        let vault = try Self.vault()
        let first = try SandboxIdentity(vault: vault, now: Self.now).authority.pem()
        #expect(try SandboxIdentity(vault: vault, now: Self.now).authority.pem() == first)
    }

    @Test(arguments: [
        ("ca.crt", "ca.crt is no certificate in PEM"), ("ca.key", "ca.key is no P-256 private key in PEM"),
        ("service-account.key", "service-account.key is no P-256 private key in PEM"),
    ])
    func aDamagedFileIsNamedInWordsForPeople(_ name: String, _ what: String) throws {
        let vault = try Self.vault()
        vault.write(name, Array("-----BEGIN X-----\nnonsense\n-----END X-----\n".utf8))
        let error = #expect(throws: SandboxError.self) { try SandboxIdentity(vault: vault, now: Self.now) }
        #expect(error?.code == .identityDamaged)
        let text = error?.description ?? ""
        #expect(text.contains(what) && text.contains("restore") && text.contains("remove"), "\(text)")
        #expect(!text.contains("caused by") && !text.contains("Optional("), "\(text)")
    }

    @Test func keyAndCertificateBelongTogether() throws {
        let vault = try Self.vault()
        vault.write("ca.key", try #require(try Self.vault().read("ca.key")))
        let error = #expect(throws: SandboxError.self) { try SandboxIdentity(vault: vault, now: Self.now) }
        #expect(error?.message.contains("ca.crt and ca.key do not belong together") == true)
    }
}
