internal import DataTree
internal import MeshAPI

/// What an overlay must leave as it is: which object it is, and whose, and what the API server and controllers write.
///
/// A mesh refers to its objects by name, and an object under another name, kind or revision is another object: the operator would
/// apply it beside the first, or be refused by the API server in words that name no field of the spec.
struct OverlayIdentity: Hashable {
    /// One part of it: where it stands in the object, and what to do instead of changing it.
    private struct Part: Hashable {
        let path: TreePath
        let remedy: String
        var why = "by which it is known"
    }

    private static let parts: [Part] = {
        let own = "leave it out: the operator sets it"
        let revision = "leave it out, or set spec.revision"
        return [
            Part(
                path: TreePath(keys: "apiVersion"),
                remedy: "leave it out: the operator knows which version it applies"
            ),
            Part(path: TreePath(keys: "kind"), remedy: "leave it out, and apply an object of another kind yourself"),
            Part(
                path: TreePath(keys: "metadata", "name"),
                remedy: "leave it out; gateways are named by their name in spec.components"
            ),
            Part(
                path: TreePath(keys: "metadata", "namespace"),
                remedy: "leave it out, or set spec.namespace or the namespace of the component"
            ),
            Part(path: TreePath(keys: "metadata", "labels", MeshNames.Label.owner), remedy: own),
            Part(path: TreePath(keys: "metadata", "labels", MeshNames.Label.component), remedy: own),
            Part(path: TreePath(keys: "metadata", "labels", MeshNames.Label.revision), remedy: revision),
            Part(path: TreePath(keys: "metadata", "labels", MeshNames.Label.tag), remedy: revision),
            Part(path: TreePath(keys: "metadata", "annotations", MeshNames.Annotation.ownerUID), remedy: own),
            Part(path: TreePath(keys: "metadata", "annotations", MeshNames.Annotation.appliedDigest), remedy: own),
            Part(path: TreePath(keys: "metadata", "annotations", MeshNames.Annotation.version), remedy: own),
            Part(
                path: TreePath(keys: "metadata", "annotations", MeshNames.Annotation.ignore),
                remedy:
                    "leave it out, and annotate the object itself: the operator would make it and never look after it"
            ),
            Part(
                path: TreePath(keys: "metadata", "generateName"),
                remedy: "leave it out; objects of a mesh have fixed names"
            ),
            Part(
                path: TreePath(keys: "metadata", "ownerReferences"),
                remedy: "leave it out: objects of a mesh go with their MeshOperator",
                why: "so that it would be deleted with its owner, and made again"
            ),
            Part(
                path: TreePath(keys: "status"),
                remedy: "leave it out: controllers write it",
                why: "which has no effect"
            ),
        ]
            + served.map { name in
                Part(
                    path: TreePath(keys: "metadata", name),
                    remedy: "leave it out: the API server sets it",
                    why: "which has no effect, or has the object refused"
                )
            }
    }()

    /// What of the metadata the API server sets (`ObjectMeta` of meta/v1).
    private static let served = [
        "uid", "resourceVersion", "generation", "managedFields", "creationTimestamp", "deletionTimestamp",
        "deletionGracePeriodSeconds", "selfLink",
    ]

    private let values: [Tree]

    /// Takes the identity of an object, before the operator marks it.
    init(_ object: Tree) {
        values = Self.parts.map { object.value(at: $0.path) ?? .null }
    }

    /// What a patch of an overlay did to the identity of an object; nil where it left it as it is.
    ///
    /// - Parameters:
    ///   - patch: the patch, as the spec has it.
    ///   - place: where it stands in the spec.
    ///   - before: the object as it was.
    ///   - after: the object as the patch left it.
    /// - Returns: the first part that changed.
    static func issue(of patch: Tree, at place: TreePath, before: Tree, after: Tree) -> SpecIssue? {
        let (old, new) = (OverlayIdentity(before), OverlayIdentity(after))
        guard old != new, let index = parts.indices.first(where: { old.values[$0] != new.values[$0] }) else {
            return nil
        }
        let part = parts[index]
        let name = "\(before.text("kind")) \(before.at("metadata.name").printed)"
        let (from, to) = (old.values[index], new.values[index])
        let change =
            to.isNull ? "takes off \(part.path)" : "changes \(part.path) from \(from.isNull ? "nothing" : from.printed)"
        return SpecIssue(
            path: patch["value"] == nil ? place : place.appending("value"),
            value: patch["value"] ?? patch["path"],
            problem: "\(change) of \(name), \(part.why)",
            remedy: part.remedy
        )
    }
}
