/// Where an API server listens, from the `server` field of a kubeconfig.
public struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
    /// Whether the connection is encrypted.
    public var isSecure: Bool
    /// The host name or address; IPv6 addresses without brackets.
    public var host: String
    /// The port.
    public var port: Int
    /// What stands before every path, without a slash at the end; empty for most servers.
    public var basePath: String

    /// Makes an address.
    public init(isSecure: Bool = true, host: String, port: Int, basePath: String = "") {
        self.isSecure = isSecure
        self.host = host
        self.port = port
        self.basePath = basePath
    }

    /// Reads `https://host:port/path`; nil for anything else.
    ///
    /// Without a scheme, `https` is meant; without a port, that of the scheme. User names, queries and fragments are refused.
    public init?(_ text: String) {
        var rest = text[...]
        var isSecure = true
        if let end = rest.range(of: "://") {
            switch rest[..<end.lowerBound].lowercased() {
            case "https": isSecure = true
            case "http": isSecure = false
            default: return nil
            }
            rest = rest[end.upperBound...]
        }
        let authority = rest.prefix { $0 != "/" }
        var path = String(rest.dropFirst(authority.count))
        while path.hasSuffix("/") { path.removeLast() }
        guard let (host, port) = Self.split(authority), !"@?#".contains(where: authority.contains) else { return nil }
        guard !path.contains("?"), !path.contains("#"), text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            return nil
        }
        self.init(isSecure: isSecure, host: host, port: port ?? (isSecure ? 443 : 80), basePath: path)
    }

    private static func split(_ authority: Substring) -> (host: String, port: Int?)? {
        var host = authority
        var portText: Substring?
        if authority.hasPrefix("[") {
            guard let close = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<close]
            let after = authority[authority.index(after: close)...]
            guard after.isEmpty || after.hasPrefix(":") else { return nil }
            if !after.isEmpty { portText = after.dropFirst() }
            guard host.contains(":") else { return nil }
        } else if let colon = authority.lastIndex(of: ":") {
            host = authority[..<colon]
            portText = authority[authority.index(after: colon)...]
            guard !host.contains(":") else { return nil }
        }
        guard !host.isEmpty else { return nil }
        guard let portText else { return (String(host), nil) }
        guard let port = Int(portText), (1...65_535).contains(port) else { return nil }
        return (String(host), port)
    }

    /// Host and port as URLs and `Host` headers have them.
    public var authority: String { "\(Self.bracketed(host)):\(port)" }
    /// The scheme.
    public var scheme: String { isSecure ? "https" : "http" }
    /// The URL.
    public var description: String { "\(scheme)://\(authority)\(basePath)" }

    /// A host as URLs have it: IPv6 addresses in brackets.
    public static func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}

extension Substring {
    fileprivate func range(of text: String) -> Range<Index>? { firstRange(of: text) }
}
