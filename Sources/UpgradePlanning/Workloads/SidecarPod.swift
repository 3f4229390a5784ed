internal import DataTree
package import KubeAPI
internal import MeshAPI

/// What matters of a pod to a mesh: who runs it, whether it is ready, and which revision injected its sidecar.
///
/// The annotation by which Istio's injector leaves its mark is `sidecar.istio.io/status`.
package enum SidecarPod {
    /// The annotation that holds what was injected into a pod.
    package static let injectionStatus = "sidecar.istio.io/status"
    /// Set on a trimmed pod: the version of its proxy.
    package static let proxyVersion = "meshoperator.io/proxy-version"
    /// Set on a trimmed pod that shares the network of its node, and thus gets no sidecar.
    package static let hostNetwork = "meshoperator.io/host-network"

    /// A pod reduced to identity, labels, controller, readiness, the revision and version of its sidecar, and what keeps it from coming
    /// up; of a pod of the mesh itself also when it was made.
    package static func trimmed(_ pod: KubeObject) -> KubeObject {
        var result = KubeObject(kind: .pod, key: pod.key, labels: pod.labels)
        if let uid = pod.uid { result.tree.set(.string(uid), at: ["metadata", "uid"]) }
        result.resourceVersion = pod.resourceVersion
        if let owner = pod.controllerReference { result.ownerReferences = [owner] }
        if let time = pod.deletionTimestamp { result.tree.set(.string(time), at: ["metadata", "deletionTimestamp"]) }
        var annotations: [String: String] = [:]
        if let status = pod.annotations[injectionStatus] {
            // A label may name a tag; what injected is what the injector says, where it does.
            annotations[injectionStatus] =
                (try? Tree(json: status))?["revision"]?.string ?? pod.labels[MeshNames.Label.revision] ?? "default"
            annotations[proxyVersion] = imageTag(ofProxy: pod)
        }
        if pod.tree.value(at: "spec", "hostNetwork")?.bool == true { annotations[hostNetwork] = "true" }
        if PodTrouble.concerns(pod) {
            let time = pod.tree.value(at: "metadata", "creationTimestamp")
            if let time { result.tree.set(time, at: ["metadata", "creationTimestamp"]) }
        }
        annotations[PodTrouble.annotation] = PodTrouble.text(of: pod)
        result.annotations = annotations
        if pod.conditions.isTrue("Ready") {
            result.tree.set([["type": "Ready", "status": "True"]], at: ["status", "conditions"])
        }
        return result
    }

    /// The revision of a trimmed pod's sidecar, nil where it has none.
    package static func revision(of pod: KubeObject) -> String? { pod.annotations[injectionStatus] }

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
}
