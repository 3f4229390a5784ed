internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import ManifestRendering
internal import MeshAPI

/// What the API server did not take, in words that lead to the field of the spec.
struct RefusalText {
    /// The MeshOperator.
    let resource: KubeObject
    /// The objects of the mesh; nil where there are none.
    let blueprint: MeshBlueprint?

    /// The object, what the API server says of it, and the field of the spec that most likely brought it.
    func text(_ failure: StepFailure) -> String {
        let words = "\(failure.id): \((failure.error.status?.message ?? failure.error.message).prefix(800))"
        guard failure.isRefusal, let field = failure.field else { return words }
        let named = words.contains(field) ? words : "\(words) (field \(field))"
        return named + (origin(of: field, failure.id).map { "; it most likely comes from \($0)" } ?? "")
    }

    /// What helps against refusals that are not a lack of permission.
    func remedy(_ failures: [StepFailure]) -> String {
        var remedies: [String] = []
        for failure in failures {
            let words = failure.error.status?.message ?? failure.error.message
            let remedy =
                if words.contains("field is immutable when `immutable` is set") {
                    "delete \(failure.id), which somebody made immutable, and it is made anew"
                } else if words.contains("field is immutable") {
                    "put back what it names, or delete \(failure.id)\(Self.stops(failure.id)), and it is made anew"
                } else if Denial(failure.error) == .admission {
                    Denial.admission.remedy
                } else {
                    "change what it names"
                }
            if !remedies.contains(remedy) { remedies.append(remedy) }
        }
        return remedies.joined(separator: "; ")
    }

    /// What the deletion of an object means besides.
    private static func stops(_ id: ResourceID) -> String {
        ["Deployment", "DaemonSet"].contains(id.kind) ? " with its pods" : ""
    }

    private func origin(of field: String, _ id: ResourceID) -> TreePath? {
        guard let object = blueprint?.objects.first(where: { ResourceID($0) == id }),
            let spec = try? MeshOperatorResource(decoding: resource).spec
        else { return nil }
        return SettingOrigin(spec).path(of: field, in: object)
    }
}
