internal import DataTree
internal import FieldOwnership
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

    /// Takes from what was planned for a version what is left alone.
    init(_ plan: MeshPlan, _ blueprint: MeshBlueprint?, _ observation: MeshObservation, version: String = "") {
        (self.plan, self.blueprint, self.observation, self.version) = (plan, blueprint, observation, version)
    }

    /// Takes from what a status is drafted of what is left alone.
    init(_ draft: MeshStatusDraft) {
        self.init(draft.plan, draft.blueprint, draft.observation, version: draft.intent?.version ?? "")
    }

    /// What is left as it is while all else is as rendered; empty where nothing is.
    static func texts(of draft: MeshStatusDraft) -> [String] {
        draft.plan.stage == .paused ? draft.drift?.leftAlone ?? [] : LeftAlone(draft).all
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

    /// Objects that are left as they are, and why; nil where none is.
    var note: String? { Self.joined(objects) }

    /// The same, and what of others the mesh can do with as it is: definitions that they keep, and what they added within objects that are
    /// kept up.
    var all: [String] {
        let why = "left to whoever made it, since it serves what the mesh needs"
        let lent = Self.told(why, plan.lent.map(\.description), "; spec.adopt takes it over")
        return (objects + [lent, Self.told("added by others, and left", additions)]).compactMap(\.self)
    }

    private var objects: [String?] {
        let marks = "label and annotation of the mesh were taken off, as from a copy"
        let remedy = "; delete what is not needed"
        return [
            Self.told("left as it is, since annotated \(MeshNames.Annotation.ignore)", plan.ignored.map(\.description)),
            Self.told("no longer rendered, and left because \(marks)", plan.strays.map(\.description), remedy),
            Self.told(
                "rendered by no MeshOperator, and left because \(marks)",
                observation.orphans.sorted().map(\.description),
                remedy
            ),
        ]
    }

    /// What others have in the pod templates of the mesh, and who: an element that somebody renamed and altered is one, for nothing says
    /// that it was ours (docs/decisions/0014-fields-that-exclude-each-other.md).
    private var additions: [String] {
        (blueprint?.objects ?? []).compactMap { observation.live[ResourceID($0)] }
            .filter { ObjectReadiness.isWorkload($0.kind) }.flatMap(AddedElements.texts)
    }

    private static func told(_ why: String, _ names: [String], _ remedy: String = "") -> String? {
        names.isEmpty ? nil : "\(why): \(StageText.joined(names, most: 8))\(remedy)"
    }

    private static func joined(_ texts: [String?]) -> String? {
        let texts = texts.compactMap(\.self)
        return texts.isEmpty ? nil : texts.joined(separator: "; ")
    }
}

/// Elements of lists in a pod template that somebody else brought there, as the managed fields tell.
enum AddedElements {
    /// Each with its owner, for example `Deployment n/d containers[name=x] (field manager kubectl-edit)`; one within another is not told.
    static func texts(of workload: KubeObject) -> [String] {
        let ownership = ObjectOwnership(workload)
        guard let mine = ownership.applied(by: MeshPlanner.manager) else { return [] }
        var texts: [String] = []
        for record in ownership.records where record.manager != MeshPlanner.manager && record.subresource.isEmpty {
            let fields = record.fields.value(at: "f:spec", "f:template", "f:spec")
            for place in added(fields, mine, at: FieldPlace(fields: "spec", "template", "spec")) {
                let name = FieldPlace(Array(place.steps.dropFirst(3))).description
                texts.append("\(ResourceID(workload)) \(name) (field manager \(record.manager))")
            }
        }
        return texts
    }

    private static func added(_ fields: Tree?, _ mine: OwnershipRecord, at place: FieldPlace) -> [FieldPlace] {
        (fields?.object?.entries ?? []).flatMap { entry -> [FieldPlace] in
            guard let step = FieldStep(fieldsV1: entry.key) else { return [] }
            let next = place.appending(step)
            if case .key = step, !mine.owns(next) { return [next] }
            return added(entry.value, mine, at: next)
        }
    }
}
