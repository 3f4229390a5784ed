internal import DataTree
internal import KubeAPI

/// What is wrong with NetworkPolicies and Ingresses (`pkg/apis/networking/validation` of Kubernetes).
enum NetworkRules {
    /// The issues of a NetworkPolicy.
    static func policy(_ spec: Tree) -> [FaultCause] {
        var issues: [FaultCause] = []
        for direction in ["ingress", "egress"] {
            for (index, rule) in (spec[direction]?.array ?? []).enumerated() {
                for (place, port) in (rule["ports"]?.array ?? []).enumerated() {
                    guard let number = port["port"]?.integer, !(1...65_535).contains(number) else { continue }
                    let path = "spec.\(direction)[\(index)].ports[\(place)].port"
                    issues.append(.invalid(path, "\(number)", "must be between 1 and 65535, inclusive"))
                }
            }
        }
        for (index, type) in (spec["policyTypes"]?.array ?? []).enumerated() {
            let name = type.string ?? ""
            if ["Ingress", "Egress"].contains(name) { continue }
            issues.append(.notSupported("spec.policyTypes[\(index)]", name, ["Ingress", "Egress"]))
        }
        return issues
    }

    /// The issues of an Ingress.
    static func ingress(_ spec: Tree) -> [FaultCause] {
        var issues: [FaultCause] = []
        for (index, rule) in (spec["rules"]?.array ?? []).enumerated() {
            let path = "spec.rules[\(index)]"
            if let host = rule["host"]?.string, !host.isEmpty, !host.contains("*") {
                issues += NameRule.dnsSubdomain.issues(in: host).map {
                    .invalid("\(path).host", MetadataRules.quoted(host), $0)
                }
            }
            for (place, entry) in (rule.value(at: "http", "paths")?.array ?? []).enumerated()
            where entry["pathType"]?.string?.isEmpty ?? true {
                issues.append(.required("\(path).http.paths[\(place)].pathType", "pathType must be specified"))
            }
        }
        return issues
    }
}
