package import FieldOwnership
package import KubeAPI
package import MeshBase

/// One write.
package enum MeshStep: Sendable, Hashable {
    /// Applies an object.
    case apply(ObjectDecision.Write)
    /// Deletes an object, this one and no other of its name.
    case delete(KubeObject)
}

/// What to do now, and how things stand.
package struct MeshPlan: Sendable, Hashable {
    /// Where the mesh is on its way.
    package enum Stage: Sendable, Hashable {
        /// The resource cannot be understood; says why, and which field comes first, where that is known.
        case invalid(String, _ field: String?)
        /// A check before any write failed.
        case refused(Preflight.Refusal)
        /// Objects under our names, or pods that we would inject, belong to others.
        case notOwned([TakenName])
        /// Writes are held.
        case paused
        /// Objects are being applied or awaited; says what is awaited.
        case working(String)
        /// An object failed in a way that time does not heal.
        case stuck(String)
        /// All is as wished.
        case settled
        /// The mesh is being removed; says what is awaited.
        case removing(String)
        /// Nothing of the mesh is left.
        case removed
        /// The mesh cannot be removed; says who uses it.
        case inUse(String)
    }

    /// The writes, in order.
    package var steps: [MeshStep] = []
    /// Where the mesh is.
    package var stage: Stage
    /// What is left to others and worth telling.
    package var yields: [ObjectDecision.Yield] = []
    /// Fields that others keep rewriting.
    package var contests: [RewriteHistory.Contest] = []
    /// When to look again even if nothing changes.
    package var lookAgain: Timestamp?
    /// The readiness of every desired object that is there.
    package var readiness: [ResourceID: ObjectReadiness] = [:]
    /// What keeps pods of the main revision from coming up, in words, by their workload.
    package var troubles: [ResourceID: String] = [:]
    /// The desired objects that differ from what is there, or are missing.
    package var differing: [ResourceID] = []
    /// Objects that are ours and no longer desired.
    package var surplus: [ResourceID] = []
    /// Objects that are desired, or ours, and bear the annotation that keeps the operator's hands off them.
    package var ignored: [ResourceID] = []
    /// Objects of the mesh that lost its marks and are no longer desired.
    package var strays: [ResourceID] = []

    /// CustomResourceDefinitions that others made and keep, and that serve what the mesh needs.
    package var lent: [ResourceID] = []
    /// The objects that are in the way and belong to others.
    package var taken: Set<ResourceID> = []
    /// The MeshOperators that inject pods which this one would inject.
    package var injectors: Set<String> = []
    /// What injects pods besides the mesh, which is there already, and is no MeshOperator's; in words.
    package var rivals: [String] = []
    /// How revisions stand that are not the main one, and of which something is not ready.
    package var asides: [String: Stage] = [:]

    /// Makes a plan without writes.
    package init(stage: Stage) {
        self.stage = stage
    }
}
