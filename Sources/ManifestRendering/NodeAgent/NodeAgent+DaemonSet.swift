internal import DataTree

extension NodeAgent {
    /// The workload.
    var daemonSet: Tree {
        let selecting: Tree = ["k8s-app": .string("\(name)-node")]
        let spec = fields([
            ("selector", ["matchLabels": selecting]), ("updateStrategy", values.at("updateStrategy").ifSet),
            ("template", ["metadata": podMetadata, "spec": podSpec]),
        ])
        let own = values.at("daemonSetLabels").sortedEntries.map { ($0.key, Optional($0.value.plain)) }
        return scope.object(
            .daemonSet,
            name: "\(name)-node",
            namespace: scope.namespace,
            labels: labels([("k8s-app", .string("\(name)-node"))] + own),
            body: [("spec", spec)]
        )
    }

    private var podMetadata: Tree {
        let labels = fields(
            [
                ("k8s-app", .string("\(name)-node")), ("sidecar.istio.io/inject", "false"),
                ("istio.io/dataplane-mode", "none"), ("app.kubernetes.io/name", .string(name)),
            ] + scope.commonLabels
        )
        let annotations = fields([
            ("sidecar.istio.io/inject", "false"), ("prometheus.io/scrape", "true"), ("prometheus.io/port", "15014"),
            ("prometheus.io/path", "/metrics"),
            (
                "container.apparmor.security.beta.kubernetes.io/install-cni",
                when(values.has("useAppArmorAnnotation"), "unconfined")
            ),
        ])
        return [
            "labels": labels.merged(with: values.at("podLabels").or([:])),
            "annotations": annotations.merged(with: values.at("podAnnotations").or([:])),
        ]
    }

    private var sharesHostNetwork: Bool { isAmbient && values.has("ambient.shareHostNetworkNamespace") }

    private var podSpec: Tree {
        fields([
            ("hostNetwork", when(sharesHostNetwork, true)),
            ("dnsPolicy", when(sharesHostNetwork, "ClusterFirstWithHostNet")),
            ("nodeSelector", ["kubernetes.io/os": "linux"]), ("affinity", values.at("affinity").ifSet),
            ("tolerations", values.at("tolerations").ifSet), ("priorityClassName", "system-node-critical"),
            ("serviceAccountName", .string(name)),
            ("terminationGracePeriodSeconds", values.at("terminationGracePeriodSeconds").plain),
            ("containers", [container]), ("volumes", .array(volumes)),
        ])
    }

    private var container: Tree {
        let image = PodParts.image(
            values.text("image", or: "install-cni"),
            hub: values.text("hub", or: values.text("global.hub")),
            tag: values.text("tag", or: values.text("global.tag")),
            variant: values.text("variant", or: values.text("global.variant"))
        )
        var arguments: [Tree] = []
        let level = values.text("logging.level", or: values.text("global.logging.level"))
        if !level.isEmpty { arguments.append(.string("--log_output_level=\(level)")) }
        if values.has("global.logAsJson") { arguments.append("--log_as_json") }
        return fields([
            ("name", "install-cni"), ("image", image),
            ("imagePullPolicy", values.at("pullPolicy").or(values.at("global.imagePullPolicy")).ifSet),
            ("ports", [["containerPort": 15014, "name": "metrics", "protocol": "TCP"]]),
            ("readinessProbe", ["httpGet": ["path": "/readyz", "port": 8000]]), ("securityContext", security),
            ("command", ["install-cni"]), ("args", arguments.isEmpty ? .null : .array(arguments)),
            ("envFrom", [["configMapRef": ["name": .string("\(name)-config")]]]), ("env", .array(environment)),
            ("volumeMounts", .array(mounts)),
            ("resources", PodParts.resources(values.at("resources"), or: values.at("global.defaultResources"))),
        ])
    }

    /// Enough to enter the network namespaces of pods and to write plugins as their owner, and no more.
    private var security: Tree {
        let options = values.at("seLinuxOptions")
        let capabilities: Tree = [
            "drop": ["ALL"], "add": ["NET_ADMIN", "NET_RAW", "SYS_PTRACE", "SYS_ADMIN", "DAC_OVERRIDE"],
        ]
        let type: Tree = ["type": "spc_t"]
        return fields([
            ("appArmorProfile", when(!values.has("useAppArmorAnnotation"), ["type": "Unconfined"])),
            ("privileged", false), ("runAsGroup", 0), ("runAsUser", 0), ("runAsNonRoot", false),
            ("capabilities", capabilities), ("seLinuxOptions", when(options.isSet, type.merged(with: options))),
            ("seccompProfile", values.at("seccompProfile").ifSet),
        ])
    }

    private var environment: [Tree] {
        var result: [Tree] = [
            PodParts.env("REPAIR_NODE_NAME", field: "spec.nodeName", version: nil),
            PodParts.env("REPAIR_RUN_AS_DAEMON", "true"),
            PodParts.env("REPAIR_SIDECAR_ANNOTATION", "sidecar.istio.io/status"),
        ]
        if !sharesHostNetwork { result.append(PodParts.env("ALLOW_SWITCH_TO_HOST_NS", "true")) }
        result += [
            PodParts.env("NODE_NAME", field: "spec.nodeName"), PodParts.env("GOMEMLIMIT", limit: "memory"),
            PodParts.env("GOMAXPROCS", limit: "cpu"),
            PodParts.env("POD_NAME", field: "metadata.name", version: nil),
            PodParts.env("POD_NAMESPACE", field: "metadata.namespace", version: nil),
        ]
        return result + PodParts.env(values.at("env"))
    }

    private var seesProcesses: Bool { values.has("repair.repairPods") || isAmbient }

    private var mounts: [Tree] {
        var result: [Tree] = [PodParts.mount("cni-bin-dir", "/host/opt/cni/bin")]
        if seesProcesses { result.append(PodParts.mount("cni-host-procfs", "/host/proc", readOnly: true)) }
        result.append(PodParts.mount("cni-net-dir", "/host/etc/cni/net.d"))
        result.append(PodParts.mount("cni-socket-dir", "/var/run/istio-cni"))
        if isAmbient {
            var namespaces = PodParts.mount("cni-netns-dir", "/host/var/run/netns")
            namespaces["mountPropagation"] = "HostToContainer"
            result += [namespaces, PodParts.mount("cni-ztunnel-sock-dir", "/var/run/ztunnel")]
        }
        return result
    }

    private var volumes: [Tree] {
        func host(_ name: String, _ path: String, type: Tree? = nil) -> Tree {
            ["name": .string(name), "hostPath": fields([("path", .string(path)), ("type", type)])]
        }
        let isGKE = scope.options.kubernetesVersion?.contains("-gke") ?? false
        let binaries = values.text("cniBinDir", or: isGKE ? "/home/kubernetes/bin" : "/opt/cni/bin")
        var result = [host("cni-bin-dir", binaries)]
        if seesProcesses { result.append(host("cni-host-procfs", "/proc", type: "Directory")) }
        if isAmbient { result.append(host("cni-ztunnel-sock-dir", "/var/run/ztunnel", type: "DirectoryOrCreate")) }
        result.append(host("cni-net-dir", values.text("cniConfDir")))
        result.append(host("cni-socket-dir", "/var/run/istio-cni"))
        // Created where missing: the runtime may make it only for the first pod with a network of its own.
        result.append(host("cni-netns-dir", values.text("cniNetnsDir"), type: "DirectoryOrCreate"))
        return result
    }
}
