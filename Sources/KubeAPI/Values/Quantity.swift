public import DataTree

/// An amount of a resource such as `500m`, `1.5Gi` or `3e3` (`Quantity` of api/resource).
///
/// Holds whole billionths of a unit, exactly; smaller fractions are rounded away from zero and amounts beyond the range of
/// 64 bits are cut to it, as Kubernetes does.
public struct Quantity: Sendable, Hashable {
    /// How an amount is written.
    public enum Format: Sendable, Hashable {
        /// With `n`, `u`, `m`, `k`, `M`, `G`, `T`, `P`, `E`.
        case decimal
        /// With `Ki`, `Mi`, `Gi`, `Ti`, `Pi`, `Ei`.
        case binary
        /// With `e3`, `e6`, and so on.
        case exponent
    }

    /// The amount in billionths of a unit.
    public let billionths: Int128
    /// How it is written.
    public let format: Format

    /// The largest amount in billionths.
    static let limit = Int128(Int64.max) * 1_000_000_000

    /// Makes an amount, cut to the range of 64 bits in units.
    public init(billionths: Int128, format: Format = .decimal) {
        self.billionths = min(max(billionths, -Self.limit), Self.limit)
        self.format = format
    }

    /// Makes an amount of whole units.
    public init(_ units: Int64, format: Format = .decimal) {
        self.init(billionths: Int128(units) * 1_000_000_000, format: format)
    }

    /// Reads an amount; nil for text that is none.
    public init?(_ text: String) {
        var reader = QuantityReader(text)
        guard let value = reader.read() else { return nil }
        self = value
    }

    /// Reads an amount from a string or a number; nil for anything else.
    public init?(_ tree: Tree) {
        switch tree {
        case .string(let text): self.init(text)
        case .integer(let value): self.init(value)
        case .double(let value): self.init("\(value)")
        default: return nil
        }
    }

    /// The amount in whole units, rounded away from zero.
    public var units: Int64 { Int64(clamping: rounded(to: 1_000_000_000)) }
    /// The amount in thousandths, rounded away from zero.
    public var thousandths: Int64 { Int64(clamping: rounded(to: 1_000_000)) }
    /// Whether the amount is zero.
    public var isZero: Bool { billionths == 0 }

    private func rounded(to step: Int128) -> Int128 {
        let (quotient, remainder) = billionths.quotientAndRemainder(dividingBy: step)
        return remainder == 0 ? quotient : quotient + remainder.signum()
    }
}

extension Quantity: Comparable {
    /// Compares amounts, however they are written.
    public static func < (left: Quantity, right: Quantity) -> Bool { left.billionths < right.billionths }
    /// Compares amounts, however they are written.
    public static func == (left: Quantity, right: Quantity) -> Bool { left.billionths == right.billionths }
    /// Feeds the amount.
    public func hash(into hasher: inout Hasher) { hasher.combine(billionths) }

    /// Adds amounts; written as the left one.
    public static func + (left: Quantity, right: Quantity) -> Quantity {
        Quantity(billionths: left.billionths + right.billionths, format: left.format)
    }

    /// Subtracts amounts; written as the left one.
    public static func - (left: Quantity, right: Quantity) -> Quantity {
        Quantity(billionths: left.billionths - right.billionths, format: left.format)
    }
}

extension Quantity: CustomStringConvertible {
    /// The canonical text: no fraction, and the largest suffix that leaves a whole number.
    public var description: String {
        switch format {
        case .binary where abs(billionths) >= 1024 * 1_000_000_000: binaryText
        case .exponent: decimalText { $0 == 0 ? "" : "e\($0)" }
        case .decimal, .binary: decimalText { Self.decimalSuffixes[$0] ?? "" }
        }
    }

    private static let decimalSuffixes = [
        -9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T", 15: "P", 18: "E",
    ]

    private var binaryText: String {
        var value = rounded(to: 1_000_000_000)
        var suffixes = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][...]
        var suffix = ""
        while value % 1024 == 0, let next = suffixes.popFirst() {
            value /= 1024
            suffix = next
        }
        return "\(value)\(suffix)"
    }

    private func decimalText(_ suffix: (Int) -> String) -> String {
        if billionths == 0 { return "0" }
        var value = billionths
        var exponent = -9
        while exponent < 18, value % 1000 == 0 {
            value /= 1000
            exponent += 3
        }
        return "\(value)\(suffix(exponent))"
    }
}

/// Reads the text of an amount: sign, digits with a point, suffix.
private struct QuantityReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) {
        self.bytes = Array(text.utf8)
    }

    mutating func read() -> Quantity? {
        var isNegative = false
        if let first = bytes.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            isNegative = first == UInt8(ascii: "-")
            position = 1
        }
        let whole = digits()
        var fraction: [UInt8] = []
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            fraction = digits()
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        guard let scale = suffix() else { return nil }
        let amount = Self.billionths(whole: whole, fraction: fraction, scale)
        return Quantity(billionths: isNegative ? -amount : amount, format: scale.format)
    }

    private mutating func digits() -> [UInt8] {
        let start = position
        while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
            position += 1
        }
        return bytes[start..<position].map { $0 - UInt8(ascii: "0") }
    }

    private struct Scale {
        var power = 0
        var factor: Int128 = 1
        var format = Quantity.Format.decimal
    }

    private func suffix() -> Scale? {
        let text = String(decoding: bytes[position...], as: UTF8.self)
        switch text {
        case "": return Scale()
        case "n": return Scale(power: -9)
        case "u": return Scale(power: -6)
        case "m": return Scale(power: -3)
        case "k": return Scale(power: 3)
        case "M": return Scale(power: 6)
        case "G": return Scale(power: 9)
        case "T": return Scale(power: 12)
        case "P": return Scale(power: 15)
        case "E": return Scale(power: 18)
        case "Ki": return Scale(factor: 1 << 10, format: .binary)
        case "Mi": return Scale(factor: 1 << 20, format: .binary)
        case "Gi": return Scale(factor: 1 << 30, format: .binary)
        case "Ti": return Scale(factor: 1 << 40, format: .binary)
        case "Pi": return Scale(factor: 1 << 50, format: .binary)
        case "Ei": return Scale(factor: 1 << 60, format: .binary)
        default:
            guard text.hasPrefix("e") || text.hasPrefix("E"), let power = Int(text.dropFirst()) else { return nil }
            return Scale(power: min(max(power, -64), 64), format: .exponent)
        }
    }

    /// The amount without its sign; fractions of a billionth are rounded up, and what is too large is cut.
    private static func billionths(whole: [UInt8], fraction: [UInt8], _ scale: Scale) -> Int128 {
        var whole = whole
        var fraction = fraction
        if scale.power > 0 {
            let moved = min(scale.power, fraction.count)
            whole += fraction.prefix(moved) + Array(repeating: 0, count: scale.power - moved)
            fraction.removeFirst(moved)
        } else if scale.power < 0 {
            let moved = min(-scale.power, whole.count)
            fraction = Array(repeating: 0, count: -scale.power - moved) + whole.suffix(moved) + fraction
            whole.removeLast(moved)
        }
        let significant = whole.drop { $0 == 0 }
        guard significant.count <= 19 else { return Quantity.limit }
        let units = significant.reduce(Int128(0)) { $0 * 10 + Int128($1) }
        // At most 18 digits of the fraction count one by one; those after them only as "there is more".
        let kept = fraction.prefix(18)
        var parts = kept.reduce(Int128(0)) { $0 * 10 + Int128($1) }
        for _ in kept.count..<18 { parts *= 10 }
        let isMore = fraction.dropFirst(18).contains { $0 != 0 }
        let scaled = parts * scale.factor + (isMore ? 1 : 0)
        let (quotient, remainder) = scaled.quotientAndRemainder(dividingBy: 1_000_000_000)
        let fractional = quotient + (remainder > 0 ? 1 : 0)
        let (full, overflow) = (units * scale.factor).multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? Quantity.limit : full + fractional
    }
}
