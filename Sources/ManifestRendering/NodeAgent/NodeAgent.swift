internal import DataTree

/// The objects of the node agent: it redirects the traffic of pods as a CNI plugin.
struct NodeAgent {
    /// What to render it from.
    let scope: ComponentScope

    /// Values by path.
    var values: Tree { scope.values }
    /// The name most of its objects have.
    let name = "istio-cni"
    /// Whether pods without sidecars are redirected too.
    var isAmbient: Bool { values.has("ambient.enabled") }
    /// The Kubernetes distribution, empty for none in particular.
    var platform: String { values.text("platform", or: values.text("global.platform")) }

    /// All objects, in a fixed order.
    func objects() -> [Tree] {
        var result = [scope.account(name, namespace: scope.namespace, labels: appLabels)]
        result += access + [configMap, daemonSet]
        if values.text("provider") == "multus" {
            let labels: [(String, Tree?)] = [
                ("operator.istio.io/component", "Cni"), ("app.kubernetes.io/name", .string(name)),
            ]
            result.append(
                scope.object(.networkAttachment, name: name, namespace: "default", labels: labels, body: [])
            )
        }
        return result + [resourceQuota, networkPolicy].compactMap { $0 }
    }

    /// Labels of its objects.
    func labels(_ more: [(String, Tree?)]) -> [(String, Tree?)] {
        scope.identityLabels + [("release", "istio"), ("app.kubernetes.io/name", .string(name))] + more
    }

    private var appLabels: [(String, Tree?)] { labels([("app", .string(name))]) }

    private var access: [Tree] {
        var rules = [AccessRule([""], ["pods", "nodes", "namespaces"], AccessRule.read)]
        if platform == "openshift" {
            let group = ["security.openshift.io"]
            rules.append(AccessRule(group, ["securitycontextconstraints"], ["use"], names: ["privileged"]))
        }
        var result = [
            scope.role(name, namespace: nil, labels: appLabels, rules),
            scope.binding(name, namespace: nil, labels: appLabels, account: name, in: scope.namespace),
        ]
        let repairLabels = labels([("k8s-app", .string("\(name)-repair"))])
        if values.has("repair.enabled") {
            result.append(scope.role("\(name)-repair-role", namespace: nil, labels: appLabels, repairRules))
            result.append(
                scope.binding(
                    "\(name)-repair-rolebinding",
                    role: "\(name)-repair-role",
                    namespace: nil,
                    labels: repairLabels,
                    account: name,
                    in: scope.namespace
                )
            )
        }
        if isAmbient {
            let rules = [
                AccessRule([""], ["pods/status"], ["patch", "update"]),
                AccessRule(["apps"], ["daemonsets"], ["get"], names: ["\(name)-node"]),
            ]
            result.append(scope.role("\(name)-ambient", namespace: nil, labels: appLabels, rules))
            result.append(
                scope.binding(
                    "\(name)-ambient",
                    namespace: nil,
                    labels: repairLabels,
                    account: name,
                    in: scope.namespace
                )
            )
        }
        return result
    }

    private var repairRules: [AccessRule] {
        var rules = [
            AccessRule([""], ["events"], ["create", "patch"]), AccessRule([""], ["pods"], ["watch", "get", "list"]),
        ]
        let repair = values.at("repair")
        if repair.has("repairPods") { return rules }
        if repair.has("deletePods") {
            rules.append(AccessRule([""], ["pods"], ["delete"]))
        } else if repair.has("labelPods") {
            rules.append(AccessRule([""], ["pods/status"], ["patch", "update"]))
        }
        return rules
    }

    private var configMap: Tree {
        func text(_ path: String) -> Tree { .string(values.at(path).printed) }
        let excluded = values.at("excludeNamespaces").elements.map(\.printed).joined(separator: ",")
        var data = fields([
            ("CURRENT_AGENT_VERSION", .string(values.text("tag", or: values.text("global.tag")))),
            ("AMBIENT_ENABLED", text("ambient.enabled")),
            ("AMBIENT_ENABLEMENT_SELECTOR", .string(GoYAML.text(values.at("ambient.enablementSelectors")))),
            ("AMBIENT_DNS_CAPTURE", text("ambient.dnsCapture")), ("AMBIENT_IPV6", text("ambient.ipv6")),
            ("AMBIENT_RECONCILE_POD_RULES_ON_STARTUP", text("ambient.reconcileIptablesOnStartup")),
            ("ENABLE_AMBIENT_DETECTION_RETRY", text("ambient.enableAmbientDetectionRetry")),
            ("CNI_CONF_NAME", when(values.has("cniConfFileName"), text("cniConfFileName"))),
            ("ISTIO_OWNED_CNI_CONFIG", text("istioOwnedCNIConfig")),
            (
                "ISTIO_OWNED_CNI_CONF_FILENAME",
                when(values.has("istioOwnedCNIConfig"), text("istioOwnedCNIConfigFileName"))
            ),
            ("CHAINED_CNI_PLUGIN", text("chained")), ("EXCLUDE_NAMESPACES", .string(excluded)),
            ("REPAIR_ENABLED", text("repair.enabled")), ("REPAIR_LABEL_PODS", text("repair.labelPods")),
            ("REPAIR_DELETE_PODS", text("repair.deletePods")), ("REPAIR_REPAIR_PODS", text("repair.repairPods")),
            ("REPAIR_INIT_CONTAINER_NAME", text("repair.initContainerName")),
            ("REPAIR_BROKEN_POD_LABEL_KEY", text("repair.brokenPodLabelKey")),
            ("REPAIR_BROKEN_POD_LABEL_VALUE", text("repair.brokenPodLabelValue")),
            ("NATIVE_NFTABLES", text("global.nativeNftables")),
        ])
        for entry in values.at("env").sortedEntries { data[entry.key] = .string(entry.value.printed) }
        return scope.object(
            .configMap,
            name: "\(name)-config",
            namespace: scope.namespace,
            labels: appLabels,
            body: [("data", data)]
        )
    }

    private var resourceQuota: Tree? {
        guard values.has("resourceQuotas.enabled") else { return nil }
        let expression: Tree = [
            "operator": "In", "scopeName": "PriorityClass", "values": ["system-node-critical"],
        ]
        let spec: Tree = [
            "hard": ["pods": .string(values.at("resourceQuotas.pods").printed)],
            "scopeSelector": ["matchExpressions": [expression]],
        ]
        return scope.object(
            .resourceQuota,
            name: "\(name)-resource-quota",
            namespace: scope.namespace,
            labels: [("app.kubernetes.io/name", .string(name))],
            body: [("spec", spec)]
        )
    }

    private var networkPolicy: Tree? {
        guard values.has("global.networkPolicy.enabled") else { return nil }
        func port(_ number: Int64) -> Tree { ["ports": [["protocol": "TCP", "port": .integer(number)]]] }
        let spec: Tree = [
            "podSelector": ["matchLabels": ["k8s-app": .string("\(name)-node")]],
            "policyTypes": ["Ingress", "Egress"], "ingress": [port(15014), port(8000)], "egress": [[:]],
        ]
        return scope.object(
            .networkPolicy,
            name: name + scope.suffix,
            namespace: scope.namespace,
            labels: labels([("k8s-app", .string("\(name)-node"))]),
            body: [("spec", spec)]
        )
    }
}
