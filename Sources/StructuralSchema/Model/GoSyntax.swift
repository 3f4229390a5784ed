internal import DataTree

/// Values in the notation Go prints them in, which is what users know from Kubernetes' messages.
enum GoSyntax {
    /// A value as `field.Error` shows it: strings quoted, scalars plain, collections as JSON.
    static func text(_ value: Tree) -> String {
        switch value {
        case .null: return "null"
        case .bool(let flag): return flag ? "true" : "false"
        case .integer(let number): return String(number)
        case .double(let number): return self.number(number)
        case .bigInteger(let digits): return digits
        case .string(let text): return quoted(text)
        case .array, .object: return value.jsonText(.canonical)
        }
    }

    /// A number as `%v` prints it: no fraction when there is none.
    static func number(_ value: Double) -> String {
        if value == value.rounded(), let exact = Int64(exactly: value), abs(value) < 1e21 { return String(exact) }
        return "\(value)"
    }

    /// A string as `%q` prints it.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case "\u{0}"..<" ", "\u{7f}":
                let digits = String(scalar.value, radix: 16)
                result += "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
