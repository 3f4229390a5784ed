package import DataTree

/// The schema of one version of a custom resource, checked and with its rules compiled.
///
/// The order in which an API server uses it on a write: ``prune(_:)``, ``applyDefaults(_:)``, admission, ``validate(_:replacing:)``.
package struct CustomResourceSchema: Sendable {
    /// The schema itself.
    package let node: SchemaNode
    private let rules: RuleTree?

    /// Reads and checks an `openAPIV3Schema`.
    ///
    /// - Parameters:
    ///   - tree: The schema.
    ///   - path: Where it stands in the CustomResourceDefinition, for messages.
    /// - Throws: ``SchemaError`` with all issues: malformed keywords, a schema that is not structural, rules that do not compile.
    package init(parsing tree: Tree, at path: String = "openAPIV3Schema") throws(SchemaError) {
        try self.init(SchemaNode(parsing: tree, at: path), at: path)
    }

    /// Checks a schema.
    package init(_ node: SchemaNode, at path: String = "openAPIV3Schema") throws(SchemaError) {
        var issues = node.structuralIssues(at: path)
        var compiler = RuleTree.Compiler()
        let rules = compiler.tree(node, isWholeObject: true, at: path)
        issues += compiler.issues
        guard issues.isEmpty else { throw SchemaError(code: .malformed, issues: issues) }
        self.node = node
        self.rules = rules
    }

    /// Removes fields that the schema does not know and nulls that mean absent; the paths of the former.
    @discardableResult
    package func prune(_ object: inout Tree) -> [TreePath] {
        let removed = node.prune(&object)
        node.pruneNulls(&object)
        return removed
    }

    /// Gives absent fields their defaults.
    package func applyDefaults(_ object: inout Tree) { node.applyDefaults(&object) }

    /// Checks a whole object against structure, limits, list types and rules.
    ///
    /// Rules run only where the structure is right, since they may rely on it.
    ///
    /// - Parameters:
    ///   - object: The object, pruned and defaulted.
    ///   - old: The object it replaces, for transition rules and so that what was stored before is tolerated.
    ///   - wording: What messages about failed rules show of the value.
    /// - Returns: All issues; empty when the object is valid.
    package func validate(_ object: Tree, replacing old: Tree? = nil, wording: RuleWording = .value) -> [FieldIssue] {
        var issues = node.validate(object, replacing: old)
        guard let rules else { return issues }
        if issues.contains(where: \.blocksRules) {
            let detail = """
                some validation rules were not checked because the object was invalid; correct the existing errors to \
                complete validation
                """
            issues.append(FieldIssue(.invalid, at: "", value: .null, detail: detail))
            return issues
        }
        var runner = RuleRunner(wording: wording)
        runner.run(rules, object, old: old, at: "")
        return issues + runner.issues
    }
}
