package import DataTree

/// Replaces what differs from run to run by a word in angle brackets, so that two answers can be compared.
package enum ReplayNormaliser {
    /// The answer with times, uids, resource versions, tokens, addresses and ports that a server assigns replaced.
    package static func normalise(_ tree: Tree) -> Tree { normalise(tree, key: nil) }

    private static func normalise(_ tree: Tree, key: String?) -> Tree {
        switch tree {
        case .object(let object):
            if tree["kind"]?.string == "Table", let columns = tree["columnDefinitions"]?.array, key != "normalised" {
                return normalise(withoutAges(tree, columns), key: "normalised")
            }
            return .object(TreeObject(object.entries.map { ($0.key, normalise($0.value, key: $0.key)) }))
        case .array(let elements) where key == "columnDefinitions":
            return .array(elements.map(withoutDescription))
        case .array(let elements):
            return .array(elements.map { normalise($0, key: key) })
        case .string(let text):
            return .string(normalise(text, key: key))
        case .integer(let value) where key == "nodePort" && value != 0:
            return "<port>"
        default:
            return tree
        }
    }

    /// A table with the cells of its age columns replaced.
    private static func withoutAges(_ table: Tree, _ columns: [Tree]) -> Tree {
        let ages = columns.indices.filter {
            ["Age", "Last Seen", "First Seen"].contains(columns[$0]["name"]?.string ?? "")
        }
        var table = table
        table["rows"] = table["rows"]?.array.map { rows in
            .array(
                rows.map { row in
                    var row = row
                    guard var cells = row["cells"]?.array else { return row }
                    for age in ages where cells.indices.contains(age) { cells[age] = "<age>" }
                    row["cells"] = .array(cells)
                    return row
                }
            )
        }
        return table
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
        case "token": return "<token>"
        case "clusterIP", "clusterIPs":
            if text.wholeMatch(of: /\d+\.\d+\.\d+\.\d+/) != nil { return "<ip>" }
        default: break
        }
        if text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/) != nil { return "<time>" }
        return text.replacing(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/, with: "<uid>")
            .replacing(/in record \(\d+\)/, with: "in record (<rv>)")
    }
}
