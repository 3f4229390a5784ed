internal import KubeAPI
internal import Synchronization

/// Objects as this process last wrote them, until the watch has caught up with the write.
///
/// Without it, a reconcile that begins before its own last write has come back through the watch would decide on what was
/// there before and write again.
final class OwnWrites: Sendable {
    private let objects = Mutex<[ObjectKey: KubeObject]>([:])

    var count: Int { objects.withLock { $0.count } }

    func remember(_ object: KubeObject) {
        objects.withLock { $0[object.key] = object }
    }

    /// The newer of what a store holds and what was written.
    func latest(_ key: ObjectKey, cached: KubeObject?) -> KubeObject? {
        objects.withLock { objects in
            guard let cached else {
                objects[key] = nil
                return nil
            }
            guard let written = objects[key], written.uid == cached.uid,
                let mine = written.resourceVersion, let theirs = cached.resourceVersion,
                ResourceVersion(theirs).isOlder(than: ResourceVersion(mine))
            else {
                objects[key] = nil
                return cached
            }
            return written
        }
    }
}
