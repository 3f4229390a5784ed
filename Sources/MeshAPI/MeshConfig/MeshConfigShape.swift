package import DataTree
internal import MeshBase

/// What fields Istio's MeshConfig has and what they hold, as its protocol buffers say.
package struct MeshConfigShape: Sendable {
    /// What a field holds.
    private enum Kind {
        case text
        case boolean
        case integer
        case number
        case duration
        case word(of: String)
        case message(String)
        case anything
    }

    /// A field's kind, and whether it holds a list or a map of it.
    private struct Field {
        enum Count { case one, list, map }
        var kind: Kind
        var count: Count
    }

    /// What was found.
    package struct Findings: Sendable, Hashable {
        /// Values of the wrong kind, which istiod would not start with.
        package var issues: [SpecIssue] = []
        /// Fields this table does not know; istiod passes over what it does not know.
        package var unknown: [TreePath] = []
        /// Nothing.
        package init() {}
    }

    /// MeshConfig as the newest version of the catalogue has it.
    package static let current = MeshConfigShape(table: table)

    private var messages: [String: [String: Field]] = [:]
    private var enums: [String: Set<String>] = [:]

    private init(table: String) {
        var name = ""
        for line in table.split(separator: "\n") {
            if !line.hasPrefix(" ") {
                name = String(line.dropLast())
                if name.hasPrefix("e:") { enums[name] = [] } else { messages[name] = [:] }
                continue
            }
            for word in line.split(separator: " ") {
                if name.hasPrefix("e:") {
                    enums[name]?.insert(String(word))
                } else if let equals = word.firstIndex(of: "=") {
                    messages[name]?[String(word[..<equals])] = Self.field(word[word.index(after: equals)...])
                }
            }
        }
    }

    private static func field(_ text: Substring) -> Field {
        var text = text
        var count = Field.Count.one
        if text.hasPrefix("[]") {
            count = .list
        } else if text.hasPrefix("{}") {
            count = .map
        }
        if count != .one { text = text.dropFirst(2) }
        let kind: Kind =
            switch text {
            case "s": .text
            case "b": .boolean
            case "i": .integer
            case "n": .number
            case "d": .duration
            case "*": .anything
            default: text.hasPrefix("e:") ? .word(of: String(text)) : .message(String(text))
            }
        return Field(kind: kind, count: count)
    }

    /// Looks at a MeshConfig; names are accepted in their JSON form and as the protocol buffers write them.
    package func findings(in tree: Tree, at path: TreePath) -> Findings {
        var found = Findings()
        check(tree, .init(kind: .message("MeshConfig"), count: .one), path, depth: 0, &found)
        return found
    }

    private func check(_ tree: Tree, _ field: Field, _ path: TreePath, depth: Int, _ found: inout Findings) {
        guard !tree.isNull, depth < 64, found.issues.count < 50 else { return }
        switch field.count {
        case .one: checkOne(tree, field.kind, path, depth, &found)
        case .list:
            guard let items = tree.array else { return refuse(tree, path, "a list", "write a list", &found) }
            for (index, item) in items.enumerated() {
                check(
                    item,
                    Field(kind: field.kind, count: .one),
                    path.appending(index: index),
                    depth: depth + 1,
                    &found
                )
            }
        case .map:
            guard let entries = tree.object?.entries else {
                return refuse(tree, path, "an object", "write keys and values below it", &found)
            }
            for entry in entries {
                let place = path.appending(entry.key)
                check(entry.value, Field(kind: field.kind, count: .one), place, depth: depth + 1, &found)
            }
        }
    }

    private func checkOne(_ tree: Tree, _ kind: Kind, _ path: TreePath, _ depth: Int, _ found: inout Findings) {
        switch kind {
        case .anything: break
        case .text:
            if tree.string == nil { refuse(tree, path, "a text", "put it in quotes", &found) }
        case .boolean:
            if tree.bool == nil { refuse(tree, path, "true or false", "write true or false, without quotes", &found) }
        case .integer:
            let isNumber = tree.integer != nil || tree.number.map { $0 == $0.rounded() } == true
            if !isNumber, tree.string.flatMap({ Int64($0) }) == nil {
                refuse(tree, path, "a whole number", "write a number such as 15001", &found)
            }
        case .number:
            if tree.number == nil, tree.string.flatMap({ Double($0) }) == nil {
                refuse(tree, path, "a number", "write a number such as 1.5", &found)
            }
        case .duration:
            if tree.string.flatMap({ GoDuration.parse($0) }) == nil {
                refuse(tree, path, "a time span", "write a time span such as 10s", &found)
            }
        case .word(let name):
            let words = enums[name] ?? []
            if tree.integer == nil, !(tree.string.map { words.contains($0) } ?? false) {
                let shown = words.sorted().joined(separator: ", ")
                refuse(tree, path, "one of its words", "use one of \(shown)", &found)
            }
        case .message(let name): checkMessage(tree, name, path, depth, &found)
        }
    }

    private func checkMessage(_ tree: Tree, _ name: String, _ path: TreePath, _ depth: Int, _ found: inout Findings) {
        guard let entries = tree.object?.entries else {
            return refuse(tree, path, "an object", "write fields below it", &found)
        }
        let fields = messages[name] ?? [:]
        for entry in entries {
            let place = path.appending(entry.key)
            guard let field = fields[entry.key] ?? fields[Self.camelCase(entry.key)] else {
                found.unknown.append(place)
                continue
            }
            check(entry.value, field, place, depth: depth + 1, &found)
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
}
