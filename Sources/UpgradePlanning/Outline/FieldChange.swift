package import DataTree

/// One field that differs between two renderings of an object, for people.
package struct FieldChange: Sendable, Hashable {
    /// Where, for example `spec.template.spec.containers[discovery].image`.
    package var path: String
    /// What stood there, shortened; nil where nothing did.
    package var old: String?
    /// What stands there, shortened; nil where nothing does.
    package var new: String?

    /// `path: old -> new`, `path: added new` or `path: removed old`.
    package var text: String {
        switch (old, new) {
        case (let old?, let new?): "\(path): \(old) -> \(new)"
        case (nil, let new?): "\(path): added \(new)"
        case (let old?, nil): "\(path): removed \(old)"
        case (nil, nil): path
        }
    }

    /// The fields in which two values differ, in the order of the newer one; at most `limit`.
    ///
    /// Elements of lists are told apart by their `name` where all have one, else by their place.
    package static func between(_ old: Tree, _ new: Tree, limit: Int = 200) -> [FieldChange] {
        var collector = Collector(limit: limit)
        collector.compare(old, new, at: "")
        return collector.changes
    }

    private struct Collector {
        let limit: Int
        var changes: [FieldChange] = []

        mutating func compare(_ old: Tree?, _ new: Tree?, at path: String) {
            guard old != new, changes.count < limit else { return }
            switch (old, new) {
            case (.object(let left)?, .object(let right)?):
                for entry in right { compare(left[entry.key], entry.value, at: Self.child(path, entry.key)) }
                for entry in left where right[entry.key] == nil {
                    compare(entry.value, nil, at: Self.child(path, entry.key))
                }
            case (.array(let left)?, .array(let right)?): compare(left, right, at: path)
            case (.string(let left)?, .string(let right)?) where left.contains("\n") || right.contains("\n"):
                changes.append(FieldChange(path: path, old: nil, new: Self.lines(left, right)))
            default:
                changes.append(FieldChange(path: path, old: old.map(Self.shown), new: new.map(Self.shown)))
            }
        }

        private mutating func compare(_ left: [Tree], _ right: [Tree], at path: String) {
            if let old = Self.named(left), let new = Self.named(right) {
                for (name, element) in new { compare(old.first { $0.0 == name }?.1, element, at: "\(path)[\(name)]") }
                for (name, element) in old where !new.contains(where: { $0.0 == name }) {
                    compare(element, nil, at: "\(path)[\(name)]")
                }
            } else if left.count == right.count {
                for (index, pair) in zip(left, right).enumerated() {
                    compare(pair.0, pair.1, at: "\(path)[\(index)]")
                }
            } else {
                changes.append(FieldChange(path: path, old: Self.shown(.array(left)), new: Self.shown(.array(right))))
            }
        }

        private static func named(_ elements: [Tree]) -> [(String, Tree)]? {
            let pairs = elements.compactMap { element in element["name"]?.string.map { ($0, element) } }
            return pairs.count == elements.count && Set(pairs.map(\.0)).count == pairs.count ? pairs : nil
        }

        private static func child(_ path: String, _ key: String) -> String {
            let plain = key.unicodeScalars.allSatisfy { $0.value > 32 && $0 != "." && $0 != "/" && $0 != "[" }
            if !plain { return "\(path)[\(key)]" }
            return path.isEmpty ? key : "\(path).\(key)"
        }

        /// How many lines of a long text came and went, without regard to their order.
        private static func lines(_ old: String, _ new: String) -> String {
            var counts: [Substring: Int] = [:]
            for line in new.split(separator: "\n") { counts[line, default: 0] += 1 }
            for line in old.split(separator: "\n") { counts[line, default: 0] -= 1 }
            let added = counts.values.reduce(0) { $0 + max(0, $1) }
            let removed = counts.values.reduce(0) { $0 + max(0, -$1) }
            return "text, \(added) line\(added == 1 ? "" : "s") added, \(removed) removed"
        }

        private static func shown(_ tree: Tree) -> String {
            switch tree {
            case .string(let text):
                let line = text.split(separator: "\n", omittingEmptySubsequences: false).first ?? ""
                return "\"\(line.prefix(60))\(line.count > 60 || text.contains("\n") ? "…" : "")\""
            case .array(let elements): return "a list of \(elements.count)"
            case .object(let object): return "an object of \(object.count) field\(object.count == 1 ? "" : "s")"
            default: return String(tree.jsonText().prefix(60))
            }
        }
    }
}
