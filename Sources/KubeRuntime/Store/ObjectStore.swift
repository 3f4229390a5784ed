internal import DataTree
public import KubeAPI
internal import Synchronization

/// The last known state of all objects of one kind (or a selection of them): one writer, many readers.
///
/// A store shows nothing before its first full list is in, and a re-list replaces everything at once: readers see the state
/// before it or the state after it, never a mixture. Objects are kept packed, sharing what they have in common, and are made anew
/// at every reading: cheap to keep, a microsecond or so to read. Reading never waits for the network. Objects are as new as the watch;
/// a reader that has just written may still see what was there before.
public final class ObjectStore: Sendable {
    /// Settings of a store.
    public struct Configuration: Sendable {
        /// A name for logs and metrics, by convention the plural of the kind.
        public var name: String
        /// The indexes kept.
        public var indexes: [StoreIndex]
        /// What is taken off every object before it is kept.
        public var trimming: ObjectTrimming
        /// How many deletions are remembered, so that late events do not revive what is gone.
        public var tombstoneLimit: Int
        /// How many values are remembered so that objects can share them, such as the labels of replicas.
        public var sharedValues: Int

        /// Makes settings.
        public init(
            name: String,
            indexes: [StoreIndex] = [],
            trimming: ObjectTrimming = .managedFields,
            tombstoneLimit: Int = 4_096,
            sharedValues: Int = 2_048
        ) {
            self.name = name
            self.indexes = indexes
            self.trimming = trimming
            self.tombstoneLimit = max(0, tombstoneLimit)
            self.sharedValues = sharedValues
        }
    }

    /// Called with every change, in order, by the writer's task.
    ///
    /// It must be quick and must not block: it adds keys to queues.
    public typealias Subscriber = @Sendable (StoreDelivery) -> Void

    struct Waiter {
        let continuation: CheckedContinuation<Void, Never>
        let takesObstacle: Bool
    }

    struct State {
        var table: StoreTable
        var isSynced = false
        var obstacle: WatchProblem?
        var obstacleSubscribers: [@Sendable () -> Void] = []
        var version: ResourceVersion?
        var hasWriter = false
        var subscribers: [Subscriber] = []
        var syncWaiters: [UInt64: Waiter] = [:]
        var lastWaiter: UInt64 = 0
    }

    /// The settings.
    public let configuration: Configuration
    /// The keys of packed objects.
    let keys = PackedKeys()
    let state: Mutex<State>
    private let indexPositions: [StoreIndex.Name: Int]

    /// Makes an empty store that is not yet synced.
    public init(_ configuration: Configuration) {
        self.configuration = configuration
        self.state = Mutex(State(table: StoreTable(indexCount: configuration.indexes.count, keys: keys)))
        var positions: [StoreIndex.Name: Int] = [:]
        for (position, index) in configuration.indexes.enumerated() { positions[index.name] = position }
        self.indexPositions = positions
    }

    // MARK: Reading

    /// Whether the first full list is in.
    public var isSynced: Bool { state.withLock { $0.isSynced } }

    /// Why the store is empty or grows old although the server answers: reading is forbidden; nil while it is not.
    public var obstacle: WatchProblem? { state.withLock { $0.obstacle } }

    /// The version of the list or event seen last; nil before the first list.
    public var version: ResourceVersion? { state.withLock { $0.version } }

    /// How many objects are known.
    public var count: Int { state.withLock { $0.table.count } }

    /// The object under `key`, nil when there is none.
    public func object(_ key: ObjectKey) -> KubeObject? {
        state.withLock { $0.table[key] }?.object(keys)
    }

    /// All objects, ordered by key.
    public func objects() -> [KubeObject] {
        ordered(state.withLock { $0.table.all })
    }

    /// The objects that `index` finds under `value`, ordered by key; empty when the store does not have that index.
    public func objects(_ index: StoreIndex.Name, _ value: String) -> [KubeObject] {
        guard let position = indexPositions[index] else { return [] }
        return ordered(state.withLock { $0.table.find(value, index: position) })
    }

    /// The values under which `index` finds anything, sorted; empty when the store does not have that index.
    public func values(of index: StoreIndex.Name) -> [String] {
        guard let position = indexPositions[index] else { return [] }
        return state.withLock { $0.table.values(index: position) }.sorted()
    }

    /// Returns once the first full list is in.
    ///
    /// - Parameter orObstacle: whether to return as well once there is an ``obstacle``.
    /// - Throws: `CancellationError` when the task is cancelled before.
    public func waitUntilSynced(orObstacle: Bool = false) async throws {
        let id = state.withLock { state -> UInt64 in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.isSynced || Task.isCancelled { return true }
                    if orObstacle, state.obstacle != nil { return true }
                    state.syncWaiters[id] = Waiter(continuation: continuation, takesObstacle: orObstacle)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.syncWaiters.removeValue(forKey: id) }?.continuation.resume()
        }
        try Task.checkCancellation()
    }

    // MARK: Subscribing and writing

    /// Calls `subscriber` with everything that is there now, as additions, and then with every change.
    ///
    /// A change that arrives at the same moment may be told twice or, before the additions, once more: subscribers look at
    /// the state of the store, not at the history of deliveries.
    public func subscribe(_ subscriber: @escaping Subscriber) {
        let present = state.withLock { state in
            state.subscribers.append(subscriber)
            return state.table.all
        }
        guard !present.isEmpty else { return }
        let steps = sorted(present).map { StoreChanges.Step(old: nil, new: $0) }
        subscriber(StoreDelivery(origin: .list, changes: StoreChanges(steps, keys: keys)))
    }

    /// Calls `subscriber` whenever an ``obstacle`` appears or is gone.
    public func subscribeToObstacles(_ subscriber: @escaping @Sendable () -> Void) {
        state.withLock { $0.obstacleSubscribers.append(subscriber) }
    }

    /// Notes why the store cannot be kept, or that it can.
    func setObstacle(_ problem: WatchProblem?) {
        let (waiters, subscribers) = state.withLock { state -> ([Waiter], [@Sendable () -> Void]) in
            let isChange = (state.obstacle == nil) != (problem == nil)
            state.obstacle = problem
            guard isChange else { return ([], []) }
            guard problem != nil else { return ([], state.obstacleSubscribers) }
            let waiters = state.syncWaiters.filter(\.value.takesObstacle)
            for id in waiters.keys { state.syncWaiters[id] = nil }
            return (Array(waiters.values), state.obstacleSubscribers)
        }
        for waiter in waiters { waiter.continuation.resume() }
        for subscriber in subscribers { subscriber() }
    }

    /// Hands out the right to write, once.
    ///
    /// - Throws: ``StoreError`` with code `alreadyWritten` when it was handed out before.
    public func claimWriter() throws(StoreError) -> StoreWriter {
        let isFirst = state.withLock { state in
            defer { state.hasWriter = true }
            return !state.hasWriter
        }
        guard isFirst else {
            throw StoreError(
                .alreadyWritten,
                "store \(configuration.name) has a writer already: give each store one watcher"
            )
        }
        return StoreWriter(store: self)
    }

    func emptyTable() -> StoreTable {
        StoreTable(indexCount: configuration.indexes.count, keys: keys)
    }

    private func ordered(_ objects: [StoredObject]) -> [KubeObject] {
        sorted(objects).map { $0.object(keys) }
    }

    private func sorted(_ objects: [StoredObject]) -> [StoredObject] {
        objects.map { (key: $0.key(keys), object: $0) }.sorted { $0.key < $1.key }.map(\.object)
    }
}
