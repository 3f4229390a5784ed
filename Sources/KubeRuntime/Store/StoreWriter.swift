internal import DataTree
public import KubeAPI
internal import Synchronization

/// The one way to change an ``ObjectStore``.
///
/// An older version never replaces a newer one: where both versions are integers they are compared, and what is older than
/// the object kept, than its deletion, or than the last full list is dropped. Where they do not compare, what arrives later
/// counts as newer. Calls must not overlap; the task that owns the writer makes them one after another.
public final class StoreWriter: Sendable {
    /// Whether a full list may take back what is newer.
    public enum Trust: Sendable, Hashable {
        /// Objects kept that are newer than the list stay.
        case keepNewer
        /// The list is the truth, even where it is older: the server was restored from a backup.
        case replaceAll
    }

    private struct State {
        var staged: [ObjectKey: StoredObject] = [:]
        var tombstones = Tombstones()
        var interner: TreeInterner
        /// The version of the last full list: events up to it are part of it.
        var floor: ResourceVersion?
    }

    private let store: ObjectStore
    private let state: Mutex<State>

    init(store: ObjectStore) {
        self.store = store
        let interner = TreeInterner(capacity: store.configuration.sharedValues)
        self.state = Mutex(State(interner: interner))
    }

    // MARK: Events

    /// Takes in an object that was added or modified.
    ///
    /// - Returns: what changed: nothing when it is not news; two changes when the object was made anew under its name.
    @discardableResult
    public func apply(_ object: KubeObject) -> [StoreChange] {
        let fresh = stored(object)
        let current = store.state.withLock { $0.table[fresh.key] }
        guard isNews(fresh, current: current) else { return [] }
        state.withLock { $0.tombstones.forget(fresh.key) }
        return publish([edit(from: current, to: fresh, key: fresh.key)], origin: .watch, version: fresh.version)
    }

    /// Takes in that an object was deleted; `object` is its last state, with the version of the deletion.
    @discardableResult
    public func remove(_ object: KubeObject) -> [StoreChange] {
        let key = object.key
        let version = object.resourceVersion.map(ResourceVersion.init)
        let current = store.state.withLock { $0.table[key] }
        if let version {
            if let known = current?.version, version.isOlder(than: known) || isCovered(version) { return [] }
            state.withLock { $0.tombstones.remember(key, version, limit: store.configuration.tombstoneLimit) }
        }
        guard let current else { return [] }
        return publish([edit(from: current, to: nil, key: key)], origin: .watch, version: version)
    }

    /// Takes in that the watch has reached `version` without a change.
    public func advance(to version: ResourceVersion) {
        store.state.withLock { $0.version = $0.version?.later(version) ?? version }
    }

    // MARK: Full lists

    /// Starts a full list, forgetting one that was not committed.
    ///
    /// Readers see nothing of it before ``commitReplacement(at:trust:)``.
    public func beginReplacement() {
        state.withLock { $0.staged = [:] }
    }

    /// Adds objects to the full list.
    ///
    /// What is kept already in the same version is shared with it, not kept twice.
    public func stage(_ objects: [KubeObject]) {
        for object in objects {
            let key = object.key
            let current = store.state.withLock { $0.table[key] }
            let kept = current.flatMap { $0.isSameVersion(as: object) ? $0 : nil } ?? stored(object)
            state.withLock { state in
                if let other = state.staged[key]?.version, let mine = kept.version, mine.isOlder(than: other) { return }
                state.staged[key] = kept
            }
        }
    }

    /// Takes an object back out of the full list, since it was deleted while the list was sent.
    public func unstage(_ object: KubeObject) {
        state.withLock { _ = $0.staged.removeValue(forKey: object.key) }
    }

    /// Makes the staged objects the content of the store, all at once; what is not among them is deleted.
    ///
    /// - Returns: what changed, ordered by key.
    @discardableResult
    public func commitReplacement(at version: ResourceVersion, trust: Trust = .keepNewer) -> [StoreChange] {
        let staged = state.withLock { state in
            defer {
                state.staged = [:]
                state.floor = version
                if trust == .replaceAll { state.tombstones = Tombstones() }
            }
            return state.staged
        }
        let edits = replacementEdits(staged, at: version, trust: trust)
        return publish(edits, origin: .list, version: version, replacesVersion: trust == .replaceAll)
    }

    // MARK: Rules

    private func stored(_ object: KubeObject) -> StoredObject {
        let trimmed = store.configuration.trimming(object)
        let compact = KubeObject(state.withLock { $0.interner.intern(trimmed.tree) })
        return StoredObject(compact, key: compact.key)
    }

    private func isNews(_ fresh: StoredObject, current: StoredObject?) -> Bool {
        if let current, current.isSameVersion(as: fresh.object) { return false }
        guard let version = fresh.version else { return true }
        if let known = current?.version, version.isOlder(than: known) { return false }
        return !isCovered(version) && !state.withLock { $0.tombstones.covers(fresh.key, version) }
    }

    /// Whether the last full list contains everything up to `version`.
    private func isCovered(_ version: ResourceVersion) -> Bool {
        guard let floor = state.withLock({ $0.floor }) else { return false }
        return version.isOlder(than: floor) || (version.isNumeric && version == floor)
    }

    private func replacementEdits(
        _ staged: [ObjectKey: StoredObject],
        at version: ResourceVersion,
        trust: Trust
    ) -> [StoreTable.Edit] {
        var wanted = staged
        let current = store.state.withLock { $0.table.all }
        var edits: [StoreTable.Edit] = []
        for old in current {
            guard let new = wanted.removeValue(forKey: old.key) else {
                if trust == .replaceAll || old.version.map({ !version.isOlder(than: $0) }) ?? true {
                    edits.append(edit(from: old, to: nil, key: old.key))
                }
                continue
            }
            if new === old { continue }
            if trust == .keepNewer, let mine = new.version, let known = old.version, mine.isOlder(than: known) {
                continue
            }
            edits.append(edit(from: old, to: new, key: old.key))
        }
        for (key, new) in wanted { edits.append(edit(from: nil, to: new, key: key)) }
        edits.sort { $0.key < $1.key }
        return edits
    }

    private func edit(from old: StoredObject?, to new: StoredObject?, key: ObjectKey) -> StoreTable.Edit {
        StoreTable.Edit(key: key, old: old, new: new, oldTerms: terms(old), newTerms: terms(new))
    }

    private func terms(_ stored: StoredObject?) -> [StoreTable.Term] {
        guard let stored else { return [] }
        var terms: [StoreTable.Term] = []
        for (position, index) in store.configuration.indexes.enumerated() {
            for value in index.values(stored.object) { terms.append(StoreTable.Term(index: position, value: value)) }
        }
        return terms
    }

    // MARK: Publishing

    private func publish(
        _ edits: [StoreTable.Edit],
        origin: StoreDelivery.Origin,
        version: ResourceVersion?,
        replacesVersion: Bool = false
    ) -> [StoreChange] {
        let (subscribers, waiters) = store.state.withLock { state in
            for edit in edits { state.table.apply(edit) }
            if let version {
                state.version = replacesVersion ? version : state.version?.later(version) ?? version
            }
            var waiters: [CheckedContinuation<Void, Never>] = []
            if origin == .list {
                state.isSynced = true
                waiters = Array(state.syncWaiters.values)
                state.syncWaiters = [:]
            }
            return (state.subscribers, waiters)
        }
        let changes = edits.flatMap(Self.changes)
        if !changes.isEmpty {
            let delivery = StoreDelivery(origin: origin, changes: changes)
            for subscriber in subscribers { subscriber(delivery) }
        }
        for waiter in waiters { waiter.resume() }
        return changes
    }

    private static func changes(_ edit: StoreTable.Edit) -> [StoreChange] {
        switch (edit.old?.object, edit.new?.object) {
        case (nil, nil): []
        case (nil, let new?): [.added(new)]
        case (let old?, nil): [.deleted(old)]
        case (let old?, let new?) where old.uid != new.uid: [.deleted(old), .added(new)]
        case (let old?, let new?): [.updated(old: old, new: new)]
        }
    }
}
