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
    /// The fields that differ, of a changed object; without the marks that name the version on every object.
    package var fields: [FieldChange]

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

    private static let marks = [
        "app.kubernetes.io/version", "helm.sh/chart", "operator.istio.io/version", "istio.io/version",
        MeshNames.Annotation.version,
    ]

    private static func isMark(_ path: String) -> Bool {
        (path.contains("metadata.labels[") || path.contains("metadata.annotations["))
            && marks.contains { path.hasSuffix("[\($0)]") }
    }
}
