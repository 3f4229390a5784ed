internal import DataTree
internal import KubeAPI
internal import MeshBase

/// What is to be done so that a Deployment's ReplicaSets become what it asks for; a pure function of what was observed.
///
/// Follows "Deployments" in the Kubernetes documentation: a ReplicaSet per template, moved from old to new within
/// `maxSurge` and `maxUnavailable`.
struct DeploymentPlan: Sendable, Hashable {
    /// One step.
    enum Action: Sendable, Hashable {
        /// Creates the ReplicaSet of the present template.
        case create(KubeObject)
        /// Changes the number of replicas of a ReplicaSet, and notes on it the size of the whole.
        case scale(String, from: Int64, to: Int64)
        /// Writes the revision on a ReplicaSet that became the present one again.
        case number(String, revision: Int64)
        /// Deletes a ReplicaSet that is empty and older than the history kept.
        case delete(String)
    }

    static let revisionAnnotation = "deployment.kubernetes.io/revision"

    /// What to do, in order.
    var actions: [Action] = []
    /// The revision of the present template.
    var revision: Int64 = 1
    /// The status to be shown.
    var status: Tree = [:]
    /// When to look again although nothing has changed.
    var requeue: Duration?

    /// Plans for `deployment`, whose ReplicaSets are `sets`.
    init(_ deployment: KubeObject, sets: [KubeObject], now: Timestamp) {
        let view = DeploymentView(deployment, sets: sets)
        if !deployment.isDeleting {
            let isPaused = deployment.tree.value(at: "spec", "paused")?.bool ?? false
            // A change of the size is shared out before anything else is looked at.
            let isScaled = isPaused || view.isResized
            planRevision(view, create: !isScaled)
            if isScaled { planScaling(view) } else { planRollout(view) }
            planHistory(view)
        } else {
            revision = view.current.map(DeploymentView.revision) ?? 1
        }
        let status = DeploymentStatus(view, created: createdName, now: now)
        self.status = status.tree
        requeue = status.requeue
    }

    private var createdName: String? {
        for case .create(let set) in actions { return set.name }
        return nil
    }

    /// Makes sure that there is a ReplicaSet for the template and that it carries the highest revision.
    private mutating func planRevision(_ view: DeploymentView, create: Bool) {
        let highestOld = view.old.map(DeploymentView.revision).max() ?? 0
        let next = highestOld == .max ? .max : highestOld + 1
        guard let current = view.current else {
            revision = create ? next : max(1, highestOld)
            if create { actions.append(.create(view.newReplicaSet(revision: revision))) }
            return
        }
        revision = max(DeploymentView.revision(current), next)
        if DeploymentView.revision(current) < revision {
            actions.append(.number(current.name, revision: revision))
        }
    }

    private mutating func planRollout(_ view: DeploymentView) {
        guard let current = view.current else { return }
        if view.isRecreate {
            for set in view.old { scale(set, to: 0) }
            if view.old.allSatisfy({ $0.wantedReplicas == 0 && $0.statusCount("replicas") == 0 }) {
                scale(current, to: view.wanted)
            }
            return
        }
        let grown = growth(view, current)
        scale(current, to: grown)
        guard grown <= current.wantedReplicas else { return }  // Room below is judged once the new pods are known.
        shrinkOld(view, current)
    }

    private func growth(_ view: DeploymentView, _ current: KubeObject) -> Int64 {
        let own = current.wantedReplicas
        if own >= view.wanted { return view.wanted }
        let total = view.totalWanted
        let room = view.wanted + view.maxSurge - total
        return room > 0 ? min(view.wanted, own + room) : own
    }

    private mutating func shrinkOld(_ view: DeploymentView, _ current: KubeObject) {
        let needed = view.wanted - view.maxUnavailable
        let newUnavailable = max(0, current.wantedReplicas - current.statusCount("availableReplicas"))
        var removable = view.totalWanted - needed - newUnavailable
        guard removable > 0 else { return }
        var sizes = view.old.map(\.wantedReplicas)
        for (index, set) in view.old.enumerated() where removable > 0 {
            // Replicas that do not serve go first: nobody misses them.
            let broken = max(0, sizes[index] - set.statusCount("availableReplicas"))
            let cut = min(broken, removable)
            sizes[index] -= cut
            removable -= cut
        }
        var spare = view.available - needed
        for index in sizes.indices where spare > 0 {
            let cut = min(sizes[index], spare)
            sizes[index] -= cut
            spare -= cut
        }
        for (index, set) in view.old.enumerated() { scale(set, to: sizes[index]) }
    }

    /// Follows a change of the number of replicas, and nothing else.
    private mutating func planScaling(_ view: DeploymentView) {
        let active = view.all.filter { $0.wantedReplicas > 0 }
        if active.count <= 1 {
            if let only = active.first ?? view.current ?? view.old.last { resize(only, to: view.wanted, view) }
        } else if view.isSaturated {
            for set in active { resize(set, to: set.uid == view.current?.uid ? view.wanted : 0, view) }
        } else if view.isRecreate {
            for set in active { resize(set, to: set.wantedReplicas, view) }
        } else {
            for (set, size) in ProportionalScaling.sizes(view) { resize(set, to: size, view) }
        }
    }

    /// Sets size and what the set knows about the whole, from which later changes are shared out.
    private mutating func resize(_ set: KubeObject, to size: Int64, _ view: DeploymentView) {
        guard set.wantedReplicas != size || !view.isKnown(by: set) else { return }
        actions.append(.scale(set.name, from: set.wantedReplicas, to: size))
    }

    private mutating func planHistory(_ view: DeploymentView) {
        guard view.deployment.tree.value(at: "spec", "revisionHistoryLimit")?.integer ?? -1 >= 0 else { return }
        let limit = view.deployment.count(0, "spec", "revisionHistoryLimit")
        let idle = view.old.filter { set in
            set.wantedReplicas == 0 && set.statusCount("replicas") == 0 && !set.isDeleting
                && (set.generation ?? 0) <= (set.tree.value(at: "status", "observedGeneration")?.integer ?? 0)
        }
        guard let excess = Int(exactly: Int64(idle.count) - limit), excess > 0 else { return }
        actions += idle.prefix(excess).map { .delete($0.name) }
    }

    private mutating func scale(_ set: KubeObject, to size: Int64) {
        guard set.wantedReplicas != size else { return }
        actions.append(.scale(set.name, from: set.wantedReplicas, to: size))
    }
}
