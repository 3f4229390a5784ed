internal import DataTree

/// Objects of native kinds as Go makes them: with every structure that is no pointer, all of them empty.
///
/// Ownership of a new object is told by comparing it with this one, so that structures that are always there are owned by
/// nobody.
enum BlankObjects {
    /// The blank object of a native kind.
    static func blank(of kind: String) -> Tree {
        var object: Tree = ["metadata": [:], "spec": [:], "status": [:]]
        if let spec = specs[kind] { object["spec"] = spec }
        switch kind {
        case "RoleBinding", "ClusterRoleBinding": object["roleRef"] = [:]
        case "Event":
            for field in ["involvedObject", "source", "regarding", "deprecatedSource"] { object[field] = [:] }
            let times = ["firstTimestamp", "lastTimestamp", "deprecatedFirstTimestamp", "deprecatedLastTimestamp"]
            for field in times + ["eventTime"] { object[field] = Tree.null }
            for field in ["reportingComponent", "reportingInstance"] { object[field] = "" }
        case "Service", "Ingress": object["status"] = ["loadBalancer": [:]]
        case "CustomResourceDefinition": object["status"] = ["acceptedNames": [:]]
        default: break
        }
        return object
    }

    private static let template: Tree = ["metadata": [:], "spec": ["containers": []]]

    private static let specs: [String: Tree] = [
        "Deployment": ["strategy": [:], "template": template],
        "ReplicaSet": ["template": template],
        "DaemonSet": ["template": template, "updateStrategy": [:]],
        "StatefulSet": ["template": template, "updateStrategy": [:]],
        "Job": ["template": template],
        "CronJob": ["jobTemplate": ["metadata": [:], "spec": ["template": template]]],
        "Pod": ["containers": []],
        "HorizontalPodAutoscaler": ["scaleTargetRef": [:]],
        "NetworkPolicy": ["podSelector": [:]],
        "PersistentVolumeClaim": ["resources": [:]],
        "CustomResourceDefinition": ["names": [:], "versions": []],
    ]
}
