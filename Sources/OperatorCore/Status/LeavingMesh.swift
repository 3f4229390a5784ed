internal import DataTree
internal import KubeAPI
internal import MeshAPI

/// What a status shows of a mesh that is being removed: what is there, whatever was asked for.
struct LeavingMesh {
    /// How things stand.
    let observation: MeshObservation
    /// The objects that the spec asks for; nil where it cannot be rendered.
    let blueprint: MeshBlueprint?
    /// The components of which nothing worse is to be said than that an object is not there.
    var absent: Set<String> = []

    /// Puts the revisions, gateways and components that are still there in the place of those that the spec asks for; `previous` is for
    /// what cannot be told any more.
    func show(in status: inout MeshOperatorStatus, previous: MeshOperatorStatus) {
        let survey = RevisionSurvey(observation)
        let usage = observation.usage
        let stable = survey.stable?.slot
        let target = survey.underWay?.slot ?? stable
        status.version = stable?.version ?? previous.version
        status.revision = stable?.name ?? previous.revision
        status.targetRevision = target?.name ?? status.revision
        let count = target.map { usage.podsPerRevision[$0.name] ?? 0 } ?? usage.pods.count
        status.proxies = "\(count)/\(usage.pods.count)"
        let tags = TagView(observation.ours(manager: MeshPlanner.manager)).objects
        status.revisions = survey.revisions.map { found in
            let slot = found.slot
            var revision = MeshOperatorStatus.Revision()
            (revision.name, revision.version) = (slot.name, slot.version)
            revision.ready = found.hasDeployment && isUp(slot)
            revision.proxies = usage.podsPerRevision[slot.name] ?? 0
            let alone = slot == stable ? 100 : 0
            revision.weight = usage.pods.isEmpty ? alone : revision.proxies * 100 / usage.pods.count
            revision.tags = tags.filter { $0.value == slot.name }.keys.sorted()
            revision.inUse = revision.proxies > 0 || slot == stable || slot == target
            return revision
        }
        status.gateways = status.gateways.map { gateway in
            var gateway = gateway
            (gateway.weight, gateway.revision) = (nil, revision(of: gateway) ?? status.revision ?? "")
            return gateway
        }
        let there = Set(observation.live.keys.compactMap { blueprint?.components[$0] })
        status.components = status.components.filter { there.contains($0.name) }.map { component in
            // What is gone already, or has moved to another name, says nothing of the rest.
            absent.contains(component.name)
                ? .init(name: component.name, ready: true, message: "") : component
        }
    }

    private func isUp(_ slot: RevisionSlot) -> Bool {
        let workloads = observation.ours(manager: MeshPlanner.manager).filter {
            ControlPlaneRevision.isControlPlane($0) && ControlPlaneRevision.name(of: $0) == slot.name
        }
        return workloads.allSatisfy { ObjectReadiness.of($0).isReady }
    }

    /// The revision of most ready pods of a gateway; nil where none of its Deployments is there.
    private func revision(of gateway: MeshOperatorStatus.Gateway) -> String? {
        let sides = observation.ours(manager: MeshPlanner.manager).filter { object in
            guard object.kind == .deployment, object.namespace == gateway.namespace,
                (object.labels[MeshNames.Label.component] ?? "").hasSuffix("Gateways")
            else { return false }
            let suffix = RevisionSlot.suffix(of: ControlPlaneRevision.name(of: object))
            return [gateway.name, gateway.name + suffix].contains(object.name)
        }
        func ready(_ object: KubeObject) -> Int64 { object.tree.value(at: "status", "readyReplicas")?.integer ?? 0 }
        return sides.max { (ready($0), $1.name) < (ready($1), $0.name) }.map { ControlPlaneRevision.name(of: $0) }
    }
}
