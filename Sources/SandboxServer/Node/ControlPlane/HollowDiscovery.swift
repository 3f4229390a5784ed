internal import DataTree
internal import KubeAPI
internal import SandboxStore

/// A pod on a hollow node that is to be taken for an istiod: its container runs an image named `pilot` with the command
/// `discovery`.
struct HollowDiscovery: Sendable {
    /// The pod.
    let pod: KubeObject
    private let container: Tree

    /// Looks at a pod; nil when it is none, or when something real runs it.
    init?(_ pod: KubeObject) {
        let containers = pod.tree.value(at: "spec", "containers")?.array ?? []
        guard HollowNode.runs(pod), let container = containers.first(where: { Self.isDiscovery($0) }) else {
            return nil
        }
        self.pod = pod
        self.container = container
    }

    private static func isDiscovery(_ container: Tree) -> Bool {
        let image = container["image"]?.string ?? ""
        let last = image.split(separator: "/").last ?? ""
        let name = last.prefix { $0 != ":" && $0 != "@" }
        return name == "pilot" && container["args"]?[0]?.string == "discovery"
    }

    /// Whether it serves.
    var isReady: Bool { PodView(pod).isReady && !pod.isDeleting }
    /// The revision it is: that of its environment, `default` where there is none.
    var revision: String { variable("REVISION") ?? "default" }
    /// What it is told about sidecar containers: `true`, `false`, or `auto` to look at the nodes.
    var nativeSidecars: String { variable("ENABLE_NATIVE_SIDECARS") ?? "auto" }

    /// The account it writes as.
    var user: UserInfo {
        let namespace = pod.namespace ?? "default"
        let account = pod.tree.value(at: "spec", "serviceAccountName")?.string ?? "default"
        return UserInfo(
            name: "system:serviceaccount:\(namespace):\(account)",
            groups: [
                "system:serviceaccounts", "system:serviceaccounts:\(namespace)", "system:authenticated",
            ]
        )
    }

    private func variable(_ name: String) -> String? {
        let entry = container["env"]?.array?.first { $0["name"]?.string == name }
        return entry?["value"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }
}
