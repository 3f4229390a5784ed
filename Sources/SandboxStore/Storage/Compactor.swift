internal import MeshBase
internal import Synchronization

/// Forgets history after a while, as kube-apiserver has etcd do: what is older than five to ten minutes.
final class Compactor: Sendable {
    private struct Mark: Sendable {
        var time: Timestamp
        var revision: UInt64
    }

    private static let interval: Duration = .seconds(300)

    private let mark = Mutex<Mark?>(nil)

    /// Compacts when the last time was long enough ago.
    func run(_ storage: ObjectStorage, now: Timestamp) {
        let revision = storage.revision
        let due = mark.withLock { mark -> UInt64? in
            guard let last = mark else {
                mark = Mark(time: now, revision: revision)
                return nil
            }
            guard now >= last.time.advanced(by: Self.interval) else { return nil }
            mark = Mark(time: now, revision: revision)
            return last.revision
        }
        if let due { storage.compact(upTo: due) }
    }
}
