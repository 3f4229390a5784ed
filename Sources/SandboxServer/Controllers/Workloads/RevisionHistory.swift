internal import DataTree
internal import KubeAPI

/// The ControllerRevisions of a DaemonSet or StatefulSet: the templates it had, for `kubectl rollout history` and `undo`.
///
/// A pure function of the set and the revisions there are.
struct RevisionHistory: Sendable, Hashable {
    /// ControllerRevision of apps/v1.
    static let resource = APIResource(
        kind: GroupVersionKind(group: "apps", version: "v1", kind: "ControllerRevision"),
        plural: "controllerrevisions",
        isNamespaced: true
    )

    /// The name of the revision of the present template.
    let current: String
    /// Revisions to create.
    private(set) var creations: [KubeObject] = []
    /// Revisions to give a new number, since their template is the present one again.
    private(set) var renumbered: [KubeObject] = []
    /// Revisions to delete.
    private(set) var deletions: [KubeObject] = []

    /// Looks at `set` with its revisions.
    ///
    /// - Parameters:
    ///   - set: the set.
    ///   - revisions: the revisions it controls.
    ///   - hashLabel: the label by which revisions of this kind of set carry their hash.
    ///   - live: the names of revisions that pods or the status still refer to.
    init(_ set: KubeObject, revisions: [KubeObject], hashLabel: String, live: Set<String>) {
        let template = PodTemplate(of: set)
        let hash = template.hash()
        current = "\(set.name)-\(hash)"
        let sorted = revisions.sorted { (Self.number($0), $0.name) < (Self.number($1), $1.name) }
        let highest = sorted.last.map(Self.number) ?? 0
        let next = highest == .max ? .max : highest + 1
        if let present = sorted.first(where: { $0.name == current }) {
            if Self.number(present) < highest {
                var again = present
                again.tree["revision"] = .integer(next)
                renumbered = [again]
            }
        } else {
            creations = [Self.revision(of: set, name: current, hash: (hashLabel, hash), number: next)]
        }
        let limit = set.count(10, "spec", "revisionHistoryLimit")
        let idle = sorted.filter { $0.name != current && !live.contains($0.name) && !$0.isDeleting }
        let excess = Int64(idle.count) - limit
        if excess > 0 { deletions = Array(idle.prefix(Int(min(excess, Int64(idle.count))))) }
    }

    /// The number of a revision.
    static func number(_ revision: KubeObject) -> Int64 { revision.tree["revision"]?.integer ?? 0 }

    /// The set as it was at a revision.
    static func restored(_ set: KubeObject, _ revision: KubeObject) -> KubeObject {
        guard var template = revision.tree.value(at: "data", "spec", "template") else { return set }
        template["$patch"] = nil
        var result = set
        result.tree.set(template, at: ["spec", "template"])
        return result
    }

    private static func revision(
        of set: KubeObject,
        name: String,
        hash: (label: String, value: String),
        number: Int64
    ) -> KubeObject {
        var template = PodTemplate(of: set).tree
        var labels = KubeObject(["metadata": template["metadata"] ?? [:]]).labels
        labels[hash.label] = hash.value
        template["$patch"] = "replace"
        var revision = KubeObject(
            kind: resource.kind,
            key: ObjectKey(namespace: set.namespace, name: name),
            labels: labels
        )
        var annotations = set.annotations
        annotations["kubectl.kubernetes.io/last-applied-configuration"] = nil
        if !annotations.isEmpty { revision.annotations = annotations }
        revision.ownerReferences = set.ownerReference().map { [$0] } ?? []
        revision.tree["data"] = ["spec": ["template": template]]
        revision.tree["revision"] = .integer(number)
        return revision
    }
}

extension ControllerContext {
    /// Brings the revisions of a set up to date, and gives the templates it had by the names of their revisions.
    func keepHistory(
        of set: KubeObject,
        hashLabel: String,
        live: Set<String>
    ) async throws -> (current: String, revisions: [String: KubeObject]) {
        let present = try await reader.list(RevisionHistory.resource, controlledBy: set)
        let history = RevisionHistory(set, revisions: present, hashLabel: hashLabel, live: live)
        if !set.isDeleting {
            for revision in history.creations { try await writer.create(RevisionHistory.resource, revision) }
            for revision in history.renumbered { try await writer.update(RevisionHistory.resource, revision) }
            for revision in history.deletions { try await writer.delete(RevisionHistory.resource, revision) }
        }
        var byName: [String: KubeObject] = [:]
        for revision in present + history.creations { byName[revision.name] = revision }
        return (history.current, byName)
    }
}
