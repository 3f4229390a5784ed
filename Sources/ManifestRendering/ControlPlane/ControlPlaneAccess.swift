internal import DataTree

/// The permissions of a control plane.
struct ControlPlaneAccess {
    /// Whose permissions.
    let plane: ControlPlane

    private var scope: ComponentScope { plane.scope }
    private var values: Tree { plane.scope.values }

    /// Service account, roles and bindings.
    func objects() -> [Tree] {
        let name = plane.name
        let accessLabels = plane.accessLabels
        let home = scope.meshNamespace
        var result: [Tree] = []
        if plane.holdsConfiguration {
            let annotations = values.at("serviceAccountAnnotations").ifSet
            result.append(scope.account(name, namespace: home, labels: accessLabels, annotations: annotations))
            result.append(scope.role(name, namespace: home, labels: accessLabels, Self.localRules))
            result.append(
                scope.binding(name, namespace: home, labels: accessLabels, account: name, in: home)
            )
            result += clusterRole("istiod-clusterrole", labels: accessLabels, clusterRules, account: name, in: home)
            if values.at("env.PILOT_ENABLE_GATEWAY_API_DEPLOYMENT_CONTROLLER").printed != "false" {
                result += clusterRole(
                    "istiod-gateway-controller",
                    labels: accessLabels,
                    Self.gatewayControllerRules,
                    account: name,
                    in: home
                )
            }
        }
        return result + reader
    }

    private func clusterRole(
        _ stem: String,
        labels: [(String, Tree?)],
        _ rules: [AccessRule],
        account: String,
        in home: String
    ) -> [Tree] {
        let name = "\(stem)\(scope.suffix)-\(scope.namespace)"
        return [
            scope.role(name, namespace: nil, labels: labels, rules),
            scope.binding(name, namespace: nil, labels: labels, account: account, in: home),
        ]
    }

    /// What other clusters' control planes may read here.
    private var reader: [Tree] {
        guard values.at("global.enableReaderRBAC") != .bool(false) else { return [] }
        let labels: [(String, Tree?)] = [
            ("app", "istio-reader"), ("release", "istio"), ("app.kubernetes.io/name", "istio-reader"),
        ]
        let custom = values.text("global.readerServiceAccount.name")
        let home = custom.isEmpty ? scope.meshNamespace : values.text("global.readerServiceAccount.namespace")
        return clusterRole(
            "istio-reader-clusterrole",
            labels: labels,
            readerRules,
            account: custom.isEmpty ? "istio-reader-service-account" : custom,
            in: home
        )
    }

    /// Groups of mesh configuration, those of releases long gone among them: an older control plane beside this one may
    /// still be bound to roles of the same name.
    private static let meshGroups = [
        "config.istio.io", "security.istio.io", "networking.istio.io", "authentication.istio.io", "rbac.istio.io",
        "telemetry.istio.io", "extensions.istio.io",
    ]

    private static let localRules = [
        // A dry-run create shows whether the validating webhook answers.
        AccessRule(["networking.istio.io"], ["gateways"], ["create"]),
        // The authority's key.
        AccessRule([""], ["secrets"], ["create", "get", "watch", "list", "update", "delete"]),
        AccessRule([""], ["configmaps"], ["delete"]),
        // Leader election.
        AccessRule(["coordination.k8s.io"], ["leases"], ["get", "update", "patch", "create"]),
    ]

    private static let gatewayControllerRules = [
        AccessRule(["apps"], ["deployments"], AccessRule.own),
        AccessRule(["autoscaling"], ["horizontalpodautoscalers"], AccessRule.own),
        AccessRule(["policy"], ["poddisruptionbudgets"], AccessRule.own),
        AccessRule([""], ["services"], AccessRule.own),
        AccessRule([""], ["serviceaccounts"], AccessRule.own),
    ]

    private var serviceGroup: String { values.text("env.MCS_API_GROUP", or: "multicluster.x-k8s.io") }

    private var clusterRules: [AccessRule] {
        Self.webhookRules + meshConfigurationRules + discoveryRules + ingressRules + certificateRules + [
            AccessRule(["authentication.k8s.io"], ["tokenreviews"], ["create"]),
            AccessRule(["authorization.k8s.io"], ["subjectaccessreviews"], ["create"]),
        ] + gatewayRules + [
            AccessRule([""], ["secrets"], ["get", "watch", "list"]),
            AccessRule([serviceGroup], ["serviceexports"], ["get", "watch", "list", "create", "delete"]),
            AccessRule([serviceGroup], ["serviceimports"], ["get", "watch", "list"]),
        ]
    }

    /// istiod writes the authority into webhooks itself.
    private static let webhookRules = [
        AccessRule(
            ["admissionregistration.k8s.io"],
            ["mutatingwebhookconfigurations"],
            ["get", "list", "watch", "update", "patch"]
        ),
        AccessRule(
            ["admissionregistration.k8s.io"],
            ["validatingwebhookconfigurations"],
            ["get", "list", "watch", "update"]
        ),
    ]

    private var meshConfigurationRules: [AccessRule] {
        var rules = [AccessRule(Self.meshGroups, ["*"], ["get", "watch", "list"])]
        if values.has("global.istiod.enableAnalysis") {
            let kinds = [
                "authorizationpolicies", "destinationrules", "envoyfilters", "gateways", "peerauthentications",
                "proxyconfigs", "requestauthentications", "serviceentries", "sidecars", "telemetries",
                "virtualservices", "wasmplugins", "workloadentries", "workloadgroups",
            ]
            rules.append(AccessRule(Self.meshGroups, kinds.map { "\($0)/status" }, ["update", "patch"]))
        }
        return rules + [
            AccessRule(["networking.istio.io"], ["workloadentries"], AccessRule.own),
            AccessRule(["networking.istio.io"], ["workloadentries/status", "serviceentries/status"], AccessRule.own),
            AccessRule(["security.istio.io"], ["authorizationpolicies/status"], AccessRule.own),
            AccessRule([""], ["services/status"], AccessRule.own),
        ]
    }

    private var discoveryRules: [AccessRule] {
        var rules = [
            AccessRule(["apiextensions.k8s.io"], ["customresourcedefinitions"], AccessRule.read),
            AccessRule([""], ["pods", "nodes", "services", "namespaces", "endpoints"], AccessRule.read),
            AccessRule(["discovery.k8s.io"], ["endpointslices"], AccessRule.read),
        ]
        if values.has("taint.enabled") { rules.append(AccessRule([""], ["nodes"], ["patch"])) }
        return rules
    }

    private var ingressRules: [AccessRule] {
        var rules: [AccessRule] = []
        if values.has("global.istiod.enableAnalysis") {
            let groups = ["extensions", "networking.k8s.io"]
            rules.append(AccessRule(groups, ["ingresses"], AccessRule.read))
            rules.append(AccessRule(groups, ["ingresses/status"], ["*"]))
        }
        return rules + [
            AccessRule(["networking.k8s.io"], ["ingresses", "ingressclasses"], AccessRule.read),
            AccessRule(["networking.k8s.io"], ["ingresses/status"], ["*"]),
            AccessRule([""], ["configmaps"], ["create", "get", "list", "watch", "update"]),
        ]
    }

    private var certificateRules: [AccessRule] {
        let group = ["certificates.k8s.io"]
        var rules: [AccessRule] = []
        let provider = values.text("global.pilotCertProvider")
        if values.has("env.EXTERNAL_CA") || !["istiod", "custom", "none"].contains(provider) {
            let requests = ["", "/approval", "/status"].map { "certificatesigningrequests\($0)" }
            rules.append(AccessRule(group, requests, ["update", "create", "get", "delete", "watch"]))
            let signers = values.at("global.certSigners").elements.map(\.printed)
            rules.append(AccessRule(group, ["signers"], ["approve"], names: signers))
        }
        if values.at("env.ENABLE_CLUSTER_TRUST_BUNDLE_API") == .bool(true) {
            let verbs = ["update", "create", "delete", "list", "watch", "get"]
            rules.append(AccessRule(group, ["clustertrustbundles"], verbs))
            rules.append(AccessRule(group, ["signers"], ["attest"], names: ["istio.io/istiod-ca"]))
        }
        return rules
    }

    private var gatewayRules: [AccessRule] {
        let gatewayAPI = "gateway.networking.k8s.io"
        let experimental = "gateway.networking.x-k8s.io"
        let isOld = scope.has(.experimentalListenerSets)
        var kinds = [
            "backendtlspolicies", "gatewayclasses", "gateways", "grpcroutes", "httproutes", "referencegrants",
            "tcproutes", "tlsroutes", "udproutes",
        ]
        if !isOld { kinds.append("listenersets") }
        let trials = ["xbackendtrafficpolicies"] + (isOld ? ["xlistenersets"] : [])
        let inference =
            scope.has(.experimentalInferenceGroup) ? "inference.networking.x-k8s.io" : "inference.networking.k8s.io"
        return [
            AccessRule([gatewayAPI, experimental], ["*"], ["get", "watch", "list"]),
            AccessRule([experimental], trials.map { "\($0)/status" }, ["update", "patch"]),
            AccessRule([gatewayAPI], kinds.map { "\($0)/status" }, ["update", "patch"]),
            AccessRule([gatewayAPI], ["gatewayclasses"], ["create", "update", "patch", "delete"]),
            AccessRule([inference], ["inferencepools"], ["get", "watch", "list"]),
            AccessRule([inference], ["inferencepools/status"], ["update", "patch"]),
        ]
    }

    private var readerRules: [AccessRule] {
        var core = ["endpoints", "pods", "services", "nodes", "replicationcontrollers", "namespaces", "secrets"]
        if scope.has(.readableConfigMaps) { core.append("configmaps") }
        var rules = [
            AccessRule(Self.meshGroups, ["*"], AccessRule.read), AccessRule([""], core, AccessRule.read),
            AccessRule(["networking.istio.io"], ["workloadentries"], ["get", "watch", "list"]),
            AccessRule(["networking.x-k8s.io", "gateway.networking.k8s.io"], ["gateways"], ["get", "watch", "list"]),
            AccessRule(["apiextensions.k8s.io"], ["customresourcedefinitions"], AccessRule.read),
            AccessRule(["discovery.k8s.io"], ["endpointslices"], AccessRule.read),
            AccessRule([serviceGroup], ["serviceexports"], AccessRule.read + ["create", "delete"]),
            AccessRule([serviceGroup], ["serviceimports"], AccessRule.read),
            AccessRule(["apps"], ["replicasets"], AccessRule.read),
            AccessRule(["authentication.k8s.io"], ["tokenreviews"], ["create"]),
            AccessRule(["authorization.k8s.io"], ["subjectaccessreviews"], ["create"]),
        ]
        if plane.isRemote {
            rules.append(AccessRule([""], ["configmaps"], ["create", "get", "list", "watch", "update"]))
            rules += Self.webhookRules
        }
        return rules
    }
}
