internal import DataTree

/// Fields that Go writes as null, zero or empty when nobody set them.
enum NullFields {
    /// The times of conditions, by kind.
    private static let conditionTimes: [String: [String]] = [
        "Deployment": ["lastTransitionTime", "lastUpdateTime"],
        "ReplicaSet": ["lastTransitionTime"], "ReplicationController": ["lastTransitionTime"],
        "DaemonSet": ["lastTransitionTime"], "StatefulSet": ["lastTransitionTime"],
        "HorizontalPodAutoscaler": ["lastTransitionTime"], "Service": ["lastTransitionTime"],
        "PodDisruptionBudget": ["lastTransitionTime"], "Job": ["lastProbeTime", "lastTransitionTime"],
        "Pod": ["lastProbeTime", "lastTransitionTime"], "Node": ["lastHeartbeatTime", "lastTransitionTime"],
        "Namespace": ["lastTransitionTime"], "CustomResourceDefinition": ["lastTransitionTime"],
        "CertificateSigningRequest": ["lastTransitionTime", "lastUpdateTime"],
    ]

    /// Adds what is always written.
    static func fill(kind: String, _ object: inout Tree) {
        if let times = conditionTimes[kind] {
            object.edit("status") { status in
                status.editEach("conditions") { condition in
                    for field in times where condition[field] == nil { condition[field] = Tree.null }
                }
            }
        }
        switch kind {
        case "Event": event(&object)
        case "Lease": object.fill("spec", [:])
        case "EndpointSlice": object.editEach("endpoints") { $0.fill("conditions", [:]) }
        case "Service", "Ingress":
            object.edit("status", "loadBalancer") { balancer in
                balancer.editEach("ingress") { if kind == "Service", $0.has("ip") { $0.fill("ipMode", "VIP") } }
            }
        case "Pod": object.edit("status") { addresses(&$0) }
        case "Node":
            object.fill("status", [:])
            object.edit("status") { node(&$0) }
        default: break
        }
    }

    private static func event(_ event: inout Tree) {
        let isNew = event["apiVersion"] == "events.k8s.io/v1"
        let prefix = isNew ? "deprecated" : ""
        let names =
            isNew ? ["deprecatedFirstTimestamp", "deprecatedLastTimestamp"] : ["firstTimestamp", "lastTimestamp"]
        for name in names + ["eventTime"] where event[name] == nil { event[name] = Tree.null }
        event.fill(prefix.isEmpty ? "source" : "deprecatedSource", [:])
        event.fill(isNew ? "regarding" : "involvedObject", [:])
        if !isNew {
            event.fill("reportingComponent", "")
            event.fill("reportingInstance", "")
        }
    }

    private static func node(_ status: inout Tree) {
        status.fill("daemonEndpoints", [:])
        status.edit("daemonEndpoints") { $0.fill("kubeletEndpoint", ["Port": 0]) }
        status.fill("nodeInfo", [:])
        status.edit("nodeInfo") { info in
            let names = [
                "machineID", "systemUUID", "bootID", "kernelVersion", "osImage", "containerRuntimeVersion",
                "kubeletVersion", "kubeProxyVersion", "operatingSystem", "architecture",
            ]
            for name in names { info.fill(name, "") }
        }
    }

    private static func addresses(_ status: inout Tree) {
        for (one, all) in [("podIP", "podIPs"), ("hostIP", "hostIPs")] {
            guard let address = status[one]?.string, !address.isEmpty, !status.has(all) else { continue }
            status[all] = [["ip": .string(address)]]
        }
    }
}
