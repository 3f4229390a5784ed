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
        var packer: TreePacker
        var staged: StoreTable
        var tombstones = Tombstones()
        /// The version of the last full list: events up to it are part of it.
        var floor: ResourceVersion?
    }

    private let store: ObjectStore
    private let state: Mutex<State>

    init(store: ObjectStore) {
        self.store = store
        let packer = TreePacker(capacity: store.configuration.sharedValues, keys: store.keys)
        self.state = Mutex(State(packer: packer, staged: store.emptyTable()))
    }

    // MARK: Events

    /// Takes in an object that was added or modified.
    ///
    /// - Returns: what changed: nothing when it is not news; two changes when the object was made anew under its name.
    @discardableResult
    public func apply(_ object: KubeObject) -> StoreChanges {
        let key = object.key
        let identity = StoredIdentity(object)
        let current = current(key)
        guard isNews(identity, key: key, current: current) else { return publish([], origin: .watch) }
        state.withLock { $0.tombstones.forget(key) }
        let entry = entry(object)
        let oldTerms = terms(current)
        store.state.withLock { $0.table.put(entry, oldTerms: oldTerms) }
        return publish(steps(from: current, to: entry.stored), origin: .watch, version: identity.version)
    }

    /// Takes in that an object was deleted; `object` is its last state, with the version of the deletion.
    @discardableResult
    public func remove(_ object: KubeObject) -> StoreChanges {
        let key = object.key
        let identity = StoredIdentity(object)
        let current = current(key)
        if let version = identity.version {
            let isOld = current.map { identity.isOlder(than: $0.identity(store.keys)) } ?? false
            if isOld || isCovered(version) { return publish([], origin: .watch) }
            state.withLock { $0.tombstones.remember(key, version, limit: store.configuration.tombstoneLimit) }
        }
        guard let current else { return publish([], origin: .watch) }
        let oldTerms = terms(current)
        store.state.withLock { $0.table.remove(key, oldTerms: oldTerms) }
        return publish(steps(from: current, to: nil), origin: .watch, version: identity.version)
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
        state.withLock { $0.staged = store.emptyTable() }
    }

    /// Adds objects to the full list.
    ///
    /// What is kept already in the same version is shared with it, not kept twice.
    public func stage(_ objects: [KubeObject]) {
        for object in objects {
            let key = object.key
            let identity = StoredIdentity(object)
            let twin = state.withLock { $0.staged[key] }
            if let twin, identity.isOlder(than: twin.identity(store.keys)) { continue }
            let current = current(key).flatMap { $0.identity(store.keys).isSame(as: identity) ? $0 : nil }
            let entry = current.map { StoreTable.Entry(key: key, stored: $0, terms: terms($0)) } ?? entry(object)
            let oldTerms = terms(twin)
            state.withLock { $0.staged.put(entry, oldTerms: oldTerms) }
        }
    }

    /// Takes an object back out of the full list, since it was deleted while the list was sent.
    public func unstage(_ object: KubeObject) {
        let key = object.key
        let oldTerms = terms(state.withLock { $0.staged[key] })
        state.withLock { $0.staged.remove(key, oldTerms: oldTerms) }
    }

    /// Makes the staged objects the content of the store, all at once; what is not among them is deleted.
    ///
    /// - Returns: what changed: first what changed or went, ordered by key, then what is new in the order of the list.
    @discardableResult
    public func commitReplacement(at version: ResourceVersion, trust: Trust = .keepNewer) -> StoreChanges {
        var staged = state.withLock { state in
            defer {
                state.staged = store.emptyTable()
                state.floor = version
                if trust == .replaceAll { state.tombstones = Tombstones() }
            }
            return state.staged
        }
        let steps = merge(into: &staged, at: version, trust: trust)
        let table = staged
        store.state.withLock { state in
            state.table = table
            if trust == .replaceAll { state.version = nil }
        }
        return publish(steps, origin: .list, version: version)
    }

    /// Keeps in the staged table what the store knows better, and gives what changes by it.
    private func merge(into staged: inout StoreTable, at version: ResourceVersion, trust: Trust) -> [StoreChanges.Step]
    {
        let keys = store.keys
        let current = store.state.withLock { $0.table }
        var changed: [(key: ObjectKey, steps: [StoreChanges.Step])] = []
        for old in current.all {
            let key = old.key(keys)
            let identity = old.identity(keys)
            let new = staged[key]
            if let new, new === old { continue }
            let isKept: Bool
            if let new {
                isKept = new.identity(keys).isOlder(than: identity)
            } else {
                isKept = identity.version.map { version.isOlder(than: $0) } ?? false
            }
            if trust == .keepNewer, isKept {
                let entry = StoreTable.Entry(key: key, stored: old, terms: terms(old))
                staged.put(entry, oldTerms: terms(new))
            } else {
                changed.append((key, steps(from: old, to: new)))
            }
        }
        changed.sort { $0.key < $1.key }
        let added = staged.all.filter { current.count == 0 || current[$0.key(keys)] == nil }
        return changed.flatMap(\.steps) + added.map { StoreChanges.Step(old: nil, new: $0) }
    }

    // MARK: Rules

    private func current(_ key: ObjectKey) -> StoredObject? {
        store.state.withLock { $0.table[key] }
    }

    private func isNews(_ identity: StoredIdentity, key: ObjectKey, current: StoredObject?) -> Bool {
        if let known = current?.identity(store.keys) {
            if known.isSame(as: identity) || identity.isOlder(than: known) { return false }
        }
        guard let version = identity.version else { return true }
        return !isCovered(version) && !state.withLock { $0.tombstones.covers(key, version) }
    }

    /// Whether the last full list contains everything up to `version`.
    private func isCovered(_ version: ResourceVersion) -> Bool {
        guard let floor = state.withLock({ $0.floor }) else { return false }
        return version.isOlder(than: floor) || (version.isNumeric && version == floor)
    }

    private func entry(_ object: KubeObject) -> StoreTable.Entry {
        let trimmed = store.configuration.trimming(object)
        let terms = terms(of: trimmed)
        let packed = state.withLock { $0.packer.pack(trimmed.tree) }
        return StoreTable.Entry(key: trimmed.key, stored: StoredObject(packed), terms: terms)
    }

    private func terms(_ stored: StoredObject?) -> [StoreTable.Term] {
        guard let stored, !store.configuration.indexes.isEmpty else { return [] }
        return terms(of: stored.object(store.keys))
    }

    private func terms(of object: KubeObject) -> [StoreTable.Term] {
        var terms: [StoreTable.Term] = []
        for (position, index) in store.configuration.indexes.enumerated() {
            for value in index.values(object) { terms.append(StoreTable.Term(index: position, value: value)) }
        }
        return terms
    }

    /// A change, or a deletion and an addition where the object was made anew.
    private func steps(from old: StoredObject?, to new: StoredObject?) -> [StoreChanges.Step] {
        guard let old, let new, old.identity(store.keys).uid != new.identity(store.keys).uid else {
            return [StoreChanges.Step(old: old, new: new)]
        }
        return [StoreChanges.Step(old: old, new: nil), StoreChanges.Step(old: nil, new: new)]
    }

    // MARK: Publishing

    private func publish(
        _ steps: [StoreChanges.Step],
        origin: StoreDelivery.Origin,
        version: ResourceVersion? = nil
    ) -> StoreChanges {
        let (subscribers, waiters) = store.state.withLock { state in
            if let version { state.version = state.version?.later(version) ?? version }
            var waiters: [ObjectStore.Waiter] = []
            if origin == .list {
                state.isSynced = true
                waiters = Array(state.syncWaiters.values)
                state.syncWaiters = [:]
            }
            return (state.subscribers, waiters)
        }
        let changes = StoreChanges(steps, keys: store.keys)
        if !changes.isEmpty {
            let delivery = StoreDelivery(origin: origin, changes: changes)
            for subscriber in subscribers { subscriber(delivery) }
        }
        for waiter in waiters { waiter.continuation.resume() }
        return changes
    }
}
