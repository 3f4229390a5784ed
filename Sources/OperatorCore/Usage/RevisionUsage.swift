internal import DataTree
package import KubeAPI
package import KubeRuntime
internal import MeshAPI

/// Who still uses a revision of the mesh.
package struct RevisionUsage: Sendable, Hashable {
    /// Pods with a sidecar of the revision, gateways of the mesh left out.
    package var pods: [ObjectKey] = []
    /// Namespaces whose pods would get a sidecar of the revision.
    package var namespaces: [String] = []

    /// Nobody.
    package init() {}

    /// Whether somebody does.
    package var isInUse: Bool { !pods.isEmpty || !namespaces.isEmpty }

    /// Who, for people: the first few by name and the number of all.
    package var summary: String {
        var parts: [String] = []
        if !pods.isEmpty { parts.append(Self.list("pod", pods.map(\.description))) }
        if !namespaces.isEmpty { parts.append(Self.list("namespace", namespaces)) }
        return parts.joined(separator: " and ")
    }

    private static func list(_ noun: String, _ names: [String]) -> String {
        let shown = names.sorted().prefix(5).joined(separator: ", ")
        return "\(names.count) \(noun)\(names.count == 1 ? "" : "s") (\(shown)\(names.count > 5 ? ", …" : ""))"
    }

    /// Finds the users of `revision`.
    ///
    /// - Parameters:
    ///   - revision: `default` for the revision without a name, which `istio-injection=enabled` chooses too.
    ///   - pods: pods as ``MeshProjection/pods`` leaves them.
    ///   - namespaces: all namespaces.
    ///   - workloads: the mesh's own Deployments and DaemonSets, whose pods do not count.
    package init(
        of revision: String,
        pods: [KubeObject],
        namespaces: [KubeObject],
        workloads: [KubeObject]
    ) {
        let own = workloads.compactMap { OwnPods($0) }
        for pod in pods where MeshProjection.sidecarRevision(of: pod) == revision {
            guard !own.contains(where: { $0.includes(pod) }) else { continue }
            self.pods.append(pod.key)
        }
        for namespace in namespaces where !namespace.isDeleting {
            let labels = namespace.labels
            let named = labels[MeshNames.Label.revision]
            let chosen = named ?? (labels["istio-injection"] == "enabled" ? "default" : nil)
            if chosen == revision { self.namespaces.append(namespace.name) }
        }
        self.pods.sort()
        self.namespaces.sort()
    }

    /// The pods of one workload.
    private struct OwnPods {
        let namespace: String?
        let labels: [(key: String, value: String)]

        init?(_ workload: KubeObject) {
            guard let entries = workload.tree.value(at: "spec", "selector", "matchLabels")?.object?.entries,
                !entries.isEmpty
            else { return nil }
            namespace = workload.namespace
            labels = entries.compactMap { entry in entry.value.string.map { (entry.key, $0) } }
        }

        func includes(_ pod: KubeObject) -> Bool {
            guard pod.namespace == namespace else { return false }
            let present = pod.labels
            return labels.allSatisfy { present[$0.key] == $0.value }
        }
    }
}

/// What the operator keeps of objects it watches.
package enum MeshProjection {
    /// The annotation that holds what was injected into a pod.
    static let sidecarStatus = "sidecar.istio.io/status"

    /// Set on a trimmed pod: the version of its proxy.
    static let proxyVersion = "meshoperator.io/proxy-version"
    /// Set on a trimmed pod that shares the network of its node, and thus gets no sidecar.
    static let hostNetwork = "meshoperator.io/host-network"

    /// Of pods: identity, labels, controller, readiness, and the revision and version of their sidecar.
    package static let pods = ObjectTrimming { pod in
        var result = KubeObject(kind: .pod, key: pod.key, labels: pod.labels)
        if let uid = pod.uid { result.tree.set(.string(uid), at: ["metadata", "uid"]) }
        result.resourceVersion = pod.resourceVersion
        if let owner = pod.controllerReference { result.ownerReferences = [owner] }
        if let time = pod.deletionTimestamp { result.tree.set(.string(time), at: ["metadata", "deletionTimestamp"]) }
        var annotations: [String: String] = [:]
        if let status = pod.annotations[sidecarStatus] {
            annotations[sidecarStatus] = (try? Tree(json: status))?["revision"]?.string ?? "default"
            annotations[proxyVersion] = imageTag(ofProxy: pod)
        }
        if pod.tree.value(at: "spec", "hostNetwork")?.bool == true { annotations[hostNetwork] = "true" }
        result.annotations = annotations
        if pod.conditions.isTrue("Ready") {
            result.tree.set([["type": "Ready", "status": "True"]], at: ["status", "conditions"])
        }
        return result
    }

    /// The tag of the image of `istio-proxy`, among the containers or, as a native sidecar, the init containers.
    private static func imageTag(ofProxy pod: KubeObject) -> String? {
        for list in ["containers", "initContainers"] {
            for container in pod.tree.value(at: "spec", list)?.array ?? []
            where container["name"]?.string == "istio-proxy" {
                let image = container["image"]?.string?.prefix { $0 != "@" } ?? ""
                guard let colon = image.lastIndex(of: ":"), !image[colon...].contains("/") else { return nil }
                return String(image[image.index(after: colon)...])
            }
        }
        return nil
    }

    /// What of a resource is decoded at all: who owns which field decides whether an object is applied.
    static func decoding(_ resource: APIResource) -> TreeProjection {
        switch resource {
        case .pods:
            TreeProjection(keeping: [
                ["apiVersion"], ["kind"], ["metadata"], ["spec", "hostNetwork"], ["spec", "containers"],
                ["spec", "initContainers"], ["status", "conditions"],
            ])
        case MeshNames.resource, .namespaces: TreeProjection(dropping: [["metadata", "managedFields"]])
        default: TreeProjection(dropping: [])
        }
    }

    /// Of namespaces: all but managed fields.
    package static let namespaces = ObjectTrimming.managedFields

    /// Of objects of the kinds a mesh consists of: all, where a MeshOperator owns them; else only what says that they exist.
    package static let owned = ObjectTrimming { object in
        if object.labels[MeshNames.Label.owner] != nil { return object }
        if object.annotations[MeshNames.Annotation.ownerUID] != nil { return object }
        var result = KubeObject(kind: object.kind, key: object.key)
        if let uid = object.uid { result.tree.set(.string(uid), at: ["metadata", "uid"]) }
        result.resourceVersion = object.resourceVersion
        return result
    }

    /// The revision of a pod's sidecar, nil where it has none; `pod` is as ``pods`` leaves it.
    static func sidecarRevision(of pod: KubeObject) -> String? {
        guard let injected = pod.annotations[sidecarStatus] else { return nil }
        return pod.labels[MeshNames.Label.revision] ?? injected
    }
}
