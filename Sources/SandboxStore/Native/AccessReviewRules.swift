internal import DataTree
internal import KubeAPI

/// What is wrong with the question of an access review (`pkg/apis/authorization/validation` of Kubernetes).
enum AccessReviewRules {
    /// Looks at a review of one of the three kinds.
    ///
    /// - Parameters:
    ///   - kind: the review's kind.
    ///   - review: the review, with the `managedFields` that it got.
    ///   - namespace: the namespace of the request.
    /// - Returns: what is wrong with it; nothing for any other kind.
    static func issues(_ kind: String, _ review: Tree, namespace: String) -> [FaultCause] {
        guard kind.hasSuffix("SubjectAccessReview") else { return [] }
        let spec = review["spec"] ?? [:]
        let resource = spec["resourceAttributes"].flatMap { $0.isNull ? nil : $0 }
        let path = spec["nonResourceAttributes"].flatMap { $0.isNull ? nil : $0 }
        var issues: [FaultCause] = []
        if resource != nil, let path {
            let detail = "cannot be specified in combination with resourceAttributes"
            issues.append(.invalid("spec.nonResourceAttributes", shown(path), detail))
        }
        if resource == nil, path == nil {
            let detail = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
            issues.append(.invalid("spec.resourceAttributes", "null", detail))
        }
        if kind != "SelfSubjectAccessReview", (spec["user"]?.string ?? "").isEmpty,
            (spec["groups"]?.array ?? []).isEmpty
        {
            issues.append(.invalid("spec.user", "\"\"", "at least one of user or group must be specified"))
        }
        issues += metadataIssues(review["metadata"] ?? [:], isLocal: kind == "LocalSubjectAccessReview")
        if kind == "LocalSubjectAccessReview" { issues += localIssues(resource, path, namespace) }
        return issues
    }

    /// What the server writes itself, and so does not look at.
    private static let serverFields: Set<String> = [
        "creationTimestamp", "uid", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink",
    ]

    private static func metadataIssues(_ metadata: Tree, isLocal: Bool) -> [FaultCause] {
        let empty: [Tree] = ["", .null, [:], .array([])]
        let given = (metadata.object?.entries ?? []).filter { entry in
            !serverFields.contains(entry.key) && !empty.contains(entry.value)
        }
        let allowed = isLocal ? ["managedFields", "namespace"] : ["managedFields"]
        guard given.contains(where: { !allowed.contains($0.key) }) else { return [] }
        let shown = Tree.object(TreeObject(given.map { (key: $0.key, value: $0.value) })).jsonText(.compact)
        return [.invalid("metadata", shown, isLocal ? "must be empty except for namespace" : "must be empty")]
    }

    private static func localIssues(_ resource: Tree?, _ path: Tree?, _ namespace: String) -> [FaultCause] {
        var issues: [FaultCause] = []
        if let resource {
            let asked = resource["namespace"]?.string ?? ""
            if asked != namespace {
                let place = "spec.resourceAttributes.namespace"
                issues.append(.invalid(place, MetadataRules.quoted(asked), "must match metadata.namespace"))
            }
        }
        if let path {
            issues.append(.invalid("spec.nonResourceAttributes", shown(path), "disallowed on this kind of request"))
        }
        return issues
    }

    /// A path asked about, as Go's internal type is shown.
    private static func shown(_ path: Tree) -> String {
        let pairs = [("Path", "path"), ("Verb", "verb")].map { shown, key in
            (key: shown, value: Tree.string(path[key]?.string ?? ""))
        }
        return Tree.object(TreeObject(pairs)).jsonText(.compact)
    }
}
