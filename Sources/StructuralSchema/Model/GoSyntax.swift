internal import DataTree

/// Values in the notation Go prints them in, which is what users know from Kubernetes' messages.
enum GoSyntax {
    /// A value as `field.Error` shows it: strings quoted, scalars plain, collections in Go syntax.
    static func text(_ value: Tree, depth: Int = 0) -> String {
        guard depth < 32 else { return "…" }
        switch value {
        case .null: return depth == 0 ? "null" : "interface {}(nil)"
        case .bool(let flag): return flag ? "true" : "false"
        case .integer(let number): return String(number)
        case .double(let number): return self.number(number)
        case .bigInteger(let digits): return digits
        case .string(let text): return quoted(text)
        case .array(let elements):
            return "[]interface {}{" + elements.map { text($0, depth: depth + 1) }.joined(separator: ", ") + "}"
        case .object(let object):
            let parts = object.sorted().entries.map { quoted($0.key) + ":" + text($0.value, depth: depth + 1) }
            return "map[string]interface {}{" + parts.joined(separator: ", ") + "}"
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
