internal import KubeAPI

/// The messages by which Kubernetes writes its own kinds in protobuf, as far as clients send them.
///
/// Each message is a line `package.Name: field; field`, and each field is a number, marks, a JSON name and a type.
/// Marks: `*` repeated, `?` a pointer in Go (a zero is meant), `!` never left out. The name `=` merges the fields into
/// the message itself. Types: `s` string, `i` integer, `b` boolean, `y` bytes, `d` double, `T` Time, `U` MicroTime,
/// `D` Duration, `Q` Quantity, `I` IntOrString, `R` raw JSON, `{x` a map from strings to `x`, `Wx` a message that holds a
/// list of `x`, or the name of a message.
struct ProtobufTable: Sendable {
    /// The type of a field.
    indirect enum Kind: Sendable, Hashable {
        case string, integer, bool, bytes, double
        case time, microTime, duration, quantity, intOrString, raw
        case map(Kind)
        case wrapped(Kind)
        case message(String)
    }

    /// A field of a message.
    struct Field: Sendable, Hashable {
        /// The name in JSON, nil where the fields belong to the message itself.
        var name: String?
        /// The type.
        var kind: Kind
        /// Whether it may occur many times.
        var isRepeated: Bool
        /// Whether a zero is a value rather than an absence.
        var keepsZero: Bool
    }

    /// All messages.
    static let shared = ProtobufTable(text: coreText + "\n" + metaText + "\n" + groupsText)

    private let messages: [String: [UInt64: Field]]

    /// The fields of a message by number, nil for a message that is not known.
    func fields(of message: String) -> [UInt64: Field]? { messages[message] }

    /// The message that carries a kind, nil when it is not known.
    func message(for kind: GroupVersionKind) -> String? {
        guard let package = Self.packages[kind.apiVersion] else { return nil }
        // Options are the same in every group.
        if kind.kind == "DeleteOptions" { return "meta.DeleteOptions" }
        let name = "\(package).\(kind.kind)"
        return messages[name] == nil ? nil : name
    }

    private static let packages = [
        "v1": "core", "apps/v1": "apps", "batch/v1": "batch", "rbac.authorization.k8s.io/v1": "rbac",
        "policy/v1": "policy", "networking.k8s.io/v1": "net", "authentication.k8s.io/v1": "authn",
        "authorization.k8s.io/v1": "authz", "autoscaling/v1": "as1", "autoscaling/v2": "as2",
        "coordination.k8s.io/v1": "coord", "scheduling.k8s.io/v1": "sched", "events.k8s.io/v1": "events",
        "discovery.k8s.io/v1": "disc", "admissionregistration.k8s.io/v1": "adm", "meta.k8s.io/v1": "meta",
    ]

    /// Reads a table; lines that begin with two more spaces continue the one before.
    init(text: String) {
        var messages: [String: [UInt64: Field]] = [:]
        var current = ""
        func finish() {
            guard let colon = current.firstIndex(of: ":") else { return }
            var fields: [UInt64: Field] = [:]
            for part in current[current.index(after: colon)...].split(separator: ";") {
                if let (number, field) = Self.field(part) { fields[number] = field }
            }
            messages[String(current[..<colon])] = fields
        }
        for line in text.split(separator: "\n") {
            if line.hasPrefix(" ") {
                current += line
            } else {
                finish()
                current = String(line)
            }
        }
        finish()
        self.messages = messages
    }

    private static func field(_ text: Substring) -> (UInt64, Field)? {
        let parts = text.split(separator: " ")
        guard parts.count == 3 else { return nil }
        let digits = parts[0].prefix { $0.isNumber }
        guard let number = UInt64(digits) else { return nil }
        let marks = parts[0].dropFirst(digits.count)
        let field = Field(
            name: parts[1] == "=" ? nil : String(parts[1]),
            kind: kind(parts[2]),
            isRepeated: marks.contains("*"),
            keepsZero: marks.contains("?") || marks.contains("!")
        )
        return (number, field)
    }

    private static func kind(_ text: Substring) -> Kind {
        switch text {
        case "s": .string
        case "i": .integer
        case "b": .bool
        case "y": .bytes
        case "d": .double
        case "T": .time
        case "U": .microTime
        case "D": .duration
        case "Q": .quantity
        case "I": .intOrString
        case "R": .raw
        default:
            switch text.first {
            case "{": .map(kind(text.dropFirst()))
            case "W": .wrapped(kind(text.dropFirst()))
            default: .message(String(text))
            }
        }
    }
}
