internal import DataTree
internal import KubeAPI
internal import MeshBase

/// Removes what only lives for a while: Events go after an hour.
struct Expiry: Sendable {
    let context: ServerContext

    private static let events = GroupResource(group: "", resource: "events")
    private static let eventLife: Duration = .seconds(3600)

    func run() async {
        let limit = context.configuration.now().advanced(by: .zero - Self.eventLife).rfc3339
        for event in context.storage.peek(Self.events) {
            let last = event.tree.value(at: "metadata", "creationTimestamp")?.string ?? ""
            guard last < limit else { continue }
            let write = StorageWrite(Self.events, event.key, if: .revision(event.revision), .remove)
            _ = try? await context.storage.write(write)
        }
    }
}
