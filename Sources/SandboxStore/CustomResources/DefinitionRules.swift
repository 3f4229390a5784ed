internal import DataTree
internal import KubeAPI
internal import StructuralSchema

/// What is wrong with a CustomResourceDefinition.
enum DefinitionRules {
    /// The issues of a definition.
    ///
    /// - Parameters:
    ///   - object: The definition.
    ///   - old: What it replaces; what its rules cost is looked at only where the versions changed.
    /// - Returns: The issues, in order.
    static func issues(_ object: Tree, old: Tree? = nil) -> [FaultCause] {
        let spec = object["spec"] ?? [:]
        let group = spec["group"]?.string ?? ""
        let plural = spec.value(at: "names", "plural")?.string ?? ""
        var issues: [FaultCause] = []
        let name = KubeObject(object).name
        if name != "\(plural).\(group)" {
            issues.append(
                .invalid("metadata.name", MetadataRules.quoted(name), "must be spec.names.plural+\".\"+spec.group")
            )
        }
        if group.isEmpty {
            issues.append(.required("spec.group"))
        } else if !group.contains(".") {
            issues.append(
                .invalid("spec.group", MetadataRules.quoted(group), "should be a domain with at least one dot")
            )
        }
        let scope = spec["scope"]?.string ?? ""
        if scope.isEmpty {
            issues.append(.required("spec.scope"))
        } else if !["Cluster", "Namespaced"].contains(scope) {
            issues.append(.notSupported("spec.scope", scope, ["Cluster", "Namespaced"]))
        }
        for field in ["plural", "singular", "kind", "listKind"]
        where spec.value(at: "names", field)?.string?.isEmpty ?? true {
            issues.append(.required("spec.names.\(field)"))
        }
        issues += nameIssues(spec["names"] ?? [:])
        issues += approvalIssues(object, group)
        let isChanged = old?.value(at: "spec", "versions") != spec["versions"]
        return issues + versionIssues(spec, checksCost: isChanged) + conversionIssues(spec["conversion"] ?? [:])
    }

    private static func nameIssues(_ names: Tree) -> [FaultCause] {
        var issues: [FaultCause] = []
        for field in ["plural", "singular", "kind", "listKind"] {
            guard let name = names[field]?.string, !name.isEmpty else { continue }
            let isMixed = ["kind", "listKind"].contains(field)
            let prefix = isMixed ? "may have mixed case, but should otherwise match: " : ""
            issues += NameRule.dns1035Label.issues(in: isMixed ? name.lowercased() : name).map {
                .invalid("spec.names.\(field)", MetadataRules.quoted(name), prefix + $0)
            }
        }
        return issues
    }

    private static func conversionIssues(_ conversion: Tree) -> [FaultCause] {
        guard conversion["strategy"] == "Webhook" else { return [] }
        var issues: [FaultCause] = []
        if !conversion.has("webhook") || conversion.value(at: "webhook", "clientConfig") == nil {
            issues.append(.required("spec.conversion.webhookClientConfig", "required when strategy is set to Webhook"))
        }
        if conversion.value(at: "webhook", "conversionReviewVersions")?.array?.isEmpty ?? true {
            issues.append(.required("spec.conversion.conversionReviewVersions"))
        }
        return issues
    }

    private static func approvalIssues(_ object: Tree, _ group: String) -> [FaultCause] {
        let isProtected = ["k8s.io", "kubernetes.io"].contains { group == $0 || group.hasSuffix(".\($0)") }
        let annotation = "api-approved.kubernetes.io"
        guard isProtected, KubeObject(object).annotations[annotation] == nil else { return [] }
        return [
            .required(
                "metadata.annotations[\(annotation)]",
                "protected groups must have approval annotation \"\(annotation)\", "
                    + "see https://github.com/kubernetes/enhancements/pull/1111"
            )
        ]
    }

    private static func versionIssues(_ spec: Tree, checksCost: Bool) -> [FaultCause] {
        let versions = spec["versions"]?.array ?? []
        var issues: [FaultCause] = []
        if versions.filter({ $0["storage"] == true }).count != 1 {
            issues.append(
                .invalid(
                    "spec.versions",
                    "[]apiextensions.CustomResourceDefinitionVersion{…}",
                    "must have exactly one version marked as storage version"
                )
            )
        }
        // Schemas that are the same in all versions are reported once, where definitions of old had them.
        let schemas = Set(versions.map { $0["schema"] ?? .null })
        var names: Set<String> = []
        for (index, version) in versions.enumerated() {
            let path = "spec.versions[\(index)]"
            let name = version["name"]?.string ?? ""
            for text in NameRule.dns1035Label.issues(in: name) {
                issues.append(.invalid("\(path).name", MetadataRules.quoted(name), text))
            }
            if !names.insert(name).inserted {
                issues.append(
                    .invalid(
                        "spec.versions",
                        "[]apiextensions.CustomResourceDefinitionVersion{…}",
                        "must contain unique version names"
                    )
                )
            }
            if schemas.count > 1 {
                issues += schemaIssues(version, "\(path).schema.openAPIV3Schema", checksCost)
            } else if index == 0 {
                issues += schemaIssues(version, "spec.validation.openAPIV3Schema", checksCost)
            }
        }
        return issues
    }

    private static func schemaIssues(_ version: Tree, _ place: String, _ checksCost: Bool) -> [FaultCause] {
        guard let schema = version.value(at: "schema", "openAPIV3Schema") else {
            return [.required(place, "schemas are required")]
        }
        do throws(SchemaError) {
            let parsed = try CustomResourceSchema(parsing: schema, at: place)
            return checksCost ? parsed.costIssues(at: place).map(cause) : []
        } catch {
            return error.issues.map(cause)
        }
    }

    private static func cause(_ issue: FieldIssue) -> FaultCause {
        FaultCause(reason: issue.kind.rawValue, message: issue.body, field: issue.path)
    }
}
