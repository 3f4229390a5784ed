internal import DataTree
internal import KubeAPI

/// Adds to a pod what Istio's injector adds, as far as others can tell from the pod.
///
/// That is proxy and init container, volumes, labels and annotations, as a pure function of pod and settings. The templates in the ConfigMap are not run: they are for the real injector, and nothing runs in the containers here.
struct SidecarInjector: Sendable {
    static let proxy = "istio-proxy"
    static let statusAnnotation = "sidecar.istio.io/status"
    private static let inject = "sidecar.istio.io/inject"
    /// Namespaces whose pods never get a sidecar.
    private static let ignored = ["kube-system", "kube-public", "kube-node-lease", "local-path-storage"]
    private static let initNames = ["istio-init", "istio-validation"]

    /// What the mesh says.
    let settings: InjectionSettings
    /// The revision of the injector, `default` for the one without a name.
    let revision: String
    /// Whether proxies are init containers that stay (Kubernetes' sidecar containers).
    let usesNativeSidecars: Bool

    /// The pod with its sidecar; nil when it is to have none.
    func inject(_ pod: KubeObject, namespace: String) -> KubeObject? {
        guard isRequired(pod, namespace: namespace) else { return nil }
        var result = Self.stripped(pod)
        let templates = pod.annotations["inject.istio.io/templates"] ?? "sidecar"
        let added = templates == "gateway" ? [:] : addSidecar(&result)
        completeProxyImages(&result, pod.annotations)
        addMetadata(&result, namespace: namespace, added: added)
        return result
    }

    // MARK: Whether

    /// What Istio's documentation says under "Controlling the injection policy": the label decides, then the annotation,
    /// then selectors, then the mesh.
    func isRequired(_ pod: KubeObject, namespace: String) -> Bool {
        if pod.tree.value(at: "spec", "hostNetwork")?.bool == true || Self.ignored.contains(namespace) { return false }
        let labels = pod.labels
        switch labels[Self.inject] ?? pod.annotations[Self.inject] {
        case "true": return true
        case "false": return false
        default: break
        }
        if settings.never.contains(where: { $0.matches(labels) }) { return false }
        if settings.always.contains(where: { $0.matches(labels) }) { return true }
        return settings.injectsByDefault
    }

    // MARK: What

    /// The pod without what an earlier injection added, by its own account.
    private static func stripped(_ pod: KubeObject) -> KubeObject {
        guard let text = pod.annotations[statusAnnotation], let status = try? Tree(json: Array(text.utf8)) else {
            return pod
        }
        var result = pod
        for field in ["initContainers", "containers", "volumes"] {
            let names = Set((status[field]?.array ?? []).compactMap(\.string))
            guard !names.isEmpty, let list = pod.tree.value(at: "spec", field)?.array else { continue }
            let kept = list.filter { !names.contains($0["name"]?.string ?? "") }
            result.tree.set(kept.isEmpty ? nil : .array(kept), at: ["spec", field])
        }
        return result
    }

    /// Adds containers and volumes, and tells their names by field.
    private func addSidecar(_ pod: inout KubeObject) -> [String: [String]] {
        let annotations = pod.annotations
        let isNative = annotations["sidecar.istio.io/nativeSidecar"].map { $0 != "false" } ?? usesNativeSidecars
        let redirects = annotations["sidecar.istio.io/interceptionMode"] != "NONE"
        var initial: [Tree] = []
        if redirects {
            let name = Self.initNames[settings.usesNodeAgent ? 1 : 0]
            let image = settings.image("proxy_init", annotations)
            initial.append([
                "name": .string(name), "image": .string(image),
                "args": ["istio-iptables", "-p", "15001", "-z", "15006"],
            ])
        }
        let proxy = sidecar(of: pod, isNative: isNative)
        var names: [String: [String]] = [:]
        let containers = pod.tree.value(at: "spec", "containers")?.array ?? []
        let own = pod.tree.value(at: "spec", "initContainers")?.array ?? []
        let hasOwnProxy = (containers + own).contains { $0["name"]?.string == Self.proxy }
        var regular = containers
        if !hasOwnProxy {
            if isNative { initial.append(proxy) } else { regular.append(proxy) }
        }
        // Where the proxy starts first, redirection may be set up before other init containers; else it comes last.
        let present = own.filter { !Self.initNames.contains($0["name"]?.string ?? "") }
        let first = isNative || settings.usesNodeAgent ? initial : []
        let all = first + present + (first.isEmpty ? initial : [])
        pod.tree.set(all.isEmpty ? nil : .array(all), at: ["spec", "initContainers"])
        pod.tree.set(.array(regular), at: ["spec", "containers"])
        let volumes = self.volumes
        let kept = (pod.tree.value(at: "spec", "volumes")?.array ?? []).filter { volume in
            !volumes.contains { $0["name"] == volume["name"] }
        }
        pod.tree.set(.array(volumes + kept), at: ["spec", "volumes"])
        names["initContainers"] = initial.compactMap { $0["name"]?.string }
        names["containers"] = isNative || hasOwnProxy ? [] : [Self.proxy]
        names["volumes"] = volumes.compactMap { $0["name"]?.string }
        return names
    }

    private func sidecar(of pod: KubeObject, isNative: Bool) -> Tree {
        let annotations = pod.annotations
        let apps = (pod.tree.value(at: "spec", "containers")?.array ?? []).compactMap { $0["name"]?.string }
        func reference(_ path: String) -> Tree { ["fieldRef": ["fieldPath": .string(path)]] }
        var proxy: Tree = [
            "name": .string(Self.proxy), "image": .string(settings.image("proxy", annotations)),
            "args": ["proxy", "sidecar", "--domain", "$(POD_NAMESPACE).svc.cluster.local"],
            "ports": [["containerPort": 15090, "name": "http-envoy-prom", "protocol": "TCP"]],
            "env": [
                ["name": "POD_NAME", "valueFrom": reference("metadata.name")],
                ["name": "POD_NAMESPACE", "valueFrom": reference("metadata.namespace")],
                ["name": "ISTIO_META_APP_CONTAINERS", "value": .string(apps.joined(separator: ","))],
            ],
            "readinessProbe": [
                "httpGet": ["path": "/healthz/ready", "port": 15021], "periodSeconds": 15, "timeoutSeconds": 3,
                "failureThreshold": 4,
            ],
            "resources": resources(annotations),
            "volumeMounts": [
                ["name": "istio-data", "mountPath": "/var/lib/istio/data"],
                ["name": "istio-envoy", "mountPath": "/etc/istio/proxy"],
                ["name": "istio-token", "mountPath": "/var/run/secrets/tokens"],
                ["name": "istio-podinfo", "mountPath": "/etc/istio/pod"],
                ["name": "istiod-ca-cert", "mountPath": "/var/run/secrets/istio"],
            ],
        ]
        if isNative { proxy["restartPolicy"] = "Always" }
        return proxy
    }

    private func resources(_ annotations: [String: String]) -> Tree {
        let fields = [
            ("requests", "cpu", "proxyCPU"), ("requests", "memory", "proxyMemory"), ("limits", "cpu", "proxyCPULimit"),
            ("limits", "memory", "proxyMemoryLimit"),
        ]
        var own: Tree = [:]
        for (kind, resource, suffix) in fields {
            guard let value = annotations["sidecar.istio.io/\(suffix)"] else { continue }
            own.set(.string(value), at: [kind, resource])
        }
        if own.object?.isEmpty == false { return own }
        return settings.values.value(at: "global", "proxy", "resources") ?? [:]
    }

    private var volumes: [Tree] {
        let fields: Tree = [
            ["path": "labels", "fieldRef": ["fieldPath": "metadata.labels"]],
            ["path": "annotations", "fieldRef": ["fieldPath": "metadata.annotations"]],
        ]
        let token: Tree = [
            "path": "istio-token", "expirationSeconds": 43200,
            "audience": settings.values.value(at: "global", "sds", "token", "aud") ?? "istio-ca",
        ]
        return [
            ["name": "workload-socket", "emptyDir": [:]], ["name": "credential-socket", "emptyDir": [:]],
            ["name": "workload-certs", "emptyDir": [:]], ["name": "istio-envoy", "emptyDir": ["medium": "Memory"]],
            ["name": "istio-data", "emptyDir": [:]], ["name": "istio-podinfo", "downwardAPI": ["items": fields]],
            ["name": "istio-token", "projected": ["sources": [["serviceAccountToken": token]]]],
            ["name": "istiod-ca-cert", "configMap": ["name": "istio-ca-root-cert"]],
        ]
    }

    /// Fills in the image of proxies that the pod's author left to the injector with `image: auto`.
    private func completeProxyImages(_ pod: inout KubeObject, _ annotations: [String: String]) {
        for field in ["initContainers", "containers"] {
            guard var list = pod.tree.value(at: "spec", field)?.array else { continue }
            for index in list.indices
            where list[index]["name"]?.string == Self.proxy && list[index]["image"]?.string == "auto" {
                list[index]["image"] = .string(settings.image("proxy", annotations))
            }
            pod.tree.set(.array(list), at: ["spec", field])
        }
    }

    // MARK: Labels and annotations

    private func addMetadata(_ pod: inout KubeObject, namespace: String, added: [String: [String]]) {
        var labels = pod.labels
        if !added.isEmpty { labels["security.istio.io/tlsMode"] = labels["security.istio.io/tlsMode"] ?? "istio" }
        if labels["service.istio.io/canonical-name"] == nil {
            let name = labels["app.kubernetes.io/name"] ?? labels["app"] ?? Self.workload(of: pod)
            let short = name.prefix(63)
            labels["service.istio.io/canonical-name"] = String(short.hasSuffix("-") ? short.dropLast() : short)
        }
        if labels["service.istio.io/canonical-revision"] == nil {
            labels["service.istio.io/canonical-revision"] =
                labels["app.kubernetes.io/version"] ?? labels["version"] ?? "latest"
        }
        pod.labels = labels
        var annotations = pod.annotations
        annotations["istio.io/rev"] = revision
        let apps = (pod.tree.value(at: "spec", "containers")?.array ?? []).compactMap { $0["name"]?.string }
        if !added.isEmpty, let app = apps.first(where: { $0 != Self.proxy }) {
            for key in ["kubectl.kubernetes.io/default-logs-container", "kubectl.kubernetes.io/default-container"] {
                annotations[key] = annotations[key] ?? app
            }
        }
        if annotations["prometheus.io/scrape"] != "false" {
            annotations["prometheus.io/scrape"] = "true"
            annotations["prometheus.io/port"] = "15020"
            annotations["prometheus.io/path"] = "/stats/prometheus"
        }
        annotations[Self.statusAnnotation] = status(added).jsonText(.compact)
        pod.annotations = annotations
    }

    private func status(_ added: [String: [String]]) -> Tree {
        var status: Tree = [:]
        for field in ["initContainers", "containers", "volumes"] {
            let names = added[field] ?? []
            status[field] = names.isEmpty ? .null : .array(names.map { .string($0) })
        }
        status["imagePullSecrets"] = .null
        status["revision"] = .string(revision)
        return status
    }

    /// The name of the workload a pod belongs to: the Deployment of its ReplicaSet, its controller, or itself.
    private static func workload(of pod: KubeObject) -> String {
        guard let owner = pod.controllerReference else {
            let prefix = pod.tree.value(at: "metadata", "generateName")?.string ?? ""
            return pod.name.isEmpty ? prefix : pod.name
        }
        if owner.kind.kind == "ReplicaSet", let hash = pod.labels[PodTemplate.hashLabel],
            owner.name.hasSuffix("-\(hash)")
        {
            return String(owner.name.dropLast(hash.count + 1))
        }
        return owner.name
    }
}
