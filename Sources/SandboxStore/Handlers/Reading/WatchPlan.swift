/// How a watch begins.
struct WatchPlan: Sendable {
    let watch: StorageWatch
    /// The objects shown first.
    var initial: [StoredObject] = []
    /// Whether a bookmark marks the end of those.
    var endsInitial = false
    /// The revision of those.
    var initialRevision: UInt64 = 0
    /// Ends the watch at once.
    var refusal: APIFault?

    init(watch: StorageWatch) {
        self.watch = watch
    }
}
