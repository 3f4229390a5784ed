public import DataTree
public import KubeAPI

extension ClusterClient {
    // MARK: - Read

    /// The object of that key; throws code `notFound` where there is none.
    public func get(
        _ resource: APIResource,
        _ key: ObjectKey,
        _ subresource: Subresource? = nil,
        freshness: Freshness = .latest
    ) async throws(KubeError) -> KubeObject {
        try await object(requests.get(resource, key, subresource, freshness: freshness))
    }

    /// The object of that key, nil where there is none.
    public func find(
        _ resource: APIResource,
        _ key: ObjectKey,
        freshness: Freshness = .latest,
        extent: ObjectExtent = .whole
    ) async throws(KubeError) -> KubeObject? {
        do {
            return try await object(requests.get(resource, key, freshness: freshness).asking(for: extent))
        } catch  where error.code == .notFound {
            return nil
        }
    }

    // MARK: - Write

    /// Creates an object and gives it as stored; throws code `alreadyExists` where the name is taken.
    public func create(
        _ resource: APIResource,
        _ object: KubeObject,
        _ options: WriteOptions = .standard
    ) async throws(KubeError) -> KubeObject {
        try await self.object(requests.create(resource, object, options))
    }

    /// Creates at a subresource, for example `token`, and gives the answer.
    public func create(
        _ resource: APIResource,
        _ key: ObjectKey,
        _ subresource: Subresource,
        _ body: Tree,
        _ options: WriteOptions = .standard
    ) async throws(KubeError) -> KubeObject {
        try await object(requests.create(resource, key, subresource, body, options))
    }

    /// Replaces an object; throws code `conflict` when its resourceVersion is set and no longer the newest.
    public func update(
        _ resource: APIResource,
        _ object: KubeObject,
        _ options: WriteOptions = .standard
    ) async throws(KubeError) -> KubeObject {
        try await self.object(requests.update(resource, object, nil, options))
    }

    /// Replaces the status of an object and nothing else.
    public func updateStatus(
        _ resource: APIResource,
        _ object: KubeObject,
        _ options: WriteOptions = .standard
    ) async throws(KubeError) -> KubeObject {
        try await self.object(requests.update(resource, object, .status, options))
    }

    /// Changes an object by a patch.
    public func patch(
        _ resource: APIResource,
        _ key: ObjectKey,
        _ patch: Patch,
        _ options: WriteOptions = .standard
    ) async throws(KubeError) -> KubeObject {
        try await object(requests.patch(resource, key, patch, nil, options))
    }

    /// Changes the status of an object by a patch.
    public func patchStatus(
        _ resource: APIResource,
        _ key: ObjectKey,
        _ patch: Patch,
        _ options: WriteOptions = .standard
    ) async throws(KubeError) -> KubeObject {
        try await object(requests.patch(resource, key, patch, .status, options))
    }

    /// Applies fields (server-side apply); throws code `conflict` where another manager owns one, unless `force` is set.
    ///
    /// Fields that this manager applied before and that `object` lacks are removed.
    public func apply(
        _ resource: APIResource,
        _ object: KubeObject,
        force: Bool = false,
        _ options: WriteOptions = .standard
    ) async throws(KubeError) -> KubeObject {
        try await self.object(requests.apply(resource, object, force: force, nil, options))
    }

    /// Applies fields of the status (server-side apply).
    public func applyStatus(
        _ resource: APIResource,
        _ object: KubeObject,
        force: Bool = false,
        _ options: WriteOptions = .standard
    ) async throws(KubeError) -> KubeObject {
        try await self.object(requests.apply(resource, object, force: force, .status, options))
    }

    // MARK: - Scale

    /// The `autoscaling/v1` Scale of an object.
    public func scale(_ resource: APIResource, _ key: ObjectKey) async throws(KubeError) -> Scale {
        let object = try await get(resource, key, .scale)
        guard let scale = Scale(object) else {
            throw KubeError(.malformedAnswer, "the scale of \(resource.qualifiedName) \(key) has no spec")
        }
        return scale
    }

    /// Wants `replicas` of an object, whatever it wanted before.
    public func setScale(
        _ resource: APIResource,
        _ key: ObjectKey,
        replicas: Int64,
        _ options: WriteOptions = .standard
    ) async throws(KubeError) -> Scale {
        let patch = Patch.merge(["spec": ["replicas": .integer(replicas)]])
        let object = try await object(requests.patch(resource, key, patch, .scale, options))
        return Scale(object) ?? Scale(desired: replicas, current: 0, selector: "")
    }

    // MARK: - Delete

    /// What a deletion led to.
    public enum Deletion: Sendable, Hashable {
        /// The object is gone.
        case done
        /// Deletion was asked for; finalizers, dependents or running containers keep the object for now.
        case pending(KubeObject)
    }

    /// Deletes an object; throws `notFound` where there is none and `conflict` where a precondition fails.
    public func delete(
        _ resource: APIResource,
        _ key: ObjectKey,
        _ options: DeleteOptions = DeleteOptions()
    ) async throws(KubeError) -> Deletion {
        let answer = try await object(requests.delete(resource, key, options))
        // A server answers with a Status, or with the object: the last state of what is gone, or what still waits.
        if KubeStatus(answer.tree) != nil { return .done }
        let waits = answer.isDeleting && (!answer.finalizers.isEmpty || answer.hasGracePeriod)
        return waits ? .pending(answer) : .done
    }

    /// Deletes every object of a selection.
    public func deleteCollection(
        _ resource: APIResource,
        _ selection: Selection,
        _ options: DeleteOptions = DeleteOptions()
    ) async throws(KubeError) {
        let request = try requests.deleteCollection(resource, selection, options)
        let response = try await open(request)
        do {
            // The answer lists what was deleted, which may be long: it is read, so that the deletion is known to be over.
            for try await _ in response.body {}
        } catch {
            throw KubeError(transport: error, request: request.summary)
        }
    }

    /// Evicts a pod; throws code `throttled` while its disruption budgets forbid it.
    public func evict(_ pod: ObjectKey, _ options: DeleteOptions = DeleteOptions()) async throws(KubeError) {
        _ = try await tree(requests.evict(pod, options))
    }
}

extension KubeObject {
    /// Whether the API server gives the object time to stop.
    fileprivate var hasGracePeriod: Bool {
        (tree.value(at: "metadata", "deletionGracePeriodSeconds")?.integer ?? 0) > 0
    }
}

/// How many replicas an object wants and has (`autoscaling/v1` Scale).
public struct Scale: Sendable, Hashable {
    /// `spec.replicas`.
    public var desired: Int64
    /// `status.replicas`.
    public var current: Int64
    /// `status.selector`, the text form of the selector of the pods.
    public var selector: String

    /// Makes a scale.
    public init(desired: Int64, current: Int64, selector: String) {
        self.desired = desired
        self.current = current
        self.selector = selector
    }

    /// Reads a scale, nil where the object has no spec; an absent number counts as 0.
    public init?(_ object: KubeObject) {
        guard let spec = object.tree["spec"], spec.object != nil else { return nil }
        self.init(
            desired: spec["replicas"]?.integer ?? 0,
            current: object.tree.value(at: "status", "replicas")?.integer ?? 0,
            selector: object.tree.value(at: "status", "selector")?.string ?? ""
        )
    }
}
