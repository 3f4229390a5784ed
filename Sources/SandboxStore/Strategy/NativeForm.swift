internal import DataTree
internal import KubeAPI
internal import StructuralSchema

/// The form in which native kinds are kept: what Go's types cannot tell from absence is absent.
enum NativeForm {
    /// Lists that stay when they are empty.
    private static let keptLists: Set<String> = ["endpoints", "rules"]

    /// Drops nulls, empty lists and empty maps; structures without fields stay.
    static func normalise(_ tree: inout Tree, _ node: SchemaNode, depth: Int = 0) {
        guard depth < 128 else { return }
        switch tree {
        case .array(var elements):
            guard let items = node.facts.items else { return }
            tree = .null
            for index in elements.indices { normalise(&elements[index], items, depth: depth + 1) }
            tree = .array(elements)
        case .object(var object):
            tree = .null
            var empty: Set<String> = []
            for position in object.entries.indices {
                let entry = object.entries[position]
                let child = node.child(entry.key)
                if isEmpty(entry.value, child) && !(depth == 0 && keptLists.contains(entry.key)) {
                    empty.insert(entry.key)
                } else if let child {
                    object.update(at: position) { normalise(&$0, child, depth: depth + 1) }
                    if object.entries[position].value.isNull { empty.insert(entry.key) }
                }
            }
            if !empty.isEmpty { object.filter { !empty.contains($0.key) } }
            tree = .object(object)
        default: canonicalise(&tree, node.facts)
        }
    }

    /// Brings quantities and times into the form in which Kubernetes writes them; the zero time is none.
    private static func canonicalise(_ tree: inout Tree, _ facts: SchemaFacts) {
        if facts.format == "quantity", let quantity = Quantity(tree) {
            tree = .string(quantity.description)
        } else if let layout = GoTypes.timeLayout(facts), let text = tree.string,
            let time = try? GoTime.canonical(text, layout), time != text
        {
            tree = time.isEmpty ? .null : .string(time)
        }
    }

    private static func isEmpty(_ value: Tree, _ node: SchemaNode?) -> Bool {
        switch value {
        case .null: return true
        case .array(let elements): return elements.isEmpty && node?.facts.type == .array
        case .object(let object):
            guard object.isEmpty, let facts = node?.facts, facts.properties.isEmpty else { return false }
            if case .schema = facts.additional { return true }
            return false
        default: return false
        }
    }
}
