internal import DataTree
internal import KubeAPI
package import MeshAPI

/// Puts the renderings of several revisions together, each object once.
struct CompositionMerge {
    /// What is rendered.
    let spec: MeshOperatorSpec
    /// Which revisions there are.
    let composition: RevisionComposition
    /// Their renderings, the stable one first.
    let parts: [RevisionPart]
    /// For names that more than one rendering has: the revision it is taken from.
    private let owners: [ResourceID: String]

    init(spec: MeshOperatorSpec, composition: RevisionComposition, parts: [RevisionPart]) {
        self.spec = spec
        self.composition = composition
        self.parts = parts
        var owners: [ResourceID: String] = [:]
        for part in parts {
            for object in part.phases.joined() {
                let id = ResourceID(object)
                if owners[id] == nil || part.slot.name == composition.sharedFrom { owners[id] = part.slot.name }
            }
        }
        self.owners = owners
    }

    /// The merged objects.
    func blueprint() -> MeshBlueprint {
        var result = MeshBlueprint(phases: [])
        var taken: Set<ResourceID> = []
        var phases: [[KubeObject]] = [[]]
        for part in parts {
            let objects = part.phases.map { phase in
                phase.flatMap { object -> [KubeObject] in
                    let ours = chosen(object, part)
                    for one in ours {
                        result.components[ResourceID(one)] = part.component(of: object)
                        result.versions[ResourceID(one)] = part.slot.version
                    }
                    return ours.filter { taken.insert(ResourceID($0)).inserted }
                }
            }
            phases[0] += objects.first ?? []
            phases += objects.dropFirst()
        }
        result.phases = phases
        result.warnings = warnings
        return result
    }

    /// What the renderings say, each once; that there is no object for an overlay only where no revision has one.
    private var warnings: [String] {
        let places = parts.map { Set($0.rendered.unmatched.values) }
        var nowhere = places.dropFirst().reduce(places.first ?? []) { $0.intersection($1) }
        var result: [String] = []
        for part in parts {
            for warning in part.rendered.warnings where !result.contains(warning) {
                if let place = part.rendered.unmatched[warning], nowhere.remove(place) == nil { continue }
                result.append(warning)
            }
        }
        return result
    }

    /// What becomes of a rendered object: nothing, itself, or one for each side of a gateway.
    private func chosen(_ object: KubeObject, _ part: RevisionPart) -> [KubeObject] {
        let name = part.slot.name
        if let gateway = part.rendered.gateway(of: object), isWorkload(object, of: gateway) {
            return sides(of: gateway, object, part)
        }
        if object.kind.kind == "CustomResourceDefinition" { return composition.definitionsFrom == name ? [object] : [] }
        let component = part.component(of: object)
        if component == "cni" { return composition.agentFrom == name ? [object] : [] }
        if component != "pilot", !component.isEmpty, composition.sharedFrom != name { return [] }
        guard owners[ResourceID(object)] == name else { return [] }
        switch object.kind.kind {
        case "MutatingWebhookConfiguration": return [TagWebhooks(composition: composition).webhooks(object, of: part)]
        case "ValidatingWebhookConfiguration":
            return [DefaultValidator(composition: composition, parts: parts).webhooks(object)]
        case "Deployment" where object.name == "istiod\(part.slot.suffix)":
            return [RevisionRole.marked(object, RevisionRole(of: name, in: composition))]
        default: return [object]
        }
    }

    private func isWorkload(_ object: KubeObject, of gateway: GatewayID) -> Bool {
        ["Deployment", "HorizontalPodAutoscaler"].contains(object.kind.kind) && object.name == gateway.name
    }

    private func sides(of gateway: GatewayID, _ object: KubeObject, _ part: RevisionPart) -> [KubeObject] {
        let share = composition.gateways[gateway] ?? GatewayShare(composition.homeSide(spec))
        let hasScaler = part.has(
            ResourceID(group: "autoscaling", kind: "HorizontalPodAutoscaler", key: gateway.key)
        )
        return share.sides.filter { $0.revision == part.slot.name }.compactMap { side in
            GatewayRendering(
                gateway: gateway,
                side: side,
                plan: side == share.target ? share.plan : nil,
                hasScaler: hasScaler
            ).object(object)
        }
    }
}

extension RevisionComposition {
    /// The Deployment a revision runs gateways in that are not yet there: the spec's own revision, and any where gateways
    /// change in place, in the one that bears the gateway's name.
    package func homeSide(_ spec: MeshOperatorSpec) -> GatewayShare.Side {
        Self.homeSide(of: stable.name, spec)
    }

    /// The same for any revision.
    package static func homeSide(of revision: String, _ spec: MeshOperatorSpec) -> GatewayShare.Side {
        let isPlain = revision == spec.ownRevision || spec.upgrade.gateways == .restart
        return GatewayShare.Side(revision: revision, home: isPlain ? .plain : .named)
    }
}
