internal import KubeAPI

/// What becomes of an object given its owners and its dependents; a pure function.
///
/// Follows "Garbage Collection" in the Kubernetes documentation.
enum GarbagePlan: Sendable, Hashable {
    /// Nothing is to be done.
    case keep
    /// No owner is left: the object goes, by that propagation policy.
    case delete(policy: String)
    /// Some owners are gone, others stay: only the references to those gone are removed.
    case dropOwners(Set<String>)
    /// The object waits for its dependents: these are to be deleted first.
    case deleteDependents
    /// The object is to leave its dependents behind: they lose their reference to it.
    case orphanDependents
    /// Nothing holds the object any longer: the finalizer goes.
    case release(finalizer: String)

    static let foreground = "foregroundDeletion"
    static let orphan = "orphan"

    /// How an owner is doing.
    enum Owner: Sendable, Hashable {
        /// It is there.
        case solid
        /// It is gone, or another object has its name.
        case absent
        /// It is being deleted and waits for its dependents.
        case waiting
    }

    /// Decides.
    ///
    /// - Parameters:
    ///   - object: the object.
    ///   - owners: how its owners are doing, by UID.
    ///   - dependents: its dependents.
    init(_ object: KubeObject, owners: [String: Owner], dependents: [KubeObject]) {
        if object.isDeleting {
            self = Self.ending(object, dependents)
            return
        }
        let references = object.ownerReferences
        guard !references.isEmpty else {
            self = .keep
            return
        }
        let states = references.map { ($0, owners[$0.uid] ?? .solid) }
        let gone = Set(states.filter { $0.1 != .solid }.map(\.0.uid))
        if states.contains(where: { $0.1 == .solid }) {
            self = gone.isEmpty ? .keep : .dropOwners(gone)
            return
        }
        let isWaitedFor = states.contains { $0.1 == .waiting && $0.0.blocksOwnerDeletion }
        if states.contains(where: { $0.1 == .waiting }), isWaitedFor, !dependents.isEmpty {
            self = .delete(policy: "Foreground")
        } else if object.finalizers.contains(Self.orphan) {
            self = .delete(policy: "Orphan")
        } else if object.finalizers.contains(Self.foreground) {
            self = .delete(policy: "Foreground")
        } else {
            self = .delete(policy: "Background")
        }
    }

    private static func ending(_ object: KubeObject, _ dependents: [KubeObject]) -> GarbagePlan {
        let finalizers = object.finalizers
        if finalizers.contains(orphan) {
            return dependents.isEmpty ? .release(finalizer: orphan) : .orphanDependents
        }
        guard finalizers.contains(foreground) else { return .keep }
        let blocking = dependents.filter { dependent in
            dependent.ownerReferences.contains { $0.uid == object.uid && $0.blocksOwnerDeletion }
        }
        if blocking.isEmpty { return .release(finalizer: foreground) }
        return blocking.contains { !$0.isDeleting } ? .deleteDependents : .keep
    }
}
