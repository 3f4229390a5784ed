internal import DataTree

extension GatewayObjects {
    /// The workload with a complete pod.
    var deployment: Tree {
        workload(
            extraLabels: [("istio.io/dataplane-mode", "none")],
            template: ["metadata": podMetadata, "spec": podSpec]
        )
    }

    /// A Deployment around a pod template.
    func workload(extraLabels: [(String, Tree?)], template: Tree) -> Tree {
        let rolling: Tree = [
            "maxSurge": gateway.at("rollingMaxSurge").plain,
            "maxUnavailable": gateway.at("rollingMaxUnavailable").plain,
        ]
        let replicas = gateway.has("autoscaleEnabled") ? nil : gateway.at("replicaCount").ifSet?.plain
        let spec = fields([
            ("replicas", replicas), ("selector", ["matchLabels": selector]), ("strategy", ["rollingUpdate": rolling]),
            ("template", template),
        ])
        return scope.object(
            .deployment,
            name: name,
            namespace: scope.namespace,
            labels: labels(extraLabels),
            body: [("spec", spec)]
        )
    }

    private func labels(_ more: [(String, Tree?)]) -> [(String, Tree?)] { labels(own: true, more) }

    /// Labels every pod of a gateway has, injected or not.
    var podLabels: Tree {
        var result = selector
        if scope.namespace == "istio-system" {
            // Labels of old that selectors of existing installations may use.
            result = result.merged(with: ["heritage": "Tiller", "release": "istio", "chart": "gateways"])
        }
        let version = selector["app.kubernetes.io/version"]?.printed ?? ""
        let canonical = [version, selector.text("version"), scope.revision, "latest"].first { !$0.isEmpty } ?? ""
        let more = fields(
            [
                ("service.istio.io/canonical-name", .string(name)),
                ("service.istio.io/canonical-revision", .string(canonical)),
                ("install.operator.istio.io/owning-resource", .string(values.text("ownerName", or: "unknown"))),
                ("operator.istio.io/component", .string(scope.kind.labelName)),
                ("app.kubernetes.io/name", .string(scope.kind.workloadName)),
            ] + scope.commonLabels
        )
        return result.merged(with: more)
    }

    /// Annotations by which metrics are found.
    var metricAnnotations: Tree {
        guard values.has("meshConfig.enablePrometheusMerge") else { return [:] }
        return [
            "prometheus.io/port": "15020", "prometheus.io/scrape": "true", "prometheus.io/path": "/stats/prometheus",
        ]
    }

    private var podMetadata: Tree {
        let labels: Tree = [
            "istio.io/rev": scope.revisionLabel, "sidecar.istio.io/inject": "false", "istio.io/dataplane-mode": "none",
        ]
        let annotations: Tree = ["istio.io/rev": scope.revisionLabel, "sidecar.istio.io/inject": "false"]
        return [
            "labels": podLabels.merged(with: labels),
            "annotations": annotations.merged(with: metricAnnotations).merged(
                with: gateway.at("podAnnotations").or([:])
            ),
        ]
    }

    /// The security context of the pod, nil for one that runs as root.
    var podSecurity: Tree? {
        guard !gateway.has("runAsRoot") else { return nil }
        let isOpenShift = values.text("platform", or: values.text("global.platform")) == "openshift"
        return fields([
            ("runAsUser", when(!isOpenShift, 1337)), ("runAsGroup", when(!isOpenShift, 1337)), ("runAsNonRoot", true),
        ])
    }

    /// Ports of the container.
    var containerPorts: [Tree] {
        let ports = gateway.at("ports").elements.map { port -> Tree in
            let target = port.at("targetPort").or(port.at("port"))
            return ["containerPort": target.plain, "protocol": port.at("protocol").or("TCP")]
        }
        return ports + [["containerPort": 15090, "protocol": "TCP", "name": "http-envoy-prom"]]
    }

    /// CPU and memory of the container.
    var resources: Tree? {
        PodParts.resources(gateway.at("resources"), or: values.at("global.defaultResources"))
    }

    private var podSpec: Tree {
        fields([
            ("securityContext", podSecurity), ("serviceAccountName", .string(account)),
            ("priorityClassName", values.at("global.priorityClassName").ifSet),
            ("containers", .array([container] + gateway.at("additionalContainers").elements)),
            ("volumes", .array(volumes)), ("affinity", GatewayPlacement(values: values, gateway: gateway).affinity),
            ("tolerations", tolerations),
        ])
    }

    /// The gateway's tolerations, or those of the mesh.
    var tolerations: Tree? { gateway.at("tolerations").or(values.at("global.defaultTolerations")).ifSet }

    private var container: Tree {
        let image = PodParts.image(
            values.text("global.proxy.image", or: "proxyv2"),
            hub: values.text("global.hub"),
            tag: gateway.text("tag", or: values.text("global.tag")),
            variant: values.text("global.proxy.variant", or: values.text("global.variant"))
        )
        let probe: Tree = [
            "failureThreshold": 30, "httpGet": ["path": "/healthz/ready", "port": 15021, "scheme": "HTTP"],
            "initialDelaySeconds": 1, "periodSeconds": 2, "successThreshold": 1, "timeoutSeconds": 1,
        ]
        return fields([
            ("name", "istio-proxy"), ("image", image), ("imagePullPolicy", values.at("global.imagePullPolicy").ifSet),
            ("ports", .array(containerPorts)), ("args", .array(arguments)),
            ("securityContext", when(!gateway.has("runAsRoot"), PodParts.restricted(runsAsNonRoot: false))),
            ("readinessProbe", probe), ("resources", resources), ("env", .array(environment)),
            ("volumeMounts", .array(mounts)),
        ])
    }

    private var arguments: [Tree] {
        let global = values.at("global")
        var result = ["proxy", "router", "--domain", "$(POD_NAMESPACE).svc.\(global.text("proxy.clusterDomain"))"]
        func add(_ flag: String, _ path: String) {
            if global.has(path) { result.append("--\(flag)=\(global.text(path))") }
        }
        add("proxyLogLevel", "proxy.logLevel")
        add("proxyComponentLogLevel", "proxy.componentLogLevel")
        add("log_output_level", "logging.level")
        if global.has("logAsJson") { result.append("--log_as_json") }
        add("stsPort", "sts.servicePort")
        return result.map { .string($0) }
    }

    private var environment: [Tree] {
        let control = "istiod\(scope.suffix).\(scope.meshNamespace).svc:15012"
        let owner = "kubernetes://apis/apps/v1/namespaces/\(scope.namespace)/deployments/\(name)"
        let domain = values.text("meshConfig.trustDomain")
        var result: [Tree] = [
            PodParts.env("PILOT_CERT_PROVIDER", values.text("global.pilotCertProvider")),
            PodParts.env("CA_ADDR", values.text("global.caAddress", or: control)),
            PodParts.env("NODE_NAME", field: "spec.nodeName"), PodParts.env("POD_NAME", field: "metadata.name"),
            PodParts.env("POD_NAMESPACE", field: "metadata.namespace"),
            PodParts.env("INSTANCE_IP", field: "status.podIP"), PodParts.env("HOST_IP", field: "status.hostIP"),
            PodParts.env("ISTIO_CPU_LIMIT", limit: "cpu"),
            PodParts.env("SERVICE_ACCOUNT", field: "spec.serviceAccountName", version: nil),
            PodParts.env("ISTIO_META_WORKLOAD_NAME", name), PodParts.env("ISTIO_META_OWNER", owner),
        ]
        let mesh = values.text("global.meshID", or: domain)
        if !mesh.isEmpty { result.append(PodParts.env("ISTIO_META_MESH_ID", mesh)) }
        if !domain.isEmpty { result.append(PodParts.env("TRUST_DOMAIN", domain)) }
        if !gateway.has("runAsRoot") { result.append(PodParts.env("ISTIO_META_UNPRIVILEGED_POD", "true")) }
        result += PodParts.env(gateway.at("env"))
        result += PodParts.env(values.at("meshConfig.defaultConfig.proxyMetadata"))
        let network = values.text("global.network")
        if !network.isEmpty, !gateway.has("env.ISTIO_META_NETWORK") {
            result.append(PodParts.env("ISTIO_META_NETWORK", network))
        }
        return result + [
            PodParts.env("ISTIO_META_CLUSTER_ID", values.text("global.multiCluster.clusterName", or: "Kubernetes")),
            PodParts.env("ISTIO_META_NODE_NAME", field: "spec.nodeName", version: nil),
        ]
    }

    private var usesOwnAuthority: Bool { values.text("global.pilotCertProvider") == "istiod" }

    private var mounts: [Tree] {
        var result: [Tree] = [
            PodParts.mount("workload-socket", "/var/run/secrets/workload-spiffe-uds"),
            PodParts.mount("credential-socket", "/var/run/secrets/credential-uds"),
            PodParts.mount("workload-certs", "/var/run/secrets/workload-spiffe-credentials"),
            PodParts.mount("istio-envoy", "/etc/istio/proxy"), PodParts.mount("config-volume", "/etc/istio/config"),
        ]
        if usesOwnAuthority { result.append(PodParts.mount("istiod-ca-cert", "/var/run/secrets/istio")) }
        result.append(PodParts.mount("istio-token", "/var/run/secrets/tokens", readOnly: true))
        if values.has("global.mountMtlsCerts") {
            result.append(PodParts.mount("istio-certs", "/etc/certs", readOnly: true))
        }
        result.append(PodParts.mount("istio-data", "/var/lib/istio/data"))
        result.append(PodParts.mount("podinfo", "/etc/istio/pod"))
        return result + attachedMounts
    }

    /// Mounts of the Secrets and ConfigMaps that values name.
    var attachedMounts: [Tree] {
        let attached =
            gateway.at("secretVolumes").elements
            + gateway.at("configVolumes").elements.filter {
                $0.has("mountPath")
            }
        return attached.map { PodParts.mount($0.text("name"), $0.text("mountPath"), readOnly: true) }
    }

    /// Volumes of the Secrets and ConfigMaps that values name.
    var attachedVolumes: [Tree] {
        gateway.at("secretVolumes").elements.map { PodParts.optionalSecret($0.text("name"), $0.text("secretName")) }
            + gateway.at("configVolumes").elements.map {
                PodParts.optionalConfigMap($0.text("name"), $0.text("configMapName"))
            }
    }

    private var volumes: [Tree] {
        var result = ["workload-socket", "credential-socket", "workload-certs"].map { PodParts.emptyDirectory($0) }
        if usesOwnAuthority { result.append(authority) }
        let items: [Tree] = ["labels", "annotations"].map {
            ["path": .string($0), "fieldRef": ["fieldPath": .string("metadata.\($0)")]]
        }
        result.append(["name": "podinfo", "downwardAPI": ["items": .array(items)]])
        result += [PodParts.emptyDirectory("istio-envoy"), PodParts.emptyDirectory("istio-data")]
        result.append(PodParts.token(values.text("global.sds.token.aud")))
        if values.has("global.mountMtlsCerts") {
            let secret = "istio.\(scope.kind.workloadName)-service-account"
            result.append(PodParts.optionalSecret("istio-certs", secret))
        }
        result.append(PodParts.optionalConfigMap("config-volume", "istio\(scope.suffix)"))
        return result + attachedVolumes
    }

    private var authority: Tree {
        let bundle = values.text("global.trustBundleName")
        if values.at("pilot.env.ENABLE_CLUSTER_TRUST_BUNDLE_API") == .bool(true) {
            let source: Tree = [
                "name": .string("istio.io:istiod-ca:\(bundle.isEmpty ? "root-cert" : bundle)"),
                "path": "root-cert.pem",
            ]
            return ["name": "istiod-ca-cert", "projected": ["sources": [["clusterTrustBundle": source]]]]
        }
        return [
            "name": "istiod-ca-cert",
            "configMap": ["name": .string(bundle.isEmpty ? "istio-ca-root-cert" : bundle)],
        ]
    }
}
