internal import DataTree
internal import KubeAPI

@testable internal import UpgradePlanning

/// Objects as they are in a cluster with two revisions.
enum SampleWorkloads {
    static func namespace(_ name: String, _ labels: [String: String]) -> KubeObject {
        KubeObject(kind: .namespace, key: ObjectKey(name: name), labels: labels)
    }

    /// A pod as the API server shows it, trimmed for the cache.
    static func pod(
        _ name: String,
        in namespace: String = "shop",
        owner: (kind: String, name: String)? = nil,
        labels: [String: String] = [:],
        revision: String? = nil,
        isReady: Bool = true
    ) -> KubeObject {
        var pod = KubeObject(kind: .pod, key: ObjectKey(namespace: namespace, name: name), labels: labels)
        if let owner {
            let group = owner.kind == "Job" ? "batch" : "apps"
            let kind = GroupVersionKind(group: group, version: "v1", kind: owner.kind)
            pod.ownerReferences = [OwnerReference(kind: kind, name: owner.name, uid: "u-\(owner.name)")]
        }
        if let revision {
            pod.annotations = ["sidecar.istio.io/status": #"{"revision":"\#(revision)","containers":["istio-proxy"]}"#]
            let proxy: Tree = ["name": "istio-proxy", "image": "hub:5000/proxyv2:1.29.2@sha256:0"]
            pod.tree.set([proxy], at: ["spec", "containers"])
        }
        pod.tree.set([["type": "Ready", "status": isReady ? "True" : "False"]], at: ["status", "conditions"])
        return SidecarPod.trimmed(pod)
    }

    static func deployment(_ name: String, template: [String: String] = [:]) -> KubeObject {
        let kind = GroupVersionKind(group: "apps", version: "v1", kind: "Deployment")
        var object = KubeObject(kind: kind, key: ObjectKey(namespace: "shop", name: name))
        object.tree.set(1, at: ["metadata", "generation"])
        object.tree.set(["replicas": 1], at: ["spec"])
        for (key, value) in template {
            object.tree.set(.string(value), at: ["spec", "template", "metadata", "annotations", key])
        }
        object.tree.set(["observedGeneration": 1, "replicas": 1, "updatedReplicas": 1], at: ["status"])
        return object
    }

    static func inventory(
        _ pods: [KubeObject],
        owners: [KubeObject] = [],
        namespaces: [KubeObject] = [namespace("shop", ["istio-injection": "enabled"])],
        others: Set<String> = []
    ) -> WorkloadInventory {
        WorkloadInventory(
            pods: pods,
            owners: Dictionary(uniqueKeysWithValues: owners.map { (ResourceID($0), $0) }),
            namespaces: namespaces,
            choice: RevisionChoice(tags: ["default": "old"]),
            rules: InjectionRules(),
            others: others,
            isOwn: { $0.namespace == "istio-system" }
        )
    }
}
