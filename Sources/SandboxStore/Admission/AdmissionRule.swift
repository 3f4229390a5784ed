package import DataTree
internal import KubeAPI

/// Which requests a webhook or a policy is asked about (`RuleWithOperations` and `NamedRuleWithOperations` of
/// admissionregistration.k8s.io/v1).
package struct AdmissionRule: Sendable, Hashable {
    private var operations: [String]
    private var groups: [String]
    private var versions: [String]
    private var resources: [String]
    private var scope: String
    /// The names of the objects concerned; empty for all.
    private var names: [String]

    /// Reads a rule; what is not there matches nothing, a scope that is not there everything.
    package init(_ tree: Tree) {
        func strings(_ field: String) -> [String] { tree[field]?.array?.compactMap(\.string) ?? [] }
        operations = strings("operations")
        groups = strings("apiGroups")
        versions = strings("apiVersions")
        resources = strings("resources")
        scope = tree["scope"]?.string ?? "*"
        names = strings("resourceNames")
    }

    /// Whether the rule names the request, the object being of the kind and plural of `form`.
    func matches(_ attributes: AdmissionAttributes, as form: AdmissionForm) -> Bool {
        func fits(_ allowed: [String], _ value: String) -> Bool { allowed.contains { $0 == "*" || $0 == value } }
        let isNamespaced = attributes.namespace != nil && attributes.kind.kind != "Namespace"
        return fits(operations, attributes.operation.rawValue) && fits(groups, form.kind.group)
            && fits(versions, form.kind.version) && fitsResource(form.resource, attributes.subresource)
            && (scope == "*" || (scope == "Namespaced") == isNamespaced)
            && (names.isEmpty || names.contains(attributes.name))
    }

    private func fitsResource(_ resource: String, _ subresource: String) -> Bool {
        resources.contains { pattern in
            let parts = pattern.split(separator: "/", maxSplits: 1).map(String.init)
            guard let first = parts.first, first == "*" || first == resource else { return false }
            let wanted = parts.count > 1 ? parts[1] : ""
            return wanted == "*" || wanted == subresource
        }
    }
}
