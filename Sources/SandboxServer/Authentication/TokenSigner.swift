internal import Crypto
internal import DataTree
internal import MeshBase

/// Signs and checks service-account tokens as JSON Web Tokens with ES256 (RFC 7515, RFC 7518).
struct TokenSigner: Sendable {
    /// Tokens longer than this are not looked at.
    private static let longest = 16 * 1024

    private let key: P256.Signing.PrivateKey
    private let keyIdentifier: String

    /// Makes a signer with a new key.
    init() {
        self.init(key: P256.Signing.PrivateKey())
    }

    /// Takes up a key kept before, in PEM; throws ``SandboxError`` with code `identityDamaged` when it cannot be read.
    init(pem: String) throws(SandboxError) {
        guard let key = try? P256.Signing.PrivateKey(pemRepresentation: pem) else {
            throw SandboxError(
                .identityDamaged,
                "the key of service-account tokens in the data directory cannot be used: \(SandboxIdentity.accountKey) is no P-256 "
                    + "private key in PEM; restore it from a copy, or remove it for a new key, after which tokens issued before are "
                    + "refused"
            )
        }
        self.init(key: key)
    }

    private init(key: P256.Signing.PrivateKey) {
        self.key = key
        self.keyIdentifier = Base64.encodeURL(Array(SHA256.hash(data: key.publicKey.derRepresentation)))
    }

    /// The key in PEM.
    var pem: String { key.pemRepresentation }

    /// The public key as a JSON Web Key Set (RFC 7517), as `/openid/v1/jwks` shows it.
    var keySet: Tree {
        let point = Array(key.publicKey.rawRepresentation)
        return [
            "keys": [
                [
                    "use": "sig", "kty": "EC", "kid": .string(keyIdentifier), "crv": "P-256", "alg": "ES256",
                    "x": .string(Base64.encodeURL(Array(point.prefix(32)))),
                    "y": .string(Base64.encodeURL(Array(point.suffix(32)))),
                ]
            ]
        ]
    }

    /// Signs claims.
    func sign(_ claims: TokenClaims) throws -> String {
        let header: Tree = ["alg": "ES256", "kid": .string(keyIdentifier), "typ": "JWT"]
        let signed = Base64.encodeURL(header.json(.compact)) + "." + Base64.encodeURL(claims.tree.json(.compact))
        let signature = try key.signature(for: Array(signed.utf8))
        return signed + "." + Base64.encodeURL(Array(signature.rawRepresentation))
    }

    /// Checks the signature and reads the claims; neither time nor audience are looked at.
    ///
    /// - Throws: ``SandboxError`` with code `tokenRefused`.
    func claims(of token: String) throws(SandboxError) -> TokenClaims {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard token.utf8.count <= Self.longest, parts.count == 3,
            let header = Base64.decodeURL(parts[0]).flatMap({ try? Tree(json: $0) }),
            let payload = Base64.decodeURL(parts[1]).flatMap({ try? Tree(json: $0) }),
            let signature = Base64.decodeURL(parts[2])
        else { throw SandboxError(.tokenRefused, "the token is no JSON Web Token") }
        guard header["alg"]?.string == "ES256", header["kid"]?.string == keyIdentifier else {
            throw SandboxError(.tokenRefused, "the token is signed with a key that is not this cluster's")
        }
        let signed = Array("\(parts[0]).\(parts[1])".utf8)
        guard let ecdsa = try? P256.Signing.ECDSASignature(rawRepresentation: signature),
            key.publicKey.isValidSignature(ecdsa, for: signed)
        else { throw SandboxError(.tokenRefused, "the token's signature is wrong") }
        guard let claims = TokenClaims(payload) else {
            throw SandboxError(.tokenRefused, "the token lacks the claims of a service account")
        }
        return claims
    }
}
