package import DataTree
internal import MeshBase

/// What fields a tree that is not ours has and what they hold, read from a table in text.
///
/// A line without indentation names a message; the lines below it hold its fields as `field=kind`. Kinds:
///
/// | kind | what it holds |
/// |---|---|
/// | `s` | text |
/// | `x` | text or number |
/// | `t` | text, number or boolean |
/// | `b` | boolean |
/// | `i:LEAST:MOST` | whole number, also as text; without bounds from 0 to 4294967295 |
/// | `n:LEAST:MOST` | number, also as text |
/// | `d` | time span, not negative |
/// | `p` | number of pods or percentage |
/// | `w:A\|B` | one of the words; `e:NAME` one of an enum of the table |
/// | `o`, `*` | object, anything |
/// | a name | the message of that name |
///
/// `[]` before a kind is a list and `{}` a map of it. The field `...` names messages whose fields the message has as well.
package struct ShapeTable: Sendable {
    /// What was found.
    package struct Findings: Sendable, Hashable {
        /// Values of the wrong kind or out of range.
        package var issues: [SpecIssue] = []
        /// Fields the table does not know; Istio passes over what it does not know.
        package var unknown: [TreePath] = []
        /// The field somebody may have meant, for those of ``unknown`` that are near one.
        package var meant: [TreePath: String] = [:]
        /// Nothing.
        package init() {}

        /// `; did you mean accessLogFile?`, empty where nothing is near.
        package func suggestion(for path: TreePath) -> String { meant[path].map { "; did you mean \($0)?" } ?? "" }
    }

    /// What a field holds.
    enum Kind: Sendable {
        case text
        case textOrNumber
        case scalar
        case boolean
        case integer(ClosedRange<Int64>)
        case number(ClosedRange<Double>)
        case duration
        case podCount
        case word([String])
        case wordOf(String)
        case object
        case anything
        case message(String)
    }

    /// A field's kind, and whether it holds a list or a map of it.
    struct Field: Sendable {
        enum Count: Sendable { case one, list, map }
        var kind: Kind
        var count: Count
    }

    private struct Message {
        /// What fields hold, as the table says it: few of them are ever asked for.
        var fields: [String: Substring] = [:]
        var others: [String] = []
    }

    private let root: String
    private let passesOverEmptyText: Bool
    private var messages: [String: Message] = [:]
    private var enums: [String: Set<String>] = [:]

    /// Reads a table.
    ///
    /// - Parameters:
    ///   - table: the text.
    ///   - root: the message a whole tree is.
    ///   - passesOverEmptyText: whether an empty text counts as a field that is not set, as in Helm's templates.
    init(_ table: String, root: String, passesOverEmptyText: Bool = false) {
        self.root = root
        self.passesOverEmptyText = passesOverEmptyText
        var name = ""
        for line in table.split(ascii: "\n") {
            if !line.hasPrefix(" ") {
                name = String(line.prefix { $0 != ":" || line.hasPrefix("e:") })
                if name.hasPrefix("e:") { name = String(name.dropLast()) }
                if name.hasPrefix("e:") { enums[name] = [] } else { messages[name] = Message() }
                continue
            }
            for word in line.split(ascii: " ") {
                if name.hasPrefix("e:") {
                    enums[name]?.insert(String(word))
                } else if let equals = word.firstIndex(of: "=") {
                    add(String(word[..<equals]), word[word.index(after: equals)...], to: name)
                }
            }
        }
    }

    private mutating func add(_ field: String, _ kind: Substring, to message: String) {
        if field == "..." {
            messages[message]?.others.append(String(kind))
        } else {
            messages[message]?.fields[field] = kind
        }
    }

    private static func field(_ text: Substring) -> Field {
        let count: Field.Count = text.hasPrefix("[]") ? .list : text.hasPrefix("{}") ? .map : .one
        return Field(kind: kind(count == .one ? text : text.dropFirst(2)), count: count)
    }

    private static func kind(_ text: Substring) -> Kind {
        if text.hasPrefix("e:") { return .wordOf(String(text)) }
        let parts = text.split(ascii: ":")
        let bounds = parts.dropFirst().map(String.init)
        switch parts.first {
        case "s": return .text
        case "x": return .textOrNumber
        case "t": return .scalar
        case "b": return .boolean
        case "i":
            let least = bounds.first.flatMap { Int64($0) } ?? 0
            let most = bounds.last.flatMap { Int64($0) } ?? 4_294_967_295
            return .integer(least...max(least, most))
        case "n":
            let least = bounds.first.flatMap { Double($0) } ?? 0
            let most = bounds.last.flatMap { Double($0) } ?? 1e300
            return .number(least...max(least, most))
        case "d": return .duration
        case "p": return .podCount
        case "w": return .word(bounds.flatMap { $0.split(ascii: "|").map(String.init) })
        case "o": return .object
        case "*": return .anything
        default: return .message(String(text))
        }
    }

    // MARK: Looking at a tree

    /// Looks at a tree; names are accepted as the table has them and as protocol buffers write them (`access_log_file`).
    ///
    /// - Parameters:
    ///   - tree: the tree.
    ///   - path: where it stands.
    /// - Returns: at most 50 issues, and the fields nobody knows.
    package func findings(in tree: Tree, at path: TreePath) -> Findings {
        var found = Findings()
        check(tree, Field(kind: .message(root), count: .one), path, depth: 0, &found)
        return found
    }

    /// All fields that are one value each, as paths below the root; `*` stands for any key and 0 for any element.
    package var leaves: [TreePath] {
        var result: [TreePath] = []
        gather(root, .root, depth: 0, &result)
        return result.sorted { $0.description < $1.description }
    }

    private func gather(_ name: String, _ path: TreePath, depth: Int, _ result: inout [TreePath]) {
        guard depth < 8 else { return }
        for (key, text) in fields(of: name) {
            let field = Self.field(text)
            var place = path.appending(key)
            switch field.count {
            case .one: break
            case .list: place = place.appending(index: 0)
            case .map: place = place.appending("*")
            }
            if case .message(let inner) = field.kind {
                gather(inner, place, depth: depth + 1, &result)
            } else {
                result.append(place)
            }
        }
    }

    private func fields(of name: String) -> [String: Substring] {
        guard let message = messages[name] else { return [:] }
        return message.others.reduce(message.fields) { known, other in
            known.merging(messages[other]?.fields ?? [:]) { mine, _ in mine }
        }
    }

    private func check(_ tree: Tree, _ field: Field, _ path: TreePath, depth: Int, _ found: inout Findings) {
        guard !tree.isNull, depth < 64, found.issues.count < 50 else { return }
        if passesOverEmptyText, tree == .string("") || tree == .array([]) || tree == .object(TreeObject()) { return }
        switch field.count {
        case .one: checkOne(tree, field.kind, path, depth, &found)
        case .list:
            guard let items = tree.array else { return refuse(tree, path, "a list", "write a list", &found) }
            for (index, item) in items.enumerated() {
                let place = path.appending(index: index)
                check(item, Field(kind: field.kind, count: .one), place, depth: depth + 1, &found)
            }
        case .map:
            guard let entries = tree.object?.entries else {
                return refuse(tree, path, "an object", "write fields, keys and values, below it", &found)
            }
            for entry in entries {
                let place = path.appending(entry.key)
                check(entry.value, Field(kind: field.kind, count: .one), place, depth: depth + 1, &found)
            }
        }
    }

    private func checkOne(_ tree: Tree, _ kind: Kind, _ path: TreePath, _ depth: Int, _ found: inout Findings) {
        if case .message(let name) = kind { return checkMessage(tree, name, path, depth, &found) }
        guard let complaint = complaint(about: tree, kind) else { return }
        found.issues.append(
            SpecIssue(path: path, value: tree, problem: complaint.problem, remedy: complaint.remedy)
        )
    }

    private func checkMessage(_ tree: Tree, _ name: String, _ path: TreePath, _ depth: Int, _ found: inout Findings) {
        guard let entries = tree.object?.entries else {
            return refuse(tree, path, "an object", "write fields below it", &found)
        }
        let known = fields(of: name)
        for entry in entries {
            let place = path.appending(entry.key)
            guard let field = known[entry.key] ?? known[Self.camelCase(entry.key)] else {
                guard found.unknown.count < 50 else { continue }
                found.unknown.append(place)
                found.meant[place] = NameSuggestion.nearest(to: entry.key, among: known.keys.sorted())
                continue
            }
            check(entry.value, Self.field(field), place, depth: depth + 1, &found)
        }
    }

    private func refuse(_ tree: Tree, _ path: TreePath, _ kind: String, _ remedy: String, _ found: inout Findings) {
        found.issues.append(SpecIssue(path: path, value: tree, problem: "is not \(kind)", remedy: remedy))
    }

    /// `access_log_file` as `accessLogFile`.
    private static func camelCase(_ name: String) -> String {
        let parts = name.split(separator: "_")
        guard let first = parts.first else { return name }
        return first + parts.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    /// The words of an enum.
    func words(of name: String) -> [String] { (enums[name] ?? []).sorted() }
}
