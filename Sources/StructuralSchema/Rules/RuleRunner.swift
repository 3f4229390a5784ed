internal import DataTree
internal import ExpressionLanguage

/// What messages about failed rules show of the value.
package enum RuleWording: Sendable, Hashable {
    /// The value if it is a scalar, nothing otherwise, as Kubernetes 1.36 does.
    case value
    /// The name of its type, as older versions do.
    case typeName
}

/// Runs the rules of a schema over a value.
struct RuleRunner {
    private(set) var issues: [FieldIssue] = []
    private let wording: RuleWording
    private var meter: CostMeter
    private var isExhausted = false

    /// The steps all rules of one validation may take together.
    static let totalCost: UInt64 = 10_000_000
    /// The steps one evaluation of one rule may take.
    static let ruleCost: UInt64 = 1_000_000

    init(wording: RuleWording) {
        self.wording = wording
        self.meter = CostMeter(limit: Self.totalCost)
    }

    /// Runs the rules of `tree` on `value`, and those below.
    mutating func run(_ tree: RuleTree, _ value: Tree, old: Tree?, at path: String, depth: Int = 0) {
        guard depth < SchemaNode.maximumDepth, !isExhausted else { return }
        if value.isNull { return }
        runRules(tree, value, old: old, at: path, isRoot: depth == 0)
        switch value {
        case .object(let object): runFields(tree, object, old: old?.object, at: path, depth: depth)
        case .array(let elements):
            guard let items = tree.items else { return }
            let correlation = ListCorrelation(old?.array, tree.listType)
            for (index, element) in elements.enumerated() {
                let previous = correlation.counterpart(of: element)
                run(items, element, old: previous, at: "\(path)[\(index)]", depth: depth + 1)
            }
        default: return
        }
    }

    private mutating func runFields(
        _ tree: RuleTree,
        _ object: TreeObject,
        old: TreeObject?,
        at path: String,
        depth: Int
    ) {
        for (name, below) in tree.properties {
            guard let value = object[name] else { continue }
            let place = path.isEmpty ? name : "\(path).\(name)"
            run(below, value, old: old?[name], at: place, depth: depth + 1)
        }
        guard let additional = tree.additional else { return }
        for entry in object {
            run(additional, entry.value, old: old?[entry.key], at: "\(path)[\(entry.key)]", depth: depth + 1)
        }
    }

    private mutating func runRules(_ tree: RuleTree, _ value: Tree, old: Tree?, at path: String, isRoot: Bool) {
        guard !tree.rules.isEmpty else { return }
        var variables: [String: ExpressionValue] = [:]
        do {
            variables["self"] = try ExpressionValue(value, as: tree.type)
            if let old { variables["oldSelf"] = try ExpressionValue(old, as: tree.type) }
        } catch {
            issues.append(FieldIssue(.invalid, at: path, value: shown(value, tree), detail: error.message))
            return
        }
        let isUnchanged = !isRoot && old == value
        for rule in tree.rules where !isExhausted {
            // What was stored before is tolerated; only rules about the change itself still apply.
            if isUnchanged, !rule.isTransition { continue }
            guard let bound = bind(rule, variables) else { continue }
            run(rule, bound, shown: shown(value, tree), at: path)
        }
    }

    /// What messages show of a value.
    private func shown(_ value: Tree, _ tree: RuleTree) -> Tree? {
        switch wording {
        case .typeName: return .string(tree.typeName)
        case .value: return value.object == nil && value.array == nil ? value : nil
        }
    }

    /// The variables of a rule; nil when it is about a change and there is no old value.
    private func bind(_ rule: CompiledRule, _ variables: [String: ExpressionValue]) -> [String: ExpressionValue]? {
        guard rule.isTransition else { return variables }
        if rule.rule.hasOptionalOldSelf {
            var bound = variables
            bound["oldSelf"] = .optional(variables["oldSelf"])
            return bound
        }
        return variables["oldSelf"] == nil ? nil : variables
    }

    private mutating func run(
        _ rule: CompiledRule,
        _ variables: [String: ExpressionValue],
        shown value: Tree?,
        at path: String
    ) {
        do {
            if try evaluate(rule.expression, variables).bool == true { return }
        } catch {
            let detail: String
            switch error.code {
            case .costExceeded where isExhausted:
                detail = "validation failed due to running out of cost budget, no further validation rules will be run"
            case .costExceeded:
                detail = "call cost exceeds limit for rule: \(rule.rule.rule)"
            default: detail = "\(error.message) evaluating rule: \(Self.message(rule.rule))"
            }
            issues.append(FieldIssue(.invalid, at: path, value: value, detail: detail))
            return
        }
        var detail = Self.message(rule.rule)
        if let expression = rule.messageExpression, let text = try? evaluate(expression, variables).string {
            let isUsable = !text.allSatisfy(\.isWhitespace) && !text.contains("\n") && text.utf8.count <= 5120
            if isUsable { detail = text }
        }
        let place = rule.rule.fieldPath.map { path + $0 } ?? path
        let kind = rule.rule.reason.flatMap { FieldIssue.Kind(rawValue: $0) } ?? .invalid
        issues.append(
            FieldIssue(kind, at: place.hasPrefix(".") ? String(place.dropFirst()) : place, value: value, detail: detail)
        )
    }

    /// What a rule says when it fails and has no expression for it.
    private static func message(_ rule: ValidationRule) -> String {
        if let message = rule.message, !message.isEmpty { return message }
        let text = rule.rule.trimmingWhitespace
        return text.contains("\n") ? "failed rule" : "failed rule: \(text)"
    }

    /// Evaluates within the limit of one rule and what is left of the limit of all.
    private mutating func evaluate(_ expression: Expression, _ variables: [String: ExpressionValue])
        throws(ExpressionError) -> ExpressionValue
    {
        let limit = min(Self.ruleCost, meter.remaining)
        var inner = CostMeter(limit: limit)
        defer {
            meter.spend(limit - inner.remaining)
            isExhausted = meter.remaining == 0
        }
        return try expression.evaluate(variables, meter: &inner)
    }
}

extension String {
    fileprivate var trimmingWhitespace: String {
        let start = firstIndex { !$0.isWhitespace } ?? endIndex
        let end = lastIndex { !$0.isWhitespace }.map { index(after: $0) } ?? start
        return String(self[start..<end])
    }
}
