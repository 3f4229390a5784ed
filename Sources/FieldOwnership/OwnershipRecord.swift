package import DataTree
package import KubeAPI

/// One manager's fields of a live object (`ManagedFieldsEntry` of meta/v1).
package struct OwnershipRecord: Sendable, Hashable {
    /// The manager's name.
    package let manager: String
    /// Whether the fields came by server-side apply, which is a lasting claim, and not by a plain write.
    package let isApplied: Bool
    /// The subresource written through, empty for the object itself.
    package let subresource: String
    /// When the fields last changed, RFC 3339; empty where not told.
    package let time: String
    /// The fields in FieldsV1 form.
    package let fields: Tree

    /// Reads an entry, nil where it is not one.
    package init?(_ entry: Tree) {
        guard let manager = entry["manager"]?.string, let operation = entry["operation"]?.string else { return nil }
        self.manager = manager
        self.isApplied = operation == "Apply"
        self.subresource = entry["subresource"]?.string ?? ""
        self.time = entry["time"]?.string ?? ""
        self.fields = entry["fieldsV1"] ?? .object(TreeObject())
    }

    /// Whether the field at `place`, or a whole value around it, is among the fields.
    package func owns(_ place: FieldPlace) -> Bool {
        var node = fields
        var isInside = false
        for step in place.steps {
            guard let children = node.object, !Self.isLeaf(children) else { return isInside }
            let next = children.entries.first { FieldStep(fieldsV1: $0.key).map { Self.matches($0, step) } ?? false }
            guard let next else { return false }
            node = next.value
            isInside = true
        }
        return isInside
    }

    /// Whether a node of a field set names a field as a whole.
    package static func isLeaf(_ children: TreeObject) -> Bool {
        children.entries.allSatisfy { $0.key == "." }
    }

    private static func matches(_ owned: FieldStep, _ wanted: FieldStep) -> Bool {
        switch (owned, wanted) {
        case (.field(let left), .field(let right)): left == right
        case (.key(let left), .key(let right)): left == right
        case (.value(let left), .value(let right)): ValueComparison.areEqual(left, right)
        case (.index(let left), .index(let right)): left == right
        default: false
        }
    }
}

/// Who owns which field of a live object.
package struct ObjectOwnership: Sendable, Hashable {
    /// All records of the object itself and of its subresources.
    package let records: [OwnershipRecord]

    /// Reads `metadata.managedFields`; what is not an entry is left out.
    package init(_ object: KubeObject) {
        let entries = object.tree.value(at: "metadata", "managedFields")?.array ?? []
        records = entries.compactMap { OwnershipRecord($0) }
    }

    /// The fields `manager` has applied, nil when it has applied none.
    package func applied(by manager: String) -> OwnershipRecord? {
        records.first { $0.manager == manager && $0.isApplied && $0.subresource.isEmpty }
    }

    /// The records of others that own the field at `place`; appliers first, then by name.
    package func others(than manager: String, owning place: FieldPlace) -> [OwnershipRecord] {
        records.filter { !($0.manager == manager && $0.isApplied) && $0.owns(place) }
            .sorted { ($0.isApplied ? 0 : 1, $0.manager) < ($1.isApplied ? 0 : 1, $1.manager) }
    }

    /// The last manager other than `manager` that wrote to the object itself, nil where there is none.
    package func lastWriter(otherThan manager: String) -> String? {
        records.filter { $0.manager != manager && $0.subresource.isEmpty }.max { $0.time < $1.time }?.manager
    }

    /// The last manager that wrote to what is around the field at `place` after `manager` applied last, nil where none is known.
    ///
    /// Who takes a field off leaves no record of that: only what else was written beside it tells of anybody.
    package func writer(around place: FieldPlace, after manager: String) -> String? {
        let (around, start) = (FieldPlace(place.steps.dropLast()), applied(by: manager)?.time ?? "")
        let near = records.filter { $0.manager != manager && $0.time >= start && $0.owns(around) }
        return near.max { $0.time < $1.time }?.manager
    }
}
