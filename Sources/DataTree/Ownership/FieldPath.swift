/// One step of a path to an owned field (FieldsV1 of meta/v1).
public enum FieldStep: Sendable, Hashable {
    /// A field of an object, `f:name`.
    case field(String)
    /// The element of a map list with these key fields, `k:{"name":"x"}`.
    case key(TreeObject)
    /// The element of a set with this value, `v:"x"`.
    case value(Tree)
    /// The element at a place of a list, `i:0`.
    case index(Int)
}

extension FieldStep {
    /// Reads a step as FieldsV1 writes it; nil when it is malformed.
    public init?(fieldsV1 text: String) {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let rest = String(text[text.utf8.index(after: colon)...])
        switch text[..<colon] {
        case "f": self = .field(rest)
        case "k":
            guard case .object(let keys)? = try? Tree(json: rest), !keys.isEmpty else { return nil }
            self = .key(keys.sorted())
        case "v":
            guard let value = try? Tree(json: rest) else { return nil }
            self = .value(value)
        case "i":
            guard let index = Int(rest) else { return nil }
            self = .index(index)
        default: return nil
        }
    }

    /// The step as FieldsV1 writes it.
    public var fieldsV1: String {
        switch self {
        case .field(let name): "f:" + name
        case .key(let keys): "k:" + Tree.object(keys).jsonText(.canonical)
        case .value(let value): "v:" + value.jsonText(.canonical)
        case .index(let index): "i:\(index)"
        }
    }

    private var rank: Int {
        switch self {
        case .field: 0
        case .key: 1
        case .value: 2
        case .index: 3
        }
    }

    /// The order in which FieldsV1 lists steps: fields, keys, values, places.
    static func precedes(_ left: FieldStep, _ right: FieldStep) -> Bool {
        switch (left, right) {
        case (.index(let first), .index(let second)): first < second
        case _ where left.rank != right.rank: left.rank < right.rank
        default: left.fieldsV1.utf8.lexicographicallyPrecedes(right.fieldsV1.utf8)
        }
    }
}

/// The steps from the root of an object to an owned field.
public struct FieldPath: Sendable, Hashable {
    /// The steps, from the root on.
    public var steps: [FieldStep]

    /// Makes a path.
    public init(_ steps: [FieldStep]) {
        self.steps = steps
    }

    /// Makes a path of fields only.
    public init(fields: String...) {
        self.steps = fields.map { .field($0) }
    }
}

extension FieldPath: CustomStringConvertible {
    /// The path as the API server writes it in conflicts: `.spec.containers[name="x"].image`.
    public var description: String {
        var text = ""
        for step in steps {
            switch step {
            case .field(let name): text += "." + name
            case .key(let keys):
                let pairs = keys.sorted().map { "\($0.key)=\($0.value.jsonText(.canonical))" }
                text += "[" + pairs.joined(separator: ",") + "]"
            case .value(let value): text += "[=\(value.jsonText(.canonical))]"
            case .index(let index): text += "[\(index)]"
            }
        }
        return text
    }
}
