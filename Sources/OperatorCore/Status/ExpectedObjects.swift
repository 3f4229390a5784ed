internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import MeshBase

/// What a mesh has to consist of by what is there of it and by the parts that its status names.
///
/// A process that begins while a mesh is not worked on has not seen it before, and the spec may not tell either. What is left tells of
/// what is gone: charts install a control plane's ServiceAccount and configuration with its Deployment, Service and webhook.
struct ExpectedObjects {
    /// The objects that are there.
    let ours: [KubeObject]
    /// The status as it was.
    let previous: MeshOperatorStatus
    /// The namespace of the control plane.
    let namespace: String

    /// Looks at a mesh.
    init(_ ours: [KubeObject], _ observation: MeshObservation, previous: MeshOperatorStatus) {
        self.ours = ours
        self.previous = previous
        let asked = observation.resource.tree.value(at: "spec", "namespace")?.string
        namespace = asked ?? MeshOperatorSpec().namespace
    }

    /// The objects by their parts, in the order of the parts.
    var parts: [(id: ResourceID, component: String)] {
        previous.components.flatMap { component -> [(id: ResourceID, component: String)] in
            let name = component.name
            let ids =
                if name.hasPrefix("pilot") {
                    revisions.flatMap { controlPlane(RevisionSlot.suffix(of: $0)) }
                } else if let slash = name.lastIndex(of: "/") {
                    gateway(name: String(name[name.index(after: slash)...]))
                } else {
                    name == "cni" ? nodeAgents : []
                }
            return ids.map { ($0, name) }
        }
    }

    private var revisions: [String] {
        let names = previous.revisions.map(\.name)
        return names.isEmpty ? [previous.revision ?? RevisionSlot.unnamed] : names
    }

    private func controlPlane(_ suffix: String) -> [ResourceID] {
        let (name, injector) = ("istiod\(suffix)", "istio-sidecar-injector\(suffix)")
        let account = id("", "ServiceAccount", name)
        let configuration = id("", "ConfigMap", "istio\(suffix)")
        guard ours.contains(where: { [account, configuration].contains(ResourceID($0)) }) else { return [] }
        var result = [id("apps", "Deployment", name), id("", "Service", name)]
        if ours.contains(where: { ResourceID($0) == id("", "ConfigMap", injector) }) {
            let place = namespace == "istio-system" ? "" : "-\(namespace)"
            let group = GroupVersionKind.mutatingWebhookConfiguration.group
            let key = ObjectKey(name: injector + place)
            result.append(ResourceID(group: group, kind: "MutatingWebhookConfiguration", key: key))
        }
        return result
    }

    /// The Deployment of a gateway, unless there is one: it is called as the gateway, with or without a revision.
    private func gateway(name: String) -> [ResourceID] {
        guard let place = previous.gateways.first(where: { $0.name == name })?.namespace else { return [] }
        let isThere = ours.contains {
            $0.kind == .deployment && $0.namespace == place && ($0.name == name || $0.name.hasPrefix("\(name)-"))
        }
        guard !isThere else { return [] }
        return [ResourceID(group: "apps", kind: "Deployment", key: ObjectKey(namespace: place, name: name))]
    }

    private var nodeAgents: [ResourceID] {
        let name = "istio-cni-node"
        guard !ours.contains(where: { $0.kind == .daemonSet && $0.name == name }),
            let account = ours.first(where: { $0.kind == .serviceAccount && $0.name == "istio-cni" })
        else { return [] }
        let key = ObjectKey(namespace: account.namespace, name: name)
        return [ResourceID(group: "apps", kind: "DaemonSet", key: key)]
    }

    private func id(_ group: String, _ kind: String, _ name: String) -> ResourceID {
        ResourceID(group: group, kind: kind, key: ObjectKey(namespace: namespace, name: name))
    }
}
