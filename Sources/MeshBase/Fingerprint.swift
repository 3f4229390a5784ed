/// A short fingerprint of bytes: FNV-1a of 64 bits.
///
/// It tells apart what nobody makes equal on purpose; it is no protection against those who would.
/// Source: http://www.isthe.com/chongo/tech/comp/fnv/
public struct Fingerprint: Sendable, Hashable {
    private var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    /// The fingerprint of nothing.
    public init() {}

    /// The fingerprint of some bytes.
    public init(of bytes: [UInt8]) { combine(bytes) }

    /// Takes more bytes in.
    public mutating func combine(_ bytes: [UInt8]) {
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    }

    /// The fingerprint as 16 hexadecimal digits.
    public var hexadecimal: String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
