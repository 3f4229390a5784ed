internal import DataTree

/// The workload of a control plane.
struct ControlPlaneDeployment {
    /// Whose workload.
    let plane: ControlPlane

    private var scope: ComponentScope { plane.scope }
    private var values: Tree { plane.scope.values }
    private var name: String { plane.name }

    /// The Deployment.
    var tree: Tree {
        let labels =
            plane.labels([("app", "istiod"), ("istio", "pilot")])
            + values.at("deploymentLabels").sortedEntries.map {
                ($0.key, Tree.string($0.value.printed))
            }
        let selector: Tree =
            scope.revision.isEmpty ? ["istio": "pilot"] : ["app": "istiod", "istio.io/rev": scope.revisionLabel]
        let replicas = values.has("autoscaleEnabled") ? nil : values.at("replicaCount").ifSet?.plain
        let rolling: Tree = [
            "maxSurge": values.at("rollingMaxSurge").plain, "maxUnavailable": values.at("rollingMaxUnavailable").plain,
        ]
        let spec = fields([
            ("replicas", replicas), ("strategy", ["rollingUpdate": rolling]), ("selector", ["matchLabels": selector]),
            ("template", ["metadata": podMetadata, "spec": podSpec]),
        ])
        return scope.object(
            .deployment,
            name: name,
            namespace: scope.namespace,
            labels: labels,
            annotations: values.at("deploymentAnnotations").ifSet,
            body: [("spec", spec)]
        )
    }

    private var podMetadata: Tree {
        var labels = fields(
            [
                ("app", "istiod"), ("istio.io/rev", scope.revisionLabel),
                ("install.operator.istio.io/owning-resource", .string(values.text("ownerName", or: "unknown"))),
                ("sidecar.istio.io/inject", "false"), ("operator.istio.io/component", "Pilot"),
                ("istio", scope.revision.isEmpty ? "pilot" : "istiod"),
            ]
        )
        for entry in values.at("podLabels").sortedEntries { labels[entry.key] = .string(entry.value.printed) }
        labels = labels.merged(
            with: fields(
                [("istio.io/dataplane-mode", "none"), ("app.kubernetes.io/name", "istiod")] + scope.commonLabels
            )
        )
        let annotations: Tree = [
            "prometheus.io/port": "15014", "prometheus.io/scrape": "true", "sidecar.istio.io/inject": "false",
        ]
        return ["labels": labels, "annotations": annotations.merged(with: values.at("podAnnotations").or([:]))]
    }

    private var podSpec: Tree {
        let tolerations: [Tree] = [["key": "cni.istio.io/not-ready", "operator": "Exists"]]
        return fields([
            ("nodeSelector", values.at("nodeSelector").ifSet), ("affinity", values.at("affinity").ifSet),
            ("tolerations", .array(tolerations + values.at("tolerations").elements)),
            ("topologySpreadConstraints", values.at("topologySpreadConstraints").ifSet),
            ("serviceAccountName", .string(name)),
            ("priorityClassName", values.at("global.priorityClassName").ifSet),
            ("initContainers", values.at("initContainers").ifSet), ("containers", [container]),
            ("volumes", .array(volumes)),
        ])
    }

    private var container: Tree {
        let image = PodParts.image(
            values.text("image", or: "pilot"),
            hub: values.text("hub", or: values.text("global.hub")),
            tag: values.text("tag", or: values.text("global.tag")),
            variant: values.text("variant", or: values.text("global.variant"))
        )
        let probe: Tree = [
            "httpGet": ["path": "/ready", "port": 8080], "initialDelaySeconds": 1, "periodSeconds": 3,
            "timeoutSeconds": 5,
        ]
        return fields([
            ("name", "discovery"), ("image", image), ("imagePullPolicy", values.at("global.imagePullPolicy").ifSet),
            ("terminationMessagePolicy", values.at("terminationMessagePolicy").ifSet), ("args", .array(arguments)),
            ("ports", .array(ports)), ("readinessProbe", probe), ("env", .array(environment)),
            ("resources", PodParts.resources(values.at("resources"), or: values.at("global.defaultResources"))),
            (
                "securityContext",
                PodParts.restricted(runsAsNonRoot: true, seccomp: values.at("seccompProfile"))
            ),
            ("volumeMounts", .array(mounts)),
        ])
    }

    private var ports: [Tree] {
        let ports: [(Int64, String)] = [
            (8080, "http-debug"), (15010, "grpc-xds"), (15012, "tls-xds"), (15017, "https-webhooks"),
            (15014, "http-monitoring"),
        ]
        return ports.map { ["containerPort": .integer($0.0), "protocol": "TCP", "name": .string($0.1)] }
    }

    private var arguments: [Tree] {
        var result: [String] = ["discovery", "--monitoringAddr=:15014"]
        let level = values.text("global.logging.level")
        if !level.isEmpty { result.append("--log_output_level=\(level)") }
        if values.has("global.logAsJson") { result.append("--log_as_json") }
        result += ["--domain", values.text("global.proxy.clusterDomain")]
        let agents = values.text("taint.namespace")
        if !agents.isEmpty { result.append("--cniNamespace=\(agents)") }
        result += ["--keepaliveMaxServerConnectionAge", values.text("keepaliveMaxServerConnectionAge")]
        return result.map { .string($0) } + values.at("extraContainerArgs").elements
    }

    private var environment: [Tree] {
        let env = values.at("env")
        var result: [Tree] = [
            PodParts.env("REVISION", scope.revision.isEmpty ? "default" : scope.revision),
            PodParts.env("PILOT_CERT_PROVIDER", values.text("global.pilotCertProvider")),
            PodParts.env("POD_NAME", field: "metadata.name"),
            PodParts.env("POD_NAMESPACE", field: "metadata.namespace"),
            PodParts.env("SERVICE_ACCOUNT", field: "spec.serviceAccountName"),
            PodParts.env("KUBECONFIG", "/var/run/secrets/remote/config"),
        ]
        if !env.has("CA_TRUSTED_NODE_ACCOUNTS") {
            let trusted = values.text("trustedZtunnelNamespace", or: scope.namespace)
            result.append(
                PodParts.env(
                    "CA_TRUSTED_NODE_ACCOUNTS",
                    "\(trusted)/\(values.text("trustedZtunnelName", or: "ztunnel"))"
                )
            )
        }
        result += PodParts.env(env)
        if env.text("COMPLIANCE_POLICY") == "fips-140-3" { result.append(PodParts.env("GODEBUG", "fips140=only")) }
        return result + values.at("envVarFrom").elements + featureEnvironment
    }

    private var featureEnvironment: [Tree] {
        var result: [Tree] = []
        func add(_ name: String, _ path: String) {
            if values.has(path) { result.append(PodParts.env(name, values.text(path))) }
        }
        add("PILOT_TRACE_SAMPLING", "traceSampling")
        if values.has("taint.enabled") {
            result.append(PodParts.env("PILOT_ENABLE_NODE_UNTAINT_CONTROLLERS", "true"))
            result.append(PodParts.env("PILOT_NODE_UNTAINT_CONTROLLERS_TAINT_NAME", values.text("taint.name")))
        }
        if !values.has("env.EXTERNAL_ISTIOD") { add("EXTERNAL_ISTIOD", "global.externalIstiod") }
        add("PILOT_CA_CERT_CONFIGMAP", "global.trustBundleName")
        add("PILOT_CRL_CONFIGMAP", "crlConfigMapName")
        result.append(PodParts.env("PILOT_ENABLE_ANALYSIS", values.at("global.istiod.enableAnalysis").printed))
        let cluster = values.text("global.multiCluster.clusterName", or: "Kubernetes")
        result.append(PodParts.env("CLUSTER_ID", cluster))
        if !scope.has(.boundsMemory) { result.append(PodParts.env("GOMEMLIMIT", limit: "memory")) }
        if !boundsProcessors { result.append(PodParts.env("GOMAXPROCS", limit: "cpu")) }
        let platform = values.text("global.platform", or: values.text("platform"))
        return result + [PodParts.env("PLATFORM", platform)]
    }

    /// Whether the image keeps to its CPU limit by itself: so do the catalogue's versions with that behaviour, while an
    /// image whose tag names a version outside the catalogue is told.
    private var boundsProcessors: Bool {
        let tag = values.text("tag", or: values.text("global.tag"))
        guard let version = MeshVersion(tag), version != scope.entry.version else {
            return scope.has(.boundsProcessors)
        }
        return version.minorText == scope.entry.minor.name && scope.has(.boundsProcessors)
    }

    private var mounts: [Tree] {
        var result: [Tree] = [
            PodParts.mount("istio-token", "/var/run/secrets/tokens", readOnly: true),
            PodParts.mount("local-certs", "/var/run/secrets/istio-dns"),
            PodParts.mount("cacerts", "/etc/cacerts", readOnly: true),
            PodParts.mount("istio-kubeconfig", "/var/run/secrets/remote", readOnly: true),
        ]
        if values.has("jwksResolverExtraRootCA") { result.append(PodParts.mount("extracacerts", "/cacerts")) }
        result.append(PodParts.mount("istio-csr-dns-cert", "/var/run/secrets/istiod/tls", readOnly: true))
        result.append(PodParts.mount("istio-csr-ca-configmap", "/var/run/secrets/istiod/ca", readOnly: true))
        return result + values.at("volumeMounts").elements
    }

    private var volumes: [Tree] {
        var result: [Tree] = [
            PodParts.emptyDirectory("local-certs", inMemory: true),
            PodParts.token(values.text("global.sds.token.aud")),
            PodParts.optionalSecret("cacerts", "cacerts"),
            PodParts.optionalSecret("istio-kubeconfig", "istio-kubeconfig"),
            PodParts.optionalSecret("istio-csr-dns-cert", "istiod-tls"),
            authorities,
        ]
        if values.has("jwksResolverExtraRootCA") {
            result.append([
                "name": "extracacerts",
                "configMap": ["name": .string("pilot-jwks-extra-cacerts\(scope.suffix)")],
            ])
        }
        return result + values.at("volumes").elements
    }

    private var authorities: Tree {
        let bundle = values.text("global.trustBundleName")
        if values.at("env.ENABLE_CLUSTER_TRUST_BUNDLE_API") == .bool(true) {
            let source: Tree = [
                "name": .string("istio.io:istiod-ca:\(bundle.isEmpty ? "root-cert" : bundle)"),
                "path": "root-cert.pem", "optional": true,
            ]
            return ["name": "istio-csr-ca-configmap", "projected": ["sources": [["clusterTrustBundle": source]]]]
        }
        let map: Tree = [
            "name": .string(bundle.isEmpty ? "istio-ca-root-cert" : bundle), "defaultMode": 420, "optional": true,
        ]
        return ["name": "istio-csr-ca-configmap", "configMap": map]
    }
}
