internal import DataTree
package import KubeAPI
internal import ManifestRendering
package import MeshAPI

extension RevisionComposition {
    /// The composition that is in force, found from the mesh's own objects alone, so that nothing is lost with a status.
    ///
    /// - Parameters:
    ///   - live: the objects that are ours.
    ///   - spec: what is asked for.
    ///   - version: the version asked for, an entry of the catalogue.
    ///   - bounds: how many pods each gateway may have, as ``RevisionComposer/gateways(_:of:_:)`` gives it.
    /// - Returns: the composition; the one of a first install where no control plane is there.
    package static func observed(
        _ live: [KubeObject],
        _ spec: MeshOperatorSpec,
        version: String,
        bounds: [GatewayID: GatewayBounds] = [:]
    ) -> RevisionComposition {
        let planes = live.compactMap { ControlPlaneSight($0) }.sorted { $0.slot.name < $1.slot.name }
        guard let stable = stable(among: planes, live, spec) else {
            return RevisionComposition(settled: spec, version: version)
        }
        var result = RevisionComposition(stable: stable)
        let others = planes.filter { $0.slot.name != stable.name }
        let marked = others.filter { $0.role == .target }
        let target =
            marked.first { $0.slot.version == version } ?? marked.first
            ?? others.first { $0.role == nil && $0.slot.version == version }
        result.target = target?.slot
        result.kept = others.map(\.slot).filter { $0 != target?.slot }
        result.readTags(live, spec)
        for (gateway, sight) in GatewaySight.all(in: live) {
            let share = sight.share(to: target?.slot.name, from: stable.name, bounds: bounds[gateway])
            guard let share, share.sides.allSatisfy({ result.slot(named: $0.revision) != nil }) else { continue }
            result.gateways[gateway] = share
        }
        return result
    }

    /// The tags whose object is live and may be asked: every entry has its certificate authority.
    package static func trustedTags(_ live: [KubeObject], _ spec: MeshOperatorSpec) -> Set<String> {
        let names = Set(live.compactMap { RevisionPart.tag(of: $0) })
        return names.filter { TagSight($0, in: live, namespace: spec.namespace).isTrusted }
    }

    /// The one without a mark; where marks do not tell, the one that answers for the tag `default`, else the spec's own, else the
    /// oldest.
    private static func stable(
        among planes: [ControlPlaneSight],
        _ live: [KubeObject],
        _ spec: MeshOperatorSpec
    ) -> RevisionSlot? {
        let unmarked = planes.filter { $0.role == nil }
        if unmarked.count == 1 { return unmarked[0].slot }
        let candidates = (unmarked.isEmpty ? planes : unmarked).map(\.slot)
        let name = RevisionSlot.unnamed
        let answering = TagSight(name, in: live, namespace: spec.namespace).handover(of: name).flatMap {
            $0.answering(name, isInstalled: planes.contains { $0.slot.name == name })
        }
        return candidates.first { $0.name == answering } ?? candidates.first { $0.name == spec.ownRevision }
            ?? candidates.min { older($0, $1) }
    }

    private static func older(_ left: RevisionSlot, _ right: RevisionSlot) -> Bool {
        guard let one = MeshVersion(left.version), let other = MeshVersion(right.version) else { return false }
        return one < other
    }

    /// Tags of the spec, of revisions that gave their name away, and `default`; one that leads nowhere leads to the stable revision.
    private mutating func readTags(_ live: [KubeObject], _ spec: MeshOperatorSpec) {
        let wanted = spec.tagNames
        let names = Set(wanted + slots.map(\.name) + [RevisionSlot.unnamed, spec.ownRevision])
        for name in names.sorted() {
            let isInstalled = slot(named: name) != nil
            let seen = TagSight(name, in: live, namespace: spec.namespace).handover(of: name)
            if let seen, slot(named: seen.revision) != nil {
                set(name, seen)
            } else if isInstalled {
                set(name, TagHandover(to: name, .own))
            } else if wanted.contains(name) || seen != nil {
                set(name, TagHandover(to: stable.name, .moved))
            }
        }
    }
}

/// A live control plane.
struct ControlPlaneSight: Sendable, Hashable {
    /// Its revision and version.
    let slot: RevisionSlot
    /// Its mark.
    let role: RevisionRole?

    /// Reads a Deployment; nil for any other object, and for one whose version nobody can tell.
    init?(_ object: KubeObject) {
        guard object.kind.kind == "Deployment", object.kind.group == "apps", !object.isDeleting,
            let name = object.labels[MeshNames.Label.revision], object.name == "istiod\(RevisionSlot.suffix(of: name))"
        else { return nil }
        let texts = [
            object.annotations[MeshNames.Annotation.version], object.labels["app.kubernetes.io/version"],
        ]
        guard let version = texts.compactMap(\.self).first(where: { MeshVersion($0) != nil }) else { return nil }
        slot = RevisionSlot(name: name, version: version)
        role = RevisionRole(of: object)
    }
}
