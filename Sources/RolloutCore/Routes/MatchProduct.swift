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

    /// The entries of `rules` whose requests no entry tells apart among those of `own`, by their places.
    ///
    /// They may have requests in common with an entry of `own`, as far as can be told, and yet no entry says both: a regular expression
    /// beside another match of the same header or path (https://istio.io/latest/docs/reference/config/networking/virtual-service/#StringMatch).
    static func gaps(_ rules: [Tree], _ own: [Tree]) -> [Int] {
        rules.indices.filter { index in
            own.contains { both($0, rules[index]) == nil && !areApart($0, rules[index]) }
        }
    }

    /// Whether certainly no request meets both.
    private static func areApart(_ first: Tree, _ second: Tree) -> Bool {
        let ignoresCase = [first, second].contains { $0["ignoreUriCase"]?.bool == true }
        return (second.object?.entries ?? []).contains { entry in
            guard let mine = first[entry.key] else { return false }
            switch entry.key {
            case "uri": return exclude(mine, entry.value, ignoresCase: ignoresCase)
            case "scheme", "method", "authority": return exclude(mine, entry.value)
            case "headers", "queryParams":
                return (entry.value.object?.entries ?? []).contains { field in
                    mine[field.key].map { exclude($0, field.value) } ?? false
                }
            case "sourceLabels":
                return (entry.value.object?.entries ?? []).contains { field in
                    mine[field.key].map { $0 != field.value } ?? false
                }
            case "gateways": return merge(entry.key, mine, entry.value) == nil
            case "port", "sourceNamespace": return mine != entry.value
            default: return false
            }
        }
    }

    /// Whether no text meets both of two StringMatches; what a regular expression accepts is not worked out.
    private static func exclude(_ first: Tree, _ second: Tree, ignoresCase: Bool = false) -> Bool {
        func text(_ match: Tree, _ kind: String) -> String? {
            let text = match[kind]?.string
            return ignoresCase ? text?.lowercased() : text
        }
        switch (text(first, "exact"), text(second, "exact"), text(first, "prefix"), text(second, "prefix")) {
        case (let mine?, let theirs?, _, _): return mine != theirs
        case (let exact?, _, _, let prefix?), (_, let exact?, let prefix?, _): return !exact.hasPrefix(prefix)
        case (_, _, let mine?, let theirs?): return !mine.hasPrefix(theirs) && !theirs.hasPrefix(mine)
        default: return false
        }
    }

    // MARK: Delegates

    /// The entries that routes of a delegate may have: each of `entries` as narrow as an entry of its root has it.
    ///
    /// - Parameters:
    ///   - roots: the entries of the routes that delegate to it, an empty one where such a route takes all.
    ///   - entries: what is wanted.
    /// - Returns: the entries, none twice.
    static func under(_ roots: [Tree], _ entries: [Tree]) -> [Tree] {
        var result: [Tree] = []
        for entry in entries {
            for root in roots {
                guard let narrow = narrowed(entry, under: root), !result.contains(narrow) else { continue }
                result.append(narrow)
            }
        }
        return result
    }

    /// The entries of `rules` some of whose requests get no entry under the entries of a root, by their places.
    static func gaps(_ rules: [Tree], _ own: [Tree], under roots: [Tree]) -> [Int] {
        rules.indices.filter { index in
            of([rules[index]], own).contains { entry in
                roots.contains { narrowed(entry, under: $0) == nil && !areApart($0, entry) }
            }
        }
    }

    /// The entry of a delegate that istiod keeps under an entry of its root; nil where it would leave the route out.
    ///
    /// It joins the two, and takes the delegate's for each field that both have; so that has to lie within the root's, and what a regular
    /// expression accepts is not worked out (https://istio.io/latest/docs/reference/config/networking/virtual-service/#Delegate).
    private static func narrowed(_ entry: Tree, under root: Tree) -> Tree? {
        var result = entry
        for field in ["uri", "scheme", "method", "authority"] {
            guard let outer = root[field], let inner = entry[field] else { continue }
            guard let shared = shared(inner, outer) else { return nil }
            result[field] = shared
        }
        for field in ["headers", "queryParams"] {
            for inner in entry[field]?.object?.entries ?? [] {
                guard let outer = root[field]?[inner.key] else { continue }
                guard let shared = shared(inner.value, outer) else { return nil }
                result.set(shared, at: [field, inner.key])
            }
        }
        // It compares these with the headers of the root.
        for inner in entry["withoutHeaders"]?.object?.entries ?? [] {
            guard let outer = root["headers"]?[inner.key] else { continue }
            guard shared(inner.value, outer) == inner.value else { return nil }
        }
        if let outer = root["port"], let inner = entry["port"], outer != inner { return nil }
        let ignoresCase = root["ignoreUriCase"]?.bool == true
        guard ignoresCase != (entry["ignoreUriCase"]?.bool == true) else { return result }
        guard entry["uri"] == nil else { return nil }
        result["ignoreUriCase"] = ignoresCase ? true : Tree?.none
        return result
    }

    /// The narrower of two StringMatches; nil where none lies within the other, or a regular expression or a mere presence is among them.
    private static func shared(_ inner: Tree, _ outer: Tree) -> Tree? {
        let texts = [inner, outer].compactMap { ($0["exact"] ?? $0["prefix"])?.string }
        guard texts.count == 2, !texts.contains("") else { return nil }
        return inner == outer ? inner : narrower(inner, outer)
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
