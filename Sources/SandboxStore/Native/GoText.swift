internal import DataTree

/// Values as they are shown in messages.
enum GoText {
    /// A value as compact JSON, the keys of objects in a given order and then by name.
    static func json(_ tree: Tree, _ order: [String] = []) -> String { ordered(tree, order).jsonText(.compact) }

    private static func ordered(_ tree: Tree, _ order: [String]) -> Tree {
        switch tree {
        case .array(let elements): return .array(elements.map { ordered($0, order) })
        case .object(let object):
            let known = order.filter { object[$0] != nil }
            let rest = object.keys.filter { !order.contains($0) }.sorted()
            return .object(TreeObject((known + rest).map { (key: $0, value: ordered(object[$0] ?? .null, order)) }))
        default: return tree
        }
    }
}
