internal import DataTree
internal import FieldOwnership
package import KubeAPI
internal import ManifestRendering
internal import MeshAPI
internal import MeshBase
package import RolloutEngine

/// A revision of the control plane as it is found in the cluster.
package struct ControlPlaneRevision: Sendable, Hashable {
    /// Its name and version.
    package var slot: RevisionSlot
    /// What is written down on its istiod Deployment.
    package var marks = RevisionMarks()
    /// Whether its istiod Deployment is there; without it other objects told of the revision.
    package var hasDeployment = false
    /// Whether its injection webhook is there, which comes once istiod is up.
    package var hasWebhook = false

    /// Whether something may use it, and has to be moved away from it: its istiod is there, or was.
    package var isInUse: Bool { hasDeployment || hasWebhook }

    /// Whether an object is the Deployment of an istiod.
    package static func isControlPlane(_ object: KubeObject) -> Bool {
        object.kind == .deployment && object.label(MeshNames.Label.component) == "pilot"
    }

    /// Whether an object is a revision's own: part of its control plane, and not of a tag that leads there.
    package static func isOwn(_ object: KubeObject) -> Bool {
        object.label(MeshNames.Label.component) == "pilot" && object.label(MeshNames.Label.revision) != nil
            && object.label(MeshNames.Label.tag) == nil
    }

    /// The revision an object belongs to.
    package static func name(of object: KubeObject) -> String { object.label(MeshNames.Label.revision) ?? "default" }
}

/// The revisions of a mesh, which of them is the stable one, and which one is being rolled out: a function of the objects that are
/// there.
package struct RevisionSurvey: Sendable, Hashable {
    /// The revisions, by name.
    package private(set) var revisions: [ControlPlaneRevision] = []
    /// The one that serves what has not moved; nil where there is none.
    package private(set) var stable: ControlPlaneRevision?
    /// The one that is being rolled out or whose rollout failed, with its record.
    package private(set) var underWay: ControlPlaneRevision?

    /// Nothing is there.
    package init() {}

    /// Finds the revisions.
    ///
    /// The stable one is the one promoted last, among those that are not being rolled out. Where none ever was promoted it is
    /// one that may be used, before others of which only a part is there; the one that the spec names among those of the same version; the
    /// one that the tag `default` leads to; the one that is not of the version asked for; and failing all that the oldest.
    package init(_ observation: MeshObservation) {
        let ours = observation.ours(manager: MeshPlanner.manager).filter { !$0.isDeleting }
        // A copy of a control plane that somebody made bears its marks, and is no revision.
        let made = ours.filter { observation.marks.isMade($0, manager: MeshPlanner.manager) }
        revisions = Self.revisions(made.contains(where: ControlPlaneRevision.isControlPlane) ? made : ours)
        underWay = revisions.filter { $0.marks.record?.target == $0.slot.version }
            .max { ($0.marks.record?.began ?? .epoch) < ($1.marks.record?.began ?? .epoch) }
        let candidates = revisions.filter { $0.slot.name != underWay?.slot.name }
        let tagged = Self.defaultTag(ours)
        let named = observation.resource.tree.value(at: "spec", "revision")?.string ?? RevisionSlot.unnamed
        let wished = observation.resource.tree.value(at: "spec", "version")?.string
        stable = candidates.max { left, right in
            let (mine, theirs) = (left.marks.promoted ?? .epoch, right.marks.promoted ?? .epoch)
            if mine != theirs { return mine < theirs }
            if left.isInUse != right.isInUse { return right.isInUse }
            if left.slot.version == right.slot.version, left.slot.name == named || right.slot.name == named {
                return right.slot.name == named
            }
            if left.slot.name == tagged || right.slot.name == tagged { return right.slot.name == tagged }
            let (isHere, isThere) = (left.slot.version == wished, right.slot.version == wished)
            return isHere != isThere ? isHere : Self.isOlder(right, than: left)
        }
        // A revision of its own with a record has nothing to be rolled out from: it is what runs.
        if stable == nil, let only = underWay {
            stable = only
            stable?.marks.record = nil
            underWay = nil
        }
    }

    /// The revision of a name.
    package subscript(name: String) -> ControlPlaneRevision? { revisions.first { $0.slot.name == name } }

    /// The revision of a version that may be rolled out to: not the stable one.
    package func other(of version: String) -> ControlPlaneRevision? {
        revisions.first { $0.slot.version == version && $0.slot.name != stable?.slot.name }
    }

    /// What is written down about the rollout to `target`: on its revision, or on the stable one once that is gone.
    package func record(for target: String?) -> RolloutRecord? {
        if let record = underWay?.marks.record { return record }
        guard let failure = stable?.marks.failure, failure.target == target else { return nil }
        return failure
    }

    // MARK: Reading objects

    private static func revisions(_ ours: [KubeObject]) -> [ControlPlaneRevision] {
        var found: [String: ControlPlaneRevision] = [:]
        var answered: Set<String> = []
        for object in ours where ControlPlaneRevision.isOwn(object) {
            let name = ControlPlaneRevision.name(of: object)
            if object.kind == .mutatingWebhookConfiguration { answered.insert(name) }
            if ControlPlaneRevision.isControlPlane(object) {
                guard let version = version(of: object) else { continue }
                var revision = ControlPlaneRevision(slot: RevisionSlot(name: name, version: version))
                revision.marks = RevisionMarks(reading: object.annotations)
                revision.hasDeployment = true
                found[name] = revision
            } else if found[name] == nil, let version = object.label(Self.versionLabel) {
                found[name] = ControlPlaneRevision(slot: RevisionSlot(name: name, version: version))
            }
        }
        for name in answered { found[name]?.hasWebhook = true }
        return found.values.sorted { $0.slot.name < $1.slot.name }
    }

    /// The version a workload was rendered for; what somebody else wrote there does not count.
    private static func version(of object: KubeObject) -> String? {
        let place = FieldPlace(fields: "metadata", "annotations", MeshNames.Annotation.version)
        if ObjectOwnership(object).applied(by: MeshPlanner.manager)?.owns(place) == true {
            return object.annotation(MeshNames.Annotation.version)
        }
        return object.label(versionLabel)
    }

    /// The revision that namespaces with `istio-injection=enabled` get by the webhooks that are there.
    private static func defaultTag(_ ours: [KubeObject]) -> String? {
        for object in ours where object.kind == .mutatingWebhookConfiguration {
            let selectsDefault = (object.tree["webhooks"]?.array ?? []).contains { webhook in
                let rules = webhook.value(at: "namespaceSelector", "matchExpressions")?.array ?? []
                return rules.contains { $0["key"]?.string == "istio-injection" && $0["operator"]?.string == "In" }
            }
            if selectsDefault { return ControlPlaneRevision.name(of: object) }
        }
        return nil
    }

    /// Whether a revision is of an older version than another; what is no version is the oldest.
    private static func isOlder(_ left: ControlPlaneRevision, than right: ControlPlaneRevision) -> Bool {
        guard let theirs = MeshVersion(right.slot.version) else { return false }
        return MeshVersion(left.slot.version).map { $0 < theirs } ?? true
    }

    private static let versionLabel = "app.kubernetes.io/version"
}

extension MeshObservation {
    /// The names by which a mesh is used: those of its revisions, and the tag `default` where it leads to one of them.
    ///
    /// - Parameter revision: the name where no revision is there.
    /// - Returns: the names.
    func revisionNames(or revision: String) -> Set<String> {
        var names = Set(RevisionSurvey(self).revisions.map(\.slot.name))
        if names.isEmpty { return [revision] }
        if TagView(ours(manager: MeshPlanner.manager)).hasObject(RevisionSlot.unnamed) {
            names.insert(RevisionSlot.unnamed)
        }
        return names
    }
}
