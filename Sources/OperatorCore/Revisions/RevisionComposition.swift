internal import ManifestRendering
package import MeshAPI

/// Which revisions of a mesh there are, and what of the mesh belongs to which.
package struct RevisionComposition: Sendable, Hashable {
    /// Serves workloads that follow the tag `default`, until promotion.
    package var stable: RevisionSlot
    /// What the mesh moves to; nil when no upgrade is under way.
    package var target: RevisionSlot?
    /// Finished or failed revisions that something still uses, rendered until they are retired.
    package var kept: [RevisionSlot] = []
    /// The revision that the tag `default` (`istio-injection=enabled`) points to, empty where the mesh has no such tag.
    package var defaultTag: String
    /// Other revision tags and what they point to.
    package var tags: [String: String] = [:]
    /// How far the move of a tag has got, for tags under way; without an entry a tag is where ``tags`` or ``defaultTag`` says.
    package var handovers: [String: TagHandover] = [:]
    /// How each gateway is split among revisions; one without an entry runs with ``stable`` alone.
    package var gateways: [GatewayID: GatewayShare] = [:]
    /// The revision whose rendering owns objects that exist once: base, gateways' Services and accounts.
    package var sharedFrom: String

    /// A mesh of one revision.
    package init(stable: RevisionSlot) {
        self.stable = stable
        defaultTag = stable.name == RevisionSlot.unnamed ? stable.name : ""
        sharedFrom = stable.name
    }

    /// The mesh as a spec describes it when nothing moves; `version` is the one to render.
    package init(settled spec: MeshOperatorSpec, version: String) {
        self.init(stable: RevisionSlot(name: spec.ownRevision, version: version))
        for tag in spec.tagNames where tag != stable.name {
            if tag == RevisionSlot.unnamed { defaultTag = stable.name } else { tags[tag] = stable.name }
        }
    }

    /// All revisions, each once: the stable one, those kept, the target.
    package var slots: [RevisionSlot] {
        var seen: Set<String> = []
        return ([stable] + kept + [target].compactMap(\.self)).filter { seen.insert($0.name).inserted }
    }

    /// The revision of a name, nil where there is none.
    package func slot(named name: String) -> RevisionSlot? { slots.first { $0.name == name } }

    /// Every tag, `default` among them, with the revision it points to or is about to.
    package var pointers: [String: String] {
        var result = tags
        result[RevisionSlot.unnamed] = defaultTag.isEmpty ? nil : defaultTag
        for (name, handover) in handovers { result[name] = handover.revision }
        return result
    }

    /// Every tag with the revision that answers for it now: what a new pod that follows the tag gets.
    package var answering: [String: String] {
        var result = pointers
        for (name, handover) in handovers {
            result[name] = handover.answering(name, isInstalled: slot(named: name) != nil)
        }
        return result
    }

    /// The revision of the node agent: the oldest there is.
    ///
    /// An agent serves control planes of its own minor and of the next, so it must not be ahead of any that runs.
    package var agentFrom: String { ordered.first?.name ?? stable.name }

    /// The revision whose CustomResourceDefinitions are applied: the newest, since definitions never go back.
    package var definitionsFrom: String { ordered.last?.name ?? stable.name }

    /// The revisions from the oldest version to the newest; a version nobody can read comes first.
    private var ordered: [RevisionSlot] {
        slots.sorted { left, right in
            guard let older = MeshVersion(left.version), let newer = MeshVersion(right.version) else {
                return MeshVersion(left.version) == nil && MeshVersion(right.version) != nil
            }
            return older < newer
        }
    }
}
