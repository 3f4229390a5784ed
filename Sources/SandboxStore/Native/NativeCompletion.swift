internal import DataTree
internal import KubeAPI

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
        case "CertificateSigningRequest", "Node", "ResourceQuota", "APIService", "ValidatingAdmissionPolicy":
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

/// The class by which a node picks the pods it evicts first.
enum PodQuality {
    /// `BestEffort`, `Burstable` or `Guaranteed`, from requests and limits of CPU and memory.
    static func of(_ spec: Tree) -> String {
        let containers = (spec["containers"]?.array ?? []) + (spec["initContainers"]?.array ?? [])
        var isAny = false
        var isGuaranteed = true
        for container in containers {
            let resources = container["resources"] ?? [:]
            for name in ["cpu", "memory"] {
                let (request, limit) = (resources["requests"]?[name], resources["limits"]?[name])
                if request != nil || limit != nil { isAny = true }
                if limit == nil || (request != nil && request != limit) { isGuaranteed = false }
            }
        }
        if !isAny { return "BestEffort" }
        return isGuaranteed ? "Guaranteed" : "Burstable"
    }
}

/// Base64 with padding (RFC 4648, section 4).
enum Base64 {
    /// Where the first byte is that does not belong, counted from 0.
    static func firstFault(_ text: String) -> Int {
        let isKnown: (UInt8) -> Bool = { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="):
                true
            default: false
            }
        }
        let bytes = Array(text.utf8)
        return bytes.firstIndex { !isKnown($0) } ?? bytes.count
    }

    /// Whether a text is base64 with padding; line ends are allowed.
    static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8.filter { $0 != 0x0a && $0 != 0x0d }
        return bytes.count % 4 == 0 && firstFault(String(decoding: bytes, as: UTF8.self)) == bytes.count
    }

    static func encode(_ bytes: [UInt8]) -> String {
        let text = Base64URL.encode(bytes).replacing("-", with: "+").replacing("_", with: "/")
        return text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    }
}
