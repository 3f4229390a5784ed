internal import DataTree
internal import FieldOwnership
internal import KubeAPI
internal import MeshAPI

/// Recognises objects that lost both marks, the label and the annotation with the owner's UID, as those of a MeshOperator.
///
/// What nobody takes off by accident is who owns which field: `metadata.managedFields` is written by the API server alone. A record of
/// fields that the operator applied shows that it made the object or took it over; that the record is not older than
/// the MeshOperator shows that it was for this one and no earlier one, which had to be gone before. Where there are other
/// MeshOperators as well, it is that one's which alone renders the name, or by the digest of what is rendered now.
enum StrayObject {
    /// Whether the operator applied an object that nobody marked, of a kind that goes with its mesh.
    ///
    /// Namespaces and definitions never count: the operator applies its own definitions without marks.
    static func isCandidate(_ object: KubeObject) -> Bool {
        record(of: object) != nil
    }

    /// Whether a candidate is that of a MeshOperator.
    ///
    /// - Parameters:
    ///   - object: what is there.
    ///   - since: when the MeshOperator was made, RFC 3339.
    ///   - isAlone: whether there is no other MeshOperator.
    ///   - digest: the digest of what is rendered under the object's name; nil where nothing is, or that is not known.
    ///   - isOnlyUser: whether it is known that no other MeshOperator renders the name.
    /// - Returns: whether it is.
    static func belongs(
        _ object: KubeObject,
        since: String,
        isAlone: Bool,
        digest: String?,
        isOnlyUser: Bool = false
    ) -> Bool {
        guard let record = record(of: object), !since.isEmpty, record.time >= since else { return false }
        return isAlone || digest != nil && (isOnlyUser || Digest.on(object) == digest)
    }

    private static func record(of object: KubeObject) -> OwnershipRecord? {
        guard object.label(MeshNames.Label.owner) == nil,
            object.annotation(MeshNames.Annotation.ownerUID) == nil,
            OwnedKind.of(ResourceID(object))?.removal == .always
        else { return nil }
        return ObjectOwnership(object).applied(by: MeshPlanner.manager)
    }
}

extension MeshObservation {
    /// Finds among what is there the objects that lost their marks.
    ///
    /// - Parameter rendered: the objects of the mesh, where they are known.
    mutating func findStrays(rendered: MeshBlueprint? = nil) {
        let candidates = live.filter { StrayObject.isCandidate($0.value) }
        (strays, orphans) = ([], [])
        guard !candidates.isEmpty else { return }
        var digests: [ResourceID: String] = [:]
        for object in rendered?.objects ?? [] where candidates[ResourceID(object)] != nil {
            digests[ResourceID(object)] = Digest.of(object.tree)
        }
        let since = resource.tree.value(at: "metadata", "creationTimestamp")?.string ?? ""
        let found = candidates.filter { id, object in
            StrayObject.belongs(
                object,
                since: since,
                isAlone: otherOwners.isEmpty,
                digest: digests[id],
                isOnlyUser: othersNames.map { !$0.contains(id) } ?? false
            )
        }
        strays = Set(found.keys)
        guard rendered != nil, let othersNames else { return }
        orphans = Set(candidates.keys).subtracting(strays).subtracting(digests.keys).subtracting(othersNames)
    }
}
