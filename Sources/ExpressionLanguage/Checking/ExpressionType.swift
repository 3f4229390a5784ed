/// The type of an expression or of a value it works on.
package indirect enum ExpressionType: Sendable, Hashable {
    /// Known only when evaluated.
    case dynamic
    case null
    case bool
    case int
    case uint
    case double
    case string
    case bytes
    case duration
    case timestamp
    /// The type of types.
    case type
    case list(ExpressionType, ListIdentity = .atomic)
    case map(ExpressionType, ExpressionType)
    /// An object with named fields.
    case object(ObjectType)
    case optional(ExpressionType)
    /// A type of the Kubernetes libraries, such as `URL`.
    case opaque(String)
    /// Stands for any one type in a signature.
    case parameter(String)

    /// How elements of a list are told apart, which decides equality and concatenation of two such lists.
    package enum ListIdentity: Sendable, Hashable {
        case atomic, set
        case map(keys: [String])
    }
}

extension ExpressionType: CustomStringConvertible {
    /// The type as messages of the checker show it.
    package var description: String {
        switch self {
        case .dynamic: "dyn"
        case .null: "null"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .duration: "google.protobuf.Duration"
        case .timestamp: "google.protobuf.Timestamp"
        case .type: "type"
        case .list(let element, _): "list(\(element))"
        case .map(let key, let value): "map(\(key), \(value))"
        case .object(let type): type.name
        case .optional(let wrapped): "optional_type(\(wrapped))"
        case .opaque(let name): name
        case .parameter(let name): name
        }
    }
}

/// The fields of an object, by the names expressions use for them.
package final class ObjectType: Sendable, Hashable {
    /// One field.
    package struct Field: Sendable {
        /// The key in the data.
        package var key: String
        /// The type of the value.
        package var type: ExpressionType

        /// Makes a field.
        package init(key: String, type: ExpressionType) {
            self.key = key
            self.type = type
        }
    }

    /// The name shown in messages.
    package let name: String
    private let fields: [String: Field]

    /// Makes a type of its fields; those whose names cannot be written in an expression are left out.
    package init(name: String = "object", fields: [Field]) {
        self.name = name
        var table = [String: Field](minimumCapacity: fields.count)
        for field in fields { if let escaped = FieldName.escape(field.key) { table[escaped] = field } }
        self.fields = table
    }

    /// The field an expression calls `name`, nil where there is none.
    ///
    /// Names that can only be written between backticks are those of the data.
    package func field(_ name: String) -> Field? {
        if let field = fields[name] { return field }
        let isQuoted = name.utf8.contains { "-./".utf8.contains($0) }
        return isQuoted ? FieldName.escape(name).flatMap { fields[$0] } : nil
    }

    /// Identity: two types are equal when they are one.
    package static func == (left: ObjectType, right: ObjectType) -> Bool { left === right }
    /// Feeds the identity.
    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// Names of fields as Kubernetes writes them in expressions: `__namespace__` for `namespace`, `__dash__` for `-`.
package enum FieldName {
    private static let reserved: Set<String> = [
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import",
        "let", "loop", "package", "namespace", "return",
    ]

    /// The escaped name; nil where a name holds other characters than letters, digits, `_`, `-`, `.` and `/`.
    package static func escape(_ name: String) -> String? {
        if reserved.contains(name) { return "__\(name)__" }
        guard let first = name.utf8.first, !(48...57).contains(first) else { return nil }
        var result = ""
        var run = 0
        for scalar in name.unicodeScalars {
            if scalar != "_", run > 0 {
                result += underscores(run)
                run = 0
            }
            switch scalar {
            case "_": run += 1
            case "a"..."z", "A"..."Z", "0"..."9": result.unicodeScalars.append(scalar)
            case "-": result += "__dash__"
            case ".": result += "__dot__"
            case "/": result += "__slash__"
            default: return nil
            }
        }
        return result + underscores(run)
    }

    /// Pairs of underscores are escaped, single ones are not.
    private static func underscores(_ count: Int) -> String {
        String(repeating: "__underscores__", count: count / 2) + (count % 2 == 1 ? "_" : "")
    }
}
