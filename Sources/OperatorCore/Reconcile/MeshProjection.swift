internal import DataTree
internal import KubeAPI
package import KubeRuntime
internal import MeshAPI
internal import UpgradePlanning

/// What the operator keeps of objects it watches.
package enum MeshProjection {
    /// Of pods: what matters of them to a mesh.
    package static let pods = ObjectTrimming { SidecarPod.trimmed($0) }

    /// What of a resource is decoded at all: who owns which field decides whether an object is applied.
    static func decoding(_ resource: APIResource) -> TreeProjection {
        switch resource {
        case .pods:
            TreeProjection(keeping: [
                ["apiVersion"], ["kind"], ["metadata"], ["spec", "hostNetwork"], ["spec", "containers"],
                ["spec", "initContainers"], ["status", "conditions"],
            ])
        case MeshNames.resource, .namespaces: TreeProjection(dropping: [["metadata", "managedFields"]])
        default: TreeProjection(dropping: [])
        }
    }

    /// Of namespaces: all but managed fields.
    package static let namespaces = ObjectTrimming.managedFields

    /// Of objects of the kinds a mesh consists of: all, where a MeshOperator owns them; else only what says that they exist.
    package static let owned = ObjectTrimming { object in
        if object.labels[MeshNames.Label.owner] != nil { return object }
        if object.annotations[MeshNames.Annotation.ownerUID] != nil { return object }
        var result = KubeObject(kind: object.kind, key: object.key)
        if let uid = object.uid { result.tree.set(.string(uid), at: ["metadata", "uid"]) }
        result.resourceVersion = object.resourceVersion
        return result
    }
}
