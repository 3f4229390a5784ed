internal import KubeAPI
internal import KubeRuntime
internal import MeshBase
internal import SandboxStore

/// A controller of the sandbox: what it watches, and what it does about a key.
struct ClusterController: Sendable {
    /// A collection whose changes lead to keys.
    struct Source: Sendable {
        /// The collection.
        var collection: GroupResource
        /// The keys that a change concerns; called with the object before and after the change, whichever there are.
        var keys: @Sendable (KubeObject) -> [ObjectKey]

        /// Makes a source.
        init(_ resource: APIResource, keys: @escaping @Sendable (KubeObject) -> [ObjectKey]) {
            self.collection = GroupResource(resource)
            self.keys = keys
        }

        /// The changed object itself.
        static func object(_ resource: APIResource) -> Source { Source(resource) { [$0.key] } }

        /// The object of `kind` that controls the changed one.
        static func controller(of resource: APIResource, _ kind: GroupVersionKind) -> Source {
            Source(resource) { object in
                guard let owner = object.controllerReference, owner.kind.kind == kind.kind,
                    owner.kind.group == kind.group
                else { return [] }
                return [ObjectKey(namespace: object.namespace, name: owner.name)]
            }
        }
    }

    /// A name for logs and metrics.
    var name: String
    /// What is watched.
    var sources: [Source]
    /// What is done.
    var reconciler: any Reconciling
}

/// What a controller needs to do its work.
struct ControllerContext: Sendable {
    /// Reads the latest state.
    var reader: ClusterReader
    /// Writes through the API server.
    var writer: ClusterWriter
    /// The time of day.
    var now: WallClock
    /// Tells people what was done.
    var events: EventPoster
}
