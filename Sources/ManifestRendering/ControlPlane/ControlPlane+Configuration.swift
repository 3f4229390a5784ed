internal import DataTree

extension ControlPlane {
    /// ConfigMaps that istiod and proxies read, apart from the injector's.
    var configuration: [Tree] {
        var result: [Tree] = []
        if values.has("configMap") { result.append(meshConfigMap) }
        result.append(valuesRecord)
        for entry in values.at("gatewayClasses").sortedEntries { result.append(gatewayClass(entry.key, entry.value)) }
        if runsHere, values.has("jwksResolverExtraRootCA") {
            let text = values.text("jwksResolverExtraRootCA")
            result.append(configMap("pilot-jwks-extra-cacerts\(scope.suffix)", ["extra.pem": .string(text)]))
        }
        return result
    }

    /// A ConfigMap with the control plane's labels.
    func configMap(
        _ name: String,
        labels more: [(String, Tree?)] = [],
        annotations: Tree? = nil,
        _ data: Tree
    ) -> Tree {
        scope.object(
            .configMap,
            name: name,
            namespace: scope.namespace,
            labels: labels(more),
            annotations: annotations,
            body: [("data", data)]
        )
    }

    /// The values the mesh was rendered from, as given and with the defaults below them: for people who compare, nothing
    /// reads them.
    private var valuesRecord: Tree {
        let note: Tree = [
            "kubernetes.io/description": "What this control plane was rendered from; changing it here does nothing."
        ]
        let data: Tree = [
            "original-values": .string(scope.given.ordered.jsonText(.pretty)),
            "merged-values": .string(values.ordered.jsonText(.pretty)),
        ]
        return configMap("values\(scope.suffix)", annotations: note, data)
    }

    private var meshConfigMap: Tree {
        let networks = values.at("global.meshNetworks")
        var data: Tree = [
            "mesh": .string(GoYAML.text(meshConfig)),
            "meshNetworks": .string(GoYAML.text(["networks": networks.or([:])])),
        ]
        let slowStart = values.at("meshoperator.slowStart")
        if slowStart.isSet { data["slowStart"] = .string(GoYAML.text(slowStart)) }
        return configMap("istio\(scope.suffix)", data)
    }

    /// Overrides of Gateway API gateways, by class and by kind of object.
    private func gatewayClass(_ name: String, _ overlays: Tree) -> Tree {
        let data = overlays.sortedEntries.map { ($0.key, Optional(Tree.string(GoYAML.text($0.value) + "\n"))) }
        let revision = scope.revision.isEmpty ? "default" : scope.revision
        return configMap(
            "istio-\(revision)-gatewayclass-\(name)",
            labels: [("gateway.istio.io/defaults-for-class", .string(name))],
            fields(data)
        )
    }

    /// Istio's MeshConfig: what values say, under what `meshConfig` says.
    var meshConfig: Tree {
        let proxy = values.at("global.proxy")
        let imageType = proxy.text("variant", or: values.text("global.variant"))
        var defaults = fields([
            ("meshId", values.at("global.meshID").ifSet),
            ("image", when(!imageType.isEmpty, ["imageType": .string(imageType)])), ("tracing", tracing),
        ])
        defaults["discoveryAddress"] = .string(discoveryAddress)
        let root = values.text("meshConfig.rootNamespace", or: scope.meshNamespace)
        let mesh = fields([
            ("trustDomain", "cluster.local"), ("rootNamespace", .string(root)),
            ("defaultProviders", defaultProviders), ("defaultConfig", defaults),
        ])
        return mesh.merged(with: values.at("meshConfig").or([:]))
    }

    private var discoveryAddress: String {
        guard values.has("global.remotePilotAddress") else { return "\(name).\(scope.namespace).svc:15012" }
        return "istiod\(isRemote && injectsLocally ? "-remote" : "").\(scope.namespace).svc:15012"
    }

    private var defaultProviders: Tree? {
        let telemetry = values.at("telemetry")
        guard !values.has("meshConfig.defaultProviders"), telemetry.has("enabled"), telemetry.has("v2.enabled") else {
            return nil
        }
        let stackdriver = telemetry.has("v2.stackdriver.enabled")
        var metrics: [Tree] = telemetry.has("v2.prometheus.enabled") ? ["prometheus"] : []
        if stackdriver { metrics.append("stackdriver") }
        guard !metrics.isEmpty else { return nil }
        return fields([("metrics", .array(metrics)), ("accessLogging", when(stackdriver, ["stackdriver"]))])
    }

    private var tracing: Tree? {
        let tracer = values.at("global.tracer")
        switch values.text("global.proxy.tracer") {
        case "lightstep":
            return [
                "lightstep": [
                    "address": tracer.at("lightstep.address").plain,
                    "accessToken": tracer.at("lightstep.accessToken").plain,
                ]
            ]
        case "zipkin":
            let address = tracer.text("zipkin.address", or: "zipkin.\(scope.meshNamespace):9411")
            return ["zipkin": ["address": .string(address)]]
        case "datadog": return ["datadog": ["address": .string(tracer.text("datadog.address", or: "$(HOST_IP):8126"))]]
        case "stackdriver":
            let settings = tracer.at("stackdriver")
            let counts = ["maxNumberOfAttributes", "maxNumberOfAnnotations", "maxNumberOfMessageEvents"]
            let limits = counts.map { ($0, Optional(settings.at($0).or(200).plain)) }
            return ["stackdriver": fields([("debug", settings.at("debug").or(false).plain)] + limits)]
        case "none": return nil
        default: return .null
        }
    }
}
