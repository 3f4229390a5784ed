internal import DataTree
internal import KubeAPI
internal import SandboxStore

/// One webhook of a MutatingWebhookConfiguration or ValidatingWebhookConfiguration (admissionregistration.k8s.io/v1).
struct AdmissionWebhook: Sendable {
    /// What requests a webhook is called for (`RuleWithOperations`).
    struct Rule: Sendable, Hashable {
        var operations: [String]
        var groups: [String]
        var versions: [String]
        var resources: [String]
        var scope: String
    }

    /// The configuration's name.
    var configuration: String
    /// The webhook's name.
    var name: String
    /// What requests it is called for.
    var rules: [Rule]
    /// Whether a failed call refuses the request.
    var failsClosed: Bool
    /// Whether other versions of the resources named count too.
    var matchesEquivalent: Bool
    /// Which namespaces count.
    var namespaces: LabelSelector
    /// Which objects count.
    var objects: LabelSelector
    /// How long a call may take, in seconds.
    var timeout: Int64
    /// Whether a dry run may call it.
    var allowsDryRun: Bool
    /// Whether it is called again when others change the object after it.
    var isReinvoked: Bool
    /// Conditions in CEL, all of which must hold: name and expression.
    var conditions: [(name: String, expression: String)]
    /// `clientConfig`.
    var client: Tree

    /// Reads a webhook; nil when its name or its selectors cannot be read.
    init?(_ tree: Tree, configuration: String) {
        guard let name = tree["name"]?.string,
            let namespaces = tree["namespaceSelector"].map({ try? LabelSelector($0) }) ?? .everything,
            let objects = tree["objectSelector"].map({ try? LabelSelector($0) }) ?? .everything
        else { return nil }
        self.configuration = configuration
        self.name = name
        self.rules = (tree["rules"]?.array ?? []).map { Rule($0) }
        self.failsClosed = tree["failurePolicy"]?.string != "Ignore"
        self.matchesEquivalent = tree["matchPolicy"]?.string != "Exact"
        self.namespaces = namespaces
        self.objects = objects
        self.timeout = min(30, max(1, tree["timeoutSeconds"]?.integer ?? 10))
        self.allowsDryRun = ["None", "NoneOnDryRun"].contains(tree["sideEffects"]?.string ?? "")
        self.isReinvoked = tree["reinvocationPolicy"]?.string == "IfNeeded"
        self.conditions = (tree["matchConditions"]?.array ?? []).map {
            ($0["name"]?.string ?? "", $0["expression"]?.string ?? "")
        }
        self.client = tree["clientConfig"] ?? [:]
    }

    /// Whether rules and object selector fit; the namespace is asked for separately, since it must be read.
    func matches(_ attributes: AdmissionAttributes, _ object: Tree?) -> Bool {
        rules.contains { $0.matches(attributes, equivalent: matchesEquivalent) }
            && (objects.isEverything
                || [object, attributes.old].contains { candidate in
                    candidate.map { objects.matches(KubeObject($0).labels) } ?? false
                })
    }

    /// Whether the namespace selector fits.
    ///
    /// - Parameters:
    ///   - attributes: the request.
    ///   - object: the object, for requests about a namespace itself.
    ///   - labels: the labels of the namespace the object lives in, nil outside one.
    /// - Returns: whether the webhook is to be called.
    func matchesNamespace(_ attributes: AdmissionAttributes, _ object: Tree?, labels: [String: String]?) -> Bool {
        if namespaces.isEverything { return true }
        if attributes.kind.group.isEmpty, attributes.kind.kind == "Namespace" {
            return (object ?? attributes.old).map { namespaces.matches(KubeObject($0).labels) } ?? false
        }
        guard attributes.namespace != nil else { return true }
        return namespaces.matches(labels ?? [:])
    }
}

extension AdmissionWebhook.Rule {
    fileprivate init(_ tree: Tree) {
        func strings(_ field: String) -> [String] { tree[field]?.array?.compactMap(\.string) ?? [] }
        self.init(
            operations: strings("operations"),
            groups: strings("apiGroups"),
            versions: strings("apiVersions"),
            resources: strings("resources"),
            scope: tree["scope"]?.string ?? "*"
        )
    }

    fileprivate func matches(_ attributes: AdmissionAttributes, equivalent: Bool) -> Bool {
        func fits(_ allowed: [String], _ value: String) -> Bool { allowed.contains { $0 == "*" || $0 == value } }
        let isNamespaced = attributes.namespace != nil && attributes.kind.kind != "Namespace"
        return fits(operations, attributes.operation.rawValue) && fits(groups, attributes.kind.group)
            && (equivalent || fits(versions, attributes.kind.version)) && fitsResource(attributes)
            && (scope == "*" || (scope == "Namespaced") == isNamespaced)
    }

    private func fitsResource(_ attributes: AdmissionAttributes) -> Bool {
        resources.contains { pattern in
            let parts = pattern.split(separator: "/", maxSplits: 1).map(String.init)
            guard let resource = parts.first, resource == "*" || resource == attributes.resource else { return false }
            let wanted = parts.count > 1 ? parts[1] : ""
            return wanted == "*" || wanted == attributes.subresource
        }
    }
}
