internal import DataTree
internal import KubeAPI

/// All collections and the revision counter: a value without any input or output.
///
/// Revisions grow by one with each write, over all collections, beginning with 2 as those of a fresh etcd do.
struct StorageState: Sendable {
    /// The revision of the last write.
    private(set) var revision: UInt64 = 1
    private(set) var collections: [GroupResource: ObjectCollection] = [:]
    /// The highest revision whose history no collection keeps.
    private(set) var baseline: UInt64 = 0
    /// The revision up to which a restart left no history.
    private var restored: UInt64 = 0
    let historyLimit: Int

    init(historyLimit: Int) {
        self.historyLimit = max(1, historyLimit)
    }

    /// Writes at the next revision, and says what changed.
    mutating func write(_ write: StorageWrite) throws(StorageError) -> StorageChange {
        let before = collections[write.resource]?[write.key]
        switch (write.condition, before) {
        case (.absent, .some):
            throw StorageError(.exists, "\(write.resource) \(write.key) exists already")
        case (.revision, nil), (.present, nil):
            throw StorageError(.missing, "\(write.resource) \(write.key) does not exist")
        case (.revision(let expected), .some(let object)) where object.revision != expected:
            throw StorageError(
                .changed,
                "\(write.resource) \(write.key) is at revision \(object.revision), not \(expected)"
            )
        default: break
        }
        revision += 1
        var after: StoredObject?
        if case .put(var tree) = write.effect {
            tree.set(.string(String(revision)), at: ["metadata", "resourceVersion"])
            after = StoredObject(key: write.key, revision: revision, tree: tree)
        }
        // The last state of a removed object carries the revision of its removal, as watchers are to see it.
        let change = StorageChange(revision: revision, before: before, after: after)
        apply(change, write.resource)
        return change
    }

    /// Applies a record of the log, in the order of revisions; records already applied are skipped.
    mutating func replay(_ record: LogRecord) {
        guard record.revision > revision || (record.isSnapshot && record.revision > 0) else { return }
        let key = record.key
        let after = record.tree.map { StoredObject(key: key, revision: record.revision, tree: $0) }
        let before = collections[record.resource]?[key]
        let change = StorageChange(revision: record.revision, before: before, after: after)
        if record.isSnapshot {
            collections[record.resource, default: ObjectCollection()].restore(change)
        } else {
            revision = record.revision
            apply(change, record.resource)
        }
    }

    /// Ends the replay of a snapshot taken at `revision`.
    mutating func endSnapshot(at revision: UInt64) {
        self.revision = max(self.revision, revision)
        restored = max(restored, revision)
        compact(upTo: revision)
    }

    /// Forgets the history at or before `revision`.
    mutating func compact(upTo revision: UInt64) {
        let last = min(revision, self.revision)
        baseline = max(baseline, last)
        for name in collections.keys { collections[name]?.compact(upTo: last) }
    }

    /// The lowest revision a watch of the collection can begin after without missing a change.
    ///
    /// A collection in which nothing was forgotten can be watched from before a compaction.
    func oldestWatch(of resource: GroupResource) -> UInt64 {
        max(restored, collections[resource]?.lastDropped ?? 0)
    }

    /// The lowest revision at which the collection's objects can be told.
    func oldestRevision(of resource: GroupResource) -> UInt64 {
        max(baseline, collections[resource]?.compacted ?? baseline)
    }

    private mutating func apply(_ change: StorageChange, _ resource: GroupResource) {
        let limit = historyLimit
        collections[resource, default: ObjectCollection()].apply(change, limit: limit)
    }
}
