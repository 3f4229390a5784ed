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
            // kube-apiserver forgets when somebody scaled.
            time: subresource == "scale" ? nil : time
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
            new,
            from: old ?? blank,
            as: writer(.update),
            managers: managers,
            schema: resource.mergeSchema,
            ignoring: ignored
        )
        return new.replacingManagers(outcome.managers)
    }

    /// `applied` merged into `live`, with its owners, by server-side apply.
    func apply(_ applied: Tree, to live: Tree?, force: Bool) throws(APIFault) -> Tree {
        let managers = Self.managers(live?["metadata"]?["managedFields"])
        do throws(StructuredMerge.Failure) {
            let outcome = try StructuredMerge.apply(
                applied,
                to: live,
                as: writer(.apply),
                managers: managers,
                schema: resource.mergeSchema,
                ignoring: ignored,
                force: force
            )
            return outcome.object.replacingManagers(outcome.managers)
        } catch {
            let key = KubeObject(applied).key
            throw fault(error, key.description)
        }
    }

    /// What a new object is compared with: native kinds begin with all their structures, empty.
    private var blank: Tree? {
        guard case .native = resource.origin else { return nil }
        return BlankObjects.blank(of: resource.kind.kind)
    }

    /// The parts of the object that this way of writing cannot change.
    private var ignored: FieldSet {
        switch subresource {
        case "" where resource.hasStatus: return FieldSet([FieldPath(fields: "status")])
        case "status":
            if case .custom = resource.origin {
                return FieldSet([FieldPath(fields: "spec"), FieldPath(fields: "metadata")])
            }
            return FieldSet([FieldPath(fields: "spec"), FieldPath(fields: "metadata", "labels")])
        default: return FieldSet()
        }
    }

    /// A list of one empty entry asks to forget all owners.
    private static func isReset(_ given: Tree?) -> Bool {
        guard let entries = given?.array, entries.count == 1 else { return false }
        return entries[0].object?.isEmpty == true
    }

    static func managers(_ tree: Tree?) -> [ManagedFieldsEntry] {
        (tree?.array ?? []).compactMap { try? ManagedFieldsEntry($0) }
    }

    // MARK: Refusals

    private func fault(_ failure: StructuredMerge.Failure, _ place: String) -> APIFault {
        switch failure {
        case .invalid(let path, let message):
            let kind = resource.kind
            // Elements with equal keys are reported at their list.
            let isDuplicate = message.hasPrefix("duplicate entries") && path.hasSuffix("]")
            let field = isDuplicate ? String(path[..<(path.lastIndex(of: "[") ?? path.endIndex)]) : path
            let text = "(\(place); \(kind.group)/\(kind.version), Kind=\(kind.kind)): .\(field): \(message)"
            return APIFault(500, .unknown, "failed to create typed patch object " + text)
        case .conflicts(let conflicts):
            var details = APIFault.Details()
            details.causes = conflicts.map { conflict in
                FaultCause(
                    reason: "FieldManagerConflict",
                    message: "conflict with \(Self.name(of: conflict.owner))",
                    field: conflict.path.description
                )
            }
            return APIFault(409, .conflict, Self.message(conflicts), details: details)
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
