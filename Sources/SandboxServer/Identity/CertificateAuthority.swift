internal import Crypto
internal import FoundationEssentials
internal import SwiftASN1
internal import X509

/// Issues the certificates of one sandbox.
///
/// Keys are P-256. Nothing is kept beyond the CA's own key: what is issued is returned and forgotten.
struct CertificateAuthority: Sendable {
    /// A certificate with its key, both in PEM.
    struct Credential: Sendable, Hashable {
        /// The certificate.
        var certificate: String
        /// The private key (PKCS#8).
        var key: String
    }

    /// What a certificate is for.
    enum Purpose: Sendable, Hashable {
        /// A server reached under these DNS names and IP addresses.
        case server(dnsNames: [String], addresses: [[UInt8]])
        /// A client of this name, in these groups (`CN` and `O` of the subject).
        case client(name: String, groups: [String])
    }

    private static let year: Double = 365 * 86_400
    /// Covers clocks that differ a little.
    private static let leeway: Double = 300

    private let certificate: Certificate
    private let key: P256.Signing.PrivateKey

    /// Makes a new authority, valid for ten years from `now` (seconds since 1970).
    init(now: Int64) throws {
        let key = P256.Signing.PrivateKey()
        let name = try DistinguishedName { CommonName("mesh-sandbox-ca") }
        let from = Date(timeIntervalSince1970: Double(now) - Self.leeway)
        self.key = key
        self.certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: from,
            notValidAfter: from.addingTimeInterval(10 * Self.year),
            issuer: name,
            subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(digitalSignature: true, keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: Certificate.PublicKey(key.publicKey))
            },
            issuerPrivateKey: Certificate.PrivateKey(key)
        )
    }

    /// Takes up an authority made before.
    ///
    /// - Throws: ``SandboxError`` with code `identityDamaged` when certificate or key cannot be read, or do not belong together.
    init(_ credential: Credential) throws(SandboxError) {
        guard let certificate = try? Certificate(pemEncoded: credential.certificate) else {
            throw Self.damaged("\(SandboxIdentity.authorityCertificate) is no certificate in PEM")
        }
        guard let key = try? P256.Signing.PrivateKey(pemRepresentation: credential.key) else {
            throw Self.damaged("\(SandboxIdentity.authorityKey) is no P-256 private key in PEM")
        }
        guard certificate.publicKey == Certificate.PublicKey(key.publicKey) else {
            let names = "\(SandboxIdentity.authorityCertificate) and \(SandboxIdentity.authorityKey)"
            throw Self.damaged("\(names) do not belong together")
        }
        self.certificate = certificate
        self.key = key
    }

    private static func damaged(_ what: String) -> SandboxError {
        SandboxError(
            .identityDamaged,
            "the CA in the data directory cannot be used: \(what); restore both files from a copy, or remove both for a new CA, "
                + "which kubeconfigs written before do not trust"
        )
    }

    /// The authority's own certificate and key.
    func credential() throws -> Credential {
        Credential(certificate: try pem(), key: key.pemRepresentation)
    }

    /// The authority's certificate in PEM.
    func pem() throws -> String {
        try certificate.serializeAsPEM().pemString + "\n"
    }

    /// Issues a certificate, valid for one year from `now` (seconds since 1970).
    func issue(_ purpose: Purpose, now: Int64) throws -> Credential {
        let leafKey = P256.Signing.PrivateKey()
        let from = Date(timeIntervalSince1970: Double(now) - Self.leeway)
        let leaf = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(leafKey.publicKey),
            notValidBefore: from,
            notValidAfter: from.addingTimeInterval(Self.year),
            issuer: certificate.subject,
            subject: try Self.subject(of: purpose),
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Self.extensions(of: purpose),
            issuerPrivateKey: Certificate.PrivateKey(key)
        )
        return Credential(certificate: try leaf.serializeAsPEM().pemString + "\n", key: leafKey.pemRepresentation)
    }

    private static func subject(of purpose: Purpose) throws -> DistinguishedName {
        switch purpose {
        case .server:
            return try DistinguishedName { CommonName("mesh-sandbox") }
        case .client(let name, let groups):
            let organizations = try groups.map { try OrganizationName($0).makeRDN() }
            return DistinguishedName(organizations + [try CommonName(name).makeRDN()])
        }
    }

    private static func extensions(of purpose: Purpose) throws -> Certificate.Extensions {
        switch purpose {
        case .server(let names, let addresses):
            let alternatives =
                names.map { GeneralName.dnsName($0) }
                + addresses.map { GeneralName.ipAddress(ASN1OctetString(contentBytes: $0[...])) }
            return try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(alternatives)
            }
        case .client:
            return try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.clientAuth])
            }
        }
    }
}
