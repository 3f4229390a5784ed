/// JSON Merge Patch (RFC 7386).
public enum MergePatch {
    /// The value with `patch` applied: objects are merged, null removes, everything else replaces.
    public static func apply(_ patch: Tree, to value: Tree) -> Tree {
        guard case .object(let changes) = patch else { return patch }
        var result = value.object ?? TreeObject()
        for entry in changes {
            if entry.value.isNull {
                result[entry.key] = nil
            } else {
                result[entry.key] = apply(entry.value, to: result[entry.key] ?? .null)
            }
        }
        return .object(result)
    }

    /// A patch that turns `old` into `new`, as small as whole lists and scalars allow; an empty object when they are equal.
    ///
    /// A merge patch cannot set a field to null: nulls within objects of `new` that differ come out as removals.
    public static func diff(from old: Tree, to new: Tree) -> Tree {
        guard case .object(let left) = old, case .object(let right) = new else { return new }
        var patch = TreeObject()
        for entry in left where right[entry.key] == nil { patch[entry.key] = .null }
        for entry in right {
            guard let before = left[entry.key] else {
                patch[entry.key] = entry.value
                continue
            }
            guard before != entry.value else { continue }
            patch[entry.key] = diff(from: before, to: entry.value)
        }
        return .object(patch)
    }
}
