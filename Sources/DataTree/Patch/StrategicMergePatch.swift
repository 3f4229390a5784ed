/// Strategic merge patch, the patch kind of Kubernetes that merges lists by a key its schema names.
///
/// Semantics follow "Update API Objects in Place Using kubectl patch" and the API conventions: objects merge, null removes,
/// lists are replaced unless their schema says `merge`; then elements merge by their merge key, scalars by value.
/// Directives: `$patch: replace | delete | merge`, `$retainKeys`, `$setElementOrder/<list>`, `$deleteFromPrimitiveList/<list>`.
public enum StrategicMergePatch {
    static let patchDirective = "$patch"
    static let retainKeysDirective = "$retainKeys"
    static let orderPrefix = "$setElementOrder/"
    static let deletePrefix = "$deleteFromPrimitiveList/"

    /// The value with `patch` applied as `schema` says; throws when a directive or merge key is missing or malformed.
    public static func apply(
        _ patch: Tree,
        to value: Tree,
        schema: any MergeSchema
    ) throws(PatchError) -> Tree {
        guard case .object(let changes) = patch else {
            let message = "a strategic merge patch must be an object, not \(patch.kindName)"
            throw PatchError(code: .malformed, message: message)
        }
        return .object(try merge(changes, into: value.object ?? TreeObject(), schema: schema))
    }

    // MARK: - Objects

    static func merge(
        _ patch: TreeObject,
        into original: TreeObject,
        schema: any MergeSchema
    ) throws(PatchError) -> TreeObject {
        if let directive = patch[patchDirective] {
            switch directive.string {
            case "replace": return stripped(.object(patch)).object ?? TreeObject()
            case "delete": return TreeObject()
            case "merge": break
            default: throw unknownDirective(directive)
            }
        }
        var result = original
        try retainKeys(patch, &result)
        let ordered = try mergeOrderedLists(patch, into: &result, schema: schema)
        for entry in patch where !ordered.contains(entry.key) {
            try merge(entry, into: &result, schema: schema)
        }
        return result
    }

    private static func merge(
        _ entry: TreeObject.Entry,
        into result: inout TreeObject,
        schema: any MergeSchema
    ) throws(PatchError) {
        let key = entry.key
        if key == patchDirective || key == retainKeysDirective || key.hasPrefix(orderPrefix) { return }
        if key.hasPrefix(deletePrefix) {
            let field = String(key.dropFirst(deletePrefix.count))
            let doomed = try list(entry.value, key)
            guard let elements = result[field]?.array else { return }
            result[field] = .array(elements.filter { element in !doomed.contains { $0.isEquivalent(to: element) } })
            return
        }
        let field = schema.field(key) ?? DeducedSchema()
        switch (result[key], entry.value) {
        case (_, .null): result[key] = nil
        case (.object(let original), .object(let patch)) where !field.patchStrategies.contains(.replace):
            result[key] = .object(try merge(patch, into: original, schema: field))
        case (.array(let original), .array(let patch)) where field.patchStrategies.contains(.merge):
            result[key] = .array(try merge(patch, into: original, listSchema: field, name: key))
        default: result[key] = stripped(entry.value)
        }
    }

    private static func retainKeys(_ patch: TreeObject, _ result: inout TreeObject) throws(PatchError) {
        guard let directive = patch[retainKeysDirective] else { return }
        let kept = Set(try list(directive, retainKeysDirective).compactMap(\.string))
        for entry in patch where !entry.key.hasPrefix("$") && !entry.value.isNull && !kept.contains(entry.key) {
            let message = "\(entry.key) is set by the patch, but $retainKeys does not name it"
            throw PatchError(code: .malformed, message: message)
        }
        result.filter { kept.contains($0.key) }
    }

    /// Merges the lists whose order the patch gives; returns their keys.
    private static func mergeOrderedLists(
        _ patch: TreeObject,
        into result: inout TreeObject,
        schema: any MergeSchema
    ) throws(PatchError) -> Set<String> {
        var done: Set<String> = []
        for entry in patch where entry.key.hasPrefix(orderPrefix) {
            let key = String(entry.key.dropFirst(orderPrefix.count))
            let order = try list(entry.value, entry.key)
            let field = schema.field(key) ?? DeducedSchema()
            let original = result[key]?.array
            let change = patch[key]
            if change?.isNull == true { continue }
            let changes = try change.map { value throws(PatchError) in try list(value, key) }
            guard original != nil || changes != nil else { continue }
            let identity = ElementIdentity(mergeKey: field.patchMergeKey)
            if let changes { try check(changes, follow: order, identity, key) }
            var merged = original ?? []
            if let changes {
                merged =
                    original == nil || !field.patchStrategies.contains(.merge)
                    ? stripped(.array(changes)).array ?? []
                    : try merge(changes, into: merged, listSchema: field, name: key)
            }
            result[key] = .array(identity.arrange(merged, by: order, server: original ?? []))
            done.insert(key)
        }
        return done
    }

    /// Throws unless the elements of a patch appear in the order it gives, in that order.
    private static func check(
        _ changes: [Tree],
        follow order: [Tree],
        _ identity: ElementIdentity,
        _ key: String
    ) throws(PatchError) {
        var next = order.startIndex
        for change in changes where change[patchDirective] == nil {
            guard let found = order[next...].firstIndex(where: { identity.same($0, change) }) else {
                throw PatchError(code: .malformed, message: "the elements of \(key) do not follow \(orderPrefix)\(key)")
            }
            next = found + 1
        }
    }

    // MARK: - Lists

    private static func merge(
        _ patch: [Tree],
        into original: [Tree],
        listSchema: any MergeSchema,
        name: String
    ) throws(PatchError) -> [Tree] {
        let isObjects = (original + patch).contains { $0.object != nil }
        let identity = ElementIdentity(mergeKey: isObjects ? listSchema.patchMergeKey : nil)
        guard isObjects else {
            var merged: [Tree] = []
            var seen: Set<Tree> = []
            for element in original + patch where seen.insert(element).inserted { merged.append(element) }
            return identity.arrange(merged, by: patch, server: original)
        }
        guard let mergeKey = identity.mergeKey else {
            throw PatchError(
                code: .malformed,
                message: "elements of \(name) cannot be merged: its schema names no merge key"
            )
        }
        let (kept, changes) = try applyElementDirectives(patch, original, mergeKey, name)
        guard let kept else { return changes.map(stripped) }
        var merged = kept
        for change in changes {
            guard change[mergeKey] != nil else { throw missingMergeKey(mergeKey, name) }
            if let index = merged.firstIndex(where: { identity.same($0, change) }) {
                let elementSchema = listSchema.items ?? DeducedSchema()
                merged[index] = .object(
                    try merge(
                        change.object ?? TreeObject(),
                        into: merged[index].object ?? TreeObject(),
                        schema: elementSchema
                    )
                )
            } else {
                merged.append(stripped(change))
            }
        }
        return identity.arrange(merged, by: changes, server: kept)
    }

    /// Obeys `$patch` within elements: what is left of the original (nil: all replaced), and the other elements of the patch.
    private static func applyElementDirectives(
        _ patch: [Tree],
        _ original: [Tree],
        _ mergeKey: String,
        _ name: String
    ) throws(PatchError) -> (kept: [Tree]?, changes: [Tree]) {
        var kept = original
        var changes: [Tree] = []
        var isReplaced = false
        for element in patch {
            guard element.object != nil else {
                throw PatchError(
                    code: .malformed,
                    message: "elements of \(name) must be objects, not \(element.kindName)"
                )
            }
            guard let directive = element[patchDirective] else {
                changes.append(element)
                continue
            }
            switch directive.string {
            case "delete":
                guard let doomed = element[mergeKey] else { throw missingMergeKey(mergeKey, name) }
                kept.removeAll { $0[mergeKey]?.isEquivalent(to: doomed) ?? false }
            case "replace": isReplaced = true
            default: throw unknownDirective(directive)
            }
        }
        return (isReplaced ? nil : kept, changes)
    }

    // MARK: - Pieces

    private static func missingMergeKey(_ mergeKey: String, _ name: String) -> PatchError {
        PatchError(code: .malformed, message: "each element of \(name) in the patch needs its merge key \(mergeKey)")
    }

    private static func unknownDirective(_ directive: Tree) -> PatchError {
        let message = "$patch must be replace, delete or, for objects, merge, not \(directive.jsonText())"
        return PatchError(code: .malformed, message: message)
    }

    private static func list(_ value: Tree, _ name: String) throws(PatchError) -> [Tree] {
        guard let list = value.array else {
            throw PatchError(code: .malformed, message: "\(name) must be an array, not \(value.kindName)")
        }
        return list
    }

    /// A value of a patch without directives and nulls, as it stands where nothing was before.
    private static func stripped(_ value: Tree) -> Tree {
        switch value {
        case .array(let elements):
            return .array(elements.filter { $0[patchDirective]?.string != "delete" }.map(stripped))
        case .object(let object):
            var result = TreeObject()
            for entry in object where !entry.value.isNull && !isDirective(entry.key) {
                result[entry.key] = stripped(entry.value)
            }
            return .object(result)
        default: return value
        }
    }

    private static func isDirective(_ key: String) -> Bool {
        key == patchDirective || key == retainKeysDirective || key.hasPrefix(orderPrefix) || key.hasPrefix(deletePrefix)
    }
}
