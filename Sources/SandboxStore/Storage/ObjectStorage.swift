package import KubeAPI
internal import Synchronization

/// The store: collections of objects under one revision counter, with watches and a durable log.
///
/// A write is acknowledged, and shown to watchers, only once the log has it. Writes that arrive while the log is busy
/// share its next flush. Safe to use from any number of tasks.
package final class ObjectStorage: Sendable {
    /// How much the store remembers.
    package struct Configuration: Sendable, Hashable {
        /// How many changes each collection keeps for watchers that resume.
        package var historyLimit = 20_000
        /// After how many bytes of log a snapshot is taken.
        package var snapshotBytes = 64 << 20

        /// The usual limits.
        package init() {}
    }

    struct Inner: Sendable {
        var state: StorageState
        var durable: UInt64
        var pending: [LogRecord] = []
        var isFlushing = false
        var failure: StorageError?
        var waiters: [UInt64: Waiter] = [:]
        var nextWaiter: UInt64 = 0
        var writers: [CheckedContinuation<Void, Never>] = []
        var ticks: UInt64 = 0
    }

    struct Waiter: Sendable {
        let resource: GroupResource
        let continuation: CheckedContinuation<Void, Never>
    }

    let inner: Mutex<Inner>
    private let log: (any WriteAheadLog)?
    private let configuration: Configuration
    private let onFailure: @Sendable (StorageError) -> Void

    /// Opens a store on a log, reading back what survived; without a log everything lives in memory only.
    ///
    /// - Parameters:
    ///   - configuration: how much the store remembers.
    ///   - log: where writes become durable.
    ///   - onFailure: told once, when the log could not be written and the store takes no more writes.
    /// - Throws: ``StorageError`` with code `logDamaged` when the log cannot be read.
    package init(
        configuration: Configuration = Configuration(),
        log: (any WriteAheadLog)? = nil,
        onFailure: @escaping @Sendable (StorageError) -> Void = { _ in }
    ) throws(StorageError) {
        var state = StorageState(historyLimit: configuration.historyLimit)
        if let log {
            do {
                var snapshotEnded = false
                var logged: [LogRecord] = []
                let base = try log.replay { record in
                    if record.isSnapshot, !snapshotEnded {
                        state.replay(record)
                    } else {
                        snapshotEnded = true
                        logged.append(record)
                    }
                }
                state.endSnapshot(at: base)
                for record in logged { state.replay(record) }
            } catch {
                throw StorageError(.logDamaged, "the log could not be read; restore it from a copy", cause: error)
            }
        }
        self.inner = Mutex(Inner(state: state, durable: state.revision))
        self.log = log
        self.configuration = configuration
        self.onFailure = onFailure
    }

    /// A store in memory with the usual limits.
    package static func inMemory(historyLimit: Int = Configuration().historyLimit) -> ObjectStorage {
        ObjectStorage(memory: historyLimit)
    }

    private init(memory historyLimit: Int) {
        var configuration = Configuration()
        configuration.historyLimit = historyLimit
        self.inner = Mutex(Inner(state: StorageState(historyLimit: historyLimit), durable: 1))
        self.log = nil
        self.configuration = configuration
        self.onFailure = { _ in }
    }

    private init(_ state: StorageState, _ configuration: Configuration) {
        inner = Mutex(Inner(state: state, durable: state.revision))
        log = nil
        self.configuration = configuration
        onFailure = { _ in }
    }

    /// A store in memory that begins with all that is here, history included; cheap, since both share what neither changes.
    ///
    /// What is written to one does not show in the other. Changes that are not durable yet count as written.
    package func fork() -> ObjectStorage { ObjectStorage(inner.withLock { $0.state }, configuration) }

    /// Why the store takes no more writes; nil while it does.
    package var failure: StorageError? { inner.withLock { $0.failure } }

    /// The revision of the last durable write.
    package var revision: UInt64 { inner.withLock { $0.durable } }

    /// Writes when the condition holds, and returns once the write is durable.
    ///
    /// - Throws: ``StorageError`` with `exists`, `missing` or `changed` by the condition, `tooLarge` by the
    ///   object, `logFailed` by the log.
    @discardableResult
    package func write(_ write: StorageWrite) async throws(StorageError) -> StorageChange {
        if case .put(let tree) = write.effect, StorageWrite.exceeds(StorageWrite.mostBytes, tree) {
            throw StorageError(.tooLarge, "etcdserver: request is too large")
        }
        let outcome = inner.withLock { inner -> Result<StorageChange, StorageError> in
            if let failure = inner.failure { return .failure(failure) }
            do throws(StorageError) {
                let change = try inner.state.write(write)
                if log != nil {
                    inner.pending.append(
                        LogRecord(
                            revision: change.revision,
                            resource: write.resource,
                            key: write.key,
                            tree: change.after?.tree
                        )
                    )
                }
                return .success(change)
            } catch {
                return .failure(error)
            }
        }
        let change = try outcome.get()
        try await settle(change.revision)
        return change
    }

    /// The object under `key`, nil when there is none, with the revision it was read at.
    package func get(_ resource: GroupResource, _ key: ObjectKey) async throws(StorageError)
        -> (object: StoredObject?, revision: UInt64)
    {
        let (object, revision) = inner.withLock { ($0.state.collections[resource]?[key], $0.state.revision) }
        try await settle(object?.revision ?? revision)
        return (object, revision)
    }

    /// The objects of a collection in the order of their keys.
    ///
    /// - Parameters:
    ///   - resource: the collection.
    ///   - namespace: only objects of this namespace, or all with nil.
    ///   - after: only objects whose path `namespace/name` comes after this one.
    ///   - revision: the state at that revision, or the latest with nil.
    /// - Returns: the objects and the revision the list is consistent at.
    /// - Throws: ``StorageError`` with `compacted` or `future` when the revision cannot be told.
    package func list(
        _ resource: GroupResource,
        namespace: String? = nil,
        after: String? = nil,
        at revision: UInt64? = nil
    ) async throws(StorageError) -> StorageSlice {
        let prefix = namespace.map { "\($0)/" } ?? ""
        let outcome = inner.withLock { inner -> Result<StorageSlice, StorageError> in
            let current = inner.state.revision
            let collection = inner.state.collections[resource]
            guard let revision else {
                return .success(
                    StorageSlice(objects: collection?.list(prefix: prefix, after: after) ?? [], revision: current)
                )
            }
            if revision > current {
                return .failure(StorageError(.future, "revision \(revision) is after the current \(current)"))
            }
            let oldest = inner.state.oldestRevision(of: resource)
            if revision < oldest {
                return .failure(StorageError(.compacted, "revision \(revision) is before the oldest, \(oldest)"))
            }
            let objects = collection?.list(prefix: prefix, after: after, at: revision) ?? []
            return .success(StorageSlice(objects: objects, revision: revision))
        }
        let slice = try outcome.get()
        try await settle(slice.revision)
        return slice
    }

    /// How many objects a collection has.
    package func count(_ resource: GroupResource) -> Int {
        inner.withLock { $0.state.collections[resource]?.count ?? 0 }
    }

    /// The revision of the last change in a collection, as far as it is remembered; 0 where nothing was ever written.
    package func lastChange(in resource: GroupResource) -> UInt64 {
        inner.withLock { inner in
            guard let collection = inner.state.collections[resource] else { return 0 }
            return max(collection.history.last?.revision ?? 0, collection.compacted)
        }
    }

    /// The changes in a collection after a revision, as far as they are remembered, in order.
    package func changes(in resource: GroupResource, after revision: UInt64) -> [StorageChange] {
        inner.withLock { inner in
            let last = inner.state.revision
            let found = inner.state.collections[resource]?.changes(after: revision, through: last, limit: .max)
            return Array(found ?? [])
        }
    }

    /// The names of all collections that were ever written to.
    package var resources: [GroupResource] {
        inner.withLock { Array($0.state.collections.keys) }.sorted()
    }

    /// Forgets the history at or before `revision`: watches and lists that need it are refused as too old.
    package func compact(upTo revision: UInt64? = nil) {
        inner.withLock { inner in inner.state.compact(upTo: min(revision ?? inner.durable, inner.durable)) }
        tick()
    }

    /// Lets every waiting watch look at its deadlines; called by whoever owns the clock.
    package func tick() {
        let waiters = inner.withLock { inner in
            inner.ticks += 1
            defer { inner.waiters = [:] }
            return Array(inner.waiters.values)
        }
        for waiter in waiters { waiter.continuation.resume() }
    }
}

// MARK: - Durability

extension ObjectStorage {
    private enum FlushStep {
        case done
        case failed(StorageError)
        case flush([LogRecord])
        case wait
    }

    /// Returns once everything up to `revision` is durable, flushing the log itself when nobody else does.
    private func settle(_ revision: UInt64) async throws(StorageError) {
        if log == nil {
            publish(through: revision)
            return
        }
        while true {
            let step = inner.withLock { inner -> FlushStep in
                if inner.durable >= revision { return .done }
                if let failure = inner.failure { return .failed(failure) }
                if inner.isFlushing { return .wait }
                inner.isFlushing = true
                defer { inner.pending = [] }
                return .flush(inner.pending)
            }
            switch step {
            case .done: return
            case .failed(let failure): throw failure
            case .flush(let records): flush(records)
            case .wait: await waitForFlush()
            }
        }
    }

    private func waitForFlush() async {
        await withCheckedContinuation { continuation in
            let waits = inner.withLock { inner in
                if inner.isFlushing { inner.writers.append(continuation) }
                return inner.isFlushing
            }
            if !waits { continuation.resume() }
        }
    }

    private func flush(_ records: [LogRecord]) {
        var failure: StorageError?
        do {
            try log?.append(records)
            if let log, log.bytesSinceSnapshot > configuration.snapshotBytes, let last = records.last {
                try snapshot(log, through: last.revision)
            }
        } catch {
            failure = StorageError(
                .logFailed,
                "the log could not be written; free disk space and restart mesh-sandbox",
                cause: error
            )
        }
        let (writers, isFirst) = inner.withLock { inner in
            let isFirst = inner.failure == nil
            inner.isFlushing = false
            inner.failure = inner.failure ?? failure
            defer { inner.writers = [] }
            return (inner.writers, isFirst)
        }
        if let failure, isFirst { onFailure(failure) }
        if failure == nil, let last = records.last { publish(through: last.revision) }
        for writer in writers { writer.resume() }
    }

    /// Replaces the log by a snapshot; changes still pending come again after it, which a replay skips.
    private func snapshot(_ log: any WriteAheadLog, through revision: UInt64) throws {
        let (collections, last) = inner.withLock { ($0.state.collections, $0.state.revision) }
        let records = collections.lazy.flatMap { resource, collection in
            collection.objects.values.lazy.map { object in
                LogRecord(revision: object.revision, resource: resource, key: object.key, tree: object.tree)
            }
        }
        try log.snapshot(at: last, records)
    }

    /// Shows watchers everything up to `revision`.
    private func publish(through revision: UInt64) {
        let waiters = inner.withLock { inner -> [Waiter] in
            guard revision > inner.durable else { return [] }
            let before = inner.durable
            inner.durable = revision
            return inner.takeWaiters(for: before + 1...revision)
        }
        for waiter in waiters { waiter.continuation.resume() }
    }
}

extension ObjectStorage.Inner {
    /// Removes and returns the waiters of collections that changed within `revisions`.
    mutating func takeWaiters(for revisions: ClosedRange<UInt64>) -> [ObjectStorage.Waiter] {
        let woken = waiters.filter { _, waiter in
            guard let collection = state.collections[waiter.resource] else { return false }
            return !collection.changes(after: revisions.lowerBound - 1, through: revisions.upperBound, limit: 1).isEmpty
        }
        for id in woken.keys { waiters[id] = nil }
        return Array(woken.values)
    }
}

extension ObjectStorage {
    /// The lowest revision a watch of the collection can begin after without missing a change.
    package func oldestWatch(of resource: GroupResource) -> UInt64 {
        inner.withLock { $0.state.oldestWatch(of: resource) }
    }

    /// The objects of a collection as they are now, durable or not; for looking, not for answering.
    package func peek(_ resource: GroupResource) -> [StoredObject] {
        inner.withLock { $0.state.collections[resource]?.list(prefix: "", after: nil) ?? [] }
    }
}
