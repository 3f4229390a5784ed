/// The part of kubectl's JSONPath that leads to values: fields, indexes, wildcards and filters by equality.
///
/// `{.data.items[0]['a.b']}`, with or without braces and `$`. Recursion (`..`), slices and ranges are not part of it.
package struct JSONPath: Sendable, Hashable {
    private enum Step: Sendable, Hashable {
        case field(String)
        case index(Int)
        case every
        /// `[?(@.type=="Ready")]`
        case matching([String], String)
    }

    private let steps: [Step]

    /// Reads a path such as `.status.conditions[?(@.type=="Ready")].status`; nil when it is written otherwise.
    package init?(_ text: String) {
        var rest = text[...]
        if rest.hasPrefix("{"), rest.hasSuffix("}") { rest = rest.dropFirst().dropLast() }
        if rest.hasPrefix("$") { rest = rest.dropFirst() }
        var steps: [Step] = []
        while let first = rest.first {
            if first == "[" {
                guard let end = Self.closing(rest), let step = Self.bracket(rest[rest.startIndex..<end].dropFirst())
                else { return nil }
                steps.append(step)
                rest = rest[rest.index(after: end)...]
                continue
            }
            if first == "." { rest = rest.dropFirst() }
            let name = Self.name(&rest)
            if name == "*" { steps.append(.every) } else if !name.isEmpty { steps.append(.field(name)) }
            if name.isEmpty, rest.first != "[", !rest.isEmpty { return nil }
        }
        self.steps = steps
    }

    /// The index of the bracket that closes the first one, quotes respected.
    private static func closing(_ text: Substring) -> String.Index? {
        var quote: Character?
        for index in text.indices {
            let character = text[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == "]" {
                return index
            }
        }
        return nil
    }

    /// Takes a name up to the next dot or bracket; a backslash lets a dot be part of it.
    private static func name(_ rest: inout Substring) -> String {
        var name = ""
        while let character = rest.first, character != "[" {
            if character == "." { break }
            rest = rest.dropFirst()
            if character == "\\", let next = rest.first {
                name.append(next)
                rest = rest.dropFirst()
            } else {
                name.append(character)
            }
        }
        return name
    }

    private static func bracket(_ text: Substring) -> Step? {
        if text == "*" { return .every }
        if let number = Int(text) { return .index(number) }
        if let quoted = unquoted(text) { return .field(quoted) }
        guard text.hasPrefix("?(@"), text.hasSuffix(")") else { return nil }
        let halves = text.dropFirst(3).dropLast().split(separator: "==", maxSplits: 1)
        guard halves.count == 2 else { return nil }
        let trimmed = halves.map { $0.drop { $0 == " " } }
        let keys = trimmed[0].split(separator: ".").map { $0.filter { $0 != " " } }
        let value = unquoted(trimmed[1][...].prefixTrimmed) ?? String(trimmed[1].prefixTrimmed)
        return .matching(keys, value)
    }

    private static func unquoted(_ text: Substring) -> String? {
        guard text.count >= 2, let first = text.first, first == "'" || first == "\"", text.last == first else {
            return nil
        }
        return String(text.dropFirst().dropLast())
    }

    /// The values found, in order.
    package func values(in tree: Tree) -> [Tree] {
        var found = [tree]
        for step in steps { found = found.flatMap { Self.values(step, in: $0) } }
        return found
    }

    private static func values(_ step: Step, in tree: Tree) -> [Tree] {
        switch step {
        case .field(let name): return tree[name].map { [$0] } ?? []
        case .index(let index):
            let elements = tree.array ?? []
            let place = index < 0 ? elements.count + index : index
            return elements.indices.contains(place) ? [elements[place]] : []
        case .every: return tree.array ?? tree.object?.entries.map(\.value) ?? []
        case .matching(let keys, let wanted):
            return (tree.array ?? []).filter { element in
                switch element.value(at: TreePath(keys.map { .key($0) })) {
                case .string(let text): text == wanted
                case .bool(let flag): String(flag) == wanted
                case .integer(let number): String(number) == wanted
                default: false
                }
            }
        }
    }
}

extension Substring {
    /// Without spaces at the end.
    fileprivate var prefixTrimmed: Substring {
        var result = self
        while result.last == " " { result = result.dropLast() }
        return result
    }
}
