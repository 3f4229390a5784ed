internal import DataTree
internal import ExpressionLanguage
internal import KubeAPI

/// What is wrong with admission policies, their bindings and the conditions of webhooks
/// (`pkg/apis/admissionregistration/validation` of Kubernetes).
enum PolicyRules {
    private static let reasons = ["Forbidden", "Invalid", "RequestEntityTooLarge"]
    private static let mostAnnotations = 20
    private static let mostConditions = 64

    // MARK: Policies

    /// The issues of a ValidatingAdmissionPolicy.
    static func policy(_ object: Tree) -> [FaultCause] {
        let spec = object["spec"] ?? [:]
        let policy = AdmissionPolicy(object)
        var issues: [FaultCause] = []
        let failure = spec["failurePolicy"]?.string ?? ""
        if !["Fail", "Ignore"].contains(failure) {
            issues.append(.notSupported("spec.failurePolicy", failure, ["Fail", "Ignore"]))
        }
        if let kind = spec["paramKind"] {
            for field in ["apiVersion", "kind"] where kind[field]?.string?.isEmpty ?? true {
                issues.append(.required("spec.paramKind.\(field)"))
            }
        }
        if let constraints = spec["matchConstraints"] {
            issues += resources(constraints, "spec.matchConstraints")
            if constraints["resourceRules"]?.array?.isEmpty ?? true {
                issues.append(.required("spec.matchConstraints.resourceRules"))
            }
        } else {
            issues.append(.required("spec.matchConstraints"))
        }
        issues += conditions(spec["matchConditions"], "spec.matchConditions", hasParams: policy.paramKind != nil)
        for (index, variable) in policy.variables.enumerated() {
            issues += self.variable(variable, "spec.variables[\(index)]")
        }
        return issues + validations(spec, policy) + annotations(object, policy)
    }

    private static func variable(_ variable: (name: String, expression: PolicyExpression), _ path: String)
        -> [FaultCause]
    {
        var issues: [FaultCause] = []
        if variable.name.trimmed.isEmpty {
            issues.append(.required("\(path).name", "name is not specified"))
        } else if !isIdentifier(variable.name) {
            let shown = MetadataRules.quoted(variable.name)
            issues.append(.invalid("\(path).name", shown, "name is not a valid CEL identifier"))
        }
        return issues + compiled(variable.expression, "\(path).expression")
    }

    private static func isIdentifier(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return FieldName.escape(name) == name || name.contains("__")
    }

    private static func validations(_ spec: Tree, _ policy: AdmissionPolicy) -> [FaultCause] {
        if policy.rules.isEmpty, policy.annotations.isEmpty {
            let why = "validations or auditAnnotations must contain at least one item"
            return [.required("spec.validations", why), .required("spec.auditAnnotations", why)]
        }
        var issues: [FaultCause] = []
        for (index, tree) in (spec["validations"]?.array ?? []).enumerated() where policy.rules.indices.contains(index)
        {
            let path = "spec.validations[\(index)]"
            let rule = policy.rules[index]
            issues += compiled(rule.expression, "\(path).expression")
            if let message = rule.messageExpression {
                if message.source.trimmed.isEmpty {
                    let shown = MetadataRules.quoted(message.source)
                    issues.append(.invalid("\(path).messageExpression", shown, "must be non-empty if specified"))
                } else if let problem = message.problem {
                    let shown = MetadataRules.quoted(message.source)
                    issues.append(.invalid("\(path).messageExpression", shown, problem))
                }
            }
            issues += self.message(rule.message, "\(path).message")
            if let reason = tree["reason"]?.string, !reasons.contains(reason) {
                issues.append(.notSupported("\(path).reason", reason, reasons))
            }
        }
        return issues
    }

    private static func message(_ message: String, _ path: String) -> [FaultCause] {
        let text = message.trimmed
        let shown = MetadataRules.quoted(message)
        if !message.isEmpty, text.isEmpty { return [.invalid(path, shown, "message must be non-empty if specified")] }
        guard text.contains(where: \.isNewline) else { return [] }
        return [.invalid(path, shown, "message must not contain line breaks")]
    }

    private static func annotations(_ object: Tree, _ policy: AdmissionPolicy) -> [FaultCause] {
        let annotations = object.value(at: "spec", "auditAnnotations")?.array ?? []
        var issues: [FaultCause] = []
        if annotations.count > mostAnnotations {
            issues.append(
                .invalid(
                    "spec.auditAnnotations",
                    GoText.json(.array(annotations)),
                    "must not have more than \(mostAnnotations) auditAnnotations"
                )
            )
        }
        var keys: Set<String> = []
        for (index, tree) in annotations.enumerated() where policy.annotations.indices.contains(index) {
            let path = "spec.auditAnnotations[\(index)]"
            let expression = policy.annotations[index]
            if expression.source.trimmed.isEmpty {
                issues.append(.required("\(path).valueExpression", "valueExpression is not specified"))
            } else {
                issues += compiled(expression, "\(path).valueExpression")
            }
            let key = tree["key"]?.string ?? ""
            if !keys.insert(key).inserted { issues.append(.duplicate("\(path).key", MetadataRules.quoted(key))) }
        }
        return issues
    }

    private static func compiled(_ expression: PolicyExpression, _ path: String) -> [FaultCause] {
        if expression.source.trimmed.isEmpty { return [.required(path, "expression is not specified")] }
        return expression.problem.map { [.invalid(path, MetadataRules.quoted(expression.source), $0)] } ?? []
    }

    // MARK: Conditions

    /// The issues of `matchConditions`.
    ///
    /// - Parameters:
    ///   - tree: The list; nil for none.
    ///   - path: Where it stands.
    ///   - hasParams: Whether expressions know `params`.
    /// - Returns: The issues, in order.
    static func conditions(_ tree: Tree?, _ path: String, hasParams: Bool = false) -> [FaultCause] {
        let conditions = tree?.array ?? []
        let types = PolicyValues.types(hasParams: hasParams)
        var issues: [FaultCause] = []
        if conditions.count > mostConditions {
            issues.append(
                FaultCause(
                    reason: "FieldValueTooMany",
                    message: "Too many: \(conditions.count): must have at most \(mostConditions) items",
                    field: path
                )
            )
        }
        var names: Set<String> = []
        for (index, condition) in conditions.enumerated() {
            let place = "\(path)[\(index)]"
            let source = (condition["expression"]?.string ?? "").trimmed
            if source.isEmpty {
                issues.append(.required("\(place).expression"))
            } else {
                issues += compiled(PolicyExpression(source, types, [.bool]), "\(place).expression")
            }
            let name = condition["name"]?.string ?? ""
            if name.isEmpty {
                issues.append(.required("\(place).name"))
            } else if !names.insert(name).inserted {
                issues.append(.duplicate("\(place).name", MetadataRules.quoted(name)))
            }
        }
        return issues
    }

    // MARK: Bindings

    /// The issues of a ValidatingAdmissionPolicyBinding.
    static func binding(_ object: Tree) -> [FaultCause] {
        let spec = object["spec"] ?? [:]
        var issues: [FaultCause] = []
        let policy = spec["policyName"]?.string ?? ""
        if policy.isEmpty {
            issues.append(.required("spec.policyName"))
        } else {
            issues += NameRule.dnsSubdomain.issues(in: policy).map {
                .invalid("spec.policyName", MetadataRules.quoted(policy), $0)
            }
        }
        if let reference = spec["paramRef"] { issues += params(reference, "spec.paramRef") }
        // The path is misspelt in kube-apiserver too.
        if let matching = spec["matchResources"] { issues += resources(matching, "spec.matchResouces") }
        return issues + actions(spec["validationActions"], "spec.validationActions")
    }

    private static func params(_ reference: Tree, _ path: String) -> [FaultCause] {
        var issues: [FaultCause] = []
        let isNamed = reference["name"]?.string?.isEmpty == false
        if isNamed, reference.has("selector") {
            let why = "name and selector are mutually exclusive"
            issues += [.forbidden("\(path).name", why), .forbidden("\(path).selector", why)]
        }
        if !isNamed, !reference.has("selector") {
            issues.append(.required(path, "one of name or selector must be specified"))
        }
        let action = reference["parameterNotFoundAction"]?.string ?? ""
        if action.isEmpty {
            issues.append(.required("\(path).parameterNotFoundAction"))
        } else if !["Deny", "Allow"].contains(action) {
            issues.append(.notSupported("\(path).parameterNotFoundAction", action, ["Deny", "Allow"]))
        }
        return issues
    }

    private static func actions(_ tree: Tree?, _ path: String) -> [FaultCause] {
        let actions = (tree?.array ?? []).compactMap(\.string)
        var issues: [FaultCause] = []
        var seen: Set<String> = []
        for (index, action) in actions.enumerated() {
            if !["Audit", "Deny", "Warn"].contains(action) {
                issues.append(.notSupported("\(path)[\(index)]", action, ["Audit", "Deny", "Warn"]))
            }
            if !seen.insert(action).inserted {
                issues.append(.duplicate("\(path)[\(index)]", MetadataRules.quoted(action)))
            }
        }
        if seen.isSuperset(of: ["Deny", "Warn"]) {
            issues.append(
                .invalid(
                    path,
                    GoText.json(.array(actions.map { .string($0) })),
                    "must not contain both Deny and Warn (repeating the same validation failure information in the API "
                        + "response and headers serves no purpose)"
                )
            )
        }
        if seen.isEmpty { issues.append(.required(path, "at least one validation action is required")) }
        return issues
    }

    // MARK: Resources

    private static func resources(_ tree: Tree, _ path: String) -> [FaultCause] {
        var issues: [FaultCause] = []
        let policy = tree["matchPolicy"]?.string ?? ""
        if !["Equivalent", "Exact"].contains(policy) {
            issues.append(.notSupported("\(path).matchPolicy", policy, ["Equivalent", "Exact"]))
        }
        for field in ["namespaceSelector", "objectSelector"] {
            guard let selector = tree[field], (try? LabelSelector(selector)) == nil else { continue }
            issues.append(.invalid("\(path).\(field)", GoText.json(selector), "invalid label selector"))
        }
        for list in ["resourceRules", "excludeResourceRules"] {
            for (index, rule) in (tree[list]?.array ?? []).enumerated() {
                issues += self.rule(rule, "\(path).\(list)[\(index)]")
            }
        }
        return issues
    }

    /// The issues of one rule of a policy or of a webhook.
    static func rule(_ rule: Tree, _ path: String) -> [FaultCause] {
        var issues: [FaultCause] = []
        let known = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"]
        for field in ["operations", "apiGroups", "apiVersions", "resources"] {
            let values = (rule[field]?.array ?? []).compactMap(\.string)
            if values.isEmpty { issues.append(.required("\(path).\(field)")) }
            if values.count > 1, values.contains("*"), field != "resources" {
                issues.append(
                    .invalid(
                        "\(path).\(field)",
                        GoText.json(.array(values.map { .string($0) })),
                        "if '*' is present, must not specify other \(Self.noun(field))"
                    )
                )
            }
            if field == "resources", values.contains("*"), values.contains(where: { $0 != "*" && !$0.contains("/") }) {
                issues.append(
                    .invalid(
                        "\(path).resources",
                        GoText.json(.array(values.map { .string($0) })),
                        "if '*' is present, must not specify other resources without subresources"
                    )
                )
            }
            guard field == "operations" else { continue }
            for (index, value) in values.enumerated() where !known.contains(value) {
                issues.append(.notSupported("\(path).operations[\(index)]", value, known))
            }
        }
        let scope = rule["scope"]?.string ?? "*"
        if !["*", "Cluster", "Namespaced"].contains(scope) {
            issues.append(.notSupported("\(path).scope", scope, ["*", "Cluster", "Namespaced"]))
        }
        return issues
    }

    private static func noun(_ field: String) -> String {
        switch field {
        case "apiGroups": "API groups"
        case "apiVersions": "API versions"
        default: field
        }
    }
}
