internal import DataTree
internal import KubeAPI

/// What `metadata` may hold (`ValidateObjectMeta` and `ValidateObjectMetaUpdate` of apimachinery).
enum MetadataRules {
    /// What is wrong with the metadata of an object.
    static func issues(_ tree: Tree, _ resource: ServedResource) -> [FaultCause] {
        let metadata = tree["metadata"] ?? [:]
        var issues: [FaultCause] = []
        let rule = nameRule(resource)
        if let prefix = metadata["generateName"]?.string, !prefix.isEmpty {
            let masked = prefix.hasSuffix("-") ? prefix.dropLast() + "a" : prefix[...]
            for text in rule.issues(in: String(masked)) {
                issues.append(.invalid("metadata.generateName", quoted(prefix), text))
            }
        }
        let name = metadata["name"]?.string ?? ""
        if name.isEmpty {
            issues.append(.required("metadata.name", "name or generateName is required"))
        } else {
            for text in rule.issues(in: name) { issues.append(.invalid("metadata.name", quoted(name), text)) }
        }
        issues += labelIssues(metadata["labels"], "metadata.labels")
        issues += annotationIssues(metadata["annotations"], "metadata.annotations")
        issues += ownerIssues(metadata["ownerReferences"])
        issues += finalizerIssues(metadata["finalizers"], mayBeUnqualified: !resource.qualifiesFinalizers)
        return issues
    }

    /// What is wrong with a change of an object's metadata.
    static func issues(changing old: Tree, to new: Tree) -> [FaultCause] {
        var issues: [FaultCause] = []
        let (before, after) = (old["metadata"] ?? [:], new["metadata"] ?? [:])
        for field in ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp"]
        where before[field] != after[field] {
            issues.append(
                .invalid("metadata.\(field)", quoted(after[field]?.string ?? ""), "field is immutable")
            )
        }
        if before.has("deletionTimestamp") {
            let known = Set((before["finalizers"]?.array ?? []).compactMap(\.string))
            let added = (after["finalizers"]?.array ?? []).compactMap(\.string).filter { !known.contains($0) }
            if !added.isEmpty {
                let list = added.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
                issues.append(
                    .forbidden(
                        "metadata.finalizers",
                        "no new finalizers can be added if the object is being deleted, found new finalizers "
                            + "[]string{\(list)}"
                    )
                )
            }
        }
        return issues
    }

    /// What is wrong with labels.
    static func labelIssues(_ labels: Tree?, _ path: String) -> [FaultCause] {
        var issues: [FaultCause] = []
        for entry in labels?.object?.entries ?? [] {
            for text in NameRule.qualifiedName.issues(in: entry.key) {
                issues.append(.invalid(path, quoted(entry.key), text))
            }
            let value = entry.value.string ?? ""
            for text in NameRule.labelValue.issues(in: value) { issues.append(.invalid(path, quoted(value), text)) }
        }
        return issues
    }

    /// What is wrong with annotations.
    static func annotationIssues(_ annotations: Tree?, _ path: String) -> [FaultCause] {
        var issues: [FaultCause] = []
        var size = 0
        for entry in annotations?.object?.entries ?? [] {
            for text in NameRule.qualifiedName.issues(in: entry.key.lowercased()) {
                issues.append(.invalid(path, quoted(entry.key), text))
            }
            size += entry.key.utf8.count + (entry.value.string?.utf8.count ?? 0)
        }
        if size > 256 << 10 {
            issues.append(
                FaultCause(
                    reason: "FieldValueTooLong",
                    message: "Too long: may not be more than 262144 bytes",
                    field: path
                )
            )
        }
        return issues
    }

    private static func ownerIssues(_ owners: Tree?) -> [FaultCause] {
        var issues: [FaultCause] = []
        var controllers: [String] = []
        for owner in owners?.array ?? [] {
            let path = "metadata.ownerReferences"
            for (field, text) in [
                ("apiVersion", "version must not be empty"), ("kind", "must not be empty"),
                ("name", "must not be empty"), ("uid", "must not be empty"),
            ] where owner[field]?.string?.isEmpty ?? true {
                issues.append(.invalid("\(path).\(field)", "\"\"", text))
            }
            if owner["controller"] == true {
                controllers.append("\(owner["kind"]?.string ?? "")/\(owner["name"]?.string ?? "")")
            }
        }
        if controllers.count > 1 {
            issues.append(
                .invalid(
                    "metadata.ownerReferences",
                    GoText.json(
                        owners ?? [],
                        ["apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion"]
                    ),
                    "Only one reference can have Controller set to true. Found \"true\" in references for "
                        + "\(controllers[0]) and \(controllers[1])"
                )
            )
        }
        return issues
    }

    private static let standardFinalizers: Set<String> = ["kubernetes", "orphan", "foregroundDeletion"]

    private static func finalizerIssues(_ finalizers: Tree?, mayBeUnqualified: Bool) -> [FaultCause] {
        (finalizers?.array ?? []).compactMap(\.string).enumerated().flatMap { index, name -> [FaultCause] in
            let path = "metadata.finalizers[\(index)]"
            let texts = NameRule.qualifiedName.issues(in: name)
            if !texts.isEmpty { return texts.map { .invalid(path, quoted(name), $0) } }
            if mayBeUnqualified || isQualified(name) { return [] }
            let text = "name is neither a standard finalizer name nor is it fully qualified"
            return [.invalid(path, quoted(name), text)]
        }
    }

    private static func isQualified(_ finalizer: String) -> Bool {
        finalizer.contains("/") || standardFinalizers.contains(finalizer)
    }

    /// What a client is warned of that adds finalizers without a domain to a custom resource, by `generateWarningsFromObj` of
    /// apiextensions-apiserver; nothing of other kinds.
    static func finalizerWarnings(_ new: Tree, from old: Tree?, _ resource: ServedResource) -> [String] {
        guard case .custom = resource.origin else { return [] }
        let known = Set(KubeObject(old ?? [:]).finalizers)
        let added = Set(KubeObject(new).finalizers).subtracting(known).filter { !isQualified($0) }
        return added.sorted().map { name in
            let what = name.contains(".") ? "name including a path (/)" : "name"
            return
                "metadata.finalizers: \(quoted(name)): prefer a domain-qualified finalizer \(what) to avoid accidental "
                + "conflicts with other finalizer writers"
        }
    }

    private static func nameRule(_ resource: ServedResource) -> NameRule {
        switch resource.api.plural {
        case "namespaces": .dnsLabel
        case "services": .dnsLabel
        case "roles", "rolebindings", "clusterroles", "clusterrolebindings": .pathSegment
        default: .dnsSubdomain
        }
    }

    static func quoted(_ text: String) -> String {
        Tree.string(text).jsonText(.compact)
    }
}

extension ServedResource {
    /// The groups whose kinds take any qualified name as a finalizer, since they are validated by apimachinery's rules alone.
    private static let genericGroups: Set<String> = [
        "admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "coordination.k8s.io",
        "node.k8s.io",
    ]

    /// Whether a finalizer must have a domain, unless it is one of Kubernetes' own: for kinds validated by the core's rules
    /// (`ValidateObjectMeta` of `pkg/apis/core/validation`).
    fileprivate var qualifiesFinalizers: Bool {
        guard case .native = origin else { return false }
        return !Self.genericGroups.contains(groupResource.group)
    }
}
