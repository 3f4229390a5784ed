package import KubeAPI
package import KubeRuntime
internal import Synchronization

/// Objects as this process last wrote or read them by itself, until the watch has caught up with that.
///
/// Without it a plan made right after a write would see what was there before, and write again.
package final class WriteLedger: Sendable {
    private enum Entry: Sendable {
        /// The object as the API server answered.
        case present(KubeObject)
        /// The object with this uid, or last seen in this version, is gone.
        case gone(uid: String?, version: String?)
        /// The object was read past a cache that lacks it.
        case confirmed(KubeObject, at: Duration)
    }

    private let entries = Mutex<[ResourceID: Entry]>([:])

    /// Makes an empty ledger.
    package init() {}

    /// Notes the API server's newest answer about an object.
    package func note(_ object: KubeObject) {
        entries.withLock { $0[ResourceID(object)] = .present(object) }
    }

    /// Notes that an object is gone.
    ///
    /// - Parameters:
    ///   - id: the object.
    ///   - uid: the uid of the one that is gone, where it is known.
    ///   - version: the version in which it was seen last, where it is known.
    package func noteAbsence(_ id: ResourceID, uid: String?, version: String?) {
        entries.withLock { $0[id] = .gone(uid: uid, version: version) }
    }

    /// Notes at `now` that an object is there although the cache lacks it: the watch lost it.
    package func confirm(_ object: KubeObject, now: Duration) {
        entries.withLock { $0[ResourceID(object)] = .confirmed(object, at: now) }
    }

    /// How long an object that a cache lacks counts as there without being read again.
    package static let confirmation = Duration.seconds(60)

    /// The newer of what the store has and what was noted.
    ///
    /// - Parameters:
    ///   - id: the object.
    ///   - cached: what the store has.
    ///   - version: how far the store has come.
    ///   - now: the time.
    /// - Returns: nil where there is no such object.
    package func latest(_ id: ResourceID, cached: KubeObject?, version: ResourceVersion?, now: Duration) -> KubeObject?
    {
        entries.withLock { entries in
            switch entries[id] {
            case nil:
                return cached
            case .gone(let uid, let lastVersion)?:
                let last = lastVersion.map { ResourceVersion($0) }
                guard let cached else {
                    // A cache that has not come that far may still be told of the object before it is told of its end.
                    if last.map({ version?.isOlder(than: $0) == false }) ?? true { entries[id] = nil }
                    return nil
                }
                if Self.isThatOne(cached, uid: uid, last: last) { return nil }
                entries[id] = nil
                return cached
            case .confirmed(let object, let time)?:
                if cached == nil, now - time < Self.confirmation { return object }
                entries[id] = nil
                return cached
            case .present(let object)?:
                guard let noted = object.resourceVersion.map({ ResourceVersion($0) }), let version,
                    version.isOlder(than: noted)
                else {
                    entries[id] = nil
                    return cached
                }
                return object
            }
        }
    }

    /// Whether a cache shows the object that is gone, or one that was there before it.
    private static func isThatOne(_ cached: KubeObject, uid: String?, last: ResourceVersion?) -> Bool {
        if let uid, cached.uid == uid { return true }
        guard let last, let version = cached.resourceVersion.map({ ResourceVersion($0) }) else { return false }
        return version == last || version.isOlder(than: last)
    }

    /// The objects of which something is noted.
    ///
    /// Who looks at things asks for each of them with ``latest(_:cached:version:now:)``, which forgets what caches show by now: an object that
    /// is gone and no longer wanted is not asked for otherwise.
    package var notedIDs: [ResourceID] { entries.withLock { Array($0.keys) } }
}
