internal import DataTree

/// The objects of one ingress or egress gateway.
struct GatewayObjects {
    /// What to render it from.
    let scope: ComponentScope

    /// Values of the mesh, by path.
    var values: Tree { scope.values }
    /// Values of this gateway.
    var gateway: Tree { scope.values.at(scope.kind.valuesRoot) }
    /// Its name.
    var name: String { gateway.text("name", or: scope.kind.workloadName) }
    /// The name of its service account.
    var account: String { "\(name)-service-account" }
    /// Its labels as text.
    var selector: Tree { gateway.at("labels").or([:]) }

    /// All objects, in a fixed order.
    func objects() -> [Tree] {
        let roleName = "\(name)-sds"
        let roleLabels = labels(own: false)
        var result = [
            scope.account(
                account,
                namespace: scope.namespace,
                labels: labels(),
                annotations: gateway.at("serviceAccount.annotations").ifSet
            ),
            scope.role(
                roleName,
                namespace: scope.namespace,
                labels: roleLabels,
                [AccessRule([""], ["secrets"], ["get", "watch", "list"])]
            ),
            scope.binding(
                roleName,
                namespace: scope.namespace,
                labels: roleLabels,
                account: account,
                in: scope.options.labels == .upstream ? nil : scope.namespace
            ),
            gateway.text("injectionTemplate").isEmpty ? deployment : injectedDeployment,
        ]
        if !gateway.has("customService") { result.append(service) }
        return result + [autoscaler, disruptionBudget, networkPolicy].compactMap { $0 }
    }

    /// Labels of its objects; `own` adds those that select its pods.
    func labels(own: Bool = true, _ more: [(String, Tree?)] = []) -> [(String, Tree?)] {
        let selecting = own ? (selector.object?.entries ?? []).map { ($0.key, Optional($0.value)) } : []
        return selecting + [("release", "istio"), ("app.kubernetes.io/name", .string(scope.kind.workloadName))]
            + scope.identityLabels + more
    }

    private var service: Tree {
        var ports = gateway.at("ports").elements.map { Tree.object(($0.object ?? TreeObject()).mapValues(\.plain)) }
        let extra = scope.kind == .ingressGateways ? "ingressPorts" : "egressPorts"
        ports += gateway.at(extra).elements.map { ["port": $0.at("port").plain, "name": $0.at("name")] }
        let annotations = gateway.at("serviceAnnotations").sortedEntries.map {
            ($0.key, Optional(Tree.string($0.value.printed)))
        }
        let address = gateway.text("loadBalancerIP")
        let spec = fields([
            ("loadBalancerIP", when(!address.isEmpty, .string(address))),
            ("loadBalancerSourceRanges", gateway.at("loadBalancerSourceRanges").ifSet),
            ("externalTrafficPolicy", gateway.at("externalTrafficPolicy").ifSet), ("type", gateway.at("type")),
            ("selector", selector), ("ports", ports.isEmpty ? .null : .array(ports)),
            ("ipFamilyPolicy", gateway.at("ipFamilyPolicy").ifSet), ("ipFamilies", gateway.at("ipFamilies").ifSet),
        ])
        return scope.object(
            .service,
            name: name,
            namespace: scope.namespace,
            labels: labels(),
            annotations: annotations.isEmpty ? .null : fields(annotations),
            body: [("spec", spec)]
        )
    }

    private var autoscaler: Tree? {
        guard gateway.has("autoscaleEnabled"), gateway.has("autoscaleMin"), gateway.has("autoscaleMax") else {
            return nil
        }
        let spec = fields([
            ("maxReplicas", gateway.at("autoscaleMax").plain), ("minReplicas", gateway.at("autoscaleMin").plain),
            ("scaleTargetRef", Autoscaling.target(name)),
            ("metrics", .array(Autoscaling.metrics(gateway, named: metricNames))),
        ])
        return scope.object(
            .autoscaler,
            name: name,
            namespace: scope.namespace,
            labels: labels(),
            body: [("spec", spec)]
        )
    }

    /// Upstream scales gateways by CPU alone, whatever target memory has.
    private var metricNames: [String] { ["cpu"] }

    private var disruptionBudget: Tree? {
        guard values.has("global.defaultPodDisruptionBudget.enabled"), Autoscaling.runsSeveral(gateway) else {
            return nil
        }
        let spec: Tree = ["minAvailable": 1, "selector": ["matchLabels": selector]]
        return scope.object(
            .disruptionBudget,
            name: name,
            namespace: scope.namespace,
            labels: labels(),
            body: [("spec", spec)]
        )
    }

    private var networkPolicy: Tree? {
        guard values.has("global.networkPolicy.enabled") else { return nil }
        func port(_ number: Tree, _ transport: Tree = "TCP") -> Tree { ["protocol": transport, "port": number] }
        let open = gateway.at("ports").elements.map { entry -> Tree in
            let target = entry.at("targetPort").or(entry.at("port"))
            return ["ports": [port(target.plain, entry.at("protocol").or("TCP"))]]
        }
        let health: [Tree] = [["ports": [port(15021)]], ["ports": [port(15020), port(15090)]]]
        let spec: Tree = [
            "podSelector": ["matchLabels": selector], "policyTypes": ["Ingress", "Egress"],
            "ingress": .array(health + open), "egress": [[:]],
        ]
        let kind: Tree = scope.kind == .ingressGateways ? "ingressgateway" : "egressgateway"
        return scope.object(
            .networkPolicy,
            name: name + scope.suffix,
            namespace: scope.namespace,
            labels: labels(own: false, [("app", .string(name)), ("istio", kind)]),
            body: [("spec", spec)]
        )
    }
}

extension TreeObject {
    /// The same keys with changed values.
    func mapValues(_ change: (Tree) -> Tree) -> TreeObject {
        TreeObject(entries.map { (key: $0.key, value: change($0.value)) })
    }
}
