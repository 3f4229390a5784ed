internal import DataTree
internal import KubeAPI
package import ManifestRendering
package import MeshAPI

/// Renders a mesh that has more than one revision: each revision by itself, then of every object the one that counts.
///
/// A revision's own objects (control plane, its webhooks, permissions and configuration) come from its own rendering, unchanged.
/// Objects that exist once come from one rendering: CustomResourceDefinitions from the newest version, the node agent from
/// the oldest, all others from the composition's ``RevisionComposition/sharedFrom``. Gateways' Deployments follow their shares.
/// Tags' objects lead where the composition says.
package struct RevisionComposer: Sendable {
    private let renderer: MeshOperatorReconciler.Renderer

    /// Makes a composer that renders single revisions with `renderer`.
    package init(renderer: @escaping MeshOperatorReconciler.Renderer) {
        self.renderer = renderer
    }

    /// The objects of all revisions, in phases: what all need first, then revision by revision, the stable one first, so that
    /// nothing of the mesh in use waits for a revision that does not come up.
    ///
    /// A composition of one revision gives what rendering the spec gives. Throws what the renderer throws.
    package func blueprint(
        _ spec: MeshOperatorSpec,
        _ composition: RevisionComposition,
        _ options: RenderOptions
    ) throws -> MeshBlueprint {
        var parts: [RevisionPart] = []
        for slot in composition.slots {
            parts.append(try part(slot, spec, composition, options))
        }
        return CompositionMerge(spec: spec, composition: composition, parts: parts).blueprint()
    }

    /// The gateways of a revision with the bounds of their numbers of pods.
    package func gateways(
        _ spec: MeshOperatorSpec,
        of slot: RevisionSlot,
        _ options: RenderOptions
    ) throws -> [GatewayID: GatewayBounds] {
        GatewayBounds.all(in: try renderer(spec.rendered(as: slot), options))
    }

    /// The rendering of a revision, with the objects of exactly those tags that lead to it.
    private func part(
        _ slot: RevisionSlot,
        _ spec: MeshOperatorSpec,
        _ composition: RevisionComposition,
        _ options: RenderOptions
    ) throws -> RevisionPart {
        let own = spec.rendered(as: slot)
        let rendered = try renderer(own, options)
        let wanted = composition.tagObjects(of: slot)
        var part = RevisionPart(slot: slot, rendered: rendered, tags: wanted)
        guard !wanted.isSubset(of: spec.tagNames) else { return part }
        var tagged = own
        let names = spec.tagNames.filter { wanted.contains($0) } + wanted.subtracting(spec.tagNames).sorted()
        tagged.values["revisionTags"] = .array(names.map { .string($0) })
        part.take(tagsFrom: try renderer(tagged, options))
        return part
    }
}

extension RevisionComposition {
    /// The tags whose objects lead to a revision.
    func tagObjects(of slot: RevisionSlot) -> Set<String> {
        Set(pointers.filter { $0.value == slot.name && handover(of: $0.key).stage != .own }.keys)
    }
}

/// The rendering of one revision.
struct RevisionPart {
    /// Which revision.
    let slot: RevisionSlot
    /// Its objects by phase, those of tags that lead elsewhere left out.
    var phases: [[KubeObject]]
    /// Its objects with what they belong to.
    var rendered: MeshBlueprint

    init(slot: RevisionSlot, rendered: MeshBlueprint, tags: Set<String>) {
        self.slot = slot
        self.rendered = rendered
        phases = rendered.phases.map { phase in
            phase.filter { object in Self.tag(of: object).map { tags.contains($0) } ?? true }
        }
    }

    /// The tag an object belongs to.
    static func tag(of object: KubeObject) -> String? { object.label(MeshNames.Label.tag) }

    /// Replaces the objects of tags by those of another rendering of the same revision.
    mutating func take(tagsFrom other: MeshBlueprint) {
        for index in other.phases.indices where index < phases.count {
            phases[index].removeAll { Self.tag(of: $0) != nil }
            phases[index] += other.phases[index].filter { Self.tag(of: $0) != nil }
        }
        for (id, component) in other.components where rendered.components[id] == nil {
            rendered.components[id] = component
        }
    }

    /// The component of an object.
    func component(of object: KubeObject) -> String { rendered.components[ResourceID(object)] ?? "" }

    /// Whether the revision renders an object of that name.
    func has(_ id: ResourceID) -> Bool { phases.joined().contains { ResourceID($0) == id } }
}
