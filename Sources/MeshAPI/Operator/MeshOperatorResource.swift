internal import DataTree
package import KubeAPI

/// A MeshOperator: the whole life of one mesh as a resource (`meshoperator.io/v1alpha1`, cluster-scoped).
package struct MeshOperatorResource: Sendable, Hashable {
    /// Name, labels, generation and the rest of what every object has.
    package var object: KubeObject
    /// What the user wants.
    package var spec: MeshOperatorSpec
    /// What the operator observed last; read leniently, since another version may have written it.
    package var status: MeshOperatorStatus

    /// The resource's name.
    package var name: String { object.name }
    /// The generation of the spec.
    package var generation: Int64 { object.generation ?? 0 }

    /// Reads an object strictly: unknown fields, wrong types and values out of bounds are refused with path and remedy.
    package init(decoding object: KubeObject) throws(SpecError) {
        guard object.kind == MeshNames.kind else {
            throw SpecError(
                code: .wrongKind,
                message: "the object is \(object.kind), not \(MeshNames.kind); use a MeshOperator"
            )
        }
        guard object.name.utf8.count <= 63 else {
            let problem = "has more than 63 characters, and becomes a label of all objects of the mesh"
            let path = TreePath(keys: "metadata", "name")
            throw SpecError(issues: [
                SpecIssue(path: path, value: .string(object.name), problem: problem, remedy: "use a shorter name")
            ])
        }
        guard object.name.isEmpty || TextForm.subdomain.accepts(object.name) else {
            let path = TreePath(keys: "metadata", "name")
            let remedy = TextForm.subdomain.remedy
            throw SpecError(issues: [
                SpecIssue(path: path, value: .string(object.name), problem: "is not well formed", remedy: remedy)
            ])
        }
        self.object = object
        self.spec = try MeshOperatorSpec(decoding: object.tree["spec"] ?? .object(TreeObject()))
        self.status = MeshOperatorStatus(lenient: object.tree["status"] ?? .null)
    }
}
