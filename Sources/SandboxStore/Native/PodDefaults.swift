internal import DataTree

/// The defaults of a pod's spec (`SetDefaults_PodSpec` and its kin in `pkg/apis/core/v1/defaults.go`).
enum PodDefaults {
    /// Fills in what the spec leaves open.
    static func apply(_ spec: inout Tree) {
        spec.fill("dnsPolicy", "ClusterFirst")
        spec.fill("restartPolicy", "Always")
        spec.fill("securityContext", [:])
        spec.fill("terminationGracePeriodSeconds", 30)
        spec.fill("schedulerName", "default-scheduler")
        if let account = spec["serviceAccountName"] { spec["serviceAccount"] = account }
        let usesHostNetwork = spec["hostNetwork"] == true
        for list in ["containers", "initContainers", "ephemeralContainers"] {
            spec.editEach(list) { container(&$0, usesHostNetwork: usesHostNetwork) }
        }
        spec.editEach("volumes") { volume(&$0) }
    }

    /// Requests that are not given take the limits.
    static func requests(_ container: inout Tree) {
        guard let limits = container.value(at: "resources", "limits")?.object else { return }
        container.edit("resources") { resources in
            resources.fill("requests", [:])
            resources.edit("requests") { requests in
                for entry in limits { requests.fill(entry.key, entry.value) }
            }
        }
    }

    private static func container(_ container: inout Tree, usesHostNetwork: Bool) {
        container.fill("terminationMessagePath", "/dev/termination-log")
        container.fill("terminationMessagePolicy", "File")
        container.fill("resources", [:])
        if !container.has("imagePullPolicy") || container["imagePullPolicy"] == "" {
            container["imagePullPolicy"] = isLatest(container["image"]?.string ?? "") ? "Always" : "IfNotPresent"
        }
        container.editEach("ports") { port in
            port.fill("protocol", "TCP")
            if usesHostNetwork, let number = port["containerPort"] { port.fill("hostPort", number) }
        }
        for name in ["livenessProbe", "readinessProbe", "startupProbe"] { container.edit(name) { probe(&$0) } }
        for name in ["postStart", "preStop"] { container.edit("lifecycle", name, "httpGet") { request(&$0) } }
        container.editEach("env") { variable in
            variable.edit("valueFrom", "fieldRef") { $0.fill("apiVersion", "v1") }
            variable.edit("valueFrom", "resourceFieldRef") { $0.fill("divisor", "0") }
        }
    }

    /// Whether an image names no tag, or `latest`, and no digest.
    private static func isLatest(_ image: String) -> Bool {
        if image.contains("@") { return false }
        let last = image.split(separator: "/").last ?? ""
        guard let colon = last.lastIndex(of: ":") else { return true }
        return last[last.index(after: colon)...] == "latest"
    }

    private static func probe(_ probe: inout Tree) {
        probe.fill("timeoutSeconds", 1)
        probe.fill("periodSeconds", 10)
        probe.fill("successThreshold", 1)
        probe.fill("failureThreshold", 3)
        probe.edit("httpGet") { request(&$0) }
        probe.edit("grpc") { $0.fill("service", "") }
    }

    private static func request(_ request: inout Tree) {
        request.fill("path", "/")
        request.fill("scheme", "HTTP")
    }

    private static func volume(_ volume: inout Tree) {
        if volume.object?.count == 1, volume.has("name") { volume["emptyDir"] = [:] }
        for source in ["secret", "configMap", "downwardAPI", "projected"] {
            volume.edit(source) { $0.fill("defaultMode", 420) }
        }
        volume.edit("hostPath") { $0.fill("type", "") }
        volume.edit("downwardAPI") { downward(&$0) }
        volume.edit("projected") { projected in
            projected.editEach("sources") { source in
                source.edit("serviceAccountToken") { $0.fill("expirationSeconds", 3600) }
                source.edit("downwardAPI") { downward(&$0) }
            }
        }
    }

    private static func downward(_ source: inout Tree) {
        source.editEach("items") { item in item.edit("fieldRef") { $0.fill("apiVersion", "v1") } }
    }
}
