internal import DataTree
package import KubeAPI
package import KubeClient
package import KubeRuntime
internal import MeshAPI

/// The caches of MeshRollouts, and of what tells that one is to be looked at.
///
/// Of everything but MeshRollouts only identities are kept, and of autoscalers whom they scale and how far: what is decided on is read
/// from the API server at the time.
package struct MeshRolloutStores: Sendable {
    /// The MeshRollouts.
    package let rollouts: ObjectStore
    /// VirtualServices, by who changes them.
    package let virtualServices: ObjectStore
    /// DestinationRules, by who changes them.
    package let destinationRules: ObjectStore
    /// Workloads and pods.
    package let workloads: [(resource: APIResource, store: ObjectStore)]
    /// HorizontalPodAutoscalers: whom they scale, and their bounds.
    package let autoscalers: ObjectStore

    /// The index of objects by the MeshRollout that changes them.
    static let holderIndex = StoreIndex.Name("holder")

    /// Makes empty caches.
    package init() {
        rollouts = ObjectStore(.init(name: RolloutNames.resource.plural, indexes: [.namespace]))
        virtualServices = Self.held(TrafficResources.virtualServices)
        destinationRules = Self.held(TrafficResources.destinationRules)
        let kinds: [APIResource] = [.deployments, .statefulSets, .daemonSets, .pods]
        workloads = kinds.map { kind in
            (kind, ObjectStore(.init(name: "\(kind.plural)-of-rollouts", trimming: Self.identity)))
        }
        let name = "\(APIResource.horizontalPodAutoscalers.plural)-of-rollouts"
        autoscalers = ObjectStore(.init(name: name, trimming: Self.bounds))
    }

    private static func held(_ resource: APIResource) -> ObjectStore {
        let index = StoreIndex(holderIndex) { object in
            object.annotations[RolloutNames.Annotation.holder].map { [$0] } ?? []
        }
        return ObjectStore(.init(name: resource.plural, indexes: [index], trimming: identity))
    }

    /// What is kept of objects that only tell that something changed.
    private static let identity = ObjectTrimming { object in
        var result = KubeObject(kind: object.kind, key: object.key)
        if let uid = object.uid { result.tree.set(.string(uid), at: ["metadata", "uid"]) }
        result.resourceVersion = object.resourceVersion
        if let holder = object.annotations[RolloutNames.Annotation.holder] {
            result.annotations = [RolloutNames.Annotation.holder: holder]
        }
        return result
    }

    /// What is kept of autoscalers: their status, which changes all the time, matters to nobody here.
    private static let bounds = ObjectTrimming { object in
        var result = identity(object)
        for field in boundFields { result.tree.set(object.tree.value(at: "spec", field), at: ["spec", field]) }
        return result
    }
    private static let boundFields = ["scaleTargetRef", "minReplicas", "maxReplicas"]

    /// Every cache with the resource it holds.
    package var all: [(resource: APIResource, store: ObjectStore)] {
        [
            (RolloutNames.resource, rollouts), (TrafficResources.virtualServices, virtualServices),
            (TrafficResources.destinationRules, destinationRules), (.horizontalPodAutoscalers, autoscalers),
        ] + workloads
    }

    /// What keeps the caches; call it once.
    package func watchers(
        client: ClusterClient,
        configuration: Watcher.Configuration = .init(),
        environment: RuntimeEnvironment
    ) throws -> [Watcher] {
        try all.map { resource, store in
            let isOwn = resource == RolloutNames.resource
            let isTraffic = resource.kind.group == TrafficResources.virtualServices.kind.group
            // Without the definition there are no MeshRollouts, and MeshOperators need not wait for it.
            let mayBeMissing = isTraffic || isOwn
            let small = mayBeMissing ? configuration.smallFirst : configuration.smallFirst.expected
            return try Watcher(
                source: ClusterSource(
                    client: client,
                    resource: resource,
                    projection: isOwn ? nil : TreeProjection(keeping: Self.kept(of: resource)),
                    mayBeMissing: mayBeMissing
                ),
                store: store,
                configuration: resource == .pods ? small : small.paged,
                environment: environment
            )
        }
    }

    private static func kept(of resource: APIResource) -> [[String]] {
        if resource == .horizontalPodAutoscalers { return named + boundFields.map { ["spec", $0] } }
        return resource.kind.group == TrafficResources.virtualServices.kind.group ? marked : named
    }

    private static let named: [[String]] =
        [["apiVersion"], ["kind"]]
        + ["name", "namespace", "uid", "resourceVersion"].map { ["metadata", $0] }
    private static let marked = named + [["metadata", "annotations", RolloutNames.Annotation.holder]]
}
