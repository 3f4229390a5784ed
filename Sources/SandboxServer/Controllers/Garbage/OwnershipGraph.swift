internal import KubeAPI
internal import SandboxStore

/// Who owns whom, over all collections.
///
/// Pure bookkeeping: it learns of objects as they change and tells which keys need a look.
struct OwnershipGraph: Sendable {
    /// Where an object is.
    struct Place: Sendable, Hashable {
        /// Its collection.
        var collection: GroupResource
        /// Namespace and name.
        var key: ObjectKey
    }

    private struct Node {
        var place: Place
        var owners: Set<String>
    }

    private var nodes: [String: Node] = [:]
    private var dependents: [String: Set<String>] = [:]

    /// Where the object with that UID is, nil when it is gone.
    func place(of uid: String) -> Place? { nodes[uid]?.place }

    /// The UIDs of the objects that name `uid` as an owner, ordered.
    func dependents(of uid: String) -> [String] { (dependents[uid] ?? []).sorted() }

    /// Takes in a change; returns the UIDs of the objects that may have to go or may be let go.
    ///
    /// - Parameters:
    ///   - collection: the collection changed.
    ///   - before: the object before, nil on creation.
    ///   - after: the object after, nil once it is gone.
    /// - Returns: the UIDs to look at.
    mutating func update(_ collection: GroupResource, before: KubeObject?, after: KubeObject?) -> Set<String> {
        var affected: Set<String> = []
        if let before, let uid = before.uid, after?.uid != uid {
            let owners = nodes.removeValue(forKey: uid)?.owners ?? []
            for owner in owners { dependents[owner]?.remove(uid) }
            // Dependents have lost their owner; owners in foreground deletion may have lost their last dependent.
            affected.formUnion(dependents[uid] ?? [])
            affected.formUnion(owners)
        }
        guard let after, let uid = after.uid else { return affected }
        let owners = Set(after.ownerReferences.map(\.uid))
        let known = nodes[uid]?.owners ?? []
        for gone in known.subtracting(owners) { dependents[gone]?.remove(uid) }
        for owner in owners { dependents[owner, default: []].insert(uid) }
        nodes[uid] = Node(place: Place(collection: collection, key: after.key), owners: owners)
        affected.formUnion(known.subtracting(owners))
        if !owners.isEmpty { affected.insert(uid) }
        if after.isDeleting {
            affected.insert(uid)
            affected.formUnion(dependents[uid] ?? [])
        }
        return affected
    }
}
