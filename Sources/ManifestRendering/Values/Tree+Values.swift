package import DataTree
internal import MeshAPI
internal import MeshBase

/// How Istio's values are read: paths of keys, Go's idea of what is empty, and Go's way of printing.
extension Tree {
    /// The value under keys joined by dots, null where one is missing.
    func at(_ path: String) -> Tree {
        var current = self
        for key in path.split(ascii: ".") {
            guard let next = current[String(key)] else { return .null }
            current = next
        }
        return current
    }

    /// Whether the value counts as true in a condition: neither null, false, zero nor empty.
    var isSet: Bool {
        switch self {
        case .null: false
        case .bool(let value): value
        case .integer(let value): value != 0
        case .double(let value): value != 0
        case .bigInteger: true
        case .string(let text): !text.isEmpty
        case .array(let items): !items.isEmpty
        case .object(let object): !object.isEmpty
        }
    }

    /// Whether the value under a path counts as true.
    func has(_ path: String) -> Bool { at(path).isSet }

    /// The value as text, numbers without needless fraction; empty for null and for what is no scalar.
    var printed: String {
        switch self {
        case .null, .array, .object: ""
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .double(let value): Int64(exactly: value).map { String($0) } ?? String(value)
        case .bigInteger(let digits): digits
        case .string(let text): text
        }
    }

    /// The text under a path, or `fallback` where it is empty.
    func text(_ path: String, or fallback: String = "") -> String {
        let value = at(path)
        return value.isSet ? value.printed : fallback
    }

    /// The value, or `fallback` where this counts as empty.
    func or(_ fallback: Tree) -> Tree { isSet ? self : fallback }

    /// The whole number a value stands for, 0 where it is none.
    var wholeNumber: Int64 {
        switch self {
        case .integer(let value): value
        case .double(let value): Int64(exactly: value.rounded(.towardZero)) ?? 0
        case .string(let text): Int64(text) ?? 0
        case .bool(let value): value ? 1 : 0
        default: 0
        }
    }

    /// The entries of an object ordered by key, none for anything else.
    var sortedEntries: [TreeObject.Entry] { object?.sorted().entries ?? [] }

    /// The elements of an array, none for anything else.
    var elements: [Tree] { array ?? [] }

    /// The same value as if written plainly in YAML and read again: a text of digits becomes a number, and so on.
    var plain: Tree {
        guard case .string(let text) = self else { return self }
        switch text {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "", "null", "~": return .null
        default: break
        }
        if let number = Int64(text), String(number) == text { return .integer(number) }
        let isDecimal = text.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2E || $0 == 0x2D }
        if isDecimal, text.utf8.contains(0x2E), let number = Double(text) { return .double(number) }
        return self
    }

    /// This object with the fields of `top` over it: objects merge, everything else, `null` too, replaces.
    func merged(with top: Tree) -> Tree {
        guard case .object(var result) = self, case .object(let over) = top else { return top }
        for entry in over {
            if let below = result[entry.key], case .object = below, case .object = entry.value {
                result[entry.key] = below.merged(with: entry.value)
            } else {
                result[entry.key] = entry.value
            }
        }
        return .object(result)
    }

    /// Sets the value under keys joined by dots; objects on the way are made.
    mutating func put(_ value: Tree, _ path: String) {
        set(value, at: path.split(ascii: ".").map(String.init))
    }

    /// The same with keys ordered, all the way down.
    var ordered: Tree {
        switch self {
        case .array(let items): return .array(items.map(\.ordered))
        case .object(let object):
            return .object(TreeObject(object.sorted().entries.map { (key: $0.key, value: $0.value.ordered) }))
        default: return self
        }
    }

    /// The same without nulls, and without the objects that held nothing else.
    var withoutNulls: Tree {
        switch self {
        case .array(let items): return .array(items.map(\.withoutNulls))
        case .object(let object):
            var result = TreeObject()
            for entry in object where !entry.value.isNull {
                let value = entry.value.withoutNulls
                if value.object?.isEmpty == true, entry.value.object?.isEmpty == false { continue }
                result[entry.key] = value
            }
            return .object(result)
        default: return self
        }
    }
}

/// An object from fields in order, of which those that are nil are left out.
func fields(_ entries: [(String, Tree?)]) -> Tree {
    var result = TreeObject()
    for (key, value) in entries {
        if let value { result[key] = value }
    }
    return .object(result)
}

/// The value where the condition holds, else nothing: `nil` as an absent field and not as a JSON null.
func when(_ condition: Bool, _ value: @autoclosure () -> Tree) -> Tree? { condition ? .some(value()) : Optional.none }

extension Tree {
    /// The value where it is set, else nil: for fields that are left out when empty.
    var ifSet: Tree? { isSet ? .some(self) : Optional.none }
}

extension Tree {
    /// This object with another over it: objects merge, lists and everything else are replaced.
    package func overlaid(with top: Tree) -> Tree { merged(with: top) }
}
