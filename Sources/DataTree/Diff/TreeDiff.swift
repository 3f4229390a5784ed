/// Differences between two values, as text for people.
public enum TreeDiff {
    /// A unified diff of the two values written as YAML with sorted keys; empty when they are equal.
    ///
    /// `context` is how many equal lines are shown around what differs.
    public static func text(_ old: Tree, _ new: Tree, context: Int = 3) -> String {
        guard old != new else { return "" }
        return text(lines: lines(old), lines(new), context: max(0, context))
    }

    private static func lines(_ tree: Tree) -> [Substring] {
        let text = tree.sortedByKey.yaml()
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    }

    /// One line of a diff.
    private struct Line {
        var mark: Character
        var text: Substring
        /// The number of the line in each text, counted from 1; of the line that follows where it is only in the other.
        var old: Int
        var new: Int
    }

    private static func text(lines old: [Substring], _ new: [Substring], context: Int) -> String {
        let all = merged(old, new)
        let context = min(context, all.count)
        var shown = Array(repeating: false, count: all.count)
        for (index, line) in all.enumerated() where line.mark != " " {
            for near in max(0, index - context)...min(all.count - 1, index + context) { shown[near] = true }
        }
        var text = ""
        var start = 0
        while let first = shown[start...].firstIndex(of: true) {
            let end = shown[first...].firstIndex(of: false) ?? shown.count
            text += header(all[first..<end])
            for line in all[first..<end] { text += "\(line.mark)\(line.text)\n" }
            start = end
        }
        return text
    }

    private static func header(_ lines: ArraySlice<Line>) -> String {
        let old = lines.count { $0.mark != "+" }
        let new = lines.count { $0.mark != "-" }
        let first = lines.first
        return "@@ -\(first?.old ?? 0),\(old) +\(first?.new ?? 0),\(new) @@\n"
    }

    /// The lines of both texts in one sequence.
    private static func merged(_ old: [Substring], _ new: [Substring]) -> [Line] {
        let prefix = zip(old, new).prefix { $0 == $1 }.count
        let suffix = zip(old.dropFirst(prefix).reversed(), new.dropFirst(prefix).reversed()).prefix { $0 == $1 }.count
        let (oldMiddle, newMiddle) = (old.dropFirst(prefix).dropLast(suffix), new.dropFirst(prefix).dropLast(suffix))
        let (removed, inserted) = changes(oldMiddle, newMiddle)
        var lines: [Line] = []
        var (left, right) = (0, 0)
        while left < old.count || right < new.count {
            if left < old.count, removed.contains(left) {
                lines.append(Line(mark: "-", text: old[left], old: left + 1, new: right + 1))
                left += 1
            } else if right < new.count, inserted.contains(right) {
                lines.append(Line(mark: "+", text: new[right], old: left + 1, new: right + 1))
                right += 1
            } else if left < old.count {
                lines.append(Line(mark: " ", text: old[left], old: left + 1, new: right + 1))
                left += 1
                right += 1
            } else {
                break
            }
        }
        return lines
    }

    /// How many lines may differ before texts are shown as replaced in whole; the search takes time in their square.
    private static let largestSearch = 5_000

    /// The places of the lines only in `old` and of those only in `new`.
    private static func changes(
        _ old: ArraySlice<Substring>,
        _ new: ArraySlice<Substring>
    ) -> (removed: Set<Int>, inserted: Set<Int>) {
        guard old.count + new.count <= largestSearch else { return (Set(old.indices), Set(new.indices)) }
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for change in new.difference(from: old) {
            switch change {
            case .remove(let offset, _, _): removed.insert(old.startIndex + offset)
            case .insert(let offset, _, _): inserted.insert(new.startIndex + offset)
            }
        }
        return (removed, inserted)
    }
}

extension Tree {
    /// The same value with the keys of all objects in order of their bytes.
    public var sortedByKey: Tree {
        switch self {
        case .array(let elements): return .array(elements.map(\.sortedByKey))
        case .object(let object):
            var result = TreeObject()
            for entry in object.sorted() { result[entry.key] = entry.value.sortedByKey }
            return .object(result)
        default: return self
        }
    }
}
