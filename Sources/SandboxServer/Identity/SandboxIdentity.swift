internal import MeshBase

/// The secrets of a sandbox: its CA and the key of its service-account tokens.
///
/// They are kept in the vault, so that kubeconfigs and tokens outlive a restart.
struct SandboxIdentity: Sendable {
    /// The file of the CA's certificate.
    static let authorityCertificate = "ca.crt"
    /// The file of the CA's key.
    static let authorityKey = "ca.key"
    /// The file of the key that signs service-account tokens.
    static let accountKey = "service-account.key"

    /// The CA.
    let authority: CertificateAuthority
    /// Signs service-account tokens.
    let signer: TokenSigner

    /// Reads the secrets from `vault`, or makes and keeps new ones.
    ///
    /// - Throws: ``SandboxError`` when files cannot be read, written or understood.
    init(vault: any FileVault, now: Timestamp) throws {
        let certificate = try vault.read(Self.authorityCertificate)
        let key = try vault.read(Self.authorityKey)
        if let certificate, let key {
            authority = try CertificateAuthority(
                CertificateAuthority.Credential(
                    certificate: String(decoding: certificate, as: UTF8.self),
                    key: String(decoding: key, as: UTF8.self)
                )
            )
        } else {
            authority = try CertificateAuthority(now: now.seconds)
            let credential = try authority.credential()
            // The key first: a certificate without its key would be useless.
            try vault.write(Self.authorityKey, Array(credential.key.utf8))
            try vault.write(Self.authorityCertificate, Array(credential.certificate.utf8))
        }
        if let pem = try vault.read(Self.accountKey) {
            signer = try TokenSigner(pem: String(decoding: pem, as: UTF8.self))
        } else {
            signer = TokenSigner()
            try vault.write(Self.accountKey, Array(signer.pem.utf8))
        }
    }
}
