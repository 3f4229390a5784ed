/// Who owns which field: server-side apply and the tracking of other writes.
///
/// Works on whole objects as trees; the fields that the API server itself looks after (`metadata.managedFields`,
/// `resourceVersion`, `uid`, …) are never owned. Semantics: "Server-Side Apply" of the Kubernetes documentation.
public enum StructuredMerge {
    /// A field that another manager owns and the applied configuration would change.
    public struct Conflict: Sendable, Hashable {
        /// Who owns the field.
        public let owner: ManagedFieldsEntry
        /// The field.
        public let path: FieldPath

        /// Makes a conflict.
        public init(owner: ManagedFieldsEntry, path: FieldPath) {
            self.owner = owner
            self.path = path
        }
    }

    /// Why nothing could be merged.
    public enum Failure: Error, Sendable, Hashable {
        /// Others own fields that would change; `force` takes them over.
        case conflicts([Conflict])
        /// The applied configuration breaks a rule of its schema, such as two elements with the same keys.
        case invalid(path: String, message: String)
    }

    /// A merged object and who owns what in it.
    public struct Outcome: Sendable, Hashable {
        /// The object, without `metadata.managedFields`.
        public let object: Tree
        /// The owners, in the order in which Kubernetes lists them.
        public let managers: [ManagedFieldsEntry]

        /// Makes an outcome.
        public init(object: Tree, managers: [ManagedFieldsEntry]) {
            self.object = object
            self.managers = managers
        }
    }

    /// The owner of fields that were there before any owner was recorded.
    static let beforeFirstApply = "before-first-apply"

    /// The most entries of operation Update that are kept apart; older ones are joined in one entry.
    static let maxUpdateEntries = 10

    /// Fields that nobody owns.
    static let neverOwned: FieldSet = {
        var set = FieldSet([FieldPath(fields: "apiVersion"), FieldPath(fields: "kind"), FieldPath(fields: "metadata")])
        let fields = [
            "name", "namespace", "creationTimestamp", "selfLink", "uid", "generation", "managedFields",
            "resourceVersion",
        ]
        for field in fields { set.insert(FieldPath(fields: "metadata", field)) }
        return set
    }()

    /// Server-side apply: merges `applied` into `live` in the name of `writer`, whose `fields` are ignored.
    ///
    /// Fields that the writer applied before and no other manager owns are removed when `applied` no longer has them.
    /// A field of another manager that would change is a conflict, unless `force` takes it over. What `ignored` names,
    /// with everything below it, is neither changed nor owned (status, when not written through its subresource).
    public static func apply(
        _ applied: Tree,
        to live: Tree?,
        as writer: ManagedFieldsEntry,
        managers: [ManagedFieldsEntry],
        schema: any MergeSchema,
        ignoring ignored: FieldSet = FieldSet(),
        force: Bool = false
    ) throws(Failure) -> Outcome {
        let configuration = withoutManagers(applied, ignored, schema)
        try TypedMerge.validate(configuration, schema: schema, at: .root)
        let live = live.map { withoutManagers($0, FieldSet(), schema) }
        var owners = managers.filter { !$0.fields.isEmpty }
        if let live, owners.isEmpty {
            let before = ManagedFieldsEntry(
                manager: beforeFirstApply,
                operation: .update,
                apiVersion: live["apiVersion"]?.string ?? writer.apiVersion,
                time: writer.time
            )
            owners = update(live, from: nil, as: before, managers: [], schema: schema).managers
        }
        let previous = owners.first { $0.isSameOwner(as: writer) }
        owners.removeAll { $0.isSameOwner(as: writer) }
        var entry = writer
        entry.fields = TypedValue(tree: configuration, schema: schema).fieldSet

        let merged = TypedMerge.merge(live, configuration, schema: schema)
        let object = prune(merged, previous?.fields, (owners + [entry]).map(\.fields), schema)
        let comparison = TypedComparison(live ?? [:], object, schema: schema)
        let found = conflicts(owners, with: comparison.changed.difference(neverOwned))
        if !force, !found.isEmpty { throw .conflicts(found) }
        for index in owners.indices {
            owners[index].fields = owners[index].fields.difference(comparison.changed).difference(comparison.removed)
        }
        entry.fields = entry.fields.difference(neverOwned)
        if comparison.isSame, let previous { entry.time = previous.time }
        return Outcome(object: object, managers: finished(owners + [entry]))
    }

    /// Ownership after a create, update or patch: what `new` changes against `live` belongs to `writer` alone.
    ///
    /// `live` is nil for a create. Never fails: other managers lose what was changed or removed.
    public static func update(
        _ new: Tree,
        from live: Tree?,
        as writer: ManagedFieldsEntry,
        managers: [ManagedFieldsEntry],
        schema: any MergeSchema,
        ignoring ignored: FieldSet = FieldSet()
    ) -> Outcome {
        let object = withoutManagers(new, FieldSet(), schema)
        let before = live.map { withoutManagers($0, FieldSet(), schema) } ?? [:]
        let comparison = TypedComparison(before, object, schema: schema)
        let changed = comparison.changed.recursiveDifference(ignored).difference(neverOwned)
        var owners = managers
        for index in owners.indices {
            let kept = owners[index].fields.difference(comparison.removed)
            owners[index].fields = owners[index].isSameOwner(as: writer) ? kept : kept.difference(changed)
        }
        if !changed.isEmpty {
            var entry = writer
            entry.fields = changed
            if let index = owners.firstIndex(where: { $0.isSameOwner(as: writer) }) {
                entry.fields = owners[index].fields.union(changed)
                owners[index] = entry
            } else {
                owners.append(entry)
            }
        }
        return Outcome(object: object, managers: finished(owners))
    }

    // MARK: - Steps of an apply

    private static func withoutManagers(_ object: Tree, _ ignored: FieldSet, _ schema: any MergeSchema) -> Tree {
        var result = object
        result.set(nil, at: ["metadata", "managedFields"])
        guard !ignored.isEmpty else { return result }
        return TypedValue(tree: result, schema: schema).removing(ignored)
    }

    /// The merged object without what the writer applied before, does not apply now, and nobody else owns.
    private static func prune(
        _ merged: Tree,
        _ last: FieldSet?,
        _ owned: [FieldSet],
        _ schema: any MergeSchema
    ) -> Tree {
        guard let last, !last.isEmpty else { return merged }
        // Nothing that was applied before is left out now, so that nothing goes: the usual case of a repeated apply.
        if let applied = owned.last, last.difference(applied).isEmpty { return merged }
        let value = TypedValue(tree: merged, schema: schema)
        let doomed = last.includingNamedFields(schema)
        let present = value.fieldSet.includingNamedFields(schema)
        var result = value.removing(doomed)
        // Back comes what somebody owns.
        let kept = owned.reduce(FieldSet()) { $0.union($1) }.includingNamedFields(schema)
        result = value.removing(missing(present, in: result, schema).difference(kept))
        // Back comes what stood below a pruned field without having been applied.
        return value.removing(missing(present, in: result, schema).intersection(doomed))
    }

    private static func missing(_ present: FieldSet, in object: Tree, _ schema: any MergeSchema) -> FieldSet {
        present.difference(TypedValue(tree: object, schema: schema).fieldSet.includingNamedFields(schema))
    }

    private static func conflicts(_ owners: [ManagedFieldsEntry], with changed: FieldSet) -> [Conflict] {
        var conflicts: [Conflict] = []
        for owner in owners {
            for path in owner.fields.intersection(changed).paths {
                conflicts.append(Conflict(owner: owner, path: path))
            }
        }
        return conflicts
    }

    // MARK: - The list of owners

    private static func finished(_ owners: [ManagedFieldsEntry]) -> [ManagedFieldsEntry] {
        let left = owners.filter { !$0.fields.isEmpty }
        return ManagedFields.sorted(capped(left))
    }

    /// Joins the oldest entries of operation Update when there are too many.
    private static func capped(_ owners: [ManagedFieldsEntry]) -> [ManagedFieldsEntry] {
        let bucket = "ancient-changes"
        let updates = owners.filter { $0.operation == .update && $0.subresource.isEmpty && $0.manager != bucket }
        let excess = updates.count - maxUpdateEntries
        guard excess > 0 else { return owners }
        let oldest = updates.sorted { ($0.time ?? "", $0.manager) < ($1.time ?? "", $1.manager) }.prefix(excess)
        var result = owners.filter { owner in !oldest.contains(owner) }
        for entry in oldest {
            var joined = entry
            joined.manager = bucket
            if let index = result.firstIndex(where: { $0.isSameOwner(as: joined) }) {
                result[index].fields = result[index].fields.union(joined.fields)
                result[index].time = max(result[index].time ?? "", joined.time ?? "")
            } else {
                result.append(joined)
            }
        }
        return result
    }
}
