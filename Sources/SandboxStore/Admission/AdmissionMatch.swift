package import DataTree
internal import KubeAPI

/// Which requests a webhook, a policy or a binding is about: rules, and selectors on namespace and object.
package struct AdmissionMatch: Sendable {
    private let rules: [AdmissionRule]
    private let excluded: [AdmissionRule]
    /// Whether objects of other versions are shown in a version that a rule names.
    private let matchesEquivalent: Bool
    private let namespaces: LabelSelector
    private let objects: LabelSelector
    /// Whether no rule at all means every request.
    private let isOpen: Bool

    /// Reads the fields of a webhook, or of `MatchResources`; nil when a selector cannot be read.
    ///
    /// - Parameters:
    ///   - tree: The webhook or the `MatchResources`.
    ///   - field: The field that holds the rules.
    ///   - isOpen: Whether no rule at all means every request, as in bindings.
    package init?(_ tree: Tree, rules field: String, isOpen: Bool = false) {
        guard let namespaces = tree["namespaceSelector"].map({ try? LabelSelector($0) }) ?? .everything,
            let objects = tree["objectSelector"].map({ try? LabelSelector($0) }) ?? .everything
        else { return nil }
        self.rules = (tree[field]?.array ?? []).map { AdmissionRule($0) }
        self.excluded = (tree["excludeResourceRules"]?.array ?? []).map { AdmissionRule($0) }
        self.matchesEquivalent = tree["matchPolicy"]?.string != "Exact"
        self.namespaces = namespaces
        self.objects = objects
        self.isOpen = isOpen
    }

    /// The form in which the object is to be shown; nil when rules and object selector do not fit.
    ///
    /// The namespace is asked for separately, since it must be read.
    package func form(_ attributes: AdmissionAttributes, _ object: Tree?) -> AdmissionForm? {
        guard fitsObject(attributes, object), form(excluded, attributes) == nil else { return nil }
        if rules.isEmpty, isOpen { return attributes.form }
        return form(rules, attributes)
    }

    private func form(_ rules: [AdmissionRule], _ attributes: AdmissionAttributes) -> AdmissionForm? {
        let own = attributes.form
        if rules.contains(where: { $0.matches(attributes, as: own) }) { return own }
        guard matchesEquivalent else { return nil }
        for rule in rules {
            let equivalent = attributes.equivalents.first { rule.matches(attributes, as: $0) }
            if let equivalent { return equivalent }
        }
        return nil
    }

    private func fitsObject(_ attributes: AdmissionAttributes, _ object: Tree?) -> Bool {
        objects.isEverything
            || [object, attributes.old].contains { candidate in
                candidate.map { objects.matches(KubeObject($0).labels) } ?? false
            }
    }

    /// Whether the namespace selector fits.
    ///
    /// - Parameters:
    ///   - attributes: The request.
    ///   - object: The object, for requests about a namespace itself.
    ///   - labels: The labels of the namespace the object lives in, nil outside one.
    /// - Returns: Whether the webhook or policy is to be asked.
    package func matchesNamespace(_ attributes: AdmissionAttributes, _ object: Tree?, labels: [String: String]?) -> Bool
    {
        if namespaces.isEverything { return true }
        if attributes.kind.group.isEmpty, attributes.kind.kind == "Namespace" {
            return (object ?? attributes.old).map { namespaces.matches(KubeObject($0).labels) } ?? false
        }
        guard attributes.namespace != nil else { return true }
        return namespaces.matches(labels ?? [:])
    }
}
