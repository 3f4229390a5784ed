internal import DataTree
internal import KubeAPI
internal import MeshAPI

/// Makes the Deployment and the autoscaler of one side of a gateway out of those rendered for its revision.
///
/// The settings and overlays of users are applied to what bears the gateway's own name, before it is renamed here; so they count
/// for every side. A side of its own selects by revision besides the gateway's labels: its autoscaler counts its own pods only,
/// and the Service, whose selector is the gateway's labels, leads to both sides.
struct GatewayRendering {
    /// Which gateway.
    let gateway: GatewayID
    /// Which side.
    let side: GatewayShare.Side
    /// What the step was planned with, on the new side.
    let plan: GatewayShare.Plan?
    /// Whether an autoscaler is rendered, which then sets the number of pods.
    let hasScaler: Bool

    /// The object as this side has it; nil for one this side has not.
    func object(_ rendered: KubeObject) -> KubeObject? {
        switch rendered.kind.kind {
        case "Deployment": deployment(rendered)
        case "HorizontalPodAutoscaler": scaler(rendered)
        default: nil
        }
    }

    private var name: String { side.deployment(of: gateway) }

    private func deployment(_ rendered: KubeObject) -> KubeObject {
        var result = rendered
        if let plan { result.annotations[GatewayShare.Plan.annotation] = plan.text }
        switch side.pods {
        case .asRendered: break
        case .exactly(let count), .between(let count, _):
            // Also where an autoscaler sets the number: it lets more than its least be, and would keep those that `replicaCount` starts with.
            let isSaid = !hasScaler || rendered.tree.value(at: "spec", "replicas") != nil
            if count == 0 || isSaid { result.tree.set(.integer(Int64(count)), at: ["spec", "replicas"]) }
        }
        return side.home == .named ? renamed(result) : result
    }

    private func renamed(_ deployment: KubeObject) -> KubeObject {
        var result = deployment
        let revision = Tree.string(side.revision)
        result.tree.set(.string(name), at: ["metadata", "name"])
        result.tree.set(revision, at: ["spec", "selector", "matchLabels", MeshNames.Label.revision])
        result.tree.set(revision, at: ["spec", "template", "metadata", "labels", MeshNames.Label.revision])
        guard let containers = result.tree.value(at: "spec", "template", "spec", "containers")?.array else {
            return result
        }
        result.tree.set(.array(containers.map(container)), at: ["spec", "template", "spec", "containers"])
        return result
    }

    /// A container that tells the name of its workload.
    private func container(_ container: Tree) -> Tree {
        guard let environment = container["env"]?.array else { return container }
        var result = container
        let owner = "/deployments/\(gateway.name)"
        result["env"] = .array(
            environment.map { variable in
                var changed = variable
                let value = variable["value"]?.string ?? ""
                if variable["name"] == "ISTIO_META_WORKLOAD_NAME", value == gateway.name {
                    changed["value"] = .string(name)
                } else if variable["name"] == "ISTIO_META_OWNER", value.hasSuffix(owner) {
                    changed["value"] = .string("\(value.dropLast(owner.count))/deployments/\(name)")
                }
                return changed
            }
        )
        return result
    }

    private func scaler(_ rendered: KubeObject) -> KubeObject? {
        var result = rendered
        switch side.pods {
        case .asRendered: break
        case .exactly(0): return nil
        case .exactly(let count): bound(&result, count, count)
        case .between(let least, let most): bound(&result, least, most)
        }
        guard side.home == .named else { return result }
        result.tree.set(.string(name), at: ["metadata", "name"])
        result.tree.set(.string(name), at: ["spec", "scaleTargetRef", "name"])
        return result
    }

    private func bound(_ scaler: inout KubeObject, _ least: Int, _ most: Int) {
        scaler.tree.set(.integer(Int64(least)), at: ["spec", "minReplicas"])
        scaler.tree.set(.integer(Int64(most)), at: ["spec", "maxReplicas"])
    }
}
