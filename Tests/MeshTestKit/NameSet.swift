internal import Synchronization

/// A set of names that several tests may add to at once.
final class NameSet: Sendable {
    private let names = Mutex<Set<String>>([])

    func insert(_ name: String) {
        names.withLock { _ = $0.insert(name) }
    }

    func contains(_ name: String) -> Bool {
        names.withLock { $0.contains(name) }
    }
}
