public import DataTree
public import KubeAPI

extension KubeRequest {
    /// Creates an object; its name may be empty when `metadata.generateName` is set.
    public func create(
        _ resource: APIResource,
        _ object: KubeObject,
        _ options: WriteOptions = .standard
    ) throws(KubeError) -> HTTPRequest {
        try ResourcePath.checkNamespace(object.namespace, resource)
        let path = ResourcePath.collection(resource, namespace: object.namespace)
        return request(.post, path, query: items(options), body: identified(object.tree, resource))
    }

    /// Creates at a subresource, for example `eviction`, `binding` or `token`.
    public func create(
        _ resource: APIResource,
        _ key: ObjectKey,
        _ subresource: Subresource,
        _ body: Tree,
        _ options: WriteOptions = .standard
    ) throws(KubeError) -> HTTPRequest {
        request(
            .post,
            try ResourcePath.object(resource, key, subresource),
            query: items(options),
            body: body
        )
    }

    /// Replaces an object, or one of its subresources.
    ///
    /// The server refuses with 409 when the object's `metadata.resourceVersion` is set and no longer the newest.
    public func update(
        _ resource: APIResource,
        _ object: KubeObject,
        _ subresource: Subresource? = nil,
        _ options: WriteOptions = .standard
    ) throws(KubeError) -> HTTPRequest {
        let path = try ResourcePath.object(resource, object.key, subresource)
        let body = subresource == .scale ? object.tree : identified(object.tree, resource)
        return request(.put, path, query: items(options), body: body)
    }

    /// Changes an object, or one of its subresources, by a patch.
    public func patch(
        _ resource: APIResource,
        _ key: ObjectKey,
        _ patch: Patch,
        _ subresource: Subresource? = nil,
        _ options: WriteOptions = .standard
    ) throws(KubeError) -> HTTPRequest {
        let path = try ResourcePath.object(resource, key, subresource)
        var query = items(options)
        if case .apply(_, let force) = patch, force { query.append(HTTPQueryItem("force", "true")) }
        return request(.patch, path, query: query, body: patch.document, contentType: patch.contentType)
    }

    /// Applies the fields of `object` that the field manager wants (server-side apply).
    ///
    /// `managedFields` must not be sent and is left out, and so is what only the server sets.
    public func apply(
        _ resource: APIResource,
        _ object: KubeObject,
        force: Bool,
        _ subresource: Subresource? = nil,
        _ options: WriteOptions = .standard
    ) throws(KubeError) -> HTTPRequest {
        var tree = identified(object.tree, resource)
        tree.set(nil, at: ["metadata", "managedFields"])
        return try patch(resource, object.key, .apply(tree, force: force), subresource, options)
    }

    /// Deletes an object.
    public func delete(
        _ resource: APIResource,
        _ key: ObjectKey,
        _ options: DeleteOptions = DeleteOptions()
    ) throws(KubeError) -> HTTPRequest {
        request(.delete, try ResourcePath.object(resource, key), body: Self.body(options))
    }

    /// Deletes all objects of a selection.
    public func deleteCollection(
        _ resource: APIResource,
        _ selection: Selection,
        _ options: DeleteOptions = DeleteOptions()
    ) throws(KubeError) -> HTTPRequest {
        try ResourcePath.checkNamespace(selection.namespace, resource)
        var request = list(resource, selection, ListOptions(pageSize: nil))
        request.method = .delete
        request.reading = .whole
        if let body = Self.body(options) {
            request.body = body.json(.compact)
            request.headers["Content-Type"] = "application/json"
        }
        return request
    }

    /// Evicts a pod within what its disruption budgets allow (`policy/v1` Eviction).
    public func evict(_ pod: ObjectKey, _ options: DeleteOptions = DeleteOptions()) throws(KubeError) -> HTTPRequest {
        let kind = GroupVersionKind(group: "policy", version: "v1", kind: "Eviction")
        var body = KubeObject(kind: kind, key: pod).tree
        if let options = Self.body(options) { body["deleteOptions"] = options }
        return try create(.pods, pod, .named("eviction"), body, WriteOptions(isDryRun: options.isDryRun))
    }

    // MARK: - Parts

    /// `tree` with the `apiVersion` and `kind` of the resource, which some servers do not send inside lists.
    private func identified(_ tree: Tree, _ resource: APIResource) -> Tree {
        if tree["apiVersion"]?.string != nil, tree["kind"]?.string != nil { return tree }
        var entries: [(key: String, value: Tree)] = [
            ("apiVersion", .string(resource.kind.apiVersion)), ("kind", .string(resource.kind.kind)),
        ]
        for entry in tree.object?.entries ?? [] where entry.key != "apiVersion" && entry.key != "kind" {
            entries.append((entry.key, entry.value))
        }
        return .object(TreeObject(entries))
    }

    private func items(_ options: WriteOptions) -> [HTTPQueryItem] {
        var items = [HTTPQueryItem("fieldManager", options.fieldManager ?? fieldManager)]
        if options.isDryRun { items.append(HTTPQueryItem("dryRun", "All")) }
        if let validation = options.fieldValidation {
            items.append(HTTPQueryItem("fieldValidation", validation.rawValue))
        }
        return items
    }

    private static func body(_ options: DeleteOptions) -> Tree? {
        guard options != DeleteOptions() else { return nil }
        var tree: Tree = ["apiVersion": "v1", "kind": "DeleteOptions"]
        if let propagation = options.propagation { tree["propagationPolicy"] = .string(propagation.rawValue) }
        if let seconds = options.gracePeriodSeconds { tree["gracePeriodSeconds"] = .integer(seconds) }
        if let uid = options.uid { tree.set(.string(uid), at: ["preconditions", "uid"]) }
        if let version = options.resourceVersion {
            tree.set(.string(version), at: ["preconditions", "resourceVersion"])
        }
        if options.isDryRun { tree["dryRun"] = ["All"] }
        return tree
    }
}
