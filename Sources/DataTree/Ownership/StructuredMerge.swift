/// Who owns which field: server-side apply and the tracking of other writes.
///
/// Works on whole objects as trees; the fields that the API server itself looks after (`metadata.managedFields`,
/// `resourceVersion`, `uid`, …) are never owned.
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

    /// Server-side apply: merges `applied` into `live` in the name of `writer`, whose `fields` are ignored.
    ///
    /// Fields that the writer applied before and no other manager owns are removed when `applied` no longer has them.
    /// A field of another manager that would change is a conflict, unless `force` takes it over.
    public static func apply(
        _ applied: Tree,
        to live: Tree?,
        as writer: ManagedFieldsEntry,
        managers: [ManagedFieldsEntry],
        schema: any MergeSchema,
        force: Bool = false
    ) throws(Failure) -> Outcome {
        throw .invalid(path: "", message: "not written yet")
    }

    /// Ownership after a create, update or patch: what `new` changes against `live` belongs to `writer` alone.
    ///
    /// `live` is nil for a create. Never fails: other managers lose what was changed or removed.
    public static func update(
        _ new: Tree,
        from live: Tree?,
        as writer: ManagedFieldsEntry,
        managers: [ManagedFieldsEntry],
        schema: any MergeSchema
    ) -> Outcome {
        Outcome(object: new, managers: managers)
    }
}
