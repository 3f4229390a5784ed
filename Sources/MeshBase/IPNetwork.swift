/// An address with a prefix length (`10.0.0.0/8`).
public struct IPNetwork: Sendable, Hashable, CustomStringConvertible {
    /// The address as written, host bits included.
    public let address: IPAddress
    /// The bits of the prefix.
    public let prefixLength: Int

    /// Reads `address/length`; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(String(parts[0])), let length = Self.length(parts[1]) else {
            return nil
        }
        // An IPv4 network written as IPv6 has it counts the 96 bits before it.
        let before = address.isV4 && parts[0].contains(":") ? 96 : 0
        guard (0...address.bytes.count * 8).contains(length - before) else { return nil }
        self.address = address
        self.prefixLength = length - before
    }

    private init(address: IPAddress, prefixLength: Int) {
        self.address = address
        self.prefixLength = prefixLength
    }

    private static func length(_ text: Substring) -> Int? {
        guard text.utf8.allSatisfy({ (48...57).contains($0) }), (1...3).contains(text.utf8.count) else { return nil }
        guard text == "0" || !text.hasPrefix("0") else { return nil }
        return Int(text)
    }

    /// The network with host bits cleared.
    public var masked: IPNetwork {
        var bytes = address.bytes
        for index in bytes.indices {
            let bits = min(8, max(0, prefixLength - index * 8))
            bytes[index] &= UInt8(truncatingIfNeeded: 0xFF00 >> bits)
        }
        return IPNetwork(address: IPAddress(bytes: bytes), prefixLength: prefixLength)
    }

    /// Whether `other` lies within the network.
    public func contains(_ other: IPAddress) -> Bool {
        guard other.bytes.count == address.bytes.count else { return false }
        return IPNetwork(address: other, prefixLength: prefixLength).masked.address == masked.address
    }

    /// Whether all of `other` lies within the network.
    public func contains(_ other: IPNetwork) -> Bool {
        other.prefixLength >= prefixLength && contains(other.masked.address)
    }

    /// `address/length`.
    public var description: String { "\(address)/\(prefixLength)" }
}
