internal import DataTree
internal import KubeAPI
internal import KubeRuntime

/// Keeps the numbered pods of StatefulSets.
struct StatefulSetReconciler: Reconciling {
    let context: ControllerContext

    /// The controller to run.
    static func controller(_ context: ControllerContext) -> ClusterController {
        ClusterController(
            name: "statefulset",
            sources: [.object(.statefulSets), .controller(of: .pods, .statefulSet)],
            reconciler: StatefulSetReconciler(context: context)
        )
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        guard let set = try await context.reader.get(.statefulSets, key) else { return .done }
        let pods = try await context.claim(.pods, for: set)
        let status = set.tree["status"]
        let named = pods.map { $0.labels[StatefulSetPlan.hashLabel] } + [status?["currentRevision"]?.string]
        let history = try await context.keepHistory(
            of: set,
            hashLabel: "controller.kubernetes.io/hash",
            live: Set(named.compactMap { $0 })
        )
        let plan = StatefulSetPlan(set, pods: pods, now: context.now())
        for number in plan.creations { try await create(number, plan, set, history.revisions) }
        for pod in pods where plan.deletions.contains(pod.name) {
            try await context.writer.delete(.pods, pod)
            let message = "delete Pod \(pod.name) in StatefulSet \(set.name) successful"
            await context.events.record(set, "SuccessfulDelete", message)
        }
        var wanted = set
        wanted.tree["status"] = plan.status
        try await context.publish(.statefulSets, wanted, replacing: set)
        return plan.requeue.map { .requeue(after: $0) } ?? .done
    }

    private func create(
        _ number: Int64,
        _ plan: StatefulSetPlan,
        _ set: KubeObject,
        _ revisions: [String: KubeObject]
    ) async throws {
        let name = "\(set.name)-\(number)"
        let revision = plan.revision(ofNew: number, in: set)
        let labels = [
            StatefulSetPlan.hashLabel: revision, "statefulset.kubernetes.io/pod-name": name,
            "apps.kubernetes.io/pod-index": String(number),
        ]
        let source = revisions[revision].map { RevisionHistory.restored(set, $0) } ?? set
        var pod = PodTemplate(of: source).pod(ownedBy: set, name: name, labels: labels)
        pod.tree.set(.string(name), at: ["spec", "hostname"])
        pod.tree.set(set.tree.value(at: "spec", "serviceName"), at: ["spec", "subdomain"])
        try await addVolumes(to: &pod, of: set)
        let failed = "create Pod \(name) in StatefulSet \(set.name) failed error:"
        guard try await context.create(pod, for: set, failed) != nil else { return }
        let message = "create Pod \(name) in StatefulSet \(set.name) successful"
        await context.events.record(set, "SuccessfulCreate", message)
    }

    /// Claims the volumes of a pod by the set's templates, and mounts the claims.
    private func addVolumes(to pod: inout KubeObject, of set: KubeObject) async throws {
        for template in set.tree.value(at: "spec", "volumeClaimTemplates")?.array ?? [] {
            let volume = template.value(at: "metadata", "name")?.string ?? ""
            var claim = KubeObject(template)
            claim.tree["apiVersion"] = "v1"
            claim.tree["kind"] = "PersistentVolumeClaim"
            claim.tree["status"] = nil
            claim.tree.set(.string("\(volume)-\(pod.name)"), at: ["metadata", "name"])
            claim.tree.set(set.namespace.map { .string($0) }, at: ["metadata", "namespace"])
            let selector = set.tree.value(at: "spec", "selector", "matchLabels")?.object?.entries ?? []
            for entry in selector { claim.labels[entry.key] = entry.value.string }
            try await context.writer.create(.persistentVolumeClaims, claim)
            let kept = (pod.tree.value(at: "spec", "volumes")?.array ?? []).filter { $0["name"]?.string != volume }
            let source: Tree = ["claimName": .string(claim.name)]
            let mounted: Tree = ["name": .string(volume), "persistentVolumeClaim": source]
            pod.tree.set(.array(kept + [mounted]), at: ["spec", "volumes"])
        }
    }
}
