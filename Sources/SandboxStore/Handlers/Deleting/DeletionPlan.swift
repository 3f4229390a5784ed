internal import DataTree
internal import KubeAPI
internal import MeshBase

/// What a deletion makes of an object: gone at once, or marked and kept until nothing holds it.
struct DeletionPlan: Sendable {
    let context: ServerContext
    let resource: ServedResource
    let options: DeletionOptions

    static let orphanFinalizer = "orphan"
    static let foregroundFinalizer = "foregroundDeletion"

    /// The state with the deletion asked for.
    func state(of object: Tree) -> Tree {
        var tree = object
        var finalizers = KubeObject(tree).finalizers.filter {
            guard options.propagation != nil else { return true }
            return $0 != Self.orphanFinalizer && $0 != Self.foregroundFinalizer
        }
        if options.propagation == .orphan { finalizers.append(Self.orphanFinalizer) }
        if options.propagation == .foreground { finalizers.append(Self.foregroundFinalizer) }
        if resource.groupResource == CustomDefinitions.collection,
            !finalizers.contains(CustomDefinitions.cleanupFinalizer)
        {
            finalizers.append(CustomDefinitions.cleanupFinalizer)
            Self.markTerminating(&tree, context.timestamp)
        }
        var marked = KubeObject(tree)
        if marked.finalizers != finalizers { marked.finalizers = finalizers }
        tree = marked.tree
        mark(&tree)
        return tree
    }

    private func mark(_ tree: inout Tree) {
        let grace = graceSeconds(of: tree)
        let isMarked = tree.value(at: "metadata", "deletionTimestamp") != nil
        if isMarked {
            let present = tree.value(at: "metadata", "deletionGracePeriodSeconds")?.integer ?? 0
            guard options.graceSeconds != nil, grace < present else { return }
        }
        let time = context.configuration.now().advanced(by: .seconds(grace)).rfc3339
        tree.set(.string(time), at: ["metadata", "deletionTimestamp"])
        if resource.groupResource.description != "namespaces" {
            tree.set(.integer(grace), at: ["metadata", "deletionGracePeriodSeconds"])
        }
        guard !isMarked else { return }
        if let generation = tree.value(at: "metadata", "generation")?.integer, generation > 0 {
            tree.set(.integer(generation &+ 1), at: ["metadata", "generation"])
        }
        if resource.groupResource.description == "namespaces" {
            tree.set("Terminating", at: ["status", "phase"])
        }
    }

    /// How long a pod gets to stop; other objects get no time.
    func graceSeconds(of tree: Tree) -> Int64 {
        guard resource.groupResource.description == "pods" else { return 0 }
        let isRunning =
            tree.value(at: "spec", "nodeName")?.string?.isEmpty == false
            && !["Succeeded", "Failed"].contains(tree.value(at: "status", "phase")?.string ?? "")
        guard isRunning else { return 0 }
        let usual = tree.value(at: "spec", "terminationGracePeriodSeconds")?.integer ?? 30
        let wanted = options.graceSeconds ?? usual
        return wanted < 0 ? 1 : wanted
    }

    /// Whether nothing holds the object.
    func isGone(_ state: Tree, graceSeconds: Int64) -> Bool {
        var state = state
        if graceSeconds == 0 { state.set(0, at: ["metadata", "deletionGracePeriodSeconds"]) }
        return ObjectStrategy.isReadyToVanish(state)
    }

    private static func markTerminating(_ tree: inout Tree, _ time: String) {
        var conditions = (tree.value(at: "status", "conditions")?.array ?? []).filter { $0["type"] != "Terminating" }
        conditions.append([
            "type": "Terminating", "status": "True", "lastTransitionTime": .string(time),
            "reason": "InstanceDeletionPending",
            "message": "CustomResourceDefinition marked for deletion; CustomResource deletion will be initiated soon",
        ])
        tree.set(.array(conditions), at: ["status", "conditions"])
    }
}
