internal import DataTree

/// Finds equal elements of sets and elements with equal keys of identified lists.
struct ListUniqueness {
    var issues: [FieldIssue] = []

    /// Checks `value` and everything below it.
    mutating func check(_ value: Tree, _ node: SchemaNode, at path: String, depth: Int = 0) {
        guard depth < SchemaNode.maximumDepth else { return }
        switch value {
        case .object(let object):
            for entry in object {
                if let named = node.property(entry.key) {
                    let place = path.isEmpty ? entry.key : "\(path).\(entry.key)"
                    check(entry.value, named, at: place, depth: depth + 1)
                } else if let child = node.child(entry.key) {
                    check(entry.value, child, at: "\(path)[\(entry.key)]", depth: depth + 1)
                }
            }
        case .array(let elements):
            checkElements(elements, node, at: path)
            guard let items = node.facts.items else { return }
            for (index, element) in elements.enumerated() {
                check(element, items, at: "\(path)[\(index)]", depth: depth + 1)
            }
        default: return
        }
    }

    private mutating func checkElements(_ elements: [Tree], _ node: SchemaNode, at path: String) {
        switch node.facts.extensions.listType {
        case nil, .atomic: return
        case .set: report(elements, at: path)
        case .map(let keys):
            if let index = elements.firstIndex(where: { $0.object == nil && !$0.isNull }) {
                let detail = "must be an object for an array of list-type map"
                issues.append(FieldIssue(.invalid, at: "\(path)[\(index)]", value: elements[index], detail: detail))
                return
            }
            report(elements.map { Self.identity($0, keys, node) }, at: path)
        }
    }

    /// What tells an element of an identified list from the others; null has nothing that does.
    private static func identity(_ element: Tree, _ keys: [String], _ node: SchemaNode) -> Tree {
        var identity = TreeObject()
        for key in keys where !element.isNull {
            let fallback = node.facts.items?.property(key)?.facts.defaultValue
            if let value = element[key] ?? fallback { identity[key] = value }
        }
        return .object(identity)
    }

    /// Reports each value that is there more than once, where it comes for the second time.
    private mutating func report(_ values: [Tree], at path: String) {
        var counts: [Tree: Int] = [:]
        for (index, value) in values.enumerated() {
            counts[value, default: 0] += 1
            if counts[value] == 2 { issues.append(FieldIssue(.duplicate, at: "\(path)[\(index)]", value: value)) }
        }
    }
}
