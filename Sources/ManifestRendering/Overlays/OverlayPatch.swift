internal import DataTree
internal import PatternMatching

/// Changes an object at a ``SettingsPath``, as overlays do.
enum OverlayPatch {
    /// Why a change found no place.
    struct Miss: Error {
        /// What was not found.
        let message: String
    }

    /// The object with `value` at `path`, or without what is there when `value` is nil.
    ///
    /// Objects on the way are made; list elements are not. With `readingText`, a text that is YAML of an object counts as
    /// that object.
    static func apply(
        _ value: Tree?,
        at path: SettingsPath,
        to object: Tree,
        readingText: Bool = true
    ) throws(Miss) -> Tree {
        guard !path.steps.isEmpty else { throw Miss(message: "the path is empty") }
        let given = readingText ? value.map(structured) : value
        return try write(given, path.steps[...], into: object) ?? object
    }

    private static func write(_ value: Tree?, _ path: ArraySlice<SettingsPath.Step>, into node: Tree) throws(Miss)
        -> Tree?
    {
        guard let step = path.first else { return value }
        let rest = path.dropFirst()
        switch (step, node) {
        case (.key(let key), .object(var object)):
            let child = object[key] ?? .null
            if value == nil, object[key] == nil { return node }
            object[key] = try write(value, rest, into: rest.isEmpty ? child : container(child, for: rest.first))
            return .object(object)
        case (_, .array(var items)):
            let index = try position(step, items)
            if index < items.count {
                if let next = try write(value, rest, into: items[index]) {
                    items[index] = next
                } else {
                    items.remove(at: index)
                }
            } else if let next = try write(value, rest, into: container(.null, for: rest.first)) {
                items.append(next)
            } else {
                throw Miss(message: "the list has \(items.count) elements")
            }
            return .array(items)
        default: throw Miss(message: "\(text(step)) leads into a value of kind \(node.kindName)")
        }
    }

    private static func container(_ node: Tree, for step: SettingsPath.Step?) -> Tree {
        guard node.isNull, let step else { return node }
        if case .key = step { return .object(TreeObject()) }
        return .array([])
    }

    /// The index a step selects; the count of elements means a new one.
    private static func position(_ step: SettingsPath.Step, _ items: [Tree]) throws(Miss) -> Int {
        switch step {
        case .index(let index): return items.indices.contains(index) ? index : items.count
        case .field(let key, let value):
            for (index, item) in items.enumerated() {
                if item.object == nil, item.printed == "\(key):\(value)" { return index }
                if let field = item[key], field.printed == value { return index }
            }
        case .match(let expression):
            let pattern = try? Pattern(expression)
            for (index, item) in items.enumerated() where item.object == nil {
                if item.printed == expression || pattern?.matches(item.printed) == true { return index }
            }
        case .key: break
        }
        throw Miss(message: "no element \(text(step)) in a list of \(items.count)")
    }

    private static func text(_ step: SettingsPath.Step) -> String {
        switch step {
        case .key(let key): key
        case .index(let index): "[\(index)]"
        case .field(let key, let value): "[\(key):\(value)]"
        case .match(let expression): "[\(expression)]"
        }
    }

    /// A text that holds YAML of an object, but not JSON of one, as that object.
    private static func structured(_ value: Tree) -> Tree {
        guard case .string(let text) = value else { return value }
        let hasLines = text.contains("\n")
        guard hasLines ? text.contains(":") : text.contains(": ") else { return value }
        if let json = try? Tree(json: text), json.object != nil { return value }
        guard let tree = try? YAML.document(text), tree.object != nil else { return value }
        return tree
    }
}
