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

        /// The name that stands for all objects of a namespace; no object can have it.
        static let everything = "*"

        /// Everything in the namespace of the changed object, under the name ``everything``.
        ///
        /// - Parameters:
        ///   - resource: the kind that changes.
        ///   - condition: the changed objects that concern others.
        /// - Returns: the source.
        static func namespace(
            of resource: APIResource,
            where condition: @escaping @Sendable (KubeObject) -> Bool = { _ in true }
        ) -> Source {
            Source(resource) { condition($0) ? [ObjectKey(namespace: $0.namespace, name: everything)] : [] }
        }

        /// Nobody's object of a kind may be one for any owner in its namespace.
        static func orphans(of resource: APIResource) -> Source {
            namespace(of: resource) { $0.controllerReference == nil }
        }

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
