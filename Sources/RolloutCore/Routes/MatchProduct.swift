internal import DataTree

/// Requests that two lists of HTTPMatchRequest both accept.
///
/// Entries of a list are alternatives, fields of an entry hold together. A combination that no single entry can express is
/// left out.
enum MatchProduct {
    /// The entries that accept what one entry of `left` and one of `right` accept; an empty list accepts everything.
    static func of(_ left: [Tree], _ right: [Tree]) -> [Tree] {
        if left.isEmpty { return right }
        if right.isEmpty { return left }
        return right.flatMap { outer in left.compactMap { both(outer, $0) } }
    }

    /// The entry that accepts what both accept; nil where there is none.
    static func both(_ first: Tree, _ second: Tree) -> Tree? {
        var result = first
        for entry in second.object?.entries ?? [] {
            guard let mine = first[entry.key] else {
                result[entry.key] = entry.value
                continue
            }
            guard let merged = merge(entry.key, mine, entry.value) else { return nil }
            result[entry.key] = merged
        }
        return result
    }

    private static func merge(_ field: String, _ mine: Tree, _ theirs: Tree) -> Tree? {
        if mine == theirs { return mine }
        switch field {
        case "headers", "queryParams", "withoutHeaders", "sourceLabels": return mergeMaps(mine, theirs)
        case "uri": return narrower(mine, theirs)
        case "name": return theirs
        case "statPrefix", "ignoreUriCase": return mine
        case "gateways":
            let shared = (mine.array ?? []).filter { (theirs.array ?? []).contains($0) }
            return shared.isEmpty ? nil : .array(shared)
        default: return nil
        }
    }

    private static func mergeMaps(_ mine: Tree, _ theirs: Tree) -> Tree? {
        var result = mine
        for entry in theirs.object?.entries ?? [] {
            if let other = mine[entry.key], other != entry.value { return nil }
            result[entry.key] = entry.value
        }
        return result
    }

    /// The narrower of two matches of a path, where one lies within the other.
    private static func narrower(_ mine: Tree, _ theirs: Tree) -> Tree? {
        if lies(theirs, within: mine) { return theirs }
        if lies(mine, within: theirs) { return mine }
        return nil
    }

    private static func lies(_ inner: Tree, within outer: Tree) -> Bool {
        guard let prefix = outer["prefix"]?.string, let text = (inner["exact"] ?? inner["prefix"])?.string else {
            return false
        }
        return text.hasPrefix(prefix)
    }
}
