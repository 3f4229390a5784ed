internal import DataTree
internal import KubeAPI

/// Answers creates.
struct CreateHandler: Sendable {
    let context: ServerContext

    /// How often a taken generated name is replaced by another (`RetryGenerateName`).
    private static let nameAttempts = 8

    func create(_ scope: RequestScope) async throws(APIFault) -> APIResponse {
        let presenter = try ObjectPresenter(context: context, scope: scope)
        let parameters = try WriteParameters(scope.request, kind: "CreateOptions")
        let body = try BodyCodec.decode(scope.request)
        let decoder = ObjectDecoder(context: context, scope: scope, validation: parameters.fieldValidation)
        var object = try decoder.decode(body)
        try Self.settleNamespace(&object, scope)
        let ownership = FieldOwnership(
            resource: scope.resource,
            subresource: "",
            manager: parameters.manager,
            time: context.timestamp
        )
        object = ownership.tracked(object, from: nil)
        let created = try await self.create(object, scope, parameters, isPlain: true)
        return presenter.object(try await context.served(created, scope.resource), status: 201)
    }

    /// Admits, completes, checks and stores a decoded object whose owners are known.
    ///
    /// - Parameters:
    ///   - decoded: the object.
    ///   - scope: the request.
    ///   - parameters: what the request says beside the object.
    ///   - isPlain: whether the request is a creation. An update or an apply that finds nothing makes the object all the same: a
    ///     revision that it names is then no reason to refuse it, and the user must be allowed to create as well.
    /// - Returns: the stored state.
    /// - Throws: the refusal of admission, of validation, of authorization or of the store.
    func create(
        _ decoded: Tree,
        _ scope: RequestScope,
        _ parameters: WriteParameters,
        isPlain: Bool = false
    ) async throws(APIFault) -> Tree {
        let strategy = ObjectStrategy(context: context, resource: scope.resource)
        let admission = AdmissionChain(context: context, scope: scope, parameters: parameters)
        var object = try await admission.mutate(.create, decoded, old: nil)
        let revision = KubeObject(object).resourceVersion.flatMap { UInt64($0) } ?? 0
        let prefix = KubeObject(object).name.isEmpty ? object["metadata"]?["generateName"]?.string ?? "" : ""
        strategy.complete(&object)
        if !prefix.isEmpty { object.set(.string(generated(prefix)), at: ["metadata", "name"]) }
        let issues = await strategy.issues(creating: object)
        if !issues.isEmpty { throw .invalid(scope.resource.storedKind, KubeObject(object).name, issues) }
        for text in MetadataRules.finalizerWarnings(object, from: nil, scope.resource) { scope.warnings.add(text) }
        if !isPlain { try await authorize(scope) }
        try await admission.validate(.create, object, old: nil)
        if revision != 0, parameters.isDryRun {
            // Nothing is stored, so nothing takes the place of the revision that was given.
            object.set(.string(String(revision)), at: ["metadata", "resourceVersion"])
        } else if revision != 0, isPlain {
            throw .revisionOnCreate()
        }
        return try await store(object, prefix, scope, parameters)
    }

    /// Asks whether the user of an update or an apply may create, after admission has changed the object and before it is asked to
    /// validate it (`withAuthorization` of kube-apiserver's handlers).
    ///
    /// - Throws: 403 with no more than what authorization says.
    private func authorize(_ scope: RequestScope) async throws(APIFault) {
        guard let authorize = context.configuration.hooks.authorize else { return }
        var attributes = AuthorizationAttributes(
            user: scope.request.user,
            info: scope.info,
            path: scope.request.path
        )
        attributes.verb = "create"
        let decision = await authorize(attributes)
        guard !decision.isAllowed else { return }
        throw .forbidden(scope.resource.groupResource, scope.info.name ?? "", decision.reason)
    }

    private func store(_ object: Tree, _ prefix: String, _ scope: RequestScope, _ parameters: WriteParameters)
        async throws(APIFault) -> Tree
    {
        var object = object
        let resource = scope.resource
        for attempt in 1...Self.nameAttempts {
            let stored = try await context.stored(object, resource)
            let key = scope.key(KubeObject(object).name)
            do throws(StorageError) {
                if parameters.isDryRun {
                    if try await context.storage.get(resource.collection, key).object != nil {
                        throw StorageError(.exists, "")
                    }
                    return object
                }
                let write = StorageWrite(resource.collection, key, if: .absent, .put(stored))
                let change = try await context.storage.write(write)
                await Reactions(context: context).written(resource, change)
                return change.after?.tree ?? object
            } catch {
                guard error.code == .exists, !prefix.isEmpty else { throw APIFault(error, resource, key.name) }
                guard attempt < Self.nameAttempts else {
                    throw .generateNameConflict(resource.groupResource, key.name)
                }
                object.set(.string(generated(prefix)), at: ["metadata", "name"])
            }
        }
        throw .internalError("no name could be generated")
    }

    /// A name of at most 63 characters, as Kubernetes' name generator makes them.
    private func generated(_ prefix: String) -> String { String(prefix.prefix(58)) + context.nameSuffix() }

    /// Puts the namespace of the path into the object.
    ///
    /// - Throws: 400 when the object names another one.
    static func settleNamespace(_ object: inout Tree, _ scope: RequestScope) throws(APIFault) {
        let given = object["metadata"]?["namespace"]?.string ?? ""
        guard scope.resource.api.isNamespaced else {
            object.set(nil, at: ["metadata", "namespace"])
            return
        }
        let wanted = scope.info.namespace ?? ""
        if !given.isEmpty, given != wanted {
            throw .badRequest(
                "the namespace of the provided object does not match the namespace sent on the request"
            )
        }
        object.set(.string(wanted), at: ["metadata", "namespace"])
    }
}
