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
    /// Set on a trimmed pod all of whose containers have ended for good, as after a Job: it runs no sidecar and needs none.
    package static let finished = "meshoperator.io/finished"

    /// A pod reduced to identity, labels, controller, readiness, the revision and version of its sidecar, whether its author wants one,
    /// and what keeps it from coming up; of a pod of the mesh itself also when it was made.
    package static func trimmed(_ pod: KubeObject) -> KubeObject {
        let full = pod.tree["metadata"]
        var metadata = TreeObject()
        for field in ["name", "namespace"] { metadata[field] = full?[field] }
        metadata["labels"] = texts(full?["labels"])
        for field in ["uid", "resourceVersion"] { metadata[field] = full?[field] }
        metadata["ownerReferences"] = pod.controllerReference.map { [$0.tree] }
        metadata["deletionTimestamp"] = full?["deletionTimestamp"]
        var annotations = TreeObject()
        if let status = pod.annotation(injectionStatus) {
            // A label may name a tag; what injected is what the injector says, where it does.
            let said = (try? Tree(json: status))?["revision"]?.string
            annotations[injectionStatus] = .string(said ?? pod.label(MeshNames.Label.revision) ?? "default")
            annotations[proxyVersion] = imageTag(ofProxy: pod).map { .string($0) }
        }
        if pod.tree.value(at: "spec", "hostNetwork")?.bool == true { annotations[hostNetwork] = "true" }
        annotations[RevisionChoice.injectLabel] = pod.annotation(RevisionChoice.injectLabel).map { .string($0) }
        // From these phases of core/v1 a pod does not come back.
        let phase = pod.tree.value(at: "status", "phase")?.string
        if phase == "Succeeded" || phase == "Failed" { annotations[finished] = "true" }
        if PodTrouble.concerns(pod) { metadata["creationTimestamp"] = full?["creationTimestamp"] }
        if let trouble = PodTrouble.text(of: pod) {
            annotations[PodTrouble.annotation] = .string(trouble)
        } else {
            annotations[PodTrouble.unreadiness] = PodTrouble.unreadiness(of: pod).map { .string($0.text) }
        }
        if !annotations.isEmpty { metadata["annotations"] = .object(annotations.sorted()) }
        var result: Tree = ["apiVersion": "v1", "kind": "Pod", "metadata": .object(metadata)]
        if pod.isTrue("Ready") { result["status"] = ["conditions": [["type": "Ready", "status": "True"]]] }
        return KubeObject(result)
    }

    /// A map without what is no text; nil where nothing is left.
    private static func texts(_ map: Tree?) -> Tree? {
        guard var object = map?.object else { return nil }
        if object.contains(where: { $0.value.string == nil }) { object.filter { $0.value.string != nil } }
        return object.isEmpty ? nil : .object(object)
    }

    /// The revision of a trimmed pod's sidecar, nil where it has none.
    package static func revision(of pod: KubeObject) -> String? { pod.annotation(injectionStatus) }

    /// Whether a trimmed pod has ended for good.
    package static func isFinished(_ pod: KubeObject) -> Bool { pod.annotation(finished) != nil }

    /// The tag of the image of `istio-proxy`, among the containers or, as a native sidecar, the init containers.
    private static func imageTag(ofProxy pod: KubeObject) -> String? {
        for list in ["containers", "initContainers"] {
            for container in pod.tree.value(at: "spec", list)?.array ?? []
            where container["name"]?.string == "istio-proxy" {
                let image = container["image"]?.string ?? ""
                let name = image.utf8.prefix { $0 != UInt8(ascii: "@") }
                let colon = name.lastIndex { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "/") }
                guard let colon, name[colon] == UInt8(ascii: ":") else { return nil }
                return String(image[image.index(after: colon)..<name.endIndex])
            }
        }
        return nil
    }
}
