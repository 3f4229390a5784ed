internal import KubeAPI
internal import MeshAPI

/// What of a mesh the operator does not touch, in words.
struct LeftAlone {
    /// The plan made last.
    let plan: MeshPlan
    /// The objects of the mesh.
    let blueprint: MeshBlueprint?
    /// The version that is asked for.
    let version: String
    /// How things stand.
    let observation: MeshObservation

    /// Takes from what a status is drafted of what is left alone.
    init(_ draft: MeshStatusDraft) {
        (plan, blueprint, observation) = (draft.plan, draft.blueprint, draft.observation)
        version = draft.intent?.version ?? ""
    }

    /// Workloads that are ignored and are not of the version they should have, with the one they have.
    private var behind: [(id: ResourceID, version: String)] {
        let rendered = Set(blueprint?.objects.map { ResourceID($0) } ?? [])
        return plan.ignored.compactMap { id in
            guard rendered.contains(id), let live = observation.live[id], ObjectReadiness.isWorkload(live.kind) else {
                return nil
            }
            let wanted = blueprint?.versions[id] ?? version
            let applied = live.annotations[MeshNames.Annotation.version]
            return applied == wanted ? nil : (id, applied.map { "version \($0)" } ?? "a version that is not known")
        }
    }

    /// Why the version that is asked for is not up; nil where nothing ignored keeps it down.
    var obstacle: String? {
        let behind = behind
        guard !behind.isEmpty else { return nil }
        let texts = behind.map { "\($0.id) has \($0.version)" }
        let annotation = MeshNames.Annotation.ignore
        return
            "version \(version) is not up: \(StageText.joined(texts)), since \(behind.count == 1 ? "it is" : "they are") annotated "
            + "\(annotation); take the annotation off, or set spec.version to what is there"
    }

    /// What is left as it is, and why; nil where nothing is.
    var note: String? {
        var texts: [String] = []
        if !plan.ignored.isEmpty {
            let names = StageText.joined(plan.ignored.map(\.description), most: 8)
            texts.append("left as it is, since annotated \(MeshNames.Annotation.ignore): \(names)")
        }
        if !plan.strays.isEmpty {
            let names = StageText.joined(plan.strays.map(\.description), most: 8)
            texts.append(
                "no longer rendered, and left because label and annotation of the mesh were taken off, as from a copy: \(names); "
                    + "delete what is not needed"
            )
        }
        return texts.isEmpty ? nil : texts.joined(separator: "; ")
    }

    /// The same, and what others keep that the mesh can do with as it is.
    var remark: String? {
        let names = StageText.joined(plan.lent.map(\.description), most: 8)
        let lent =
            plan.lent.isEmpty
            ? nil : "left to whoever made it, since it serves what the mesh needs: \(names); spec.adopt takes it over"
        let texts = [note, lent].compactMap(\.self)
        return texts.isEmpty ? nil : texts.joined(separator: "; ")
    }
}
