package import DataTree
package import KubeAPI
internal import KubeClient
internal import SandboxStore
internal import Synchronization

extension TestCluster {
    /// Keeps the pods of a workload from becoming ready, or no longer does.
    package func breakWorkload(_ name: String, _ isBroken: Bool = true) {
        state.withLock { state in
            if isBroken { state.broken.insert(name) } else { state.broken.remove(name) }
            state.quiet = nil
        }
    }

    /// Does what controllers would do next: reports workloads as ready, two nodes running every DaemonSet.
    ///
    /// Returns whether anything changed.
    package func step() async throws -> Bool {
        let kinds: [APIResource] = [.deployments, .statefulSets, .daemonSets]
        let latest = kinds.map { lastChange(of: $0) }.max() ?? 0
        guard state.withLock({ $0.quiet != latest }) else { return false }
        var changed = false
        for resource in kinds {
            for object in try await admin.list(resource).objects {
                changed = try await settle(object, resource) || changed
            }
        }
        if !changed { state.withLock { $0.quiet = latest } }
        return changed
    }

    private func settle(_ object: KubeObject, _ resource: APIResource) async throws -> Bool {
        let isBroken = state.withLock { $0.broken.contains(object.name) }
        let status = resource == .daemonSets ? Self.daemons(object, isBroken) : Self.replicas(object, isBroken)
        return try await report(object, resource, status)
    }

    /// Writes a status with `observedGeneration` where it differs from what is there; returns whether it did.
    package func report(_ object: KubeObject, _ resource: APIResource, _ status: Tree) async throws -> Bool {
        var status = status
        status["observedGeneration"] = .integer(object.generation ?? 0)
        let current = object.tree["status"] ?? [:]
        guard (status.object?.entries ?? []).contains(where: { current[$0.key] != $0.value }) else { return false }
        let options = WriteOptions(fieldManager: "kube-controller-manager")
        _ = try await admin.patchStatus(resource, object.key, .merge(["status": status]), options)
        return true
    }

    private static func replicas(_ object: KubeObject, _ isBroken: Bool) -> Tree {
        let replicas = object.tree.value(at: "spec", "replicas") ?? 1
        let ready = isBroken ? 0 : replicas
        return [
            "replicas": replicas, "updatedReplicas": replicas, "availableReplicas": ready, "readyReplicas": ready,
        ]
    }

    /// The nodes have no labels but the one of their operating system, so that any other selector finds none.
    private static func daemons(_ object: KubeObject, _ isBroken: Bool) -> Tree {
        let selector = object.tree.value(at: "spec", "template", "spec", "nodeSelector")?.object?.entries ?? []
        let nodes: Tree = selector.contains { $0.key != "kubernetes.io/os" } ? 0 : 2
        let ready = isBroken ? 0 : nodes
        return [
            "desiredNumberScheduled": nodes, "currentNumberScheduled": nodes, "updatedNumberScheduled": nodes,
            "numberAvailable": ready, "numberReady": ready, "numberMisscheduled": 0,
        ]
    }
}
