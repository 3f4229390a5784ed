internal import DataTree
internal import FieldOwnership
package import KubeAPI
internal import ManifestRendering
internal import MeshAPI
package import MeshBase
package import RolloutEngine

/// A revision of the control plane as it is found in the cluster.
package struct ControlPlaneRevision: Sendable, Hashable {
    /// Its name and version.
    package var slot: RevisionSlot
    /// What is written down on its istiod Deployment.
    package var marks = RevisionMarks()
    /// Whether its istiod Deployment is there; without it other objects told of the revision.
    package var hasDeployment = false
    /// When its injection webhook was made, which comes once istiod is up; nil where there is none.
    package var webhookMade: Timestamp?

    /// Whether something may use it, and has to be moved away from it: its istiod is there, or was.
    package var isInUse: Bool { hasDeployment || webhookMade != nil }

    /// Whether an object is the Deployment of an istiod.
    package static func isControlPlane(_ object: KubeObject) -> Bool {
        object.kind == .deployment && object.label(MeshNames.Label.component) == "pilot"
    }

    /// Whether an object is a revision's own: part of its control plane, and not of a tag that leads there.
    package static func isOwn(_ object: KubeObject) -> Bool {
        object.label(MeshNames.Label.component) == "pilot" && object.label(MeshNames.Label.revision) != nil
            && object.label(MeshNames.Label.tag) == nil
    }

    /// Whether an object is the ConfigMap with the mesh configuration of a revision, which no `kubectl delete all` removes.
    package static func isConfiguration(_ object: KubeObject) -> Bool {
        object.kind.kind == "ConfigMap" && isOwn(object)
            && object.name == "istio\(RevisionSlot.suffix(of: name(of: object)))"
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
    /// The stable one is the one that the rollout under way leads away from, else the one promoted last, among those that are not being rolled
    /// out. Where none ever was promoted it is one that may be used, before others of which only a part is there; one that does not wait for its
    /// retirement; the one that the spec names, unless the tag of that name leads elsewhere; the one that the tag `default` leads to; the one that is not of the version asked for; and
    /// failing all that the oldest.
    package init(_ observation: MeshObservation) {
        let ours = observation.ours(manager: MeshPlanner.manager).filter { !$0.isDeleting }
        // A copy of a control plane that somebody made bears its marks, and is no revision.
        let made = ours.filter { observation.marks.isMade($0, manager: MeshPlanner.manager) }
        revisions = Self.revisions(made.contains(where: ControlPlaneRevision.isControlPlane) ? made : ours)
        underWay = revisions.filter { $0.marks.record?.target == $0.slot.version }
            .max { ($0.marks.record?.began ?? .epoch) < ($1.marks.record?.began ?? .epoch) }
        let candidates = revisions.filter { $0.slot.name != underWay?.slot.name }
        let origin = candidates.first { $0.slot.name == underWay?.marks.origin }
        let (tagged, named) = (Self.defaultTag(ours), Self.named(observation.resource))
        stable = origin ?? Self.stable(candidates, observation.resource, tagged: tagged)
        // What was written down went with Deployment and ConfigMap: an upgrade, and not the spec, has given this one its name.
        if let lost = stable, !lost.hasDeployment, lost.marks.promoted == nil, underWay == nil, lost.slot.name != named,
            lost.webhookMade != nil, let place = revisions.firstIndex(where: { $0.slot.name == lost.slot.name })
        {
            revisions[place].marks.promoted = lost.webhookMade
            revisions[place].marks.hasDefaultTag = tagged == lost.slot.name
            stable = revisions[place]
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

    /// The stable one among revisions none of which says that another one leads away from it.
    private static func stable(
        _ candidates: [ControlPlaneRevision],
        _ resource: KubeObject,
        tagged: String?
    ) -> ControlPlaneRevision? {
        let named = named(resource)
        let wished = resource.tree.value(at: "spec", "version")?.string
        // What is rolled out says what it leads away from, also where its record is lost: this one was given its name in place.
        // The name `default` is given by an empty field too; where a tag of that name leads elsewhere, an upgrade has led away from it.
        let isLeft = named == RevisionSlot.unnamed && tagged != nil && tagged != named
        func isNamed(_ revision: ControlPlaneRevision) -> Bool {
            revision.slot.name == named && !isLeft && revision.hasDeployment && revision.marks.origin == nil
        }
        return candidates.max { left, right in
            let (mine, theirs) = (left.marks.promoted ?? .epoch, right.marks.promoted ?? .epoch)
            if mine != theirs { return mine < theirs }
            if left.isInUse != right.isInUse { return right.isInUse }
            // Nothing uses what waits for its retirement: its istiod is there when that of the stable one was deleted.
            if (left.marks.unused == nil) != (right.marks.unused == nil) { return right.marks.unused == nil }
            if isNamed(left) != isNamed(right) { return isNamed(right) }
            if left.slot.name == tagged || right.slot.name == tagged { return right.slot.name == tagged }
            let (isHere, isThere) = (left.slot.version == wished, right.slot.version == wished)
            return isHere != isThere ? isHere : isOlder(right, than: left)
        }
    }

    // MARK: Reading objects

    /// The name that the spec gives.
    private static func named(_ resource: KubeObject) -> String {
        resource.tree.value(at: "spec", "revision")?.string.flatMap { $0.isEmpty ? nil : $0 } ?? RevisionSlot.unnamed
    }

    private static func revisions(_ ours: [KubeObject]) -> [ControlPlaneRevision] {
        var found: [String: ControlPlaneRevision] = [:]
        var answered: [String: Timestamp] = [:]
        var copies: [String: RevisionMarks] = [:]
        for object in ours where ControlPlaneRevision.isOwn(object) {
            let name = ControlPlaneRevision.name(of: object)
            if object.kind == .mutatingWebhookConfiguration {
                let made = object.tree.value(at: "metadata", "creationTimestamp")?.string
                answered[name] = made.flatMap { Timestamp(rfc3339: $0) } ?? .epoch.advanced(by: .seconds(1))
            }
            if ControlPlaneRevision.isConfiguration(object) {
                copies[name] = RevisionMarks(reading: object.annotations).lasting
            }
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
        for (name, made) in answered { found[name]?.webhookMade = made }
        for (name, copy) in copies {
            let isThere = found[name]?.hasDeployment == true
            found[name]?.marks.complete(from: copy, hasDeployment: isThere)
        }
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
