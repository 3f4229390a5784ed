internal import KubeAPI
internal import SandboxStore

/// Reads objects straight from the store: always the latest state, never a cache.
struct ClusterReader: Sendable {
    private let storage: ObjectStorage

    /// Makes a reader of a store.
    init(_ storage: ObjectStorage) {
        self.storage = storage
    }

    /// The object under `key`, nil when there is none.
    func get(_ resource: APIResource, _ key: ObjectKey) async throws -> KubeObject? {
        try await get(GroupResource(resource), key)
    }

    /// The objects of a collection, within one namespace or, with nil, all, ordered by key.
    func list(_ resource: APIResource, namespace: String? = nil) async throws -> [KubeObject] {
        try await list(GroupResource(resource), namespace: namespace)
    }

    /// The object under `key` of a collection, nil when there is none.
    func get(_ collection: GroupResource, _ key: ObjectKey) async throws -> KubeObject? {
        try await storage.get(collection, key).object.map { KubeObject($0.tree) }
    }

    /// The objects of a collection, within one namespace or, with nil, all, ordered by key.
    func list(_ collection: GroupResource, namespace: String? = nil) async throws -> [KubeObject] {
        try await storage.list(collection, namespace: namespace).objects.map { KubeObject($0.tree) }
    }

    /// The objects of a collection that `owner` controls, ordered by key.
    func list(_ resource: APIResource, controlledBy owner: KubeObject) async throws -> [KubeObject] {
        guard let uid = owner.uid else { return [] }
        return try await list(resource, namespace: owner.namespace).filter { $0.controllerReference?.uid == uid }
    }

    /// Every collection that was ever written to.
    var collections: [GroupResource] { storage.resources }
}

extension GroupResource {
    /// The collection of a resource.
    init(_ resource: APIResource) {
        self.init(group: resource.kind.group, resource: resource.plural)
    }
}
