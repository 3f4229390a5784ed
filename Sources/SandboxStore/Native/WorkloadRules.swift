internal import DataTree
internal import KubeAPI

/// What is wrong with the parts of workloads that are no pod.
enum WorkloadRules {
    /// The issues of a Deployment's strategy.
    static func strategy(_ strategy: Tree) -> [FaultCause] {
        let type = strategy["type"]?.string ?? ""
        guard ["Recreate", "RollingUpdate"].contains(type) else {
            let shown: Tree = ["Type": .string(type), "RollingUpdate": strategy["rollingUpdate"] ?? .null]
            let message =
                "Unsupported value: \(GoText.json(shown, ["Type", "RollingUpdate"])): supported values: "
                + "\"Recreate\", \"RollingUpdate\""
            return [FaultCause(reason: "FieldValueNotSupported", message: message, field: "spec.strategy")]
        }
        if type == "Recreate", strategy.has("rollingUpdate") {
            return [
                .forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'")
            ]
        }
        let update = strategy["rollingUpdate"] ?? [:]
        if isZero(update["maxUnavailable"]), isZero(update["maxSurge"]) {
            let path = "spec.strategy.rollingUpdate.maxUnavailable"
            return [.invalid(path, shown(update["maxUnavailable"]), "may not be 0 when `maxSurge` is 0")]
        }
        return []
    }

    private static func isZero(_ tree: Tree?) -> Bool { tree == 0 || tree == "0%" || tree == "0" }

    private static func shown(_ tree: Tree?) -> String { tree?.jsonText(.compact) ?? "0" }

    /// The issues of a Job beyond those of its pods.
    static func job(_ spec: Tree) -> [FaultCause] {
        let policy = spec.value(at: "template", "spec", "restartPolicy")?.string ?? ""
        var issues: [FaultCause] = []
        for field in ["parallelism", "completions", "backoffLimit", "activeDeadlineSeconds"] {
            issues += NativeRules.nonNegative(spec[field], "spec.\(field)")
        }
        if !["OnFailure", "Never"].contains(policy) {
            issues.append(.notSupported("spec.template.spec.restartPolicy", policy, ["OnFailure", "Never"]))
        }
        return issues
    }

    /// The issues of a CronJob.
    static func cronJob(_ spec: Tree) -> [FaultCause] {
        let schedule = spec["schedule"]?.string ?? ""
        if schedule.isEmpty { return [.required("spec.schedule")] }
        let fields = schedule.split(separator: " ")
        let isKnown = schedule.hasPrefix("@") && fields.count <= 2
        if isKnown || (fields.count == 5 && fields.allSatisfy(isField)) { return [] }
        return [
            .invalid(
                "spec.schedule",
                MetadataRules.quoted(schedule),
                "expected exactly 5 fields, found \(fields.count): [\(fields.joined(separator: " "))]"
            )
        ]
    }

    private static func isField(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "*/,-?".utf8.contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte & 0xdf)
        }
    }
}

/// What is wrong with a Service.
enum ServiceRules {
    private static let types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]

    static func issues(_ spec: Tree) -> [FaultCause] {
        var issues: [FaultCause] = []
        let type = spec["type"]?.string ?? ""
        let ports = spec["ports"]?.array ?? []
        if !types.contains(type) { issues.append(.notSupported("spec.type", type, types)) }
        if ports.isEmpty, type != "ExternalName", spec["clusterIP"] != "None" { issues.append(.required("spec.ports")) }
        if type == "ExternalName", spec["externalName"]?.string?.isEmpty ?? true {
            issues.append(.required("spec.externalName"))
        }
        var names: Set<String> = []
        for (index, port) in ports.enumerated() {
            let path = "spec.ports[\(index)]"
            let name = port["name"]?.string ?? ""
            if ports.count > 1, name.isEmpty { issues.append(.required("\(path).name")) }
            if !name.isEmpty, !names.insert(name).inserted {
                issues.append(.duplicate("\(path).name", MetadataRules.quoted(name)))
            }
            issues += self.port(port, path)
        }
        issues += duplicates(ports)
        issues += MetadataRules.labelIssues(spec["selector"], "spec.selector")
        return issues + addressIssues(spec)
    }

    private static func port(_ port: Tree, _ path: String) -> [FaultCause] {
        var issues = PodRules.portNumber(port["port"], "\(path).port", isRequired: true)
        let transport = port["protocol"]?.string ?? "TCP"
        if !["TCP", "UDP", "SCTP"].contains(transport) {
            issues.append(.notSupported("\(path).protocol", transport, ["SCTP", "TCP", "UDP"]))
        }
        switch port["targetPort"] {
        case .string(let name):
            let shape = portName(name)
            issues += shape.map { .invalid("\(path).targetPort", MetadataRules.quoted(name), $0) }
        case .some(let number): issues += PodRules.portNumber(number, "\(path).targetPort", isRequired: true)
        case nil: break
        }
        return issues
    }

    /// What is wrong with the name of a port (`IsValidPortName` of apimachinery).
    private static func portName(_ name: String) -> [String] {
        var issues: [String] = []
        if name.utf8.count > 15 { issues.append("must be no more than 15 characters") }
        let isPlain = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
        }
        if !isPlain { issues.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)") }
        let hasLetter = name.utf8.contains { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
        if isPlain, !hasLetter { issues.append("must contain at least one letter (a-z)") }
        return issues
    }

    private static func duplicates(_ ports: [Tree]) -> [FaultCause] {
        var seen: Set<String> = []
        var issues: [FaultCause] = []
        for (index, port) in ports.enumerated() {
            let transport = port["protocol"]?.string ?? "TCP"
            let number = port["port"]?.integer ?? 0
            guard !seen.insert("\(transport)/\(number)").inserted else { continue }
            let shown: Tree = [
                "Name": "", "Protocol": .string(transport), "AppProtocol": .null, "Port": .integer(number),
                "TargetPort": 0, "NodePort": 0,
            ]
            issues.append(.duplicate("spec.ports[\(index)]", shown.jsonText(.compact)))
        }
        return issues
    }

    private static func addressIssues(_ spec: Tree) -> [FaultCause] {
        guard let address = spec["clusterIP"]?.string, !address.isEmpty, address != "None", !isAddress(address) else {
            return []
        }
        return [
            .invalid(
                "spec.clusterIPs[0]",
                MetadataRules.quoted(address),
                "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
            )
        ]
    }

    private static func isAddress(_ text: String) -> Bool {
        if text.contains(":") { return true }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }
}
