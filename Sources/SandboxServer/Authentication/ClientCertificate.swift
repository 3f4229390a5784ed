internal import SandboxStore
internal import SwiftASN1
internal import X509

/// Reads the user out of a client certificate: the common name is the user, each organization a group.
///
/// The certificate must have been checked against the CA before; see "X509 client certificates" in Kubernetes'
/// authentication documentation.
enum ClientCertificate {
    /// The user that `der` names, nil when it is no certificate or has no common name.
    static func user(der: [UInt8]) -> UserInfo? {
        guard let certificate = try? Certificate(derEncoded: der) else { return nil }
        var name: String?
        var groups: [String] = []
        for relative in certificate.subject {
            for attribute in relative {
                guard let value = String(attribute.value) else { continue }
                if attribute.type == .RDNAttributeType.commonName { name = value }
                if attribute.type == .RDNAttributeType.organizationName { groups.append(value) }
            }
        }
        guard let name, !name.isEmpty else { return nil }
        return UserInfo(name: name, groups: groups + ["system:authenticated"])
    }
}
