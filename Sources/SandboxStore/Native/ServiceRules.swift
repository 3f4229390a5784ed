internal import DataTree
internal import KubeAPI

/// What is wrong with a Service.
enum ServiceRules {
    private static let types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]

    static func issues(_ spec: Tree) -> [FaultCause] {
        var issues: [FaultCause] = []
        let type = spec["type"]?.string ?? ""
        let ports = spec["ports"]?.array ?? []
        if !types.contains(type) { issues.append(.notSupported("spec.type", type, types)) }
        if ports.isEmpty, type != "ExternalName", spec["clusterIP"] != "None" { issues.append(.required("spec.ports")) }
        if type == "ExternalName" { issues += self.external(spec["externalName"]?.string ?? "") }
        var names: Set<String> = []
        for (index, port) in ports.enumerated() {
            let path = "spec.ports[\(index)]"
            let name = port["name"]?.string ?? ""
            if ports.count > 1, name.isEmpty { issues.append(.required("\(path).name")) }
            if !name.isEmpty, !names.insert(name).inserted {
                issues.append(.duplicate("\(path).name", MetadataRules.quoted(name)))
            }
            issues += self.port(port, path)
            issues += nodePort(port["nodePort"]?.integer ?? 0, "\(path).nodePort")
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

    /// What is wrong with the name that a Service of type ExternalName stands for; a dot at its end is fine.
    private static func external(_ name: String) -> [FaultCause] {
        let plain = name.hasSuffix(".") ? String(name.dropLast()) : name
        if plain.isEmpty { return [.required("spec.externalName")] }
        return NameRule.dnsSubdomain.issues(in: plain).map {
            .invalid("spec.externalName", MetadataRules.quoted(name), $0)
        }
    }

    /// What is wrong with a port of nodes that was asked for (kube-apiserver's default `--service-node-port-range`).
    private static func nodePort(_ number: Int64, _ path: String) -> [FaultCause] {
        guard number != 0, !(30_000...32_767).contains(number) else { return [] }
        let detail = "provided port is not in the valid range. The range of valid ports is 30000-32767"
        return [.invalid(path, String(number), detail)]
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
        guard let address = spec["clusterIP"]?.string, !address.isEmpty, address != "None" else { return [] }
        if isAddress(address) {
            // The range of the sandbox, 10.96.0.0/16.
            guard !address.contains(":"), !address.hasPrefix("10.96."), spec["type"] != "ExternalName" else {
                return []
            }
            let detail = "failed to allocate IP \(address): the provided network does not match the current range"
            return [.invalid("spec.clusterIPs", "[\(MetadataRules.quoted(address))]", detail)]
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
