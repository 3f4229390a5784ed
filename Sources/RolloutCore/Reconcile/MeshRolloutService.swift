internal import DataTree
internal import KubeAPI
package import KubeClient
package import KubeRuntime
internal import MeshAPI
package import RolloutControl

/// The part of the operator that carries out MeshRollouts: caches and a controller, to be run with others in one host.
package struct MeshRolloutService: Sendable {
    /// The caches.
    package let stores: MeshRolloutStores
    /// What keeps the caches.
    package let watchers: [Watcher]
    /// The controller.
    package let controller: Controller

    /// What it needs.
    package struct Configuration: Sendable {
        /// What watches go through.
        package var reads: ClusterClient
        /// What reads and writes of reconciles go through; only a leader may write.
        package var writes: ClusterClient
        /// Where transitions are told; nil for nowhere.
        package var recorder: EventRecorder?
        /// Asks metrics and gates.
        package var asker: any GateAsking
        /// How caches are kept.
        package var watching = Watcher.Configuration()
        /// How many MeshRollouts are reconciled at a time.
        package var workers = 4

        /// Names what is needed.
        package init(
            reads: ClusterClient,
            writes: ClusterClient,
            recorder: EventRecorder?,
            asker: any GateAsking
        ) {
            self.reads = reads
            self.writes = writes
            self.recorder = recorder
            self.asker = asker
        }
    }

    /// Puts the parts together; nothing runs yet.
    ///
    /// - Throws: `StoreError` when a cache is already being written.
    package init(_ configuration: Configuration, environment: RuntimeEnvironment) throws {
        let stores = MeshRolloutStores()
        let reconciler = MeshRolloutReconciler(
            .init(
                stores: stores,
                client: configuration.writes,
                recorder: configuration.recorder,
                asker: configuration.asker
            ),
            environment: environment
        )
        let driver = ResourceDriver(
            reconciler,
            store: stores.rollouts,
            client: configuration.writes,
            environment: environment
        )
        var settings = Controller.Configuration(name: "meshrollout", workers: configuration.workers)
        settings.errands = [{ [desk = reconciler.desk] enqueue in await desk.run(enqueue) }]
        controller = Controller(settings, reconciler: driver, environment: environment)
        watchers = try stores.watchers(
            client: configuration.reads,
            configuration: configuration.watching,
            environment: environment
        )
        self.stores = stores
        Self.connect(controller, stores, reconciler.tools.memories)
        driver.watchStatus(with: controller)
    }

    private static func connect(_ controller: Controller, _ stores: MeshRolloutStores, _ memories: RolloutMemories) {
        controller.watch(stores.rollouts, where: .specChanged.or(.annotationsChanged).or(.finalizersChanged))
        // What one member of a group has reached concerns others.
        controller.watch(
            stores.rollouts,
            mapping: ChangeMapping { [rollouts = stores.rollouts] object in
                guard let group = object.tree.value(at: "spec", "group")?.string else { return [] }
                return rollouts.objects(.namespace, object.namespace ?? "").compactMap { other in
                    guard other.key != object.key else { return nil }
                    return other.tree.value(at: "spec", "group")?.string == group ? other.key : nil
                }
            }
        )
        // A member that has left its group is awaited there until it is promoted, and one that stays in an old group until it leaves it.
        controller.watch(
            stores.rollouts,
            mapping: ChangeMapping { [rollouts = stores.rollouts] object in
                rollouts.objects(.namespace, object.namespace ?? "").compactMap { other in
                    let isMember = other.tree.value(at: "spec", "group")?.string != nil
                    return isMember && other.key != object.key ? other.key : nil
                }
            },
            where: .updates { old, new in
                let serving = RolloutNames.Annotation.serving
                return old.annotations[serving] != new.annotations[serving]
                    || old.tree.value(at: "spec", "group") != new.tree.value(at: "spec", "group")
            }
        )
        // That a MeshRollout of the same host goes concerns others of any namespace.
        controller.watch(
            stores.rollouts,
            mapping: ChangeMapping { [rollouts = stores.rollouts] object in
                guard let host = host(of: object) else { return [] }
                return rollouts.objects().filter { $0.key != object.key && Self.host(of: $0) == host }.map(\.key)
            },
            where: .specChanged.or(.finalizersChanged)
        )
        for store in [stores.virtualServices, stores.destinationRules] {
            controller.watch(store, mapping: ChangeMapping { concerned($0, stores.rollouts, memories) })
        }
        for (_, store) in stores.workloads {
            controller.watch(store, mapping: ChangeMapping { concerned($0, stores.rollouts, memories) })
        }
        // How far a side may grow decides how much it may carry; an autoscaler's status says nothing of that.
        controller.watch(
            stores.autoscalers,
            mapping: ChangeMapping { scaled(by: $0, stores.rollouts) },
            where: .updates { $0.tree["spec"] != $1.tree["spec"] }
        )
    }

    /// The MeshRollouts one of whose sides an autoscaler scales.
    private static func scaled(by scaler: KubeObject, _ rollouts: ObjectStore) -> [ObjectKey] {
        guard let target = scaler.tree.value(at: "spec", "scaleTargetRef"), let name = target["name"]?.string else {
            return []
        }
        return rollouts.objects(.namespace, scaler.namespace ?? "").compactMap { rollout in
            let workload = rollout.tree.value(at: "spec", "workload")
            let kind = workload?["kind"]?.string ?? MeshRolloutSpec.WorkloadKind.deployment.rawValue
            guard target["kind"]?.string == kind else { return nil }
            let sides = [workload?["stable"], workload?["canary"]]
            return sides.contains { $0?["name"]?.string == name } ? rollout.key : nil
        }
    }

    private static func host(of rollout: KubeObject) -> HostName? {
        rollout.tree.value(at: "spec", "host")?.string.map { HostName($0, namespace: rollout.namespace ?? "") }
    }

    /// The MeshRollouts that an object concerns: the one that changes it, else those of its namespace that name it or may have to, and of any
    /// namespace those that looked for it, as for a delegate that they may not change so far.
    private static func concerned(
        _ object: KubeObject,
        _ rollouts: ObjectStore,
        _ memories: RolloutMemories
    ) -> [ObjectKey] {
        if let holder = object.annotations[RolloutNames.Annotation.holder] {
            let parts = holder.split(separator: "/", maxSplits: 1)
            let key = parts.count == 2 ? ObjectKey(namespace: String(parts[0]), name: String(parts[1])) : nil
            // A holder that is gone, or was written by hand, changes nothing.
            if let key, rollouts.object(key) != nil { return [key] }
        }
        let near = rollouts.objects(.namespace, object.namespace ?? "").filter { names($0, object) }.map(\.key)
        guard object.kind.kind == "VirtualService" else { return near }
        return near + memories.keys { $0.watched.contains(object.key) }
    }

    private static func names(_ rollout: KubeObject, _ object: KubeObject) -> Bool {
        let spec = rollout.tree["spec"]
        switch object.kind.kind {
        case "VirtualService", "DestinationRule": return true
        case "Pod": return spec?["workload"]?["kind"]?.string == MeshRolloutSpec.WorkloadKind.pods.rawValue
        default:
            let sides = [spec?["workload"]?["stable"], spec?["workload"]?["canary"]]
            return sides.contains { $0?["name"]?.string == object.name }
        }
    }
}
