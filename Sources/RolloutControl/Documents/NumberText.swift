/// A number written as text, as metrics servers and JSON encoders write it.
///
/// JSON has no NaN and no infinities (RFC 8259, section 6); who has to tell of them writes a text.
enum NumberText {
    /// The number: decimal, with or without exponent; `NaN`; `Inf` or `Infinity` with or without sign, in any case; nil for
    /// anything else.
    static func number(_ text: String) -> Double? {
        switch text.lowercased() {
        case "nan", "+nan", "-nan": return .nan
        case "inf", "+inf", "infinity", "+infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        default:
            guard text.utf8.count <= 400, let first = text.utf8.first, "+-.0123456789".utf8.contains(first),
                text.utf8.allSatisfy({ (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) })
            else { return nil }
            return Double(text)
        }
    }
}
