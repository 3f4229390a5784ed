/// An address to listen on, written as `host:port`; without a host all addresses of the machine are meant.
package struct ListenAddress: Sendable, Hashable {
    /// The host or IP address.
    package let host: String
    /// The port; 0 takes any free one.
    package let port: Int

    /// Reads `127.0.0.1:8080`, `localhost:8080`, `[::1]:8080` or `:8080`.
    ///
    /// - Throws: ``HTTPServingError`` with code `invalidAddress`, naming what is wrong with the text and what is right.
    package init(parsing text: String) throws(HTTPServingError) {
        guard let colon = text.lastIndex(of: ":") else { throw Self.refused(text, "it has no port") }
        let digits = text[text.index(after: colon)...]
        guard let port = Int(digits), (0...65_535).contains(port), digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") })
        else { throw Self.refused(text, "its port is no number from 0 to 65535") }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw Self.refused(text, "an IPv6 address stands in brackets")
        }
        let isHost = host.utf8.allSatisfy { (0x21...0x7e).contains($0) && !"/[]@?#".utf8.contains($0) }
        guard isHost else { throw Self.refused(text, "its host is neither a name nor an IP address") }
        self.init(host: host.isEmpty ? "0.0.0.0" : String(host), port: port)
    }

    private init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    private static func refused(_ text: String, _ why: String) -> HTTPServingError {
        HTTPServingError(
            .invalidAddress,
            "\"\(text)\" is no address to listen on, since \(why); write host:port, for example 127.0.0.1:6443, [::1]:6443 "
                + "or :6443 for all addresses"
        )
    }
}

extension ListenAddress: ExpressibleByStringLiteral, CustomStringConvertible {
    /// Reads an address that stands in the program; one that cannot be read means any port of this machine.
    package init(stringLiteral text: String) {
        self = (try? ListenAddress(parsing: text)) ?? ListenAddress(host: "127.0.0.1", port: 0)
    }

    /// `127.0.0.1:8080` or `[::1]:8080`.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
