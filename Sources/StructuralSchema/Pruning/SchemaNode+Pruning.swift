package import DataTree

extension SchemaNode {
    /// The most levels of a value that pruning, defaulting and validation descend into.
    static let maximumDepth = 512

    /// Removes fields that the schema does not name, and says where they were.
    ///
    /// Where the schema preserves unknown fields, they stay, but what it does name below them is pruned all the same. `apiVersion`,
    /// `kind` and `metadata` of a whole object are always kept, as a custom resource's are.
    ///
    /// - Parameters:
    ///   - value: The value to prune.
    ///   - isWholeObject: Whether the value is a whole Kubernetes object.
    /// - Returns: The paths removed, in order, as strict field validation reports them.
    @discardableResult
    package func prune(_ value: inout Tree, isWholeObject: Bool = true) -> [TreePath] {
        var removed: [TreePath] = []
        prune(&value, isWholeObject: isWholeObject, at: .root, removed: &removed, depth: 0)
        return removed
    }

    private func prune(
        _ value: inout Tree,
        isWholeObject: Bool,
        at path: TreePath,
        removed: inout [TreePath],
        depth: Int
    ) {
        guard depth < Self.maximumDepth else { return }
        switch value {
        case .array(var elements):
            guard let items = facts.items else { return }
            value = .null
            for index in elements.indices {
                let place = path.appending(index: index)
                items.prune(
                    &elements[index],
                    isWholeObject: items.facts.extensions.isEmbeddedResource,
                    at: place,
                    removed: &removed,
                    depth: depth + 1
                )
            }
            value = .array(elements)
        case .object(var object):
            value = .null
            pruneFields(of: &object, isWholeObject: isWholeObject, at: path, removed: &removed, depth: depth)
            value = .object(object)
        default: return
        }
    }

    private func pruneFields(
        of object: inout TreeObject,
        isWholeObject: Bool,
        at path: TreePath,
        removed: inout [TreePath],
        depth: Int
    ) {
        var unknown: Set<String> = []
        for position in object.entries.indices {
            let key = object.entries[position].key
            if isWholeObject, Self.isAlwaysKept(key) { continue }
            if let child = child(key) {
                object.update(at: position) { field in
                    child.prune(
                        &field,
                        isWholeObject: child.facts.extensions.isEmbeddedResource,
                        at: path.appending(key),
                        removed: &removed,
                        depth: depth + 1
                    )
                }
            } else if !accepts(key: key) {
                unknown.insert(key)
                removed.append(path.appending(key))
            }
        }
        if !unknown.isEmpty { object.filter { !unknown.contains($0.key) } }
    }

    static func isAlwaysKept(_ key: String) -> Bool { key == "apiVersion" || key == "kind" || key == "metadata" }

    /// Removes nulls from fields that are neither nullable nor have a default; null means absent there.
    package func pruneNulls(_ value: inout Tree) { pruneNulls(&value, depth: 0) }

    private func pruneNulls(_ value: inout Tree, depth: Int) {
        guard depth < Self.maximumDepth else { return }
        switch value {
        case .array(var elements):
            guard let items = facts.items else { return }
            value = .null
            for index in elements.indices { items.pruneNulls(&elements[index], depth: depth + 1) }
            value = .array(elements)
        case .object(var object):
            value = .null
            var absent: Set<String> = []
            for position in object.entries.indices {
                let entry = object.entries[position]
                guard let child = child(entry.key) else { continue }
                if entry.value.isNull, !child.facts.isNullable, child.facts.defaultValue == nil {
                    absent.insert(entry.key)
                } else {
                    object.update(at: position) { child.pruneNulls(&$0, depth: depth + 1) }
                }
            }
            if !absent.isEmpty { object.filter { !absent.contains($0.key) } }
            value = .object(object)
        default: return
        }
    }
}
