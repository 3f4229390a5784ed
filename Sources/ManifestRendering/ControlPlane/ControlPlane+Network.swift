internal import DataTree
internal import MeshAPI

extension ControlPlane {
    /// Services, the slice for a control plane elsewhere, and the network policy.
    var network: [Tree] {
        var result: [Tree] = []
        if runsHere { result.append(service(name, tag: nil)) }
        for tag in values.at("revisionTags").elements.map(\.printed) {
            result.append(service("istiod-revision-tag-\(tag)", tag: tag))
        }
        if values.has("global.remotePilotAddress"), isRemote { result += remote }
        if values.has("global.networkPolicy.enabled") { result.append(policy) }
        return result
    }

    private func service(_ name: String, tag: String?) -> Tree {
        let ports: [Tree] = [
            ["name": "grpc-xds", "port": 15010, "protocol": "TCP"],
            ["name": "https-dns", "port": 15012, "protocol": "TCP"],
            ["name": "https-webhook", "port": 443, "protocol": "TCP", "targetPort": 15017],
            ["name": "http-monitoring", "port": 15014, "protocol": "TCP"],
        ]
        let selector: Tree =
            scope.revision.isEmpty
            ? ["app": "istiod", "istio": "pilot"] : ["app": "istiod", "istio.io/rev": scope.revisionLabel]
        let spec = fields([
            ("ports", .array(ports)), ("selector", selector),
            ("ipFamilyPolicy", values.at("ipFamilyPolicy").ifSet), ("ipFamilies", values.at("ipFamilies").ifSet),
            ("trafficDistribution", tag == nil ? values.at("trafficDistribution").ifSet : nil),
        ])
        return scope.object(
            .service,
            name: name,
            namespace: scope.namespace,
            labels: labels([("app", "istiod"), ("istio", "pilot"), (MeshNames.Label.tag, tag.map { .string($0) })]),
            annotations: values.at("serviceAnnotations").ifSet,
            body: [("spec", spec)]
        )
    }

    /// A Service that leads to a control plane elsewhere, by address or by name.
    private var remote: [Tree] {
        let address = values.text("global.remotePilotAddress")
        let family = Self.addressFamily(address)
        let remoteName = name + (injectsLocally ? "-remote" : "")
        let ports: [Tree] = [
            ["name": "tcp-istiod", "port": 15012, "protocol": "TCP"],
            ["name": "tcp-webhook", "port": 443, "protocol": "TCP", "targetPort": 15017],
        ]
        let spec = fields([
            ("ports", .array(ports)), ("type", when(family == nil, "ExternalName")),
            ("externalName", when(family == nil, .string(address))),
            ("ipFamilyPolicy", values.at("global.ipFamilyPolicy").ifSet),
            ("ipFamilies", values.at("global.ipFamilies").ifSet),
        ])
        let service = scope.object(
            .service,
            name: remoteName,
            namespace: scope.namespace,
            labels: [("istio.io/rev", scope.revisionLabel), ("app.kubernetes.io/name", "istiod")],
            body: [("spec", spec)]
        )
        guard let family else { return [service] }
        return [slice(remoteName, address, family), service]
    }

    private func slice(_ name: String, _ address: String, _ family: String) -> Tree {
        let manager: Tree = scope.options.labels == .upstream ? "Helm" : "meshoperator"
        let ports: [Tree] = [
            ["name": "tcp-istiod", "port": 15012, "protocol": "TCP"],
            ["name": "tcp-webhook", "port": 15017, "protocol": "TCP"],
        ]
        return scope.object(
            .endpointSlice,
            name: name,
            namespace: scope.namespace,
            labels: [
                ("kubernetes.io/service-name", .string(name)), ("endpointslice.kubernetes.io/managed-by", manager),
                ("app.kubernetes.io/name", "istiod"),
            ],
            body: [
                ("addressType", .string(family)), ("endpoints", [["addresses": [.string(address)]]]),
                ("ports", .array(ports)),
            ]
        )
    }

    /// `IPv4`, `IPv6`, or nil for a name; as loose as upstream's test.
    static func addressFamily(_ address: String) -> String? {
        let four = address.split(separator: ".", omittingEmptySubsequences: false)
        if four.count == 4, four.allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } }) { return "IPv4" }
        let isHex = address.utf8.allSatisfy {
            ($0 >= 0x30 && $0 <= 0x3A) || ($0 >= 0x61 && $0 <= 0x66) || ($0 >= 0x41 && $0 <= 0x46)
        }
        return isHex && address.contains(":") ? "IPv6" : nil
    }

    private var policy: Tree {
        func ports(_ numbers: [Int64]) -> Tree {
            ["ports": .array(numbers.map { ["protocol": "TCP", "port": .integer($0)] })]
        }
        let spec: Tree = [
            "podSelector": ["matchLabels": ["app": "istiod", "istio.io/rev": scope.revisionLabel]],
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [ports([15017]), ports([15010, 15011, 15012, 8080, 15014])], "egress": [[:]],
        ]
        return scope.object(
            .networkPolicy,
            name: name,
            namespace: scope.namespace,
            labels: labels([("app", "istiod"), ("istio", "pilot")]),
            body: [("spec", spec)]
        )
    }
}
