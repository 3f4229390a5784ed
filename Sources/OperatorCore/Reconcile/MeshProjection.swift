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
    ///
    /// - Parameters:
    ///   - resource: the resource.
    ///   - keepsSchemas: whether definitions are rendered, so that theirs are compared; they are most of what a cluster has to list.
    /// - Returns: what is kept.
    static func decoding(_ resource: APIResource, keepsSchemas: Bool = true) -> TreeProjection {
        switch resource {
        case .pods:
            TreeProjection(
                keeping: [
                    ["apiVersion"], ["kind"], ["metadata"], ["spec", "hostNetwork"], ["spec", "containers"],
                    ["spec", "initContainers"], ["status", "conditions"],
                    ["status", "phase"],
                ] + containerStates
            )
        case .customResourceDefinitions where !keepsSchemas:
            TreeProjection(
                dropping: [
                    ["spec", "versions", "*", "schema"], ["spec", "versions", "*", "additionalPrinterColumns"],
                    ["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"],
                ]
            )
        case MeshNames.resource, .namespaces: TreeProjection(dropping: [["metadata", "managedFields"]])
        default: TreeProjection(dropping: [])
        }
    }

    /// What tells why a container does not come up.
    private static let containerStates: [[String]] = ["containerStatuses", "initContainerStatuses"].flatMap { list in
        [
            ["name"], ["ready"], ["restartCount"], ["state", "waiting"], ["state", "running"], ["state", "terminated"],
            ["lastState", "terminated"],
        ].map { ["status", list, "*"] + $0 }
    }

    /// Of namespaces: all but managed fields.
    package static let namespaces = ObjectTrimming.managedFields

    /// Of objects of the kinds a mesh consists of: all, where a MeshOperator owns them or the operator applied them; else only what says that they exist.
    package static let owned = ObjectTrimming { object in
        if object.label(MeshNames.Label.owner) != nil { return object }
        if object.annotation(MeshNames.Annotation.ownerUID) != nil { return object }
        if StrayObject.isCandidate(object) { return object }
        return foreign(object)
    }

    /// Of what others run: what tells whether it may be restarted, and how far its restart is.
    package static let foreignOnly = ObjectTrimming { foreign($0) }

    /// An object of others: its identity, and of workloads and their budgets what an upgrade has to know.
    private static func foreign(_ object: KubeObject) -> KubeObject {
        var result = KubeObject(kind: object.kind, key: object.key)
        if let uid = object.uid { result.tree.set(.string(uid), at: ["metadata", "uid"]) }
        result.resourceVersion = object.resourceVersion
        if object.kind.kind == "CustomResourceDefinition" { DefinitionService.trimmed(object, onto: &result) }
        if InjectionEntry.isInjector(object) { result.tree["webhooks"] = object.tree["webhooks"] }
        guard let places = kept[object.kind.kind] else { return result }
        // Why no pod can be made is kept only where none can.
        let failures = object.conditions.filter { $0.type == "ReplicaFailure" && $0.status == .isTrue }
        if !failures.isEmpty { result.conditions = failures }
        for place in places {
            if let value = object.tree.value(at: TreePath(place.map { .key($0) })) { result.tree.set(value, at: place) }
        }
        if let time = object.deletionTimestamp {
            result.tree.set(.string(time), at: ["metadata", "deletionTimestamp"])
        }
        let annotations = object.annotations.filter { steering.contains($0.key) }
        if !annotations.isEmpty { result.annotations = annotations }
        let template = object.tree.value(at: "spec", "template", "metadata", "annotations")?.object?.entries ?? []
        for entry in template where steering.contains(entry.key) {
            result.tree.set(entry.value, at: ["spec", "template", "metadata", "annotations", entry.key])
        }
        return result
    }

    /// The annotations by which people and the operator steer restarts.
    private static let steering: Set<String> = [
        RolloutNames.Annotation.restart, RolloutNames.Annotation.movedTo, RolloutNames.Annotation.restartedAt,
        RolloutNames.Annotation.previousRevision,
    ]

    /// What is kept of foreign objects, by kind.
    private static let kept: [String: [[String]]] = {
        let workload = [
            ["metadata", "generation"], ["spec", "selector"], ["spec", "replicas"], ["spec", "strategy"],
            ["spec", "updateStrategy"],
            ["spec", "template", "metadata", "labels"], ["status", "observedGeneration"], ["status", "replicas"],
            ["status", "updatedReplicas"], ["status", "readyReplicas"], ["status", "desiredNumberScheduled"],
            ["status", "updatedNumberScheduled"], ["spec", "restartAt"], ["status", "restartedAt"],
        ]
        return [
            "Deployment": workload, "StatefulSet": workload, "DaemonSet": workload, "Rollout": workload,
            // By these labels a revision tag of others tells which revision it leads to (`istioctl tag set`).
            "MutatingWebhookConfiguration": [MeshNames.Label.tag, MeshNames.Label.revision].map {
                ["metadata", "labels", $0]
            },
            "CustomResourceDefinition": [["metadata", "generation"]], "ClusterRoleBinding": [["roleRef"]],
            "RoleBinding": [["roleRef"]],
            "PodDisruptionBudget": [["spec"], ["status", "disruptionsAllowed"]],
            "HorizontalPodAutoscaler": [
                ["spec", "scaleTargetRef"], ["spec", "minReplicas"], ["spec", "maxReplicas"],
            ],
        ]
    }()
}
