internal import DataTree
internal import FieldOwnership
package import KubeAPI
internal import MeshAPI
internal import MeshBase

/// How an object says which MeshOperator it belongs to.
///
/// The label finds the objects of a MeshOperator; the annotation with its UID decides, so that a MeshOperator made anew under
/// the same name does not inherit what another one left.
package struct OwnershipMarks: Sendable, Hashable {
    /// The name of the MeshOperator.
    package let owner: String
    /// Its UID.
    package let uid: String
    /// Objects that lost their marks and are known to be ours all the same (``StrayObject``).
    var strays: Set<ResourceID> = []

    /// Makes the marks of a MeshOperator.
    package init(owner: String, uid: String) {
        self.owner = owner
        self.uid = uid
    }

    /// Whose an object is.
    package enum Verdict: Sendable, Hashable {
        /// Ours.
        case ours
        /// Another MeshOperator's, or an earlier one's of the same name.
        case otherOwner(name: String, uid: String)
        /// Nobody marked it.
        case unmarked
    }

    /// Decides whose `object` is.
    ///
    /// An object that lost the annotation is ours still when it bears our label and fields that we applied.
    package func verdict(on object: KubeObject, manager: String) -> Verdict {
        let label = object.label(MeshNames.Label.owner)
        if let marked = object.annotation(MeshNames.Annotation.ownerUID) {
            return marked == uid ? .ours : .otherOwner(name: label ?? "", uid: marked)
        }
        guard let label else { return strays.contains(ResourceID(object)) ? .ours : .unmarked }
        guard label == owner, ObjectOwnership(object).applied(by: manager) != nil else {
            return .otherOwner(name: label, uid: "")
        }
        return .ours
    }

    /// Whether an object is ours and `manager` applied it: what somebody copied from the mesh bears the marks, and nothing we applied.
    ///
    /// Only what was made may be deleted. Who creates a copy that brings the original's `managedFields` along becomes the owner of each field
    /// that it has, the marks among them; what is left of our record owns nothing that is there. A copy whose `managedFields` were
    /// written anew after that, as backup programs do, is younger than our record.
    package func isMade(_ object: KubeObject, manager: String) -> Bool {
        guard verdict(on: object, manager: manager) == .ours,
            let record = ObjectOwnership(object).applied(by: manager), !Self.isYounger(object, than: record)
        else { return false }
        if strays.contains(ResourceID(object)) { return true }
        let places = [
            FieldPlace(fields: "metadata", "labels", MeshNames.Label.owner),
            FieldPlace(fields: "metadata", "annotations", MeshNames.Annotation.ownerUID),
        ]
        return places.contains { object.tree.value(at: $0) != nil && record.owns($0) }
    }

    /// How much earlier than the creation of an object the first apply may be dated: it is dated first, and to the second.
    private static let slack = Duration.seconds(5)

    /// Whether an object was made after what is recorded to have been applied to it; not where either time is not known.
    private static func isYounger(_ object: KubeObject, than record: OwnershipRecord) -> Bool {
        let created = object.tree.value(at: "metadata", "creationTimestamp")?.string
        guard let created = created.flatMap({ Timestamp(rfc3339: $0) }), let applied = Timestamp(rfc3339: record.time)
        else { return false }
        return created - applied > slack
    }

    /// `object` with the marks, the digest of what was rendered, and, on workloads, the version it was rendered for.
    package func stamped(_ object: KubeObject, version: String) -> KubeObject {
        var result = KubeObject(object.tree.strippedForApply())
        result.labels[MeshNames.Label.owner] = owner
        var annotations = result.annotations
        annotations[MeshNames.Annotation.ownerUID] = uid
        annotations[MeshNames.Annotation.appliedDigest] = Digest.of(object.tree)
        if ObjectReadiness.isWorkload(object.kind) { annotations[MeshNames.Annotation.version] = version }
        result.annotations = annotations
        return result
    }
}

/// A short fingerprint of a tree, equal for equal trees; not fit against attackers.
enum Digest {
    /// Where an object bears it.
    static let place = FieldPlace(fields: "metadata", "annotations", MeshNames.Annotation.appliedDigest)

    /// The digest an object bears.
    static func on(_ object: KubeObject) -> String? { object.annotation(MeshNames.Annotation.appliedDigest) }

    static func of(_ tree: Tree) -> String { Fingerprint(of: tree.json(.canonical)).hexadecimal }
}
