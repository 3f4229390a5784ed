internal import DataTree
package import KubeAPI

/// A MeshRollout: the move of a host's traffic from one version of an application to the next
/// (`meshoperator.io/v1alpha1`, namespaced).
package struct MeshRolloutResource: Sendable, Hashable {
    /// Name, labels, generation and the rest of what every object has.
    package var object: KubeObject
    /// What the user wants.
    package var spec: MeshRolloutSpec
    /// What the operator observed last; read leniently, since another version may have written it.
    package var status: MeshRolloutStatus

    /// Reads an object strictly: unknown fields, wrong types and values out of bounds are refused with path and remedy.
    package init(decoding object: KubeObject) throws(SpecError) {
        guard object.kind == RolloutNames.kind else {
            throw SpecError(
                code: .wrongKind,
                message: "the object is \(object.kind), not \(RolloutNames.kind); use a MeshRollout"
            )
        }
        self.object = object
        self.spec = try MeshRolloutSpec(decoding: object.tree["spec"] ?? .object(TreeObject()))
        self.status = MeshRolloutStatus(lenient: object.tree["status"] ?? .null)
    }
}
