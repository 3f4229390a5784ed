internal import DataTree
package import KubeAPI
internal import MeshAPI

/// What happens to one rendered object in a hop.
package struct ObjectChange: Sendable, Hashable {
    /// How it differs.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// It is new.
        case added = "Added"
        /// It is otherwise.
        case changed = "Changed"
        /// It is gone.
        case removed = "Removed"

        /// The sign of a diff: `+`, `~` or `-`.
        package var sign: String {
            switch self {
            case .added: "+"
            case .changed: "~"
            case .removed: "-"
            }
        }
    }

    /// How it differs.
    package var kind: Kind
    /// Its name.
    package var id: ResourceID
    /// The fields that differ, without the marks that name the version on every object: of a changed object, and of an added one
    /// that takes the place of another.
    package var fields: [FieldChange]
    /// The object of the old revision that an added one takes the place of; nil where there is none.
    package var replaced: ResourceID?

    /// `~ Deployment istio-system/istiod`.
    package var text: String { "\(kind.sign) \(id)" }

    /// What changes from one rendering to another: added, changed and removed objects, each by kind and name.
    ///
    /// Objects that differ only in the labels and annotations that name a version count as the same.
    package static func between(_ old: [KubeObject], _ new: [KubeObject]) -> [ObjectChange] {
        let before = Dictionary(old.map { (ResourceID($0), $0) }, uniquingKeysWith: { first, _ in first })
        var seen: Set<ResourceID> = []
        var changes: [ObjectChange] = []
        for object in new {
            let id = ResourceID(object)
            guard seen.insert(id).inserted else { continue }
            guard let older = before[id] else {
                changes.append(ObjectChange(kind: .added, id: id, fields: []))
                continue
            }
            guard older != object else { continue }
            let fields = FieldChange.between(older.tree, object.tree).filter { !isMark($0.path) }
            if !fields.isEmpty { changes.append(ObjectChange(kind: .changed, id: id, fields: fields)) }
        }
        for id in before.keys where !seen.contains(id) {
            changes.append(ObjectChange(kind: .removed, id: id, fields: []))
        }
        return changes.sorted { ($0.id, $0.kind.rawValue) < ($1.id, $1.kind.rawValue) }
    }

    /// What a hop adds, changes and removes; an added object that bears the new revision in its name where a removed one bears the old
    /// is compared with it, the names of the revisions apart.
    package static func between(_ stages: HopStages) -> [ObjectChange] {
        var changes = between(stages.before, stages.after)
        guard stages.oldRevision != stages.newRevision else { return changes }
        let names = RevisionNames(old: stages.oldRevision, new: stages.newRevision)
        let removed = Set(changes.filter { $0.kind == .removed }.map(\.id))
        let old = Dictionary(stages.before.map { (ResourceID($0), $0) }, uniquingKeysWith: { first, _ in first })
        let new = Dictionary(stages.after.map { (ResourceID($0), $0) }, uniquingKeysWith: { first, _ in first })
        for index in changes.indices where changes[index].kind == .added {
            let id = changes[index].id
            let key = ObjectKey(namespace: id.key.namespace, name: names.older(id.key.name))
            let place = ResourceID(group: id.group, kind: id.kind, key: key)
            guard removed.contains(place), let older = old[place], let newer = new[id] else { continue }
            changes[index].replaced = place
            changes[index].fields = FieldChange.between(older.tree, newer.tree)
                .filter { !isMark($0.path) && !names.tellApart($0) }
        }
        return changes
    }

    /// The names of two revisions as they occur in objects.
    private struct RevisionNames {
        let old: String
        let new: String

        private func suffix(_ name: String) -> String { name == "default" ? "" : "-\(name)" }

        /// The name an object of the old revision has where one of the new has `name`.
        func older(_ name: String) -> String {
            new == "default" ? "\(name)\(suffix(old))" : name.replacing(suffix(new), with: suffix(old))
        }

        /// Whether a field differs in nothing but the name of the revision.
        func tellApart(_ change: FieldChange) -> Bool {
            guard let was = change.old, let now = change.new else {
                return change.path.hasSuffix("[\(MeshNames.Label.revision)]")
            }
            if was == "\"\(old)\"", now == "\"\(new)\"" { return true }
            return new == "default" ? was.replacing(suffix(old), with: "") == now : older(now) == was
        }
    }

    private static let marks = [
        "app.kubernetes.io/version", "helm.sh/chart", "operator.istio.io/version", "istio.io/version",
        MeshNames.Annotation.version,
    ]

    private static func isMark(_ path: String) -> Bool {
        (path.contains("metadata.labels[") || path.contains("metadata.annotations["))
            && marks.contains { path.hasSuffix("[\($0)]") }
    }
}
