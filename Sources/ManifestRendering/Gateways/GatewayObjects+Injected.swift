internal import DataTree

extension GatewayObjects {
    /// The workload with a pod that injection completes.
    var injectedDeployment: Tree {
        let template = gateway.text("injectionTemplate")
        let labels = fields([
            ("sidecar.istio.io/inject", "true"), ("istio.io/rev", when(!scope.revision.isEmpty, scope.revisionLabel)),
        ])
        let annotations: Tree = ["sidecar.istio.io/inject": "true", "inject.istio.io/templates": .string(template)]
        let metadata: Tree = [
            "labels": podLabels.merged(with: labels),
            "annotations": metricAnnotations.merged(with: annotations)
                .merged(with: gateway.at("podAnnotations").or([:])),
        ]
        let runsAsRoot = gateway.has("runAsRoot")
        let unprivileged = runsAsRoot ? [] : [PodParts.env("ISTIO_META_UNPRIVILEGED_POD", "true")]
        let environment = unprivileged + PodParts.env(gateway.at("env"))
        let container = fields([
            ("name", "istio-proxy"), ("image", "auto"),
            ("imagePullPolicy", values.at("global.imagePullPolicy").ifSet), ("ports", .array(containerPorts)),
            ("securityContext", when(!runsAsRoot, PodParts.restricted(runsAsNonRoot: false))),
            ("resources", resources), ("env", environment.isEmpty ? .null : .array(environment)),
            ("volumeMounts", attachedMounts.isEmpty ? .null : .array(attachedMounts)),
        ])
        let spec = fields([
            ("securityContext", podSecurity), ("serviceAccountName", .string(account)),
            ("priorityClassName", values.at("global.priorityClassName").ifSet),
            ("containers", .array([container] + gateway.at("additionalContainers").elements)),
            ("volumes", attachedVolumes.isEmpty ? .null : .array(attachedVolumes)),
            ("affinity", GatewayPlacement(values: values, gateway: gateway).affinity),
            ("tolerations", tolerations),
        ])
        return workload(extraLabels: [], template: ["metadata": metadata, "spec": spec])
    }
}
