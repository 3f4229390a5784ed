package import DataTree

/// Replaces what differs from run to run by a word in angle brackets, so that two answers can be compared.
///
/// What it replaces it first looks at: an age must have the form of an age, and owners must stand in the order in which an API
/// server lists them. What is otherwise stays as it is, and so differs.
package enum ReplayNormaliser {
    /// The answer with times, ages, uids, resource versions, tokens, addresses and ports that a server assigns replaced.
    package static func normalise(_ tree: Tree) -> Tree { normalise(tree, key: nil) }

    private static func normalise(_ tree: Tree, key: String?) -> Tree {
        switch tree {
        case .object(let object):
            return .object(TreeObject(object.entries.map { ($0.key, normalise($0.value, key: $0.key)) }))
        case .array(let elements):
            switch key {
            case "columnDefinitions": return .array(elements.map(withoutDescription))
            case "managedFields": return owners(elements)
            default: return .array(elements.filter { !isEverywhere($0) }.map { normalise($0, key: key) })
            }
        case .string(let text):
            return .string(normalise(text, key: key))
        case .integer(let value) where ["nodePort", "healthCheckNodePort"].contains(key) && value != 0:
            return "<port>"
        default:
            return tree
        }
    }

    /// Whether an item, row or event is about what controllers put into every namespace.
    private static func isEverywhere(_ element: Tree) -> Bool {
        let object = element["object"] ?? element
        let name = object.value(at: "metadata", "name")?.string ?? ""
        return ["kube-root-ca.crt", "openshift-service-ca.crt"].contains(name)
    }

    /// Owners in an order that does not hang on which second each of them wrote in.
    private static func owners(_ entries: [Tree]) -> Tree {
        func rank(_ entry: Tree, timed: Bool) -> [String] {
            ["operation", timed ? "time" : "", "manager", "apiVersion", "subresource"].map { entry[$0]?.string ?? "" }
        }
        // A recorded list was looked at when it was recorded, and has no times any more.
        let isRecorded = entries.contains { $0["time"] == "<time>" }
        let isOrdered =
            isRecorded
            || zip(entries, entries.dropFirst()).allSatisfy { first, second in
                !rank(second, timed: true).lexicographicallyPrecedes(rank(first, timed: true))
            }
        guard isOrdered else { return .array(["<owners out of order>"] + entries.map { normalise($0, key: nil) }) }
        let sorted = entries.sorted { rank($0, timed: false).lexicographicallyPrecedes(rank($1, timed: false)) }
        return .array(sorted.map { normalise($0, key: nil) })
    }

    private static func withoutDescription(_ column: Tree) -> Tree {
        var column = column
        column["description"] = nil
        return column
    }

    private static func normalise(_ text: String, key: String?) -> String {
        switch key {
        case "resourceVersion" where !text.isEmpty && text != "0": return "<rv>"
        case "continue" where !text.isEmpty: return "<continue>"
        case "token" where text.wholeMatch(of: /[\w-]+\.[\w-]+\.[\w-]+/) != nil: return "<token>"
        case "cells" where text.wholeMatch(of: /(\d+[ydhms])+/) != nil: return "<age>"
        case "serverAddress" where text.wholeMatch(of: /[\d.]+:\d+/) != nil: return "<address>"
        case "clusterIP", "clusterIPs":
            if text.wholeMatch(of: /\d+\.\d+\.\d+\.\d+/) != nil { return "<ip>" }
        default: break
        }
        if text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/) != nil { return "<time>" }
        return sentence(text)
    }

    /// A text for people without what differs from run to run within it.
    private static func sentence(_ text: String) -> String {
        text.replacing(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/, with: "<uid>")
            .replacing(/in record \(\d+\)/, with: "in record (<rv>)")
            .replacing(/resource version: \d+, current: \d+/, with: "resource version: <rv>, current: <rv>")
            .replacing(/resource version: \d+ \(\d+\)/, with: "resource version: <rv> (<rv>)")
            // What changed, in the names of the server's own structures.
            .replacing(/\n@@ -\d+,\d+ \+\d+,\d+ @@\n(?:[ +-].*\n?|\n)*/, with: "\n<diff>")
    }
}
