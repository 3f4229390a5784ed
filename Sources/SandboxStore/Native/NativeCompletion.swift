internal import DataTree

/// What the server itself writes into objects of native kinds beyond defaults.
struct NativeCompletion: Sendable {
    let context: ServerContext

    /// Completes a new object, whose identity is already set.
    func complete(_ kind: String, _ object: inout Tree) {
        switch kind {
        case "Namespace":
            object.fill("spec", [:])
            object.edit("spec") { $0["finalizers"] = ["kubernetes"] }
            object["status"] = ["phase": "Active"]
            NativeDefaults.apply(kind: kind, &object)
        case "Pod":
            object["status"] = ["phase": "Pending", "qosClass": .string(PodQuality.of(object["spec"] ?? [:]))]
        case "Service":
            ServiceAllocation(context: context).complete(&object)
            object["status"] = ["loadBalancer": [:]]
        case "Job": Self.label(&object)
        case "CustomResourceDefinition": Self.beginStatus(&object)
        case "Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "DaemonSet", "CronJob":
            object.fill("status", Self.emptyStatus(kind))
        case "Ingress": object["status"] = ["loadBalancer": [:]]
        case "PersistentVolumeClaim", "PersistentVolume": object["status"] = ["phase": "Pending"]
        case "PodDisruptionBudget":
            object["status"] = [
                "disruptionsAllowed": 0, "currentHealthy": 0, "desiredHealthy": 0, "expectedPods": 0,
            ]
        case "HorizontalPodAutoscaler":
            object["status"] = ["desiredReplicas": 0, "currentMetrics": .null]
        case "Node": NativeDefaults.apply(kind: kind, &object)
        case "CertificateSigningRequest", "ResourceQuota", "APIService", "ValidatingAdmissionPolicy":
            object.fill("status", [:])
        default: break
        }
    }

    /// Completes a changed object.
    func update(_ kind: String, _ new: inout Tree, old: Tree) {
        switch kind {
        case "Service": ServiceAllocation(context: context).update(&new, old: old)
        default: break
        }
    }

    /// Puts back what clients cannot change in objects of that kind.
    static func restrict(_ kind: String, _ new: inout Tree, old: Tree, subresource: String) {
        switch kind {
        case "Namespace" where subresource != "finalize":
            new.set(old.value(at: "spec", "finalizers"), at: ["spec", "finalizers"])
        case "Pod" where subresource.isEmpty: PodDefaults.keepServerFields(&new, old: old)
        default: break
        }
    }

    private static func emptyStatus(_ kind: String) -> Tree {
        switch kind {
        case "StatefulSet": ["replicas": 0, "availableReplicas": 0]
        case "ReplicaSet", "ReplicationController": ["replicas": 0]
        case "DaemonSet":
            [
                "currentNumberScheduled": 0, "numberMisscheduled": 0, "desiredNumberScheduled": 0, "numberReady": 0,
            ]
        default: [:]
        }
    }

    /// Selects a job's pods by the job's identifier, unless its author selects them.
    private static func label(_ object: inout Tree) {
        object["status"] = [:]
        guard object.value(at: "spec", "manualSelector") != true, let uid = object.value(at: "metadata", "uid") else {
            return
        }
        let name = object.value(at: "metadata", "name")
        for (key, value) in [("batch.kubernetes.io/controller-uid", uid), ("controller-uid", uid)] {
            object.set(value, at: ["spec", "template", "metadata", "labels", key])
        }
        for key in ["batch.kubernetes.io/job-name", "job-name"] {
            object.set(name, at: ["spec", "template", "metadata", "labels", key])
        }
        object.set(uid, at: ["spec", "selector", "matchLabels", "batch.kubernetes.io/controller-uid"])
    }

    private static func beginStatus(_ object: inout Tree) {
        let stored = CustomDefinitions.storageVersion(object["spec"] ?? [:]).map { [Tree.string($0)] } ?? []
        object["status"] = [
            "conditions": .null, "acceptedNames": ["plural": "", "kind": ""], "storedVersions": .array(stored),
        ]
    }
}

extension PodDefaults {
    /// What admission filled in stays when a client that does not know it writes the pod.
    static func keepServerFields(_ new: inout Tree, old: Tree) {
        for field in ["nodeName", "serviceAccountName", "serviceAccount", "priority", "preemptionPolicy"] {
            guard let value = old.value(at: "spec", field) else { continue }
            new.edit("spec") { $0.fill(field, value) }
        }
    }
}
