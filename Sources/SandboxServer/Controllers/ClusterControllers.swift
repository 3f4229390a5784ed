internal import KubeAPI
internal import KubeRuntime
internal import MeshBase
internal import SandboxStore

/// Runs controllers: feeds them the changes of the store, and lets each work through its keys.
struct ClusterControllers: Sendable {
    private let storage: ObjectStorage
    private let controllers: [ClusterController]
    private let environment: RuntimeEnvironment

    /// Makes them; nothing happens before ``run()``.
    init(storage: ObjectStorage, controllers: [ClusterController], environment: RuntimeEnvironment) {
        self.storage = storage
        self.controllers = controllers
        self.environment = environment
    }

    /// Works until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            var sinks: [GroupResource: [@Sendable (KubeObject) -> Void]] = [:]
            for controller in controllers {
                let worker = Controller(
                    Controller.Configuration(name: controller.name, workers: 1, retries: Self.retries),
                    reconciler: controller.reconciler,
                    environment: environment
                )
                for source in controller.sources {
                    sinks[source.collection, default: []].append { object in
                        for key in source.keys(object) { worker.enqueue(key) }
                    }
                }
                group.addTask { await worker.run() }
            }
            for (collection, sinks) in sinks {
                group.addTask {
                    await ChangeFeed(storage, collection).run { before, after in
                        for sink in sinks {
                            if let before { sink(before) }
                            if let after { sink(after) }
                        }
                    }
                }
            }
        }
    }

    /// Everything is near at hand, so that trying again soon is right.
    private static let retries = RetryDecision.Policy(
        transient: Backoff(initial: .milliseconds(20), maximum: .seconds(10), jitter: 0.2),
        conflict: Backoff(initial: .milliseconds(2), maximum: .seconds(1), jitter: 0.5),
        waiting: .seconds(1)
    )
}

/// Tells everything about one collection of the store: what is there, then every change, without gaps.
struct ChangeFeed: Sendable {
    private let storage: ObjectStorage
    private let collection: GroupResource

    /// Makes a feed of a collection.
    init(_ storage: ObjectStorage, _ collection: GroupResource) {
        self.storage = storage
        self.collection = collection
    }

    /// Calls `sink` with the state before and after each change, until the task is cancelled or the store fails.
    ///
    /// After falling behind further than the store remembers, everything is told again.
    func run(_ sink: @Sendable (_ before: KubeObject?, _ after: KubeObject?) async -> Void) async {
        while !Task.isCancelled {
            guard let slice = try? await storage.list(collection) else { return }
            for object in slice.objects { await sink(nil, KubeObject(object.tree)) }
            let watch = StorageWatch(storage, collection, after: slice.revision)
            reading: while true {
                switch await watch.next() {
                case .changes(let changes):
                    for change in changes {
                        await sink(
                            change.before.map { KubeObject($0.tree) },
                            change.after.map { KubeObject($0.tree) }
                        )
                    }
                case .idle: break
                case .compacted: break reading
                case .cancelled: return
                }
            }
        }
    }
}
