internal import DataTree
internal import KubeAPI
internal import StructuralSchema

/// What the server itself writes into objects of a kind, and what it keeps clients from writing.
struct ObjectStrategy: Sendable {
    let context: ServerContext
    let resource: ServedResource

    private var isNative: Bool {
        if case .native = resource.origin { true } else { false }
    }

    private var isEvent: Bool { isNative && resource.kind.kind == "Event" }

    /// Whether nothing holds an object any more whose deletion was asked for.
    static func isReadyToVanish(_ tree: Tree) -> Bool {
        let object = KubeObject(tree)
        guard object.isDeleting, object.finalizers.isEmpty else { return false }
        if (tree.value(at: "metadata", "deletionGracePeriodSeconds")?.integer ?? 0) > 0 { return false }
        if object.kind.kind == "Namespace", object.kind.group.isEmpty {
            return tree.value(at: "spec", "finalizers")?.array?.isEmpty ?? true
        }
        return true
    }

    // MARK: Creation

    /// Gives a new object its identity and the first state of what only the server writes.
    func complete(_ object: inout Tree) {
        var metadata = object["metadata"] ?? [:]
        for field in ["resourceVersion", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"] {
            metadata[field] = nil
        }
        metadata["uid"] = .string(context.uid())
        metadata["creationTimestamp"] = .string(context.timestamp)
        if resource.countsGenerations { metadata["generation"] = 1 }
        object["metadata"] = metadata
        if resource.hasStatus { object["status"] = nil }
        if isNative { NativeCompletion(context: context).complete(resource.kind.kind, &object) }
    }

    // MARK: Updates

    private static let serverFields = [
        "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink",
    ]

    /// Puts back what a write through `subresource` cannot change.
    func restrict(_ new: inout Tree, old: Tree, subresource: String) {
        if subresource == "status" {
            let (status, given) = (new["status"], new["metadata"] ?? [:])
            new = old
            new["status"] = status
            let fields =
                isNative
                ? ["managedFields", "resourceVersion", "annotations", "finalizers", "uid"]
                : ["managedFields", "resourceVersion"]
            for field in fields { new.set(given[field], at: ["metadata", field]) }
        } else if subresource.isEmpty || subresource == "finalize", resource.hasStatus {
            new["status"] = old["status"]
        }
        var metadata = new["metadata"] ?? [:]
        for field in Self.serverFields {
            let value = old["metadata"]?[field]
            // Validation refuses another one of these.
            if ["uid", "deletionTimestamp"].contains(field), metadata[field]?.string?.isEmpty == false { continue }
            if metadata[field] != value { metadata[field] = value }
        }
        if metadata["name"] == nil { metadata["name"] = old["metadata"]?["name"] }
        new["metadata"] = metadata
        if isNative { NativeCompletion.restrict(resource.kind.kind, &new, old: old, subresource: subresource) }
    }

    /// Counts the generation when the wanted state changed, and keeps the revision of the state written over.
    func complete(_ new: inout Tree, old: Tree, subresource: String) {
        new.set(old["metadata"]?["resourceVersion"], at: ["metadata", "resourceVersion"])
        if isNative { NativeCompletion(context: context).update(resource.kind.kind, &new, old: old) }
        guard resource.countsGenerations, !["status", "binding"].contains(subresource) else { return }
        let changed = Self.wanted(new, resource) != Self.wanted(old, resource)
        guard changed else { return }
        let generation = old.value(at: "metadata", "generation")?.integer ?? 0
        new.set(.integer(generation &+ 1), at: ["metadata", "generation"])
    }

    /// The part of an object that the generation counts the changes of.
    private static func wanted(_ tree: Tree, _ resource: ServedResource) -> Tree {
        guard var object = tree.object else { return tree }
        let annotations = tree.value(at: "metadata", "annotations")
        object["metadata"] = nil
        if resource.hasStatus { object["status"] = nil }
        if resource.groupResource.description == "deployments.apps", let annotations {
            object["metadata"] = annotations
        }
        return .object(object)
    }

    // MARK: Validation

    /// What is wrong with a new object.
    func issues(creating object: Tree) async -> [FaultCause] {
        var issues = MetadataRules.issues(object, resource)
        if isEvent { return EventRules(object, resource.kind).issues(creatingWith: issues) }
        if isNative {
            issues += NativeRules.issues(resource.kind.kind, object, old: nil)
        } else {
            issues += customIssues(object, old: nil)
        }
        return issues
    }

    /// What is wrong with a change of an object.
    func issues(updating new: Tree, from old: Tree, subresource: String) async -> [FaultCause] {
        let changes = MetadataRules.issues(changing: old, to: new)
        if isEvent {
            let metadata = MetadataRules.issues(new, resource) + changes
            return EventRules(new, resource.kind).issues(replacing: EventRules(old, resource.kind), metadata: metadata)
        }
        // kube-apiserver looks at these twice.
        var issues = MetadataRules.issues(new, resource) + changes + changes
        if isNative {
            issues += NativeRules.issues(resource.kind.kind, new, old: old, subresource: subresource)
        } else {
            issues += customIssues(new, old: old)
        }
        return issues
    }

    private func customIssues(_ object: Tree, old: Tree?) -> [FaultCause] {
        let issues = resource.schema.custom?.validate(object, replacing: old) ?? []
        return issues.map { issue in
            FaultCause(
                reason: issue.kind.rawValue,
                message: issue.body,
                field: issue.path.isEmpty ? "<nil>" : issue.path
            )
        }
    }
}
