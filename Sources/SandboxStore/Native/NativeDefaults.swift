internal import DataTree
internal import MeshBase

/// The defaults of native kinds (`pkg/apis/*/v1/defaults.go` of Kubernetes), as far as the kinds are used here.
enum NativeDefaults {
    /// Fills in what an object of a native kind leaves open.
    static func apply(kind: String, _ object: inout Tree) {
        NullFields.fill(kind: kind, &object)
        switch kind {
        case "Pod": pod(&object)
        case "PodTemplate": object.edit("template") { template(&$0) }
        case "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "ReplicationController": workload(kind, &object)
        case "Job": object.edit("spec") { job(&$0) }
        case "CronJob": object.edit("spec") { cronJob(&$0) }
        case "Service": object.edit("spec") { service(&$0) }
        case "Secret":
            object.fill("type", "Opaque")
            encodeStrings(&object)
        case "Namespace": namespace(&object)
        case "Endpoints": object.editEach("subsets") { $0.editEach("ports") { $0.fill("protocol", "TCP") } }
        case "EndpointSlice": endpointSlice(&object)
        case "NetworkPolicy": object.edit("spec") { networkPolicy(&$0) }
        case "HorizontalPodAutoscaler": object.edit("spec") { autoscaler(&$0) }
        case "RoleBinding", "ClusterRoleBinding": binding(&object)
        case "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration":
            object.editEach("webhooks") { webhook(&$0, isMutating: kind.hasPrefix("M")) }
        case "CustomResourceDefinition": object.edit("spec") { definition(&$0) }
        case "PriorityClass": object.fill("preemptionPolicy", "PreemptLowerPriority")
        case "StorageClass":
            object.fill("reclaimPolicy", "Delete")
            object.fill("volumeBindingMode", "Immediate")
        case "PersistentVolumeClaim": object.edit("spec") { $0.fill("volumeMode", "Filesystem") }
        case "PersistentVolume":
            object.edit("spec") { spec in
                spec.fill("persistentVolumeReclaimPolicy", "Retain")
                spec.fill("volumeMode", "Filesystem")
            }
        case "LimitRange": object.edit("spec") { $0.editEach("limits") { limit(&$0) } }
        case "ValidatingAdmissionPolicy":
            object.edit("spec") { $0.fill("failurePolicy", "Fail") }
            object.edit("spec", "matchConstraints") { matching(&$0) }
        case "ValidatingAdmissionPolicyBinding": object.edit("spec", "matchResources") { matching(&$0) }
        case "APIService": object.edit("spec", "service") { $0.fill("port", 443) }
        case "IngressClass": object.edit("spec", "parameters") { $0.fill("scope", "Cluster") }
        default: break
        }
    }

    // MARK: Workloads

    private static func workload(_ kind: String, _ object: inout Tree) {
        if kind == "DaemonSet" { templateGeneration(&object) }
        if kind == "ReplicationController" { replicationController(&object) }
        object.edit("spec") { spec in
            if kind != "DaemonSet" { spec.fill("replicas", 1) }
            if kind != "ReplicaSet", kind != "ReplicationController" { spec.fill("revisionHistoryLimit", 10) }
            switch kind {
            case "Deployment":
                spec.fill("progressDeadlineSeconds", 600)
                spec.fill("strategy", [:])
                spec.edit("strategy") { rolling(&$0, ["maxUnavailable": "25%", "maxSurge": "25%"]) }
            case "DaemonSet":
                spec.fill("updateStrategy", [:])
                spec.edit("updateStrategy") { rolling(&$0, ["maxUnavailable": 1, "maxSurge": 0]) }
            case "StatefulSet":
                spec.fill("podManagementPolicy", "OrderedReady")
                spec.fill("updateStrategy", [:])
                spec.edit("updateStrategy") { rolling(&$0, ["partition": 0]) }
                spec.fill("persistentVolumeClaimRetentionPolicy", [:])
                spec.edit("persistentVolumeClaimRetentionPolicy") { policy in
                    policy.fill("whenDeleted", "Retain")
                    policy.fill("whenScaled", "Retain")
                }
            default: break
            }
            spec.edit("template") { template(&$0) }
        }
    }

    /// The annotation that stands for a field of versions long gone.
    private static func templateGeneration(_ object: inout Tree) {
        let key = "deprecated.daemonset.template.generation"
        guard object.value(at: "metadata", "annotations")?[key] == nil else { return }
        object.set("1", at: ["metadata", "annotations", key])
    }

    private static func rolling(_ strategy: inout Tree, _ defaults: Tree) {
        strategy.fill("type", "RollingUpdate")
        guard strategy["type"]?.string == "RollingUpdate" else { return }
        strategy.fill("rollingUpdate", [:])
        strategy.edit("rollingUpdate") { update in
            for entry in defaults.object?.entries ?? [] { update.fill(entry.key, entry.value) }
        }
    }

    private static func job(_ spec: inout Tree) {
        if !spec.has("completions"), !spec.has("parallelism") { spec["completions"] = 1 }
        spec.fill("parallelism", 1)
        spec.fill("backoffLimit", 6)
        spec.fill("completionMode", "NonIndexed")
        spec.fill("suspend", false)
        spec.fill("manualSelector", false)
        spec.fill("podReplacementPolicy", spec.has("podFailurePolicy") ? "Failed" : "TerminatingOrFailed")
        spec.edit("template") { template(&$0) }
    }

    private static func cronJob(_ spec: inout Tree) {
        spec.fill("concurrencyPolicy", "Allow")
        spec.fill("suspend", false)
        spec.fill("successfulJobsHistoryLimit", 3)
        spec.fill("failedJobsHistoryLimit", 1)
        spec.edit("jobTemplate") { $0.fill("metadata", [:]) }
        spec.edit("jobTemplate", "spec", "template") { template(&$0) }
    }

    private static func template(_ template: inout Tree) {
        template.fill("metadata", [:])
        template.edit("spec") { PodDefaults.apply(&$0) }
    }

    private static func pod(_ object: inout Tree) {
        object.edit("spec") { spec in
            spec.fill("enableServiceLinks", true)
            PodDefaults.apply(&spec)
            for list in ["containers", "initContainers"] { spec.editEach(list) { PodDefaults.requests(&$0) } }
        }
    }

    // MARK: Network

    private static func service(_ spec: inout Tree) {
        spec.fill("type", "ClusterIP")
        spec.fill("sessionAffinity", "None")
        if spec["sessionAffinity"]?.string == "ClientIP" {
            spec.fill("sessionAffinityConfig", ["clientIP": ["timeoutSeconds": 10800]])
        }
        let type = spec["type"]?.string ?? ""
        if type != "ExternalName" { spec.fill("internalTrafficPolicy", "Cluster") }
        if ["NodePort", "LoadBalancer"].contains(type) { spec.fill("externalTrafficPolicy", "Cluster") }
        if type == "LoadBalancer" { spec.fill("allocateLoadBalancerNodePorts", true) }
        spec.editEach("ports") { port in
            port.fill("protocol", "TCP")
            let target = port["targetPort"]
            if target == nil || target == 0 || target == "" { port["targetPort"] = port["port"] }
        }
    }

    private static func endpointSlice(_ object: inout Tree) {
        object.editEach("ports") { port in
            port.fill("name", "")
            port.fill("protocol", "TCP")
        }
    }

    private static func networkPolicy(_ spec: inout Tree) {
        let types: Tree = spec["egress"]?.array?.isEmpty == false ? ["Ingress", "Egress"] : ["Ingress"]
        if spec["policyTypes"]?.array?.isEmpty ?? true { spec["policyTypes"] = types }
        for direction in ["ingress", "egress"] {
            spec.editEach(direction) { $0.editEach("ports") { $0.fill("protocol", "TCP") } }
        }
    }

    private static func autoscaler(_ spec: inout Tree) {
        spec.fill("minReplicas", 1)
        spec.edit("behavior") { scaling(&$0) }
        if spec["targetCPUUtilizationPercentage"] == nil, !spec.has("metrics") {
            spec["metrics"] = [
                [
                    "type": "Resource",
                    "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 80]],
                ]
            ]
        }
    }

    // MARK: Cluster

    private static func namespace(_ object: inout Tree) {
        guard let name = object.value(at: "metadata", "name")?.string, !name.isEmpty else { return }
        object.set(.string(name), at: ["metadata", "labels", "kubernetes.io/metadata.name"])
    }

    private static func encodeStrings(_ object: inout Tree) {
        guard let strings = object["stringData"]?.object else { return }
        for entry in strings {
            guard let text = entry.value.string else { continue }
            object.set(.string(Base64.encode(Array(text.utf8))), at: ["data", entry.key])
        }
        object["stringData"] = nil
    }

    private static func binding(_ object: inout Tree) {
        let group: Tree = "rbac.authorization.k8s.io"
        object.edit("roleRef") { $0.fill("apiGroup", group) }
        object.editEach("subjects") { subject in
            if ["User", "Group"].contains(subject["kind"]?.string ?? "") { subject.fill("apiGroup", group) }
        }
    }

    private static func webhook(_ webhook: inout Tree, isMutating: Bool) {
        webhook.fill("failurePolicy", "Fail")
        webhook.fill("matchPolicy", "Equivalent")
        webhook.fill("namespaceSelector", [:])
        webhook.fill("objectSelector", [:])
        webhook.fill("timeoutSeconds", 10)
        if isMutating { webhook.fill("reinvocationPolicy", "Never") }
        webhook.editEach("rules") { $0.fill("scope", "*") }
        webhook.edit("clientConfig", "service") { $0.fill("port", 443) }
    }

    private static func definition(_ spec: inout Tree) {
        spec.edit("names") { names in
            guard let kind = names["kind"]?.string else { return }
            names.fill("singular", .string(kind.lowercased()))
            names.fill("listKind", .string(kind + "List"))
        }
        spec.fill("conversion", ["strategy": "None"])
        if spec["preserveUnknownFields"] == false { spec["preserveUnknownFields"] = nil }
        spec.edit("conversion", "webhook", "clientConfig", "service") { $0.fill("port", 443) }
    }
}
