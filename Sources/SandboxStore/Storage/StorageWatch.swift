internal import Synchronization

/// A reader of a collection's changes, in order and without gaps.
///
/// It keeps no buffer of its own: it reads the collection's history at its own pace, and a reader slower than the
/// history is long ends with ``Signal/compacted``. One task reads at a time.
package final class StorageWatch: Sendable {
    /// What the next read found.
    package enum Signal: Sendable {
        /// Changes, oldest first, never none.
        case changes([StorageChange])
        /// Nothing changed up to this revision; the clock ticked, so look at deadlines.
        case idle(revision: UInt64)
        /// Changes after the last read are no longer kept.
        case compacted(oldest: UInt64)
        /// The reading task was cancelled.
        case cancelled
    }

    private enum Step {
        case signal(Signal)
        case wait(UInt64)
    }

    private struct Cursor {
        var revision: UInt64
        var ticks: UInt64
    }

    private let storage: ObjectStorage
    private let resource: GroupResource
    private let cursor: Mutex<Cursor>

    /// Begins after `revision`, or after the latest durable write with nil.
    package init(_ storage: ObjectStorage, _ resource: GroupResource, after revision: UInt64? = nil) {
        let (durable, ticks) = storage.inner.withLock { ($0.durable, $0.ticks) }
        self.storage = storage
        self.resource = resource
        self.cursor = Mutex(Cursor(revision: revision ?? durable, ticks: ticks))
    }

    /// The revision up to which changes were read.
    package var revision: UInt64 { cursor.withLock { $0.revision } }

    /// Waits for changes or for a tick of the clock.
    package func next(limit: Int = 256) async -> Signal {
        while true {
            if Task.isCancelled { return .cancelled }
            let from = cursor.withLock { $0 }
            switch step(from, limit: limit) {
            case .signal(let signal): return signal
            case .wait(let id): await wait(id)
            }
        }
    }

    private func step(_ from: Cursor, limit: Int) -> Step {
        let (signal, ticks, id) = storage.inner.withLock { inner -> (Signal?, UInt64, UInt64) in
            let id = inner.nextWaiter
            inner.nextWaiter += 1
            let collection = inner.state.collections[resource]
            if from.revision < collection?.lastDropped ?? 0 {
                return (.compacted(oldest: inner.state.oldestWatch(of: resource)), inner.ticks, id)
            }
            let changes = collection?
                .changes(after: from.revision, through: inner.durable, limit: limit)
            if let changes, !changes.isEmpty { return (.changes(Array(changes)), inner.ticks, id) }
            return (inner.ticks == from.ticks ? nil : .idle(revision: inner.durable), inner.ticks, id)
        }
        guard let signal else { return .wait(id) }
        cursor.withLock { cursor in
            cursor.ticks = ticks
            switch signal {
            case .changes(let changes): cursor.revision = changes.last?.revision ?? cursor.revision
            case .idle(let revision): cursor.revision = max(cursor.revision, revision)
            case .compacted, .cancelled: break
            }
        }
        return .signal(signal)
    }

    private func wait(_ id: UInt64) async {
        let from = cursor.withLock { $0 }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = storage.inner.withLock { inner -> Bool in
                    let changed =
                        inner.state.collections[resource]?
                        .changes(after: from.revision, through: inner.durable, limit: 1).isEmpty == false
                    if changed || inner.ticks != from.ticks || Task.isCancelled { return false }
                    inner.waiters[id] = ObjectStorage.Waiter(resource: resource, continuation: continuation)
                    return true
                }
                if !waits { continuation.resume() }
            }
        } onCancel: {
            let waiter = storage.inner.withLock { $0.waiters.removeValue(forKey: id) }
            waiter?.continuation.resume()
        }
    }
}
