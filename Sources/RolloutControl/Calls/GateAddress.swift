internal import KubeAPI
package import KubeClient
internal import MeshBase

/// An `http` or `https` address that may be asked.
///
/// Refused are user names and fragments, and addresses where a cloud or a node tells its secrets: link-local ones and those of
/// metadata services, by number and by name. A name that leads to such an address only when it is resolved is refused by the transport.
package struct GateAddress: Sendable, Hashable {
    /// The server.
    package let server: ServerAddress
    /// Path and query as the request line carries them.
    package let target: String

    /// Reads an address; throws code `addressRefused` with what is wrong.
    package init(_ text: String) throws(AnalysisError) {
        guard let scheme = ["http://", "https://"].first(where: { text.lowercased().hasPrefix($0) }) else {
            throw Self.refusal(text, "begin it with http:// or https://")
        }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), text.utf8.count <= 4_096 else {
            throw Self.refusal(text, "percent-encode what is not plain ASCII")
        }
        let rest = text.dropFirst(scheme.count)
        guard !rest.contains("#") else { throw Self.refusal(text, "leave out the fragment") }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else {
            throw Self.refusal(scheme + "…", "leave out user name and password, name a Secret by secretRef")
        }
        guard let server = ServerAddress(scheme + authority) else { throw Self.refusal(text, "name a host") }
        let tail = rest.dropFirst(authority.count)
        self.target = tail.hasPrefix("/") ? String(tail) : "/" + tail
        self.server = server
        try Self.check(server.host, text)
    }

    /// Throws where a host may not be asked.
    private static func check(_ host: String, _ text: String) throws(AnalysisError) {
        let name = host.lowercased().hasSuffix(".") ? String(host.lowercased().dropLast()) : host.lowercased()
        guard !name.contains("%") else { throw refusal(text, "leave out the zone of the address") }
        if let address = IPAddress(name) {
            guard !isMetadata(address) else { throw refusal(text, "addresses of metadata services are never asked") }
            return
        }
        // libcurl and resolvers read 2852039166 and 0xa9fea9fe as IPv4 addresses.
        let last = name.split(separator: ".").last ?? ""
        guard let first = last.utf8.first, !(0x30...0x39).contains(first) else {
            throw refusal(text, "write an IPv4 address as four numbers")
        }
        guard name.utf8.allSatisfy({ isNameByte($0) }) else { throw refusal(text, "name a host") }
        guard !metadataNames.contains(name) else {
            throw refusal(text, "metadata services are never asked")
        }
    }

    /// Whether an address belongs to a link, or to the metadata service of a cloud.
    static func isMetadata(_ address: IPAddress) -> Bool {
        address.isLinkLocalUnicast || address.isUnspecified || address.isMulticast
            || metadataAddresses.contains(address)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// Addresses of metadata services that are not link-local: of AWS by IPv6, Alibaba, Azure and Oracle.
    private static let metadataAddresses = Set(
        ["fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"].compactMap { IPAddress($0) }
    )
    private static let metadataNames: Set<String> = [
        "metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal",
    ]

    private static func refusal(_ text: String, _ remedy: String) -> AnalysisError {
        AnalysisError(.addressRefused, "the address \(RolloutText.fit(text, limit: 200)) is not asked: \(remedy)")
    }
}
