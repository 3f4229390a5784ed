public import DataTree

/// A value that is a number or a text, such as a port or `maxUnavailable: 25%` (`IntOrString` of util/intstr).
public enum IntOrString: Sendable, Hashable, CustomStringConvertible {
    /// A number.
    case integer(Int64)
    /// A name or a percentage.
    case string(String)

    /// Reads a number or a string, nil for anything else.
    public init?(_ tree: Tree) {
        switch tree {
        case .integer(let value): self = .integer(value)
        case .string(let value): self = .string(value)
        default: return nil
        }
    }

    /// The value as objects carry it.
    public var tree: Tree {
        switch self {
        case .integer(let value): .integer(value)
        case .string(let value): .string(value)
        }
    }

    /// The number in decimal, or the text.
    public var description: String {
        switch self {
        case .integer(let value): String(value)
        case .string(let value): value
        }
    }

    /// Whether a percentage that does not divide evenly goes up or down.
    public enum Rounding: Sendable, Hashable {
        /// To the next whole number.
        case up
        /// To the whole number before.
        case down
    }

    /// The number, or the percentage of `total`; nil for a text that is no percentage and where numbers overflow.
    public func scaled(of total: Int64, rounding: Rounding) -> Int64? {
        switch self {
        case .integer(let value): return value
        case .string(let text):
            guard text.hasSuffix("%"), let percent = Int64(text.dropLast()), percent >= 0 else { return nil }
            let (product, overflow) = percent.multipliedReportingOverflow(by: total)
            guard !overflow else { return nil }
            let (quotient, remainder) = product.quotientAndRemainder(dividingBy: 100)
            return rounding == .up && remainder > 0 ? quotient + 1 : quotient
        }
    }
}
