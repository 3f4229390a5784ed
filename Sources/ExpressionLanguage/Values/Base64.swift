/// Base64 with padding (RFC 4648).
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let values: [UInt8: UInt32] = Dictionary(
        uniqueKeysWithValues: alphabet.enumerated().map { ($1, UInt32($0)) }
    )

    /// The bytes of a text; nil for characters outside the alphabet and wrong padding.
    static func decode(_ text: String) -> [UInt8]? {
        let symbols = Array(text.utf8)
        guard symbols.count % 4 == 0 else { return nil }
        let padding = symbols.suffix(2).count { $0 == UInt8(ascii: "=") }
        var result: [UInt8] = []
        result.reserveCapacity(symbols.count / 4 * 3)
        var buffer: UInt32 = 0
        for (index, symbol) in symbols.enumerated() {
            let isPadding = index >= symbols.count - padding
            guard let value = isPadding ? 0 : values[symbol] else { return nil }
            buffer = buffer << 6 | value
            if index % 4 == 3 {
                for shift in [UInt32(16), 8, 0] { result.append(UInt8(truncatingIfNeeded: buffer >> shift)) }
                buffer = 0
            }
        }
        result.removeLast(min(padding, result.count))
        return result
    }

    /// The text of bytes.
    static func encode(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            var buffer: UInt32 = 0
            for index in 0..<3 { buffer = buffer << 8 | (index < part.count ? UInt32(part[start + index]) : 0) }
            for index in 0..<4 {
                let symbol = alphabet[Int(buffer >> UInt32(18 - 6 * index) & 63)]
                result.append(index <= part.count ? symbol : UInt8(ascii: "="))
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
