/// An IPv4 or IPv6 address; IPv4 is kept as IPv6 has it, `::ffff:a.b.c.d`.
struct IPAddress: Hashable {
    let bytes: [UInt8]
    let isVersion4: Bool

    /// Reads an address without brackets, port or zone; nil for anything else (RFC 4291 section 2.2).
    init?(_ text: String) {
        if let four = Self.version4(text[...]) {
            self.bytes = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + four
            self.isVersion4 = true
            return
        }
        guard let bytes = Self.version6(text) else { return nil }
        self.bytes = bytes
        self.isVersion4 = bytes[..<12] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
    }

    /// Whether this is the machine itself.
    var isLoopback: Bool {
        isVersion4 ? bytes[12] == 127 : bytes == [UInt8](repeating: 0, count: 15) + [1]
    }

    private static func version4(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard part.utf8.count <= 3, part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let byte = UInt8(part)
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    private static func version6(_ text: String) -> [UInt8]? {
        guard let gap = text.firstRange(of: "::") else {
            let bytes = groups(text[...])
            return bytes?.count == 16 ? bytes : nil
        }
        let after = text[gap.upperBound...]
        guard let head = groups(text[..<gap.lowerBound]), let tail = groups(after), head.count + tail.count <= 14 else {
            return nil
        }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    private static func groups(_ text: Substring) -> [UInt8]? {
        if text.isEmpty { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var bytes: [UInt8] = []
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, let four = version4(part) {
                bytes += four
                continue
            }
            guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy({ $0 != 0x2B && $0 != 0x2D }),
                let group = UInt16(part, radix: 16)
            else { return nil }
            bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
        }
        return bytes.count <= 16 ? bytes : nil
    }
}

/// The addresses that begin alike, written `10.0.0.0/8`.
struct IPRange: Hashable {
    private let address: IPAddress
    private let bits: Int

    /// Reads an address, a slash and a number of bits; nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(String(parts[0])), let bits = Int(parts[1]) else { return nil }
        let offset = parts[0].contains(":") ? 0 : 96
        guard (0...(128 - offset)).contains(bits) else { return nil }
        self.address = address
        self.bits = bits + offset
    }

    /// Whether `other` begins with the same bits.
    func contains(_ other: IPAddress) -> Bool {
        let whole = bits / 8
        guard address.bytes[..<whole] == other.bytes[..<whole] else { return false }
        let rest = bits % 8
        guard rest > 0 else { return true }
        let shift = UInt8(8 - rest)
        return address.bytes[whole] >> shift == other.bytes[whole] >> shift
    }
}
