internal import MeshBase

/// The proxy that the environment asks for: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in upper or lower case.
///
/// As Go programs have it (`golang.org/x/net/http/httpproxy`), so that kubectl and this client go the same way.
public struct ProxyEnvironment: Sendable, Hashable {
    private let secure: String?
    private let plain: String?
    private let exceptions: [String]

    /// Takes the variables of an environment.
    public init(_ environment: [String: String]) {
        func value(_ name: String) -> String? {
            let found = environment[name.uppercased()] ?? environment[name.lowercased()]
            return found?.isEmpty == false ? found : nil
        }
        self.secure = value("HTTPS_PROXY") ?? value("ALL_PROXY")
        self.plain = value("HTTP_PROXY") ?? value("ALL_PROXY")
        self.exceptions = (value("NO_PROXY") ?? "").split(separator: ",")
            .map { $0.filter { !$0.isWhitespace }.lowercased() }
            .filter { !$0.isEmpty }
    }

    /// The proxy's URL for a server, nil to go there directly; the machine itself is always reached directly.
    public func proxy(for server: ServerAddress) -> String? {
        guard let proxy = server.isSecure ? secure : plain, !isException(server) else { return nil }
        return proxy.contains("://") ? proxy : "http://\(proxy)"
    }

    /// Whether `text` is the URL of a proxy that can be used.
    static func isProxyURL(_ text: String) -> Bool {
        ["http://", "https://", "socks5://", "socks5h://"].contains { text.hasPrefix($0) && text.count > $0.count }
    }

    private func isException(_ server: ServerAddress) -> Bool {
        let host = server.host.lowercased()
        let address = IPAddress(host)
        if host == "localhost" || address?.isLoopback == true { return true }
        return exceptions.contains { Self.matches($0, host: host, address: address, port: server.port) }
    }

    private static func matches(_ rule: String, host: String, address: IPAddress?, port: Int) -> Bool {
        if rule == "*" { return true }
        if rule.contains("/") { return address.map { IPNetwork(rule)?.contains($0) ?? false } ?? false }
        var name = rule[...]
        if let colon = rule.lastIndex(of: ":"), IPAddress(rule) == nil,
            let wanted = Int(rule[rule.index(after: colon)...])
        {
            guard wanted == port else { return false }
            name = rule[..<colon]
        }
        if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
        if let ruled = IPAddress(String(name)) { return ruled == address }
        if address != nil { return false }
        if name.hasPrefix("*.") { name = name.dropFirst() }
        // ".example.com" matches what is below only, "example.com" matches itself too.
        return name.hasPrefix(".") ? host.hasSuffix(name) : host == name || host.hasSuffix("." + name)
    }
}
