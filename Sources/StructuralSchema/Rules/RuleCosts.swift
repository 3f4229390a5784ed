internal import DataTree
internal import ExpressionLanguage

extension CustomResourceSchema {
    /// The rules that are too costly to be taken, alone or together (apiextensions-apiserver `pkg/apis/apiextensions/validation`).
    ///
    /// - Parameter path: Where the schema stands.
    /// - Returns: The issues in the words of kube-apiserver; empty when all rules together can be afforded.
    package func costIssues(at path: String) -> [FieldIssue] {
        var costs = RuleCosts()
        costs.visit(node, cardinality: 1, isWholeObject: true, at: path)
        return costs.issues + costs.totalIssues(at: path)
    }
}

/// Adds up what the rules of a schema can cost.
private struct RuleCosts {
    /// The most that one rule may cost.
    private static let ruleLimit: UInt64 = 10_000_000
    /// The most that all rules may cost together.
    private static let totalLimit: UInt64 = 100_000_000
    /// The most bytes that a request may have.
    private static let requestBytes: UInt64 = 3 << 20
    /// How many rules are named as the most costly.
    private static let named = 4

    private(set) var issues: [FieldIssue] = []
    private var total: UInt64 = 0
    private var costly: [(path: String, cost: UInt64)] = []
    private var types = RuleTypes()

    /// Looks at a level and all below it.
    ///
    /// - Parameters:
    ///   - node: The level.
    ///   - cardinality: How many values of it there can be; nil where nothing limits them but the request.
    ///   - isWholeObject: Whether it is the object itself.
    ///   - path: Where it stands.
    mutating func visit(_ node: SchemaNode, cardinality: UInt64?, isWholeObject: Bool, at path: String) {
        let shape = Self.shape(node)
        let type = types.type(of: node, isWholeObject: isWholeObject) ?? .dynamic
        let count = cardinality ?? Self.requestBytes / (Self.least(node) + 1)
        for (index, rule) in node.facts.rules.enumerated() {
            let place = "\(path).x-kubernetes-validations[\(index)]"
            guard let compiled = try? CompiledRule(rule, type: type, at: place) else { continue }
            let shapes = ["self": shape, "oldSelf": shape]
            let each = compiled.expression.estimatedCost(shapes)
            let (product, overflow) = each.multipliedReportingOverflow(by: count)
            note(overflow ? .max : product, "estimated rule cost", at: place + ".rule")
            if let message = compiled.messageExpression {
                let place = place + ".messageExpression"
                note(message.estimatedCost(shapes), "estimated messageExpression cost", at: place)
            }
        }
        for property in node.facts.properties {
            let place = "\(path).properties[\(property.name)]"
            visit(property.schema, cardinality: cardinality, isWholeObject: false, at: place)
        }
        if case .schema(let values) = node.facts.additional {
            let inner = Self.product(cardinality, node.facts.limits.maxProperties)
            visit(values, cardinality: inner, isWholeObject: false, at: path + ".additionalProperties")
        }
        if let items = node.facts.items {
            let inner = Self.product(cardinality, node.facts.limits.maxItems)
            visit(items, cardinality: inner, isWholeObject: false, at: path + ".items")
        }
    }

    private static func product(_ cardinality: UInt64?, _ most: Int64?) -> UInt64? {
        guard let cardinality, let most else { return nil }
        let (product, overflow) = cardinality.multipliedReportingOverflow(by: UInt64(max(0, most)))
        return overflow ? .max : product
    }

    private mutating func note(_ cost: UInt64, _ what: String, at path: String) {
        let (sum, overflow) = total.addingReportingOverflow(cost)
        total = overflow ? .max : sum
        if cost > Self.totalLimit / 100 { costly.append((path, cost)) }
        guard cost > Self.ruleLimit else { return }
        issues.append(FieldIssue(.forbidden, at: path, value: nil, detail: Self.text(what, cost, Self.ruleLimit)))
    }

    /// What is wrong with all rules together.
    func totalIssues(at path: String) -> [FieldIssue] {
        guard total > Self.totalLimit else { return [] }
        let detail = "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema"
        let most = costly.sorted { $0.cost > $1.cost }.prefix(Self.named)
        let what = "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema"
        return most.map { FieldIssue(.forbidden, at: $0.path, value: nil, detail: detail) } + [
            FieldIssue(.forbidden, at: path, value: nil, detail: Self.text(what, total, Self.totalLimit))
        ]
    }

    private static func text(_ what: String, _ cost: UInt64, _ limit: UInt64) -> String {
        let factor = Double(cost) / Double(limit)
        let shown: String
        if factor > 100 {
            shown = "more than 100x"
        } else {
            shown = factor < 1.5 ? "\(fixed(factor, 1_000_000))x" : "\(fixed(factor, 10))x"
        }
        return
            "\(what) exceeds budget by factor of \(shown) (try simplifying the rule, or adding maxItems, maxProperties, "
            + "and maxLength where arrays, maps, and strings are declared)"
    }

    /// A number of at most 100 with as many decimals as `scale` has zeros.
    private static func fixed(_ number: Double, _ scale: Int) -> String {
        let parts = Int((number * Double(scale)).rounded(.toNearestOrEven))
        let decimals = String(scale + parts % scale).dropFirst()
        return "\(parts / scale).\(decimals)"
    }

    // MARK: Sizes

    /// How large values of a level can be.
    private static func shape(_ node: SchemaNode) -> CostShape {
        let facts = node.facts
        let whole = requestBytes - 2
        if facts.extensions.isIntOrString { return .text(whole) }
        switch facts.type {
        case .string: return .text(textSize(facts))
        case .array:
            guard let items = facts.items else { return .computed }
            let count = facts.limits.maxItems.map { UInt64(max(0, $0)) } ?? whole / (least(items) + 1)
            return .list(shape(items), count: count)
        case .object:
            if case .schema(let values) = facts.additional {
                let count = facts.limits.maxProperties.map { UInt64(max(0, $0)) } ?? whole / (least(values) + 6)
                return .map(shape(values), count: count)
            }
            var fields: [String: CostShape] = [:]
            for property in facts.properties {
                if let name = FieldName.escape(property.name) { fields[name] = shape(property.schema) }
            }
            return .object(fields)
        case nil: return .computed
        default: return .scalar
        }
    }

    private static func textSize(_ facts: SchemaFacts) -> UInt64 {
        let most = facts.limits.maxLength.map { UInt64(max(0, $0)) }
        switch facts.format {
        case "byte": return most ?? requestBytes - 2
        case "duration": return 28
        case "date": return 12
        case "date-time": return 37
        default: break
        }
        // Lengths are in characters of up to four bytes.
        if let most { return most.multipliedReportingOverflow(by: 4).overflow ? .max : most * 4 }
        let choices = facts.limits.allowed.compactMap { $0.string?.utf8.count }
        return choices.max().map { UInt64($0) } ?? requestBytes - 2
    }

    /// The fewest bytes that a value of a level takes in a request.
    private static func least(_ node: SchemaNode) -> UInt64 {
        let facts = node.facts
        if facts.extensions.isIntOrString { return 1 }
        switch facts.type {
        case .string:
            switch facts.format {
            case "date": return 12
            case "date-time": return 22
            case "duration": return 4
            default: return 2
            }
        case .array: return 2
        case .object:
            var size: UInt64 = 2
            for property in facts.properties
            where facts.required.contains(property.name) && property.schema.facts.defaultValue == nil {
                size += UInt64(property.name.utf8.count) + least(property.schema) + 4
            }
            return size
        case .boolean: return 4
        default: return 1
        }
    }
}
