internal import DataTree
internal import KubeAPI
internal import KubeRuntime

/// What a write was decided from, held against what is there by now.
///
/// A write bears the resourceVersion of what it was decided from, so that it touches no object that somebody else has made,
/// changed or taken over since, and so that of two operators only one can write something down. A controller that writes
/// `status` changes the resourceVersion just as well, however (Kubernetes API conventions, "Concurrency Control and
/// Consistency"), and says nothing that the decision rests on but whether the object does its part.
enum WriteBasis: Sendable, Hashable {
    /// The decision stands: nobody has changed anything but the status, and the object does its part, or does not, as it did.
    case same
    /// Nothing but the status has changed, and the object is good for more, or for less, by it: to be decided anew.
    case judged
    /// Somebody has changed, made or taken it, or nothing is to be seen that stood in the way.
    case changed

    /// Compares the object as a cache shows it with the object as the API server has it, by what the cache keeps.
    init(_ seen: KubeObject, now fresh: KubeObject, trimming: ObjectTrimming) {
        guard seen.resourceVersion != fresh.resourceVersion,
            Self.content(trimming(seen)) == Self.content(trimming(fresh))
        else {
            self = .changed
            return
        }
        self = Self.state(of: seen) == Self.state(of: fresh) ? .same : .judged
    }

    /// Whether it does its part, without counts.
    private static func state(of object: KubeObject) -> Int {
        switch ObjectReadiness.of(object) {
        case .ready: 0
        case .waiting: 1
        case .failed: 2
        }
    }

    /// All but the status and what changes with it.
    private static func content(_ object: KubeObject) -> Tree {
        var tree = object.tree
        tree.set(nil, at: ["status"])
        tree.set(nil, at: ["metadata", "resourceVersion"])
        if let entries = tree.value(at: "metadata", "managedFields")?.array {
            let others = entries.filter { $0["subresource"]?.string != "status" }
            tree.set(.array(others), at: ["metadata", "managedFields"])
        }
        return tree
    }
}
