package import KubeAPI
package import KubeRuntime
internal import MeshAPI

/// The caches MeshRollouts are decided from.
package struct MeshRolloutStores: Sendable {
    /// The MeshRollouts.
    package let rollouts: ObjectStore

    /// Makes empty caches.
    package init() {
        rollouts = ObjectStore(.init(name: RolloutNames.resource.plural))
    }

    /// Every cache with the resource it holds.
    package var all: [(resource: APIResource, store: ObjectStore)] { [(RolloutNames.resource, rollouts)] }
}
