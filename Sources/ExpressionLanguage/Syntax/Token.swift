/// The smallest parts of an expression.
enum Token: Hashable {
    case identifier(String)
    /// An identifier between backticks.
    case quotedIdentifier(String)
    case int(UInt64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    /// An operator or a bracket.
    case symbol(String)
    case end

    /// The token as messages show it.
    var text: String {
        switch self {
        case .identifier(let name), .quotedIdentifier(let name): name
        case .int(let value), .uint(let value): String(value)
        case .double(let value): String(value)
        case .string, .bytes: "a string"
        case .symbol(let symbol): symbol
        case .end: "<EOF>"
        }
    }
}
