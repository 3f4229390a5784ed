internal import DataTree
internal import KubeAPI

/// What is wrong with objects of native kinds, as far as a schema cannot say (`pkg/apis/*/validation` of Kubernetes).
enum NativeRules {
    /// The issues of a new object, or of a changed one.
    static func issues(_ kind: String, _ object: Tree, old: Tree?, subresource: String = "") -> [FaultCause] {
        var issues: [FaultCause]
        switch kind {
        case "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet":
            issues = WorkloadRules.issues(kind, object["spec"] ?? [:])
        case "Pod": issues = PodRules.issues(object["spec"] ?? [:], at: "spec")
        case "Job":
            issues = WorkloadRules.job(object["spec"] ?? [:])
        case "CronJob": issues = WorkloadRules.cronJob(object["spec"] ?? [:])
        case "Service": issues = ServiceRules.issues(object["spec"] ?? [:])
        case "ConfigMap", "Secret": issues = keys(kind, object) + sizeIssues(kind, object) + secretIssues(kind, object)
        case "CustomResourceDefinition": issues = DefinitionRules.issues(object, old: old)
        case "RoleBinding", "ClusterRoleBinding": issues = binding(object)
        case "Role", "ClusterRole": issues = roleRules(object)
        case "HorizontalPodAutoscaler": issues = autoscaler(object["spec"] ?? [:])
        case "PodDisruptionBudget": issues = PolicyRules.budget(object["spec"] ?? [:])
        case "NetworkPolicy": issues = NetworkRules.policy(object["spec"] ?? [:])
        case "Ingress": issues = NetworkRules.ingress(object["spec"] ?? [:])
        case "LimitRange": issues = PolicyRules.limitRange(object["spec"] ?? [:])
        case "Lease": issues = lease(object["spec"] ?? [:])
        case "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration": issues = webhooks(object)
        case "ValidatingAdmissionPolicy": issues = subresource == "status" ? [] : PolicyRules.policy(object)
        case "ValidatingAdmissionPolicyBinding": issues = PolicyRules.binding(object)
        default: issues = []
        }
        if let old { issues += ImmutableFields.issues(kind, object, old, subresource: subresource) }
        return issues
    }

    static func nonNegative(_ value: Tree?, _ path: String) -> [FaultCause] {
        guard let number = value?.integer, number < 0 else { return [] }
        return [.invalid(path, "\(number)", "must be greater than or equal to 0")]
    }

    // MARK: Data

    private static func keys(_ kind: String, _ object: Tree) -> [FaultCause] {
        var issues: [FaultCause] = []
        for field in ["data", "binaryData"] {
            for key in object[field]?.object?.keys ?? [] {
                let isKey = key.utf8.allSatisfy { byte in
                    let scalar = UnicodeScalar(byte)
                    return byte < 0x80 && (scalar.properties.isAlphabetic || (0x30...0x39).contains(byte))
                        || "-_.".utf8.contains(byte)
                }
                guard !isKey || key.isEmpty || key.utf8.count > 253 || key == "." || key == ".." else { continue }
                issues.append(
                    .invalid(
                        "\(field)[\(key)]",
                        MetadataRules.quoted(key),
                        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  "
                            + "or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
                    )
                )
            }
        }
        for key in kind == "ConfigMap" ? object["data"]?.object?.keys ?? [] : [] where object["binaryData"]?[key] != nil
        {
            issues.append(.invalid("data[\(key)]", MetadataRules.quoted(key), "duplicate of key present in binaryData"))
        }
        return issues
    }

    /// The most bytes that the values of a ConfigMap or a Secret may have together (`MaxSecretSize` of core).
    static let mostData = 1 << 20

    private static func sizeIssues(_ kind: String, _ object: Tree) -> [FaultCause] {
        func size(_ field: String, _ length: (String) -> Int) -> Int {
            (object[field]?.object?.entries ?? []).reduce(0) { $0 + length($1.value.string ?? "") }
        }
        func decoded(_ text: String) -> Int {
            text.utf8.count / 4 * 3 - text.utf8.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        }
        let isSecret = kind == "Secret"
        let total =
            isSecret ? size("data", decoded) : size("data") { $0.utf8.count } + size("binaryData", decoded)
        guard total > mostData else { return [] }
        return [
            FaultCause(
                reason: "FieldValueTooLong",
                message: "Too long: may not be more than \(mostData) bytes",
                field: isSecret ? "data" : "[]"
            )
        ]
    }

    /// A secret of a known type has the keys of that type.
    private static func secretIssues(_ kind: String, _ object: Tree) -> [FaultCause] {
        guard kind == "Secret" else { return [] }
        let needed: [String]
        switch object["type"]?.string {
        case "kubernetes.io/tls": needed = ["tls.crt", "tls.key"]
        case "kubernetes.io/dockerconfigjson": needed = [".dockerconfigjson"]
        case "kubernetes.io/ssh-auth": needed = ["ssh-privatekey"]
        default: needed = []
        }
        return needed.filter { object["data"]?[$0] == nil }.map { .required("data[\($0)]") }
    }

    // MARK: Access

    private static func binding(_ object: Tree) -> [FaultCause] {
        var issues: [FaultCause] = []
        let role = object["roleRef"] ?? [:]
        let kinds = object["kind"] == "ClusterRoleBinding" ? ["ClusterRole"] : ["ClusterRole", "Role"]
        let kind = role["kind"]?.string ?? ""
        if !kinds.contains(kind) { issues.append(.notSupported("roleRef.kind", kind, kinds)) }
        if role["name"]?.string?.isEmpty ?? true { issues.append(.required("roleRef.name")) }
        for (index, subject) in (object["subjects"]?.array ?? []).enumerated() {
            if subject["name"]?.string?.isEmpty ?? true { issues.append(.required("subjects[\(index)].name")) }
            let kind = subject["kind"]?.string ?? ""
            if kind == "ServiceAccount", subject["namespace"]?.string?.isEmpty ?? true,
                object["kind"] == "ClusterRoleBinding"
            {
                issues.append(.required("subjects[\(index)].namespace"))
            }
            if !["ServiceAccount", "User", "Group"].contains(kind) {
                issues.append(.notSupported("subjects[\(index)].kind", kind, ["ServiceAccount", "User", "Group"]))
            }
        }
        return issues
    }

    private static func roleRules(_ object: Tree) -> [FaultCause] {
        var issues: [FaultCause] = []
        for (index, rule) in (object["rules"]?.array ?? []).enumerated() {
            let path = "rules[\(index)]"
            if rule["verbs"]?.array?.isEmpty ?? true {
                issues.append(.required("\(path).verbs", "verbs must contain at least one value"))
            }
            if rule["nonResourceURLs"]?.array?.isEmpty == false { continue }
            if rule["apiGroups"]?.array?.isEmpty ?? true {
                issues.append(.required("\(path).apiGroups", "resource rules must supply at least one api group"))
            }
            if rule["resources"]?.array?.isEmpty ?? true {
                issues.append(.required("\(path).resources", "resource rules must supply at least one resource"))
            }
        }
        return issues
    }

    // MARK: Others

    private static func autoscaler(_ spec: Tree) -> [FaultCause] {
        var issues: [FaultCause] = []
        let (least, most) = (spec["minReplicas"]?.integer ?? 1, spec["maxReplicas"]?.integer ?? 0)
        if least < 1 { issues.append(.invalid("spec.minReplicas", "\(least)", "must be greater than or equal to 1")) }
        if most < 1 { issues.append(.required("spec.maxReplicas", "must be set and greater than 0")) }
        if most < least {
            issues.append(.invalid("spec.maxReplicas", "\(most)", "must be greater than or equal to `minReplicas`"))
        }
        let target = spec["scaleTargetRef"] ?? [:]
        for field in ["kind", "name"] where target[field]?.string?.isEmpty ?? true {
            issues.append(.required("spec.scaleTargetRef.\(field)"))
        }
        return issues
    }

    private static func lease(_ spec: Tree) -> [FaultCause] {
        var issues: [FaultCause] = []
        if let seconds = spec["leaseDurationSeconds"]?.integer, seconds <= 0 {
            issues.append(.invalid("spec.leaseDurationSeconds", "\(seconds)", "must be greater than 0"))
        }
        if let transitions = spec["leaseTransitions"]?.integer, transitions < 0 {
            issues.append(.invalid("spec.leaseTransitions", "\(transitions)", "must be greater than or equal to 0"))
        }
        return issues
    }

    private static func webhooks(_ object: Tree) -> [FaultCause] {
        var issues: [FaultCause] = []
        var names: Set<String> = []
        for (index, hook) in (object["webhooks"]?.array ?? []).enumerated() {
            let path = "webhooks[\(index)]"
            let name = hook["name"]?.string ?? ""
            if name.split(separator: ".").count < 3 {
                issues.append(
                    .invalid(
                        "\(path).name",
                        MetadataRules.quoted(name),
                        "should be a domain with at least three segments separated by dots"
                    )
                )
            }
            if !names.insert(name).inserted {
                issues.append(.duplicate("\(path).name", MetadataRules.quoted(name)))
            }
            issues += PolicyRules.webhook(hook, path)
        }
        return issues
    }
}
