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
        var seen: Set<Tree> = []
        switch node.facts.extensions.listType {
        case nil, .atomic: return
        case .set:
            for (index, element) in elements.enumerated() where !seen.insert(element).inserted {
                issues.append(FieldIssue(.duplicate, at: "\(path)[\(index)]", value: element))
            }
        case .map(let keys):
            for (index, element) in elements.enumerated() {
                guard let object = element.object else { continue }
                var identity = TreeObject()
                for key in keys {
                    let fallback = node.facts.items?.property(key)?.facts.defaultValue
                    if let value = object[key] ?? fallback { identity[key] = value }
                }
                let value = Tree.object(identity)
                if !seen.insert(value).inserted {
                    issues.append(FieldIssue(.duplicate, at: "\(path)[\(index)]", value: value))
                }
            }
        }
    }
}
