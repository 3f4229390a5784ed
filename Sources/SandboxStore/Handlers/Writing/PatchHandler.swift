internal import DataTree
internal import KubeAPI

/// Answers patches of all four kinds.
struct PatchHandler: Sendable {
    /// The kinds of patch.
    enum Kind: Sendable {
        case json, merge, strategic, apply
    }

    let context: ServerContext

    func patch(_ scope: RequestScope, subresource: String = "") async throws(APIFault) -> APIResponse {
        let presenter = try ObjectPresenter(context: context, scope: scope)
        let kind = try Self.kind(scope)
        let parameters = try WriteParameters(scope.request, kind: "PatchOptions", isApply: kind == .apply)
        var update = ObjectUpdate(context: context, scope: scope, parameters: parameters)
        update.subresource = subresource
        update.retriesConflicts = true
        let result: (object: Tree, isNew: Bool)
        if kind == .apply {
            update.allowsCreate = subresource.isEmpty
            let applied = try self.applied(scope, parameters)
            let context = context
            result = try await update.run { old throws(APIFault) in
                try Self.apply(applied, to: old, scope, parameters, subresource, context)
            }
        } else {
            let patch = try BodyCodec.decode(scope.request, as: "application/json")
            let decoder = ObjectDecoder(context: context, scope: scope, validation: parameters.fieldValidation)
            result = try await update.run { old throws(APIFault) in
                guard let old else { throw .notFound(scope.resource.groupResource, scope.info.name ?? "") }
                let patched = try Self.patched(old, patch, kind, scope.resource)
                let decoded = try decoder.decode(patched, isPatched: true)
                try UpdateHandler.checkName(decoded, scope)
                return ObjectUpdate.Wanted(object: decoded)
            }
        }
        let served = try await context.served(result.object, scope.resource)
        return presenter.object(served, status: result.isNew ? 201 : 200)
    }

    private static func kind(_ scope: RequestScope) throws(APIFault) -> Kind {
        let isNative =
            if case .native = scope.resource.origin { true } else { false }
        switch scope.request.header("Content-Type").flatMap({ MediaType($0)?.name }) {
        case MediaTypes.jsonPatch: return .json
        case MediaTypes.mergePatch: return .merge
        case MediaTypes.strategicPatch where isNative: return .strategic
        case MediaTypes.applyPatch: return .apply
        default:
            if isNative {
                throw APIFault(
                    415,
                    .unsupportedMediaType,
                    "415: Unsupported Media Type",
                    details: APIFault.Details()
                )
            }
            throw .unsupportedMediaType([MediaTypes.jsonPatch, MediaTypes.mergePatch, MediaTypes.applyPatch])
        }
    }

    /// The object with a patch of the first three kinds applied.
    static func patched(_ old: Tree, _ patch: Tree, _ kind: Kind, _ resource: ServedResource) throws(APIFault) -> Tree {
        if kind == .json, let count = patch.array?.count, count > JSONPatch.maxOperations {
            throw .tooManyOperations(count)
        }
        do throws(PatchError) {
            switch kind {
            case .json: return try JSONPatch(patch).apply(to: old)
            case .strategic:
                return try StrategicMergePatch.apply(patch, to: old, schema: resource.mergeSchema)
            case .merge, .apply:
                guard patch.object != nil else {
                    throw PatchError(code: .malformed, message: "the patch is no object")
                }
                return MergePatch.apply(patch, to: old)
            }
        } catch {
            switch (kind, error.code) {
            case (.json, _) where patch.array != nil:
                // kube-apiserver refuses a JSON patch that does not fit as an invalid object.
                throw APIFault(
                    422,
                    .invalid,
                    "the server rejected our request due to an error in our request",
                    details: APIFault.Details()
                )
            default: throw .badRequest(error.message)
            }
        }
    }

    // MARK: Server-side apply

    /// The configuration applied, checked for what an apply must and must not say.
    private func applied(_ scope: RequestScope, _ parameters: WriteParameters) throws(APIFault) -> Tree {
        let body = try BodyCodec.decode(scope.request, as: MediaTypes.applyPatch)
        if body["metadata"]?["managedFields"]?.array?.isEmpty == false {
            throw .badRequest("metadata.managedFields must be nil")
        }
        let decoder = ObjectDecoder(context: context, scope: scope, validation: parameters.fieldValidation)
        var applied = try decoder.decode(body, isApplied: true)
        let name = KubeObject(applied).name
        if !name.isEmpty { try UpdateHandler.checkName(applied, scope) }
        applied.set(.string(scope.info.name ?? ""), at: ["metadata", "name"])
        try CreateHandler.settleNamespace(&applied, scope)
        return applied
    }

    private static func apply(
        _ applied: Tree,
        to old: Tree?,
        _ scope: RequestScope,
        _ parameters: WriteParameters,
        _ subresource: String,
        _ context: ServerContext
    ) throws(APIFault) -> ObjectUpdate.Wanted {
        let ownership = FieldOwnership(
            resource: scope.resource,
            subresource: subresource,
            manager: parameters.manager,
            time: context.timestamp
        )
        var merged = try ownership.apply(applied, to: old, force: parameters.isForced)
        if old != nil {
            if let revision = applied["metadata"]?["resourceVersion"] {
                merged.set(revision, at: ["metadata", "resourceVersion"])
            }
        } else if let uid = KubeObject(applied).uid, !uid.isEmpty {
            throw .conflict(
                scope.resource.groupResource,
                scope.info.name ?? "",
                "uid mismatch: the provided object specified uid \(uid), and no existing object was found"
            )
        }
        let decoder = ObjectDecoder(context: context, scope: scope, validation: parameters.fieldValidation)
        return ObjectUpdate.Wanted(object: decoder.completed(merged), isOwned: true)
    }
}
