package import DataTree

/// Finds keys and texts with characters that neither environments, labels nor configuration files can hold.
package enum ControlCharacters {
    /// Deeper parts are left to the API server.
    private static let depthLimit = 64

    /// Where characters below U+0020 stand that are no tab, new line or carriage return, in the order of the text; at most 20.
    package static func issues(in tree: Tree, at path: TreePath) -> [SpecIssue] {
        var found: [SpecIssue] = []
        visit(tree, path, depth: 0, &found)
        return found
    }

    private static func visit(_ tree: Tree, _ path: TreePath, depth: Int, _ found: inout [SpecIssue]) {
        guard depth < depthLimit, found.count < 20 else { return }
        switch tree {
        case .object(let object):
            for entry in object.entries {
                if hasControl(entry.key) {
                    found.append(issue(path, .string(entry.key), "is a key with a control character"))
                } else {
                    visit(entry.value, path.appending(entry.key), depth: depth + 1, &found)
                }
            }
        case .array(let items):
            for (index, item) in items.enumerated() {
                visit(item, path.appending(index: index), depth: depth + 1, &found)
            }
        case .string(let text) where hasControl(text):
            found.append(issue(path, tree, "has a control character such as NUL"))
        default: break
        }
    }

    private static func issue(_ path: TreePath, _ value: Tree, _ problem: String) -> SpecIssue {
        SpecIssue(path: path, value: value, problem: problem, remedy: "use plain text without control characters")
    }

    private static func hasControl(_ text: String) -> Bool {
        text.utf8.contains { $0 < 0x20 && $0 != 0x0A && $0 != 0x09 && $0 != 0x0D }
    }
}
