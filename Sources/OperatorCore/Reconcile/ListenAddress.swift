/// An address to listen on, written as `host:port`; without a host all addresses of the machine are meant.
package struct ListenAddress: Sendable, Hashable {
    /// The host or IP address.
    package let host: String
    /// The port; 0 takes any free one.
    package let port: Int

    /// Reads `127.0.0.1:8080`, `[::1]:8080`, `:8080`; nil for anything else.
    package init?(argument text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        self.host = host.isEmpty ? "0.0.0.0" : String(host)
        self.port = port
    }
}

extension ListenAddress: ExpressibleByStringLiteral, CustomStringConvertible {
    /// Reads an address that stands in the program; one that cannot be read means any port of this machine.
    package init(stringLiteral text: String) {
        self = ListenAddress(argument: text) ?? ListenAddress(host: "127.0.0.1", port: 0)
    }

    private init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// `127.0.0.1:8080`.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
