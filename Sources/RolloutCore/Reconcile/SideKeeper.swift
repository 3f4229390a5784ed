internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine

/// Scales the sides, and copies templates.
struct SideKeeper: Sendable {
    let tools: RolloutTools

    /// How long a side is left alone after it was scaled.
    static let scalePatience = Duration.seconds(60)

    /// Scales the canary up to what the present step needs; down it is never scaled on the way.
    func keepScale(_ world: RolloutWorld, _ written: WrittenRecord, _ run: inout RolloutRun) async throws -> Bool {
        let canary = world.canary
        guard written.record.step >= 0, canary.kind == .deployment || canary.kind == .statefulSet, canary.isWanted
        else {
            return false
        }
        let needed = world.capacity.wanted(at: world.plan.shape(of: written.record).weight)
        let wish = min(needed, canary.bounds?.most ?? needed)
        guard wish > canary.wanted else { return false }
        let memory = tools.memories.of(world.object)
        if let last = memory.lastScaling, world.now - last < Self.scalePatience, memory.lastReplicas == wish {
            run.lookAgain(at: last + Self.scalePatience)
            return false
        }
        // What is done is written down first, so that it can be taken back.
        if written.scaling?.to != wish, let lead = world.routes.first {
            var next = written
            next.scaling = .init(from: written.scaling?.from ?? canary.wanted, to: wish)
            try await RouteKeeper(tools: tools).write(lead, world, next, lead.mark?.written ?? RouteShape())
            return true
        }
        try await scale(canary, to: wish, world)
        return true
    }

    /// Wants so many replicas of a side.
    func scale(_ side: SideState, to replicas: Int, _ world: RolloutWorld) async throws {
        guard let object = side.object, let resource = side.kind.resource else { return }
        _ = try await tools.parts.client.setScale(resource, object.key, replicas: Int64(replicas), RolloutTools.options)
        tools.metrics.wrote("\(resource.plural)/scale")
        tools.memories.update(world.object) { memory in
            memory.lastScaling = world.now
            memory.lastReplicas = replicas
        }
        tools.note(.normal, "Scaled", "\(side.title) is scaled from \(side.wanted) to \(replicas)", world.object)
    }

    /// Takes a side off the cluster: no replicas, or, for a DaemonSet, no node that fits.
    func takeDown(_ side: SideState, _ world: RolloutWorld) async throws {
        guard side.kind == .daemonSet else { return try await scale(side, to: 0, world) }
        guard let object = side.object, let template = object.tree.value(at: "spec", "template") else { return }
        var patch = ObjectPatch(object)
        patch.set(.string(TextDigest.of(SideState.plain(template))), at: ["spec", "template"] + SideState.parkingPath)
        try await tools.send(patch, object)
        let what =
            "\(side.title) is taken off all nodes by the node selector \(RolloutNames.parking); another template, or its removal, "
            + "begins the next release"
        tools.note(.normal, "Scaled", what, world.object)
    }

    /// Has a DaemonSet run again that was taken off all nodes and has got another template since; false where there is none.
    ///
    /// Nobody can scale it up, as the next release by a Deployment is.
    func bringUp(_ side: SideState, _ world: RolloutWorld) async throws -> Bool {
        guard side.isParkedWithOther, let object = side.object else { return false }
        var patch = ObjectPatch(object)
        patch.set(nil, at: ["spec", "template"] + SideState.parkingPath)
        try await tools.send(patch, object)
        let what =
            "\(side.title) has another template; the node selector \(RolloutNames.parking) is taken off, so that it runs"
        tools.note(.normal, "Scaled", what, world.object)
        return true
    }

    /// The canary's template as the stable workload takes it: with the labels the stable side is found by, and with its own labels
    /// and annotations of the mesh and of restarts, so that a copy moves nobody to another revision.
    static func template(of canary: KubeObject, for stable: KubeObject, versionLabel: String) -> Tree? {
        guard var result = canary.tree.value(at: "spec", "template"),
            let old = stable.tree.value(at: "spec", "template")
        else { return nil }
        let selector = stable.tree.value(at: "spec", "selector", "matchLabels")?.object?.keys ?? []
        for label in Set(selector + [versionLabel]) {
            if let value = old["metadata"]?["labels"]?[label] {
                result.set(value, at: ["metadata", "labels", label])
            }
        }
        result.set(nil, at: SideState.parkingPath)
        return SideState.keepingMesh(of: old, in: result)
    }
}
