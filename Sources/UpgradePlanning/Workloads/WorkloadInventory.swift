internal import DataTree
package import KubeAPI
internal import MeshAPI
internal import MeshBase

/// Every workload whose pods have, or should have, a sidecar.
package struct WorkloadInventory: Sendable, Hashable {
    /// The workloads, by namespace, kind and name.
    package private(set) var workloads: [MeshWorkload] = []
    /// The names of revisions and tags of other meshes.
    private var others: Set<String> = []

    /// Nothing.
    package init() {}

    /// Finds the workloads of a mesh: those with a pod that has, or should have, a sidecar of a name that no other mesh has.
    ///
    /// A revision that nobody has any more counts as this mesh's.
    ///
    /// - Parameters:
    ///   - pods: all pods, as ``SidecarPod/trimmed(_:)`` leaves them.
    ///   - owners: Deployments, StatefulSets, DaemonSets and Argo Rollouts, as far as known.
    ///   - namespaces: all namespaces.
    ///   - choice: which revision a pod gets.
    ///   - rules: whether it gets a sidecar at all.
    ///   - others: the names of revisions and tags of other meshes.
    ///   - isOwn: whether a pod belongs to the mesh itself (istiod, gateways, node agent), which is moved otherwise.
    package init(
        pods: [KubeObject],
        owners: [ResourceID: KubeObject],
        namespaces: [KubeObject],
        choice: RevisionChoice,
        rules: InjectionRules,
        others: Set<String> = [],
        isOwn: (KubeObject) -> Bool
    ) {
        self.others = others
        var labels: [String: [String: String]] = [:]
        for namespace in namespaces { labels[namespace.name] = namespace.labels }
        var places: [ResourceID: Int] = [:]
        var found: [Found] = []
        for pod in pods where !pod.isDeleting && !SidecarPod.isFinished(pod) && !isOwn(pod) {
            let plain = Self.owner(of: pod)
            let id = Self.adopter(of: plain, pod, owners) ?? plain
            let namespace = labels[pod.namespace ?? ""] ?? [:]
            let place = places[id] ?? found.endIndex
            if place == found.endIndex {
                places[id] = place
                let owner = owners[id]
                // What a new pod gets is what the template says now.
                found.append(Found(id: id, owner: owner, template: owner.flatMap { Self.templateLabels($0) }))
            }
            let podLabels = found[place].template ?? pod.labels
            let isInjected = rules.injects(pod, labels: podLabels)
            let wanted = isInjected ? choice.revision(pod: podLabels, namespace: namespace) : nil
            let entry = Self.entry(pod, wanted: wanted)
            let names = [entry.revision, entry.wanted].compactMap(\.self)
            guard names.contains(where: { !others.contains($0) }) else { continue }
            if found[place].pods.isEmpty { found[place].labels = podLabels }
            found[place].pods.append(entry)
        }
        for found in found where !found.pods.isEmpty {
            let (id, owner) = (found.id, found.owner)
            var workload = Self.workload(id, found.pods.sorted { $0.key < $1.key }, owner: owner)
            workload.labels = found.labels
            let namespace = labels[id.key.namespace ?? ""] ?? [:]
            if let owner {
                Self.complete(&workload, owner, choice.chooser(template: found.labels, namespace: namespace))
            }
            workloads.append(workload)
        }
        workloads.sort { ($0.id.key, $0.id.kind) < ($1.id.key, $1.id.kind) }
    }

    /// Pods that should have a sidecar and have none.
    package var lackingSidecar: [ObjectKey] {
        workloads.flatMap { $0.pods.filter(\.lacksSidecar).map(\.key) }.sorted()
    }

    /// How many pods each revision injected, those of other meshes left out.
    package var podsPerRevision: [String: Int] {
        var result: [String: Int] = [:]
        for pod in workloads.flatMap(\.pods) {
            if let revision = pod.revision, !others.contains(revision) { result[revision, default: 0] += 1 }
        }
        return result
    }

    /// Workloads that a restart has left without pods for the moment: between the end of the old ones and the first new one.
    ///
    /// - Parameters:
    ///   - owners: Deployments, StatefulSets, DaemonSets and Argo Rollouts.
    ///   - revisions: what they were restarted for.
    ///   - namespaces: all namespaces, by name.
    ///   - choice: which revision a pod gets.
    /// - Returns: those that are to have pods, have none, and whose controller is not done.
    package func betweenPods(
        _ owners: some Sequence<KubeObject>,
        restartedFor revisions: Set<String>,
        namespaces: [String: KubeObject],
        _ choice: RevisionChoice
    ) -> [MeshWorkload] {
        let present = Set(workloads.map(\.id))
        return owners.compactMap { owner in
            let id = ResourceID(owner)
            guard let revision = owner.annotation(RolloutNames.Annotation.movedTo), revisions.contains(revision),
                !owner.isDeleting, RestartableWorkload.replicas(owner) > 0,
                !RestartableWorkload.isRolledOut(owner), !present.contains(id)
            else { return nil }
            let labels = Self.templateLabels(owner) ?? [:]
            var workload = Self.workload(id, [], owner: owner)
            workload.labels = labels
            let namespace = namespaces[owner.namespace ?? ""]?.labels ?? [:]
            Self.complete(&workload, owner, choice.chooser(template: labels, namespace: namespace))
            return workload
        }
    }

    // MARK: Reading objects

    /// Pods that somebody runs, with the labels new ones get.
    private struct Found {
        let id: ResourceID
        let owner: KubeObject?
        let template: [String: String]?
        var labels: [String: String] = [:]
        var pods: [MeshWorkload.Pod] = []
    }

    /// The labels of the pods a workload makes; nil where its template is not known.
    package static func templateLabels(_ owner: KubeObject) -> [String: String]? {
        guard let labels = owner.tree.value(at: "spec", "template", "metadata", "labels")?.object?.entries else {
            return nil
        }
        var result = [String: String](minimumCapacity: labels.count)
        for entry in labels { result[entry.key] = entry.value.string }
        return result
    }

    /// Takes in what a workload's own object tells.
    private static func complete(
        _ workload: inout MeshWorkload,
        _ owner: KubeObject,
        _ chooser: RevisionChoice.Chooser
    ) {
        workload.chooser = chooser
        if let failure = owner.conditions.condition("ReplicaFailure"), failure.status == .isTrue {
            workload.failure = "\(failure.reason): \(failure.message.prefix(PodTrouble.limit))"
        }
        workload.replicas = RestartableWorkload.replicas(owner)
        workload.restartTakes = RestartableWorkload.taken(byRestarting: owner)
        workload.directedTo = owner.annotation(RolloutNames.Annotation.movedTo)
        let time = owner.annotation(RolloutNames.Annotation.restartedAt)
        workload.restartedAt = time.flatMap { Timestamp(rfc3339: $0) }
        // The name `default` is a tag once the new revision is promoted, and then a restart moves it.
        guard case .revision(let name) = chooser, name != "default" else { return }
        guard owner.kind.group == RestartableWorkload.argoRollouts.kind.group, workload.restart == .possible else {
            return
        }
        workload.restart = .impossible(
            "its pod template names revision \(name), and a change of it would begin a canary of its own; change the label by hand"
        )
    }

    private static func entry(_ pod: KubeObject, wanted: String?) -> MeshWorkload.Pod {
        MeshWorkload.Pod(
            key: pod.key,
            revision: SidecarPod.revision(of: pod),
            proxyVersion: pod.annotation(SidecarPod.proxyVersion),
            wanted: wanted,
            isReady: pod.isTrue("Ready"),
            trouble: pod.annotation(PodTrouble.annotation),
            unreadiness: pod.annotation(PodTrouble.unreadiness)
        )
    }

    /// Who brings a pod back: the Deployment behind its ReplicaSet, its controller, or nobody but itself.
    ///
    /// A Deployment names its ReplicaSets `NAME-HASH` with the hash in the label `pod-template-hash`; Argo Rollouts do the same
    /// with `rollouts-pod-template-hash`.
    package static func owner(of pod: KubeObject) -> ResourceID {
        guard let owner = pod.controllerReference else { return ResourceID(pod) }
        let key = ObjectKey(namespace: pod.namespace, name: owner.name)
        let own = ResourceID(group: owner.kind.group, kind: owner.kind.kind, key: key)
        guard owner.kind.kind == "ReplicaSet" else { return own }
        let hashes = [
            ("rollouts-pod-template-hash", "argoproj.io", "Rollout"), ("pod-template-hash", "apps", "Deployment"),
        ]
        for (label, group, kind) in hashes {
            guard let hash = pod.label(label), owner.name.hasSuffix("-\(hash)") else { continue }
            let name = String(owner.name.dropLast(hash.count + 1))
            return ResourceID(group: group, kind: kind, key: ObjectKey(namespace: pod.namespace, name: name))
        }
        return own
    }

    /// Whose a ReplicaSet is that its pods do not tell by a hash.
    ///
    /// It is that of the Argo Rollout or Deployment it is named after, provided the pods have all labels of its template: its selector takes them
    /// then, so that it owns the ReplicaSet, or adopts it. ReplicaSets themselves are not read: there are too many of them.
    private static func adopter(
        of replicaSet: ResourceID,
        _ pod: KubeObject,
        _ owners: [ResourceID: KubeObject]
    ) -> ResourceID? {
        guard replicaSet.group == "apps", replicaSet.kind == "ReplicaSet",
            let dash = replicaSet.key.name.lastIndex(of: "-")
        else { return nil }
        let key = ObjectKey(namespace: pod.namespace, name: String(replicaSet.key.name[..<dash]))
        return [RestartableWorkload.argoRollouts.kind, GroupVersionKind.deployment].lazy
            .map { ResourceID(group: $0.group, kind: $0.kind, key: key) }
            .first { id in
                guard let labels = owners[id].flatMap({ templateLabels($0) }), !labels.isEmpty else { return false }
                let own = pod.labels
                return labels.allSatisfy { own[$0.key] == $0.value }
            }
    }

    private static func workload(_ id: ResourceID, _ pods: [MeshWorkload.Pod], owner: KubeObject?) -> MeshWorkload {
        MeshWorkload(
            id: id,
            pods: pods,
            restart: restart(id, owner),
            isRolledOut: owner.map { RestartableWorkload.isRolledOut($0) } ?? true
        )
    }

    private static func restart(_ id: ResourceID, _ owner: KubeObject?) -> MeshWorkload.Restart {
        switch (id.group, id.kind) {
        case ("", "Pod"): return .impossible("a pod of its own; delete it to have it made anew")
        case ("batch", _): return .impossible("a Job; its next run gets the new sidecar")
        default: break
        }
        guard RestartableWorkload.kinds.contains(where: { $0.kind.group == id.group && $0.kind.kind == id.kind }) else {
            return .impossible("\(id.kind) is not known to the operator; restart it by hand")
        }
        guard let owner else { return .impossible("\(id) does not exist any more") }
        guard !owner.isDeleting else { return .impossible("\(id) is being deleted") }
        let template = owner.tree.value(at: "spec", "template", "metadata", "annotations")
        let said =
            owner.annotation(RolloutNames.Annotation.restart) ?? template?[RolloutNames.Annotation.restart]?.string
        return said == "false" ? .refused : .possible
    }
}
