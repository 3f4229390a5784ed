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
        /// The object with this uid is gone.
        case gone(uid: String?)
    }

    private let entries = Mutex<[ResourceID: Entry]>([:])

    /// Makes an empty ledger.
    package init() {}

    /// Notes the API server's newest answer about an object.
    package func note(_ object: KubeObject) {
        entries.withLock { $0[ResourceID(object)] = .present(object) }
    }

    /// Notes that an object is gone.
    package func noteAbsence(_ id: ResourceID, uid: String?) {
        entries.withLock { $0[id] = .gone(uid: uid) }
    }

    /// The newer of what the store has and what was noted.
    ///
    /// - Parameters:
    ///   - id: the object.
    ///   - cached: what the store has.
    ///   - version: how far the store has come.
    /// - Returns: nil where there is no such object.
    package func latest(_ id: ResourceID, cached: KubeObject?, version: ResourceVersion?) -> KubeObject? {
        entries.withLock { entries in
            switch entries[id] {
            case nil:
                return cached
            case .gone(let uid)?:
                if let cached, uid == nil || cached.uid == uid { return nil }
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

    /// The objects noted as present.
    package var presentIDs: [ResourceID] {
        entries.withLock { entries in
            entries.compactMap { id, entry in
                if case .present = entry { id } else { nil }
            }
        }
    }
}
