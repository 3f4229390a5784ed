internal import DataTree
internal import KubeAPI

/// Answers deletions of one object or of a selection.
struct DeleteHandler: Sendable {
    /// What came of a deletion.
    private enum Outcome {
        /// The object is gone; this was its last state.
        case gone(Tree)
        /// The object stays until others let go of it.
        case pending(Tree)
        /// Somebody else wrote first.
        case raced
    }

    let context: ServerContext

    /// Kinds whose deletion answers with the object instead of a `Status`.
    private static let answersWithObject: Set<String> = [
        "persistentvolumeclaims", "persistentvolumes", "pods", "podtemplates", "resourcequotas", "serviceaccounts",
        "services", "storageclasses",
    ]

    func delete(_ scope: RequestScope) async throws(APIFault) -> APIResponse {
        let presenter = try ObjectPresenter(context: context, scope: scope)
        let options = try DeletionOptions(scope.request)
        switch try await delete(scope.key(), options, scope) {
        case .pending(let object):
            let status = options.keepsNoOrphans ? 202 : 200
            return presenter.object(try await context.served(object, scope.resource), status: status)
        case .gone(let object):
            if Self.answersWithObject.contains(scope.resource.api.plural) {
                return presenter.object(try await context.served(object, scope.resource))
            }
            return presenter.plain(Self.success(scope.resource, object))
        case .raced: throw .modified(scope.resource.groupResource, scope.key().name)
        }
    }

    func deleteCollection(_ scope: RequestScope) async throws(APIFault) -> APIResponse {
        let presenter = try ObjectPresenter(context: context, scope: scope)
        let options = try DeletionOptions(scope.request)
        let parameters = try ListParameters(scope.request, isWatch: false)
        let reader = ObjectReader(context: context)
        var page = try await reader.page(scope, parameters, try ObjectFilter(scope, parameters))
        for item in page.items {
            do throws(APIFault) {
                _ = try await delete(KubeObject(item).key, options, scope)
            } catch {
                guard error.status.code == 404 else { throw error }
            }
        }
        page.token = nil
        page.remaining = nil
        return presenter.list(page)
    }

    private func delete(_ key: ObjectKey, _ options: DeletionOptions, _ scope: RequestScope) async throws(APIFault)
        -> Outcome
    {
        for _ in 1...20 {
            guard let object = try await context.read(scope.resource, key) else {
                throw .notFound(scope.resource.groupResource, key.name)
            }
            let outcome = try await attempt(object, options, scope)
            if case .raced = outcome { continue }
            return outcome
        }
        return .raced
    }

    private func attempt(_ object: StoredObject, _ options: DeletionOptions, _ scope: RequestScope)
        async throws(APIFault) -> Outcome
    {
        let resource = scope.resource
        try check(object, options, resource)
        var parameters = try WriteParameters(
            APIRequest(method: "DELETE", path: "", headers: scope.request.headers),
            kind: "DeleteOptions"
        )
        parameters.isDryRun = options.isDryRun
        try await AdmissionChain(context: context, scope: scope, parameters: parameters)
            .admitDelete(try await context.served(object.tree, resource))
        let plan = DeletionPlan(context: context, resource: resource, options: options)
        let state = plan.state(of: object.tree)
        let isGone = plan.isGone(state, graceSeconds: plan.graceSeconds(of: object.tree))
        if options.isDryRun { return isGone ? .gone(object.tree) : .pending(state) }
        if !isGone, state == object.tree { return .pending(object.tree) }
        let write = StorageWrite(
            resource.collection,
            object.key,
            if: .revision(object.revision),
            isGone ? .remove : .put(state)
        )
        do throws(StorageError) {
            let change = try await context.storage.write(write)
            await Reactions(context: context).written(resource, change)
            let isPod = resource.groupResource.description == "pods"
            return isGone ? .gone(isPod ? state : object.tree) : .pending(change.after?.tree ?? state)
        } catch {
            if error.code == .changed { return .raced }
            throw APIFault(error, resource, object.key.name)
        }
    }

    private func check(_ object: StoredObject, _ options: DeletionOptions, _ resource: ServedResource) throws(APIFault)
    {
        let present = KubeObject(object.tree)
        let kind = GroupResource(group: resource.kind.group, resource: resource.kind.kind)
        if let uid = options.uid, uid != present.uid {
            throw .conflict(
                kind,
                object.key.name,
                "the UID in the precondition (\(uid)) does not match the UID in record (\(present.uid ?? "")). "
                    + "The object might have been deleted and then recreated"
            )
        }
        if let revision = options.revision, revision != present.resourceVersion {
            throw .conflict(
                kind,
                object.key.name,
                "the ResourceVersion in the precondition (\(revision)) does not match the ResourceVersion in record "
                    + "(\(present.resourceVersion ?? "")). The object might have been modified"
            )
        }
    }

    private static func success(_ resource: ServedResource, _ object: Tree) -> Tree {
        var details: Tree = ["name": .string(KubeObject(object).name)]
        if !resource.kind.group.isEmpty { details["group"] = .string(resource.kind.group) }
        details["kind"] = .string(resource.api.plural)
        if let uid = KubeObject(object).uid { details["uid"] = .string(uid) }
        return ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "details": details]
    }
}
