internal import DataTree
internal import KubeAPI
internal import MeshBase
internal import Synchronization

/// Removes what only lives for a while: Events go after an hour.
final class Expiry: Sendable {
    private static let events = GroupResource(group: "", resource: "events")
    private static let eventLife: Duration = .seconds(3600)
    /// All events are looked through, so not too often.
    private static let interval: Duration = .seconds(60)

    private let lastLook = Mutex<Timestamp?>(nil)

    /// Removes what is due, if the last look was long enough ago.
    func run(_ context: ServerContext) async {
        let now = context.configuration.now()
        let isDue = lastLook.withLock { last in
            if let last, now < last.advanced(by: Self.interval) { return false }
            last = now
            return true
        }
        guard isDue else { return }
        let limit = now.advanced(by: .zero - Self.eventLife).rfc3339
        for event in context.storage.peek(Self.events) {
            let last = event.tree.value(at: "metadata", "creationTimestamp")?.string ?? ""
            guard last < limit else { continue }
            let write = StorageWrite(Self.events, event.key, if: .revision(event.revision), .remove)
            _ = try? await context.storage.write(write)
        }
    }
}
