internal import DataTree
internal import KubeAPI

/// Keeps `metadata.managedFields` of the objects of one resource.
struct FieldOwnership: Sendable {
    let resource: ServedResource
    /// The subresource written through, empty for the object itself.
    let subresource: String
    let manager: String
    /// The time of the write, RFC 3339.
    let time: String

    private func writer(_ operation: ManagedFieldsEntry.Operation) -> ManagedFieldsEntry {
        ManagedFieldsEntry(
            manager: manager,
            operation: operation,
            apiVersion: resource.kind.apiVersion,
            subresource: subresource,
            time: time
        )
    }

    /// `new` with the owners it has after a create, update or patch.
    func tracked(_ new: Tree, from old: Tree?) -> Tree {
        let given = new["metadata"]?["managedFields"]
        if Self.isReset(given), subresource.isEmpty { return new.replacingManagers([]) }
        var managers = subresource.isEmpty ? Self.managers(given) : []
        if managers.isEmpty { managers = Self.managers(old?["metadata"]?["managedFields"]) }
        // Once somebody cleared the owners, only a server-side apply begins them anew.
        if old != nil, managers.isEmpty { return new.replacingManagers([]) }
        let outcome = StructuredMerge.update(
            owned(new),
            from: old.map { owned($0) },
            as: writer(.update),
            managers: managers,
            schema: resource.mergeSchema
        )
        return new.replacingManagers(outcome.managers)
    }

    /// `applied` merged into `live`, with its owners, by server-side apply.
    func apply(_ applied: Tree, to live: Tree?, force: Bool) throws(APIFault) -> Tree {
        let managers = Self.managers(live?["metadata"]?["managedFields"])
        let bare = live?.replacingManagers([])
        do throws(StructuredMerge.Failure) {
            let outcome = try StructuredMerge.apply(
                owned(applied),
                to: bare,
                as: writer(.apply),
                managers: managers,
                schema: resource.mergeSchema,
                force: force
            )
            return outcome.object.replacingManagers(outcome.managers)
        } catch {
            throw Self.fault(error)
        }
    }

    /// The parts of the object that this way of writing can change at all.
    private func owned(_ tree: Tree) -> Tree {
        guard case .object(var object) = tree else { return tree }
        switch subresource {
        case "":
            if resource.hasStatus { object["status"] = nil }
        case "status":
            object["spec"] = nil
        default: break
        }
        return .object(object)
    }

    /// A list of one empty entry asks to forget all owners.
    private static func isReset(_ given: Tree?) -> Bool {
        guard let entries = given?.array, entries.count == 1 else { return false }
        return entries[0].object?.isEmpty == true
    }

    static func managers(_ tree: Tree?) -> [ManagedFieldsEntry] {
        (tree?.array ?? []).compactMap { ManagedFieldsEntry($0) }
    }

    // MARK: Refusals

    private static func fault(_ failure: StructuredMerge.Failure) -> APIFault {
        switch failure {
        case .invalid(let path, let message):
            return APIFault(
                500,
                "InternalError",
                "failed to create typed patch object: \(path): \(message)",
                details: APIFault.Details()
            )
        case .conflicts(let conflicts):
            var details = APIFault.Details()
            details.causes = conflicts.map { conflict in
                FaultCause(
                    reason: "FieldManagerConflict",
                    message: "conflict with \(name(of: conflict.owner))",
                    field: conflict.path.description
                )
            }
            return APIFault(409, "Conflict", message(conflicts), details: details)
        }
    }

    private static func message(_ conflicts: [StructuredMerge.Conflict]) -> String {
        if conflicts.count == 1, let only = conflicts.first {
            return "Apply failed with 1 conflict: conflict with \(name(of: only.owner)): \(only.path.description)"
        }
        var lines: [String] = []
        var owners: [String] = []
        for conflict in conflicts where !owners.contains(name(of: conflict.owner)) {
            owners.append(name(of: conflict.owner))
        }
        for owner in owners.sorted() {
            lines.append("conflicts with \(owner):")
            lines += conflicts.filter { name(of: $0.owner) == owner }.map { "- \($0.path.description)" }
        }
        return "Apply failed with \(conflicts.count) conflicts: \(lines.joined(separator: "\n"))"
    }

    private static func name(of owner: ManagedFieldsEntry) -> String {
        var text = "\"\(owner.manager)\""
        if !owner.subresource.isEmpty { text += " with subresource \"\(owner.subresource)\"" }
        if owner.operation == .update { text += " using \(owner.apiVersion)" }
        return text
    }
}

extension Tree {
    /// The same object with other owners; without any the field is absent.
    func replacingManagers(_ managers: [ManagedFieldsEntry]) -> Tree {
        var result = self
        let list: Tree? = managers.isEmpty ? Optional.none : .array(managers.map(\.tree))
        result.set(list, at: ["metadata", "managedFields"])
        return result
    }

    /// Whether two states differ in nothing but the times of their owners.
    func isSame(as other: Tree) -> Bool {
        self == other || withoutOwnerTimes == other.withoutOwnerTimes
    }

    private var withoutOwnerTimes: Tree {
        guard let entries = self["metadata"]?["managedFields"]?.array else { return self }
        var result = self
        let bare = entries.map { entry in
            var entry = entry
            entry["time"] = nil
            return entry
        }
        result.set(.array(bare), at: ["metadata", "managedFields"])
        return result
    }
}
