internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import SandboxStore
internal import Synchronization

/// Deletes what has lost its owners, and holds owners that wait for their dependents.
///
/// Keys in its queue are UIDs: the graph knows where each object is.
final class GarbageCollection: Reconciling {
    private let core: APIServerCore
    private let reader: ClusterReader
    private let writer: ClusterWriter
    private let environment: RuntimeEnvironment
    private let graph = Mutex(OwnershipGraph())

    /// Makes a collector; nothing happens before ``run()``.
    init(core: APIServerCore, writer: ClusterWriter, environment: RuntimeEnvironment) {
        self.core = core
        self.reader = ClusterReader(core.storage)
        self.writer = writer
        self.environment = environment
    }

    /// Works until the task is cancelled.
    func run() async {
        let worker = Controller(
            Controller.Configuration(name: "garbage-collector", workers: 2),
            reconciler: self,
            environment: environment
        )
        await withDiscardingTaskGroup { group in
            group.addTask { await worker.run() }
            var watched: Set<GroupResource> = []
            while !Task.isCancelled {
                let present = core.registry.collections.map(\.collection) + reader.collections
                for collection in present where watched.insert(collection).inserted {
                    group.addTask { await self.follow(collection, worker) }
                }
                // New kinds come with CustomResourceDefinitions; a short delay does no harm to garbage.
                do { try await environment.time.sleep(for: .milliseconds(500)) } catch { return }
            }
        }
    }

    private func follow(_ collection: GroupResource, _ worker: Controller) async {
        await ChangeFeed(core.storage, collection).run { before, after in
            let affected = self.graph.withLock { $0.update(collection, before: before, after: after) }
            for uid in affected { worker.enqueue(ObjectKey(name: uid)) }
        }
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        let uid = key.name
        let (place, dependentIDs) = graph.withLock { ($0.place(of: uid), $0.dependents(of: uid)) }
        guard let place, let object = try await reader.get(place.collection, place.key), object.uid == uid else {
            return .done
        }
        let dependents = try await objects(dependentIDs)
        let owners = try await owners(of: object)
        let plan = GarbagePlan(object, owners: owners, dependents: dependents.map(\.object))
        guard let resource = resource(of: place.collection) else { return .done }
        switch plan {
        case .keep: break
        case .delete(let policy):
            try await writer.delete(resource, object, policy: policy)
        case .dropOwners(let uids):
            try await setOwners(resource, object, object.ownerReferences.filter { !uids.contains($0.uid) })
        case .deleteDependents:
            for dependent in dependents where !dependent.object.isDeleting {
                guard let resource = self.resource(of: dependent.collection) else { continue }
                try await writer.delete(resource, dependent.object, policy: "Foreground")
            }
        case .orphanDependents:
            for dependent in dependents {
                guard let resource = self.resource(of: dependent.collection) else { continue }
                let others = dependent.object.ownerReferences.filter { $0.uid != uid }
                try await setOwners(resource, dependent.object, others)
            }
        case .release(let finalizer):
            var wanted = object
            wanted.finalizers.removeAll { $0 == finalizer }
            try await writer.update(resource, wanted)
        }
        return .done
    }

    private func objects(_ uids: [String]) async throws -> [(collection: GroupResource, object: KubeObject)] {
        var result: [(collection: GroupResource, object: KubeObject)] = []
        for uid in uids {
            guard let place = graph.withLock({ $0.place(of: uid) }),
                let object = try await reader.get(place.collection, place.key), object.uid == uid
            else { continue }
            result.append((place.collection, object))
        }
        return result
    }

    private func owners(of object: KubeObject) async throws -> [String: GarbagePlan.Owner] {
        var result: [String: GarbagePlan.Owner] = [:]
        for reference in object.ownerReferences {
            // An owner of an unknown kind may come back with its definition: better to keep than to lose.
            guard let served = core.registry.resource(group: reference.kind.group, kind: reference.kind.kind) else {
                result[reference.uid] = .solid
                continue
            }
            let namespace = served.api.isNamespaced ? object.namespace : nil
            let owner = try await reader.get(
                served.collection,
                ObjectKey(namespace: namespace, name: reference.name)
            )
            guard let owner, owner.uid == reference.uid else {
                result[reference.uid] = .absent
                continue
            }
            let waits = owner.isDeleting && owner.finalizers.contains(GarbagePlan.foreground)
            result[reference.uid] = waits ? .waiting : .solid
        }
        return result
    }

    private func setOwners(_ resource: APIResource, _ object: KubeObject, _ owners: [OwnerReference]) async throws {
        var metadata: Tree = ["ownerReferences": owners.isEmpty ? .null : .array(owners.map(\.tree))]
        metadata["uid"] = object.uid.map { .string($0) }
        metadata["resourceVersion"] = object.resourceVersion.map { .string($0) }
        try await writer.merge(resource, object.key, ["metadata": metadata])
    }

    private func resource(of collection: GroupResource) -> APIResource? {
        core.registry.collections.first { $0.collection == collection }?.api
    }
}
