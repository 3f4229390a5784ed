internal import DataTree
internal import KubeAPI
internal import MeshBase
internal import StructuralSchema

/// What Go's decoder says about values that do not fit the types of native kinds.
enum GoTypes {
    /// A value that does not fit.
    struct Mismatch: Sendable, Hashable {
        /// What Go says.
        let text: String
        /// Whether it is a text that cannot be read as a time, so that its JSON type is right.
        var isTime = false
    }

    /// The first value of the wrong type; nil when all fit.
    static func mismatch(_ tree: Tree, _ node: SchemaNode) -> Mismatch? { mismatch(tree, node, [], nil, 0) }

    /// What is wrong with a text where the schema wants a time; nil where it wants none.
    private static func unreadableTime(_ text: String, _ facts: SchemaFacts) -> String? {
        guard let layout = timeLayout(facts) else { return nil }
        do throws(GoTime.Problem) {
            _ = try GoTime.canonical(text, layout)
            return nil
        } catch {
            return error.text
        }
    }

    /// How Go reads a time of the schema; nil for anything but a time.
    static func timeLayout(_ facts: SchemaFacts) -> GoTime.Layout? {
        guard facts.format == "date-time" else { return nil }
        return facts.extensions.definitionName?.hasSuffix(".MicroTime") == true ? .microTime : .time
    }

    private static func mismatch(
        _ tree: Tree,
        _ node: SchemaNode,
        _ path: [String],
        _ owner: String?,
        _ depth: Int
    ) -> Mismatch? {
        guard depth < 128, !tree.isNull else { return nil }
        if node.facts.format == "quantity", Quantity(tree) == nil {
            return Mismatch(
                text: "quantities must match the regular expression "
                    + "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
            )
        }
        if node.facts.format == "byte", let text = tree.string, Base64.decode(text) == nil {
            return Mismatch(text: "illegal base64 data at input byte \(firstFault(text))")
        }
        if let text = tree.string, let problem = unreadableTime(text, node.facts) {
            return Mismatch(text: problem, isTime: true)
        }
        if let wrong = wrongType(tree, node.facts) {
            let place = path.isEmpty ? "" : "Go struct field \(owner ?? "Object").\(path.joined(separator: ".")) "
            let preposition = path.isEmpty ? "Go value " : place
            return Mismatch(text: "json: cannot unmarshal \(wrong.found) into \(preposition)of type \(wrong.wanted)")
        }
        switch tree {
        case .array(let elements):
            guard let items = node.facts.items else { return nil }
            for element in elements {
                if let found = mismatch(element, items, path, owner, depth + 1) { return found }
            }
        case .object(let object):
            let name = node.facts.extensions.definitionName?.split(separator: ".").last.map(String.init) ?? owner
            for entry in object {
                guard let child = node.child(entry.key) else { continue }
                // Keys of maps are not part of a path in Go.
                let place = node.property(entry.key) == nil ? path : path + [entry.key]
                if let found = mismatch(entry.value, child, place, name, depth + 1) { return found }
            }
        default: break
        }
        return nil
    }

    /// Where the first byte is that does not belong, counted from 0.
    private static func firstFault(_ text: String) -> Int {
        let isKnown: (UInt8) -> Bool = { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="):
                true
            default: false
            }
        }
        let bytes = Array(text.utf8)
        return bytes.firstIndex { !isKnown($0) } ?? bytes.count
    }

    private static func wrongType(_ tree: Tree, _ facts: SchemaFacts) -> (found: String, wanted: String)? {
        if facts.extensions.isIntOrString { return wrongNumberOrText(tree) }
        guard let type = facts.type, facts.format != "quantity" else { return nil }
        return wrongType(tree, type, facts)
    }

    /// A number or a text: a number must fit 32 bits.
    private static func wrongNumberOrText(_ tree: Tree) -> (found: String, wanted: String)? {
        if case .string = tree { return nil }
        var facts = SchemaFacts()
        facts.format = "int32"
        return wrongType(tree, .integer, facts)
    }

    private static func wrongType(
        _ tree: Tree,
        _ type: SchemaFacts.ValueType,
        _ facts: SchemaFacts
    ) -> (found: String, wanted: String)? {
        let found =
            switch tree {
            case .bool: "bool"
            case .bigInteger(let digits) where type == .integer: "number \(digits)"
            case .double(let value) where type == .integer: "number \(value)"
            case .integer, .double, .bigInteger: "number"
            case .string: "string"
            case .array: "array"
            default: "object"
            }
        switch (type, tree) {
        case (.string, .string), (.boolean, .bool), (.array, .array), (.object, .object), (.number, .integer),
            (.number, .double):
            return nil
        case (.integer, .integer(let value)):
            let fits = facts.format != "int32" || Int32(exactly: value) != nil
            return fits ? nil : ("number \(value)", "int32")
        case (.integer, .double(let value)) where fits(value, facts): return nil
        default: return (found, goName(type, facts))
        }
    }

    /// Whether a number with a fraction of zero, as YAML may bring it, is an integer of the format.
    private static func fits(_ value: Double, _ facts: SchemaFacts) -> Bool {
        facts.format == "int32" ? Int32(exactly: value) != nil : Int64(exactly: value) != nil
    }

    private static func goName(_ type: SchemaFacts.ValueType, _ facts: SchemaFacts) -> String {
        switch type {
        case .string: "string"
        case .boolean: "bool"
        case .integer: facts.format ?? "int64"
        case .number: "float64"
        case .array: "[]" + (facts.items.map { element($0) } ?? "string")
        case .object: facts.extensions.definitionName.map(shortName) ?? "map[string]string"
        }
    }

    private static func element(_ node: SchemaNode) -> String {
        if let name = node.facts.extensions.definitionName { return shortName(name) }
        return node.facts.type.map { goName($0, node.facts) } ?? "string"
    }

    private static func shortName(_ definition: String) -> String {
        definition.split(separator: ".").suffix(2).joined(separator: ".")
    }
}
