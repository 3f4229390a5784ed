internal import DataTree
internal import KubeAPI

/// One write over an existing object, tried again while others write first and the client does not mind.
struct ObjectUpdate: Sendable {
    /// A new state, as it is wanted.
    struct Wanted: Sendable {
        /// The object.
        var object: Tree
        /// Whether `metadata.managedFields` is already up to date, as after a server-side apply.
        var isOwned = false
    }

    let context: ServerContext
    let scope: RequestScope
    let parameters: WriteParameters
    /// The subresource written through, empty for the object itself.
    var subresource = ""
    /// Whether an object that is not there is created.
    var allowsCreate = false
    /// Whether the wanted state must carry the revision it is based on.
    var needsRevision = false
    /// Whether the revision in the wanted state came from this server and not from the client, as in patches.
    var retriesConflicts = false

    /// How often a write is tried again when others were first.
    private static let attempts = 20

    /// Changes the object named in the path.
    ///
    /// - Parameter change: from the present state, nil for none, to the wanted one; may be asked several times.
    /// - Returns: the stored state, and whether it was created.
    /// - Throws: the refusal of the change, of admission, of validation or of the store.
    func run(_ change: @Sendable (Tree?) async throws(APIFault) -> Wanted) async throws(APIFault)
        -> (object: Tree, isNew: Bool)
    {
        let key = scope.key()
        for _ in 1...Self.attempts {
            guard let old = try await context.read(scope.resource, key) else {
                return (try await create(change), true)
            }
            if case .done(let object) = try await attempt(old, change) { return (object, false) }
        }
        throw .modified(scope.resource.groupResource, key.name)
    }

    /// How one attempt ended.
    private enum Outcome {
        case done(Tree)
        /// Somebody else wrote first, and the client does not mind.
        case raced
    }

    private func create(_ change: @Sendable (Tree?) async throws(APIFault) -> Wanted) async throws(APIFault) -> Tree {
        let name = scope.info.name ?? ""
        guard allowsCreate else { throw .notFound(scope.resource.groupResource, name) }
        let wanted = try await change(nil)
        if let uid = KubeObject(wanted.object).uid, !uid.isEmpty { throw wrongObject(uid, present: "") }
        var object = wanted.object
        try CreateHandler.settleNamespace(&object, scope)
        if !wanted.isOwned { object = ownership.tracked(object, from: nil) }
        return try await CreateHandler(context: context).create(object, scope, parameters)
    }

    private var ownership: FieldOwnership {
        FieldOwnership(
            resource: scope.resource,
            subresource: subresource,
            manager: parameters.manager,
            time: context.timestamp
        )
    }

    private func attempt(
        _ old: StoredObject,
        _ change: @Sendable (Tree?) async throws(APIFault) -> Wanted
    ) async throws(APIFault) -> Outcome {
        let before = try await context.served(old.tree, scope.resource)
        let wanted = try await change(before)
        let isBased = try checkPreconditions(wanted.object, before)
        let new = try await complete(wanted, before)
        if new.isSame(as: before) { return .done(old.tree) }
        if parameters.isDryRun { return .done(try await context.stored(new, scope.resource)) }
        return try await store(new, old, isBased)
    }

    /// Whether the client insists on the revision it knows.
    private func checkPreconditions(_ new: Tree, _ old: Tree) throws(APIFault) -> Bool {
        let resource = scope.resource.groupResource
        let (wanted, present) = (KubeObject(new), KubeObject(old))
        // In a patch it is a change, which validation refuses.
        let isChange = retriesConflicts && subresource != "scale"
        if !isChange, let uid = wanted.uid, !uid.isEmpty, let current = present.uid, uid != current {
            throw wrongObject(uid, present: current)
        }
        guard let revision = wanted.resourceVersion, !revision.isEmpty, revision != "0" else {
            if needsRevision { throw .missingRevision(resource, present.name) }
            return false
        }
        guard revision == present.resourceVersion else { throw .modified(resource, present.name) }
        return true
    }

    /// 409: another object than the one there is meant; none there has no uid.
    private func wrongObject(_ uid: String, present: String) -> APIFault {
        let key = scope.key()
        let path = [scope.resource.api.plural, key.namespace, key.name].compactMap(\.self).joined(separator: "/")
        return .conflict(
            scope.resource.groupResource,
            key.name,
            "StorageError: invalid object, Code: 4, Key: /registry/\(path), ResourceVersion: 0, "
                + "AdditionalErrorMsg: Precondition failed: UID in precondition: \(uid), UID in object meta: \(present)"
        )
    }

    /// Fills in what clients cannot change, and lets admission and validation look at the result.
    private func complete(_ wanted: Wanted, _ old: Tree) async throws(APIFault) -> Tree {
        let strategy = ObjectStrategy(context: context, resource: scope.resource)
        let admission = AdmissionChain(context: context, scope: scope, parameters: parameters)
        var new = wanted.object
        if scope.resource.api.isNamespaced { new.set(old["metadata"]?["namespace"], at: ["metadata", "namespace"]) }
        strategy.restrict(&new, old: old, subresource: subresource)
        if !wanted.isOwned { new = ownership.tracked(new, from: old) }
        new = try await admission.mutate(.update, new, old: old)
        strategy.restrict(&new, old: old, subresource: subresource)
        strategy.complete(&new, old: old, subresource: subresource)
        let issues = await strategy.issues(updating: new, from: old, subresource: subresource)
        if !issues.isEmpty { throw .invalid(scope.resource.storedKind, KubeObject(old).name, issues) }
        if subresource.isEmpty {
            for text in MetadataRules.finalizerWarnings(new, from: old, scope.resource) { scope.warnings.add(text) }
        }
        try await admission.validate(.update, new, old: old)
        return new
    }

    private func store(_ new: Tree, _ old: StoredObject, _ isBased: Bool) async throws(APIFault) -> Outcome {
        let resource = scope.resource
        let stored = try await context.stored(new, resource)
        let isGone = ObjectStrategy.isReadyToVanish(stored)
        let write = StorageWrite(
            resource.collection,
            old.key,
            if: .revision(old.revision),
            isGone ? .remove : .put(stored)
        )
        do throws(StorageError) {
            let change = try await context.storage.write(write)
            await Reactions(context: context).written(resource, change)
            return .done(change.after?.tree ?? stored)
        } catch {
            // A client that names no revision means the latest, so its write is tried on that.
            if error.code == .changed, !isBased || retriesConflicts { return .raced }
            throw APIFault(error, resource, old.key.name)
        }
    }

}

extension APIFault {
    /// 422: this kind takes no update that does not say what it is based on.
    static func missingRevision(_ resource: GroupResource, _ name: String) -> APIFault {
        let kind = GroupVersionKind(group: resource.group, version: "", kind: resource.resource)
        return .invalid(kind, name, [.invalid("metadata.resourceVersion", "0", "must be specified for an update")])
    }
}
