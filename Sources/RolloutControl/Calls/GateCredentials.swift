internal import DataTree
package import KubeAPI
package import KubeClient
internal import MeshBase

/// What a Secret says about how to reach a server: as whom, and whose certificates count.
///
/// Keys: `username` and `password`, or `token`; `ca.crt`; `tls.crt` and `tls.key`. Messages name keys, never values.
package struct GateCredentials: Sendable, Hashable {
    /// The value of the `Authorization` header, nil for none.
    package private(set) var authorization: String?
    /// The client certificate, nil for none.
    package private(set) var identity: ClientIdentity?
    /// Whose certificates count as the server's.
    package private(set) var trust = ServerTrust.system

    /// None.
    package static let none = GateCredentials()

    private init() {}

    /// Reads a Secret; throws code `secretUnusable` when it lacks what belongs together, or holds what cannot be sent.
    package init(_ secret: KubeObject) throws(AnalysisError) {
        let name = "Secret \(secret.key)"
        let reader = SecretData(tree: secret.tree["data"] ?? .null, name: name)
        let user = try reader.text("username")
        let password = try reader.text("password")
        let token = try reader.text("token")
        if token != nil, user != nil || password != nil {
            throw AnalysisError(.secretUnusable, "\(name) has token beside username or password; keep one of both")
        }
        if let token { authorization = "Bearer \(token)" }
        if user != nil || password != nil {
            guard let user, let password else {
                throw AnalysisError(.secretUnusable, "\(name) needs both username and password")
            }
            guard !user.contains(":") else {
                let why = "username has a colon, which basic authentication cannot send"
                throw AnalysisError(.secretUnusable, "\(name): \(why)")
            }
            authorization = "Basic \(Base64.encode("\(user):\(password)".utf8))"
        }
        let certificate = try reader.pem("tls.crt")
        let key = try reader.pem("tls.key")
        if certificate != nil || key != nil {
            guard let certificate, let key else {
                throw AnalysisError(.secretUnusable, "\(name) needs both tls.crt and tls.key")
            }
            identity = ClientIdentity(certificate: certificate, privateKey: key)
        }
        if let authority = try reader.pem("ca.crt") { trust = .authorities(.inline(authority)) }
        if authorization == nil, identity == nil, trust == .system {
            let keys = "username and password, token, ca.crt, or tls.crt and tls.key"
            throw AnalysisError(.secretUnusable, "\(name) has none of the keys \(keys)")
        }
    }
}

extension GateCredentials: CustomStringConvertible, CustomReflectable {
    /// What there is, without secrets.
    package var description: String {
        let header = authorization == nil ? "no header" : "header hidden"
        return "GateCredentials(\(header), \(identity == nil ? "no certificate" : "certificate"))"
    }

    /// Hides secrets from dumps.
    package var customMirror: Mirror { Mirror(self, children: ["credentials": description]) }
}

/// The data of a Secret.
private struct SecretData {
    let tree: Tree
    let name: String

    func bytes(_ key: String) throws(AnalysisError) -> [UInt8]? {
        guard let value = tree[key], !value.isNull else { return nil }
        guard let bytes = value.string.flatMap({ Base64.decode($0) }) else {
            throw AnalysisError(.secretUnusable, "\(name): \(key) is not Base64")
        }
        guard bytes.count <= 256 * 1024 else {
            throw AnalysisError(.secretUnusable, "\(name): \(key) has \(bytes.count) bytes, more than 262144")
        }
        return bytes.isEmpty ? nil : bytes
    }

    /// A text that fits into a header; line ends at its end do not count.
    func text(_ key: String) throws(AnalysisError) -> String? {
        guard var bytes = try bytes(key) else { return nil }
        while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
        guard let text = String(validating: bytes, as: UTF8.self), bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw AnalysisError(.secretUnusable, "\(name): \(key) has a control character, or is not UTF-8")
        }
        return text.isEmpty ? nil : text
    }

    func pem(_ key: String) throws(AnalysisError) -> [UInt8]? {
        guard let bytes = try bytes(key) else { return nil }
        guard bytes.firstRange(of: Array("-----BEGIN ".utf8)) != nil else {
            throw AnalysisError(.secretUnusable, "\(name): \(key) is not PEM")
        }
        return bytes
    }
}
