internal import FoundationEssentials

/// Base 64, plain and in its form for URLs without padding (RFC 4648, sections 4 and 5).
enum Base64 {
    /// Encodes with padding.
    static func encode(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString()
    }

    /// Decodes text with padding; nil when it is no base 64.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        Data(base64Encoded: String(text)).map { Array($0) }
    }

    /// Encodes for URLs, without padding.
    static func encodeURL(_ bytes: [UInt8]) -> String {
        var result = ""
        for character in encode(bytes) {
            switch character {
            case "+": result.append("-")
            case "/": result.append("_")
            case "=": break
            default: result.append(character)
            }
        }
        return result
    }

    /// Decodes the form for URLs; nil when it is anything else.
    static func decodeURL(_ text: some StringProtocol) -> [UInt8]? {
        var plain = ""
        for character in text {
            switch character {
            case "-": plain.append("+")
            case "_": plain.append("/")
            case "+", "/", "=": return nil
            default: plain.append(character)
            }
        }
        let padding = (4 - plain.utf8.count % 4) % 4
        return decode(plain + String(repeating: "=", count: padding))
    }
}
