package import DataTree
internal import KubeAPI
package import MeshAPI

/// Finds amounts of resources in a spec that no API server would take.
///
/// The parts of a spec that are Kubernetes' own (`k8s`, `values`) are not typed here; amounts in them are checked all the
/// same, so that a refusal names the field of the MeshOperator and comes before anything is written.
package enum QuantityCheck {
    /// Deeper parts are left to the API server.
    private static let depthLimit = 64

    /// What is wrong, in the order of the text, at most 20 findings.
    package static func issues(in spec: Tree) -> [SpecIssue] {
        var found: [SpecIssue] = []
        visit(spec, at: TreePath(keys: "spec"), depth: 0, &found)
        return found
    }

    private static func visit(_ tree: Tree, at path: TreePath, depth: Int, _ found: inout [SpecIssue]) {
        guard depth < depthLimit, found.count < 20 else { return }
        switch tree {
        case .object(let object):
            for entry in object.entries {
                let place = path.appending(entry.key)
                if entry.key == "requests" || entry.key == "limits", let amounts = entry.value.object {
                    check(amounts, at: place, &found)
                }
                visit(entry.value, at: place, depth: depth + 1, &found)
            }
        case .array(let items):
            for (index, item) in items.enumerated() {
                visit(item, at: path.appending(index: index), depth: depth + 1, &found)
            }
        default: break
        }
    }

    private static func check(_ amounts: TreeObject, at path: TreePath, _ found: inout [SpecIssue]) {
        for entry in amounts.entries where entry.value.object == nil && entry.value.array == nil && !entry.value.isNull
        {
            let quantity = Quantity(entry.value)
            let problem: String
            if let quantity, quantity < Quantity(0) {
                problem = "must not be negative"
            } else if quantity == nil {
                problem = "is not a quantity"
            } else {
                continue
            }
            found.append(
                SpecIssue(
                    path: path.appending(entry.key),
                    value: entry.value,
                    problem: problem,
                    remedy: "write an amount such as 100m, 2 or 512Mi"
                )
            )
        }
    }
}
