/// An IPv4 or IPv6 address without zone (RFC 4291 section 2.2); an IPv4 address written as IPv6 has it,
/// `::ffff:10.0.0.1`, is that IPv4 address.
///
/// What is refused is what Go's `netip.ParseAddr` refuses, leading zeros in IPv4 for example.
public struct IPAddress: Sendable, Hashable {
    /// 4 or 16 bytes, most significant first.
    public let bytes: [UInt8]

    /// Whether this is an IPv4 address.
    public var isV4: Bool { bytes.count == 4 }

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads an address in its usual notation; nil for anything else.
    public init?(_ text: String) {
        let isV6 = text.utf8.contains(UInt8(ascii: ":"))
        guard let bytes = isV6 ? Self.parseV6(text) : Self.parseV4(text[...]) else { return nil }
        let isMapped = bytes.count == 16 && bytes.prefix(12) == Self.mappedPrefix
        self.bytes = isMapped ? Array(bytes.suffix(4)) : bytes
    }

    private static let mappedPrefix: ArraySlice<UInt8> = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

    private static func parseV4(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            let isPlain = part.utf8.allSatisfy { (48...57).contains($0) }
            guard isPlain, (1...3).contains(part.utf8.count), part == "0" || !part.hasPrefix("0"),
                let byte = UInt8(part)
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    private static func parseV6(_ text: String) -> [UInt8]? {
        let halves = text.components(separatedByPair: ":")
        guard halves.count <= 2 else { return nil }
        guard let head = groups(halves[0], isEnd: halves.count == 1) else { return nil }
        guard halves.count == 2 else { return head.count == 8 ? flatten(head) : nil }
        guard let tail = groups(halves[1], isEnd: true), head.count + tail.count <= 7 else { return nil }
        return flatten(head + [UInt16](repeating: 0, count: 8 - head.count - tail.count) + tail)
    }

    private static func groups(_ text: String, isEnd: Bool) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        var result: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if isEnd, index == parts.count - 1, let four = parseV4(part) {
                result += [UInt16(four[0]) << 8 | UInt16(four[1]), UInt16(four[2]) << 8 | UInt16(four[3])]
                continue
            }
            guard (1...4).contains(part.utf8.count), !part.hasPrefix("+"), !part.hasPrefix("-"),
                let group = UInt16(part, radix: 16)
            else { return nil }
            result.append(group)
        }
        return result.count <= 8 ? result : nil
    }

    private static func flatten(_ groups: [UInt16]) -> [UInt8] {
        groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    }
}

extension IPAddress: CustomStringConvertible {
    /// The canonical text (RFC 5952 for IPv6).
    public var description: String {
        if isV4 { return bytes.map { String($0) }.joined(separator: ".") }
        let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        guard let gap = Self.longestGap(groups) else {
            return groups.map { String($0, radix: 16) }.joined(separator: ":")
        }
        let head = groups[..<gap.lowerBound].map { String($0, radix: 16) }.joined(separator: ":")
        let tail = groups[gap.upperBound...].map { String($0, radix: 16) }.joined(separator: ":")
        return head + "::" + tail
    }

    private static func longestGap(_ groups: [UInt16]) -> Range<Int>? {
        var best: Range<Int>?
        var start: Int?
        for index in 0...groups.count {
            if index < groups.count, groups[index] == 0 {
                if start == nil { start = index }
            } else if let begin = start {
                if index - begin >= 2, index - begin > (best?.count ?? 0) { best = begin..<index }
                start = nil
            }
        }
        return best
    }
}

extension IPAddress {
    /// Whether this is the address that stands for none.
    public var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }
    /// Whether this is the machine itself.
    public var isLoopback: Bool { isV4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1 }
    /// Whether this stands for a group.
    public var isMulticast: Bool { isV4 ? bytes[0] & 0xF0 == 0xE0 : bytes[0] == 0xFF }
    /// Whether this stands for a group on the same link.
    public var isLinkLocalMulticast: Bool {
        isV4 ? bytes[0] == 224 && bytes[1] == 0 && bytes[2] == 0 : bytes[0] == 0xFF && bytes[1] & 0x0F == 2
    }
    /// Whether this is valid on one link only.
    public var isLinkLocalUnicast: Bool {
        isV4 ? bytes[0] == 169 && bytes[1] == 254 : bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80
    }
    /// Whether this stands for one machine, and not for this one or one of this link only (`netip.Addr.IsGlobalUnicast`).
    public var isGlobalUnicast: Bool {
        let isBroadcast = isV4 && bytes.allSatisfy { $0 == 255 }
        return !isBroadcast && !isUnspecified && !isLoopback && !isMulticast && !isLinkLocalUnicast
    }
}

extension String {
    /// The parts around every doubled `separator`.
    fileprivate func components(separatedByPair separator: Character) -> [String] {
        var parts: [String] = [""]
        var rest = self[...]
        while let first = rest.first {
            if first == separator, rest.dropFirst().first == separator {
                parts.append("")
                rest = rest.dropFirst(2)
            } else {
                parts[parts.count - 1].append(first)
                rest = rest.dropFirst()
            }
        }
        return parts
    }
}
