internal import DataTree
internal import KubeAPI
internal import KubeSchema

/// A Kubernetes API server without any transport: requests in, answers out.
///
/// It speaks as kube-apiserver 1.36 does. Safe to use from any number of tasks.
package struct APIServerCore: Sendable {
    /// The store behind it.
    package let storage: ObjectStorage
    /// What is served.
    package let registry: ResourceRegistry

    let context: ServerContext
    private let compactor = Compactor()
    private let expiry = Expiry()

    /// Makes a server over a store; definitions of custom resources found there are served at once.
    package init(configuration: APIServerConfiguration, storage: ObjectStorage) {
        self.storage = storage
        self.registry = ResourceRegistry()
        self.context = ServerContext(configuration: configuration, storage: storage, registry: registry)
        CustomDefinitions(context: context).loadAll()
    }

    private init(configuration: APIServerConfiguration, storage: ObjectStorage, registry: ResourceRegistry) {
        self.storage = storage
        self.registry = registry
        self.context = ServerContext(configuration: configuration, storage: storage, registry: registry)
    }

    /// A second server in the state of this one; what is asked of one does not show in the other.
    ///
    /// Cheap: objects, history and definitions are shared until one of them changes. Watches do not go over.
    ///
    /// - Parameter configuration: the surroundings of the second server; give it random bits of its own, lest identifiers
    ///   come twice.
    /// - Returns: the second server.
    package func fork(configuration: APIServerConfiguration) -> APIServerCore {
        APIServerCore(
            configuration: configuration,
            storage: storage.fork(),
            registry: ResourceRegistry(copying: registry)
        )
    }

    /// Answers a request; never throws, since a refusal is an answer too.
    package func handle(_ request: APIRequest) async -> APIResponse {
        let warnings = WarningSink()
        var response: APIResponse
        do throws(APIFault) {
            response = try await route(request, warnings)
        } catch {
            response = Self.refusal(error, request)
        }
        response.headers += warnings.headers
        if response.header("Cache-Control") == nil {
            response.headers.append(HeaderField("Cache-Control", "no-cache, private"))
        }
        response.headers.append(HeaderField("Audit-Id", context.uid()))
        return response
    }

    /// Drives what depends on time: bookmarks and ends of watches, the expiry of Events, and compaction.
    ///
    /// Call it every second.
    package func tick() async {
        storage.tick()
        compactor.run(storage, now: context.configuration.now())
        await expiry.run(context)
    }

    private func route(_ request: APIRequest, _ warnings: WarningSink) async throws(APIFault) -> APIResponse {
        guard request.body.count <= context.configuration.bodyLimit else {
            throw .tooLarge(context.configuration.bodyLimit)
        }
        guard let info = RequestInfo(request) else {
            if request.method == "OPTIONS", request.path.hasPrefix("/api") { throw .methodNotAllowed() }
            return try await routePath(request)
        }
        guard let resource = registry.resource(group: info.group, version: info.version, plural: info.resource),
            Self.fits(info, resource)
        else {
            try await authorize(AuthorizationAttributes(user: request.user, info: info, path: request.path))
            return try unknownResource(info)
        }
        try await authorize(AuthorizationAttributes(user: request.user, info: info, path: request.path))
        let request = try context.configuration.hooks.translate?(request) ?? request
        let scope = RequestScope(request: request, info: info, resource: resource, warnings: warnings)
        return try await ResourceRouter(context: context).handle(scope)
    }

    /// Whether the path has a namespace exactly when the resource lives in one; lists and reviews may leave it out.
    private static func fits(_ info: RequestInfo, _ resource: ServedResource) -> Bool {
        if info.group.isEmpty, info.resource == "namespaces" { return true }
        if resource.api.isNamespaced { return info.namespace != nil || info.name == nil }
        return info.namespace == nil
    }

    /// Nothing is served at the path: kube-apiserver knows the difference between its own groups and any other.
    private func unknownResource(_ info: RequestInfo) throws(APIFault) -> APIResponse {
        let isNative = NativeKinds.groups.contains(info.group)
        if isNative, registry.versions(of: info.group).contains(info.version) { throw .unknownPath() }
        return .text("404 page not found\n", status: 404)
    }

    private func routePath(_ request: APIRequest) async throws(APIFault) -> APIResponse {
        let attributes = AuthorizationAttributes(
            user: request.user,
            verb: request.method.lowercased(),
            path: request.path
        )
        let isProbe = ["/healthz", "/livez", "/readyz", "/version"].contains {
            request.path == $0 || request.path.hasPrefix($0 + "/")
        }
        if !isProbe { try await authorize(attributes) }
        if let answer = try PathDocuments(context: context).answer(request) { return answer }
        if let answer = context.openAPI.answer(request, context) { return answer }
        if let hook = context.configuration.hooks.path, let answer = await hook(request) { return answer }
        return .text("404 page not found\n", status: 404)
    }

    private func authorize(_ attributes: AuthorizationAttributes) async throws(APIFault) {
        guard let authorize = context.configuration.hooks.authorize else { return }
        let decision = await authorize(attributes)
        guard !decision.isAllowed else { return }
        throw .denied(attributes, reason: decision.reason)
    }

    static func refusal(_ fault: APIFault, _ request: APIRequest) -> APIResponse {
        var representation = Representation.json
        if let wanted = try? Representation(request, shapes: false) { representation.encoding = wanted.encoding }
        var headers = [HeaderField("Content-Type", representation.contentType)]
        if let seconds = fault.status.details?.retryAfterSeconds, seconds > 0 {
            headers.append(HeaderField("Retry-After", String(seconds)))
        }
        return APIResponse(
            status: fault.status.code,
            headers: headers,
            body: .bytes(BodyCodec.encode(fault.status.tree, representation))
        )
    }
}

extension APIFault {
    /// 403 in the words of kube-apiserver's authorization filter.
    static func denied(_ attributes: AuthorizationAttributes, reason: String) -> APIFault {
        let user = "User \"\(attributes.user.name)\""
        let tail = reason.isEmpty ? "" : ": \(reason)"
        if attributes.resource.isEmpty {
            let text = "forbidden: \(user) cannot \(attributes.verb) path \"\(attributes.path)\"\(tail)"
            return APIFault(403, .forbidden, text, details: Details())
        }
        var resource = GroupResource(group: attributes.group, resource: attributes.resource)
        var text = "\(user) cannot \(attributes.verb) resource"
        let plural =
            attributes.subresource.isEmpty
            ? attributes.resource : "\(attributes.resource)/\(attributes.subresource)"
        text += " \"\(plural)\" in API group \"\(attributes.group)\""
        text += attributes.namespace.isEmpty ? " at the cluster scope" : " in the namespace \"\(attributes.namespace)\""
        resource.resource = attributes.resource
        return .forbidden(resource, attributes.name, text + tail)
    }
}
