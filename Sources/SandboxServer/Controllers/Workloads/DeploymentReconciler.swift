internal import DataTree
internal import KubeAPI
internal import KubeRuntime

/// Rolls Deployments out.
struct DeploymentReconciler: Reconciling {
    let context: ControllerContext

    /// The controller to run.
    static func controller(_ context: ControllerContext) -> ClusterController {
        ClusterController(
            name: "deployment",
            sources: [
                .object(.deployments), .controller(of: .replicaSets, .deployment), .orphans(of: .replicaSets),
            ],
            reconciler: DeploymentReconciler(context: context)
        )
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        if try await context.claimOrphans(.replicaSets, forAll: .deployments, key) { return .done }
        guard let deployment = try await context.reader.get(.deployments, key) else { return .done }
        let sets = try await context.claim(.replicaSets, for: deployment)
        let plan = DeploymentPlan(deployment, sets: sets, now: context.now())
        for action in plan.actions { try await apply(action, to: deployment, sets: sets) }
        var wanted = deployment
        wanted.tree["status"] = plan.status
        // With the status, so that the generation stays: a change of annotations elsewhere counts as one of the spec.
        if !deployment.isDeleting { wanted.annotations[DeploymentPlan.revisionAnnotation] = String(plan.revision) }
        if wanted != deployment { try await context.writer.update(.deployments, wanted, subresource: "status") }
        return plan.requeue.map { .requeue(after: $0) } ?? .done
    }

    private func apply(
        _ action: DeploymentPlan.Action,
        to deployment: KubeObject,
        sets: [KubeObject]
    ) async throws {
        switch action {
        case .create(let set):
            try await create(set, for: deployment)
        case .scale(let name, let from, let to):
            let key = ObjectKey(namespace: deployment.namespace, name: name)
            let known = DeploymentView(deployment, sets: sets).sizeAnnotations.sorted { $0.key < $1.key }
            let annotations = Tree.object(TreeObject(known.map { (key: $0.key, value: .string($0.value)) }))
            try await context.writer.merge(
                .replicaSets,
                key,
                ["metadata": ["annotations": annotations], "spec": ["replicas": .integer(to)]]
            )
            guard from != to else { return }
            let verb = to > from ? "up" : "down"
            let message = "Scaled \(verb) replica set \(name) from \(from) to \(to)"
            await context.events.record(deployment, "ScalingReplicaSet", message)
        case .number(let name, let revision):
            let key = ObjectKey(namespace: deployment.namespace, name: name)
            try await context.writer.merge(.replicaSets, key, Self.annotation(revision))
        case .delete(let name):
            guard let set = sets.first(where: { $0.name == name }) else { return }
            try await context.writer.delete(.replicaSets, set)
        }
    }

    private func create(_ set: KubeObject, for deployment: KubeObject) async throws {
        guard try await context.writer.create(.replicaSets, set) == nil else {
            let size = set.wantedReplicas
            let message = "Scaled up replica set \(set.name) from 0 to \(size)"
            if size > 0 { await context.events.record(deployment, "ScalingReplicaSet", message) }
            return
        }
        // The name is taken. If the owner is this deployment the event is only late; otherwise the next try salts the hash.
        let other = try await context.reader.get(.replicaSets, set.key)
        guard let other, other.controllerReference?.uid != deployment.uid else { return }
        let count = deployment.statusCount("collisionCount") + 1
        try await context.writer.merge(
            .deployments,
            deployment.key,
            ["status": ["collisionCount": .integer(count)]],
            subresource: "status"
        )
        throw SandboxError(.writeConflict, "the name \(set.key) is taken by another ReplicaSet")
    }

    private static func annotation(_ revision: Int64) -> Tree {
        let annotations = TreeObject([(key: DeploymentPlan.revisionAnnotation, value: .string(String(revision)))])
        return ["metadata": ["annotations": .object(annotations)]]
    }
}
