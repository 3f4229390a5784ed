internal import DataTree
internal import ExpressionLanguage

/// The compiled rules of a schema, level by level; levels without rules at or below them are left out.
final class RuleTree: Sendable {
    /// The rules of this level.
    let rules: [CompiledRule]
    /// The type of values of this level.
    let type: ExpressionType
    /// The word for values of this level in messages.
    let typeName: String
    /// Levels below, by field.
    let properties: [(name: String, tree: RuleTree)]
    /// The level of additional properties.
    let additional: RuleTree?
    /// The level of list elements, with what tells elements apart.
    let items: RuleTree?
    /// How elements of a list find their old counterparts.
    let listType: SchemaFacts.ListType?

    private init(
        _ node: SchemaNode,
        type: ExpressionType,
        rules: [CompiledRule],
        properties: [(name: String, tree: RuleTree)],
        additional: RuleTree?,
        items: RuleTree?
    ) {
        self.rules = rules
        self.type = type
        self.typeName = node.facts.type?.rawValue ?? ""
        self.properties = properties
        self.additional = additional
        self.items = items
        self.listType = node.facts.extensions.listType
    }

    /// Compiles all rules of a schema.
    struct Compiler {
        private var types = RuleTypes()
        private(set) var issues: [FieldIssue] = []

        /// The list whose elements have no old counterparts, while its elements are looked at.
        private var uncorrelated: String?

        /// The tree of a node; nil where there are no rules.
        mutating func tree(_ node: SchemaNode, isWholeObject: Bool, at path: String) -> RuleTree? {
            var properties: [(name: String, tree: RuleTree)] = []
            for property in node.facts.properties {
                let place = "\(path).properties[\(property.name)]"
                if let tree = tree(property.schema, isWholeObject: false, at: place) {
                    properties.append((property.name, tree))
                }
            }
            var additional: RuleTree?
            if case .schema(let values) = node.facts.additional {
                additional = tree(values, isWholeObject: false, at: path + ".additionalProperties")
            }
            let items = node.facts.items.flatMap { elements(of: node, $0, at: path + ".items") }
            let type = types.type(of: node, isWholeObject: isWholeObject)
            let rules = compile(node, type ?? .dynamic, at: path)
            if rules.isEmpty, properties.isEmpty, additional == nil, items == nil { return nil }
            return RuleTree(
                node,
                type: type ?? .dynamic,
                rules: rules,
                properties: properties,
                additional: additional,
                items: items
            )
        }

        private mutating func elements(of list: SchemaNode, _ items: SchemaNode, at path: String) -> RuleTree? {
            let outer = uncorrelated
            defer { uncorrelated = outer }
            if case .map = list.facts.extensions.listType {
            } else if uncorrelated == nil {
                uncorrelated = path
            }
            return tree(items, isWholeObject: false, at: path)
        }

        private mutating func compile(_ node: SchemaNode, _ type: ExpressionType, at path: String) -> [CompiledRule] {
            var result: [CompiledRule] = []
            for (index, rule) in node.facts.rules.enumerated() {
                do {
                    let place = "\(path).x-kubernetes-validations[\(index)]"
                    let compiled = try CompiledRule(rule, type: type, at: place)
                    if compiled.isTransition, let uncorrelated {
                        let detail =
                            "oldSelf cannot be used on the uncorrelatable portion of the schema within \(uncorrelated)"
                        issues.append(
                            FieldIssue(.invalid, at: place + ".rule", value: .string(rule.rule), detail: detail)
                        )
                    }
                    result.append(compiled)
                } catch {
                    issues += error.issues
                }
            }
            return result
        }
    }
}
