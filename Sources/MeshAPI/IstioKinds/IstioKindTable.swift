internal import DataTree
internal import MeshBase

/// The schemas of Istio's kinds, written down as tables, as structural OpenAPI v3 (apiextensions.k8s.io/v1).
///
/// A line without indentation begins a schema: `Name: sentence` for an object, whose fields follow as `field=kind`, or `field!=kind`
/// where it must be there; `Name = kind` for anything else. Kinds:
///
/// | kind | what it holds |
/// |---|---|
/// | `s`, `s:1..63` | text, with bounds of its length; `..63` and `1..` leave one out |
/// | `e:A\|B` | one of the words; `w A B` in a line of its own |
/// | `t`, `bytes` | a time (RFC 3339), bytes in base64 |
/// | `b` | boolean |
/// | `i`, `i32`, `u32`, `n` | whole number, within 32 bits, from 0 to 4294967295; number; with bounds as text has them |
/// | `p` | whole number or text |
/// | `o` | any object |
/// | `[1..2]x`, `[;name]x` | list of `x`, with bounds of its count and the fields that tell its elements apart |
/// | `{1..2}x` | map from text to `x`, with bounds of its count |
/// | a name | the schema of that name |
///
/// A question mark behind a boolean or a number lets it be null. Further lines of a schema:
///
/// | line | meaning |
/// |---|---|
/// | `# field: sentence` | what a field means |
/// | `\| a b` | at most one of the fields is there |
/// | `& a b` | the same, where there is more than one such choice |
/// | `? sentence` | the message of a CEL rule, which stands in the lines below, indented further |
/// | `~ pattern` | a regular expression the text has to match |
/// | `...` | unknown fields are kept |
struct IstioKindTable {
    private struct Entry {
        var sentence: Substring = ""
        var kind: Substring?
        var fields: [Substring] = []
        var sentences: [Substring: Substring] = [:]
        var choices: [Substring] = []
        var rules: [(message: Substring, expression: String)] = []
        var pattern: Substring?
        var isOpen = false
    }

    private var entries: [Substring: Entry] = [:]
    private var made: [Substring: Tree] = [:]

    /// Reads tables.
    init(_ texts: [String]) {
        var (name, entry) = (Substring(), Entry())
        for line in texts.flatMap({ $0.split(ascii: "\n") }) {
            let indent = line.utf8.prefix { $0 == UInt8(ascii: " ") }.count
            let text = line.dropFirst(indent)
            if indent == 0 {
                if !name.isEmpty { entries[name] = entry }
                (name, entry) = Self.head(text)
            } else if indent > 2 {
                Self.goOn(text, &entry)
            } else {
                Self.read(text, into: &entry)
            }
        }
        if !name.isEmpty { entries[name] = entry }
    }

    private static func head(_ line: Substring) -> (Substring, Entry) {
        var entry = Entry()
        let parts = line.split(ascii: " ", maxSplits: 2)
        guard let first = parts.first else { return ("", entry) }
        if first.utf8.last == UInt8(ascii: ":") {
            entry.sentence = line.dropFirst(first.utf8.count + 1)
            return (first.dropLast(), entry)
        }
        entry.kind = parts.last
        return (first, entry)
    }

    /// A line that goes on with the one above: of a rule, or of the words of a kind.
    private static func goOn(_ text: Substring, _ entry: inout Entry) {
        if let last = entry.rules.indices.last {
            let expression = entry.rules[last].expression
            entry.rules[last].expression = expression.isEmpty ? String(text) : "\(expression) \(text)"
        } else if let kind = entry.kind {
            entry.kind = "\(kind) \(text)"
        }
    }

    private static func read(_ line: Substring, into entry: inout Entry) {
        let rest = line.dropFirst(2)
        switch line.utf8.first {
        case UInt8(ascii: "#"):
            let name = rest.prefix { $0 != ":" }
            entry.sentences[name] = rest.dropFirst(name.count + 2)
        case UInt8(ascii: "|"), UInt8(ascii: "&"): entry.choices.append(line)
        case UInt8(ascii: "?"): entry.rules.append((rest, ""))
        case UInt8(ascii: "~"): entry.pattern = rest
        case UInt8(ascii: "."): entry.isOpen = true
        default: entry.fields += line.split(ascii: " ")
        }
    }

    // MARK: Making schemas

    /// The schema of a name, made once; an object of which nothing is known where the tables have none.
    mutating func schema(_ name: Substring) -> Tree {
        if let known = made[name] { return known }
        guard let entry = entries[name] else { return ["type": "object"] }
        let tree = entry.kind.map { schema(ofKind: $0, entry) } ?? object(entry)
        made[name] = tree
        return tree
    }

    private mutating func object(_ entry: Entry) -> Tree {
        var properties = TreeObject()
        var required: [Tree] = []
        for field in entry.fields {
            guard let equals = field.utf8.firstIndex(of: UInt8(ascii: "=")) else { continue }
            var name = field[..<equals]
            if name.utf8.last == UInt8(ascii: "!") {
                name = name.dropLast()
                required.append(.string(String(name)))
            }
            var schema = schema(ofKind: field[field.index(after: equals)...])
            if let sentence = entry.sentences[name] { schema["description"] = .string(String(sentence)) }
            properties[String(name)] = schema
        }
        var result = FieldWriter()
        if !entry.sentence.isEmpty { result.add("description", String(entry.sentence)) }
        result.add("type", "object")
        result.add("properties", .object(properties))
        result.add("required", required)
        Self.add(entry, to: &result)
        return .object(result.object)
    }

    private mutating func schema(ofKind kind: Substring, _ entry: Entry) -> Tree {
        guard case .object(let object) = schema(ofKind: kind) else { return .null }
        var result = FieldWriter(object: object)
        Self.add(entry, to: &result)
        return .object(result.object)
    }

    private static func add(_ entry: Entry, to result: inout FieldWriter) {
        if let pattern = entry.pattern { result.add("pattern", String(pattern)) }
        if entry.isOpen { result.add("x-kubernetes-preserve-unknown-fields", .bool(true)) }
        let choices = entry.choices.filter { $0.utf8.first == UInt8(ascii: "|") }.flatMap(oneOf)
        result.add("oneOf", choices)
        let more = entry.choices.filter { $0.utf8.first == UInt8(ascii: "&") }
        result.add("allOf", more.map { ["oneOf": .array(oneOf($0))] })
        result.add(
            "x-kubernetes-validations",
            entry.rules.map { ["rule": .string($0.expression), "message": .string(String($0.message))] }
        )
    }

    /// At most one of the fields of a line: none of them, or exactly one.
    private static func oneOf(_ line: Substring) -> [Tree] {
        let present = line.split(ascii: " ").dropFirst().map { name -> Tree in
            ["required": [.string(String(name))]]
        }
        return [["not": ["anyOf": .array(present)]]] + present
    }

    private mutating func schema(ofKind text: Substring) -> Tree {
        var kind = text
        switch kind.utf8.first ?? 0 {
        case UInt8(ascii: "["): return list(kind)
        case UInt8(ascii: "{"): return map(kind)
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): return schema(kind)
        default: break
        }
        var result = FieldWriter()
        let isNullable = kind.utf8.last == UInt8(ascii: "?")
        if isNullable { kind = kind.dropLast() }
        Self.addScalar(kind, to: &result)
        if isNullable { result.add("nullable", .bool(true)) }
        return .object(result.object)
    }

    private static func addScalar(_ kind: Substring, to result: inout FieldWriter) {
        let parts = kind.split(ascii: ":", maxSplits: 1)
        let bounds = parts.count > 1 ? parts[1] : ""
        switch parts.first {
        case "s":
            result.add("type", "string")
            add(bounds, "minLength", "maxLength", to: &result)
        case "e":
            result.add("type", "string")
            result.add("enum", bounds.split(ascii: "|").map { .string(String($0)) })
        case "t":
            result.add("type", "string")
            result.add("format", "date-time")
        case "bytes":
            result.add("type", "string")
            result.add("format", "byte")
        case "b": result.add("type", "boolean")
        case "i", "i32", "u32":
            result.add("type", "integer")
            if parts[0] == "i32" { result.add("format", "int32") }
            add(parts[0] == "u32" ? "0..4294967295" : bounds, "minimum", "maximum", to: &result)
        case "n":
            result.add("type", "number")
            result.add("format", "double")
            add(bounds, "minimum", "maximum", to: &result)
        case "p":
            result.add("anyOf", [["type": "integer"], ["type": "string"]])
            result.add("x-kubernetes-int-or-string", .bool(true))
        case "o":
            result.add("type", "object")
            result.add("x-kubernetes-preserve-unknown-fields", .bool(true))
        default:
            result.add("type", "string")
            result.add("enum", kind.split(ascii: " ").dropFirst().map { .string(String($0)) })
        }
    }

    private mutating func list(_ kind: Substring) -> Tree {
        let end = kind.utf8.firstIndex(of: UInt8(ascii: "]")) ?? kind.startIndex
        let parts = kind[..<end].dropFirst().split(ascii: ";", omittingEmptySubsequences: false)
        var result = FieldWriter()
        result.add("type", "array")
        result.add("items", schema(ofKind: kind[kind.index(after: end)...]))
        Self.add(parts.first ?? "", "minItems", "maxItems", to: &result)
        if parts.count > 1 {
            result.add("x-kubernetes-list-type", "map")
            result.add("x-kubernetes-list-map-keys", parts[1].split(ascii: ",").map { .string(String($0)) })
        }
        return .object(result.object)
    }

    private mutating func map(_ kind: Substring) -> Tree {
        let end = kind.utf8.firstIndex(of: UInt8(ascii: "}")) ?? kind.startIndex
        var result = FieldWriter()
        result.add("type", "object")
        result.add("additionalProperties", schema(ofKind: kind[kind.index(after: end)...]))
        Self.add(kind[..<end].dropFirst(), "minProperties", "maxProperties", to: &result)
        return .object(result.object)
    }

    /// Adds bounds written as `1..2`, of which either may be missing.
    private static func add(_ bounds: Substring, _ least: String, _ most: String, to result: inout FieldWriter) {
        let parts = bounds.split(ascii: ".", omittingEmptySubsequences: false)
        if let value = parts.first.flatMap({ Int64($0) }) { result.add(least, .integer(value)) }
        if let value = parts.last.flatMap({ Int64($0) }) { result.add(most, .integer(value)) }
    }
}
