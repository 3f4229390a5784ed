internal import KubeAPI
internal import KubeSchema

/// The built-in kinds as they are served.
enum NativeResources {
    /// Kinds whose generation counts changes of the spec; the others have none.
    static let generationKinds: Set<String> = [
        "CronJob", "CustomResourceDefinition", "DaemonSet", "Deployment", "EndpointSlice", "Ingress", "IngressClass",
        "Job", "MutatingWebhookConfiguration", "NetworkPolicy", "Pod", "PodDisruptionBudget", "PriorityClass",
        "ReplicaSet", "ReplicationController", "StatefulSet", "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration",
    ]

    /// The groups that are always there.
    static let groups = Set(NativeKinds.groups)

    /// Everything served.
    static let all: [ServedResource] = NativeKinds.all.map(resource)

    private static func resource(_ kind: NativeKind) -> ServedResource {
        var result = ServedResource(kind.resource, singular: kind.singular, verbs: kind.verbs)
        result.shortNames = kind.shortNames
        result.categories = kind.categories
        result.schema = ObjectSchema(native: kind)
        result.subresources = kind.subresources.map { part in
            ServedResource.Subresource(part.name, kind: part.kind == kind.kind ? nil : part.kind, verbs: part.verbs)
        }
        switch kind.kind.apiVersion {
        case "events.k8s.io/v1":
            result.collection = GroupResource(group: "", resource: "events")
            result.storedKind = GroupVersionKind(group: "", version: "v1", kind: "Event")
        case "autoscaling/v1":
            result.storedKind = GroupVersionKind(group: "autoscaling", version: "v2", kind: kind.kind.kind)
        default: break
        }
        return result
    }
}
