internal import DataTree
internal import KubeAPI
internal import Logging
internal import MeshBase
internal import Synchronization

/// Tells what others do to statuses from what this process writes, and how soon it is put right.
///
/// The first three times within ten minutes at once, then once a minute: who keeps on writing costs no more than that.
final class StatusWatch: Sendable {
    private struct Entry {
        /// The status this process last wrote, or is about to.
        var status: Tree?
        /// The version it was written as.
        var version: ResourceVersion?
        /// When changes by others were put right, the next time included.
        var repairs: [Duration] = []
    }

    private static let limit = 3
    private static let window = Duration.seconds(600)
    private static let interval = Duration.seconds(60)

    private let entries = Mutex<[ObjectKey: Entry]>([:])

    /// Notes what is about to be written: the watch may show it before the answer comes.
    func expect(_ status: Tree, of key: ObjectKey) {
        entries.withLock { $0[key, default: Entry()].status = status }
    }

    /// Notes what was written, as the API server answered.
    func note(_ object: KubeObject) {
        entries.withLock { entries in
            entries[object.key, default: Entry()].status = object.tree["status"]
            entries[object.key]?.version = object.resourceVersion.map { ResourceVersion($0) }
        }
    }

    /// Forgets an object that is gone.
    func forget(_ key: ObjectKey) {
        entries.withLock { $0[key] = nil }
    }

    /// How soon a change is to be put right; nil where it leaves the status as it was, or is by this process.
    ///
    /// What is older than the last own write was known to that write, or the API server had refused it.
    func delay(_ change: StoreChange, now: Duration) -> Duration? {
        guard case .updated(let old, let new) = change, old.tree["status"] != new.tree["status"] else { return nil }
        return entries.withLock { entries in
            var entry = entries[new.key] ?? Entry()
            guard entry.status == nil || entry.status != new.tree["status"] else { return nil }
            let version = new.resourceVersion.map { ResourceVersion($0) }
            if let own = entry.version, let version, version.isOlder(than: own) { return nil }
            var recent = entry.repairs.filter { now - $0 < Self.window }.suffix(Self.limit)
            defer {
                entry.repairs = Array(recent)
                entries[new.key] = entry
            }
            if let next = recent.last, next > now { return next - now }
            let next = recent.count < Self.limit ? now : max(now, (recent.last ?? now) + Self.interval)
            recent.append(next)
            return next - now
        }
    }
}

extension ResourceDriver {
    /// Has `controller` reconcile an object as soon as somebody else changes its status, which nothing else would tell.
    ///
    /// What this driver writes wakes nobody. Whoever goes on changing it is answered once a minute. Call it once.
    public func watchStatus(with controller: Controller) {
        store.subscribe { [statuses, environment] delivery in
            for change in delivery.changes {
                if case .deleted = change { statuses.forget(change.key) }
                guard let delay = statuses.delay(change, now: environment.time.now) else { continue }
                environment.logger.debug(
                    "status changed by others",
                    metadata: ["key": "\(change.key)", "wait": "\(delay)"]
                )
                controller.enqueue(change.key, after: delay)
            }
        }
    }
}
