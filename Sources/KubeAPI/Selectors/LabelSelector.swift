public import DataTree

/// One condition on a label (`LabelSelectorRequirement` of meta/v1).
public struct LabelRequirement: Sendable, Hashable {
    /// How the label is compared.
    public enum Operation: String, Sendable, Hashable, CaseIterable {
        /// The label is present with one of the values.
        case isIn = "In"
        /// The label is absent or has none of the values.
        case notIn = "NotIn"
        /// The label is present.
        case exists = "Exists"
        /// The label is absent.
        case doesNotExist = "DoesNotExist"
        /// The label is a whole number above the only value; known to the text form alone.
        case isGreater = "Gt"
        /// The label is a whole number below the only value; known to the text form alone.
        case isLess = "Lt"
    }

    /// The label's key.
    public var key: String
    /// How it is compared.
    public var operation: Operation
    /// The values to compare with, empty for `exists` and `doesNotExist`.
    public var values: [String]

    /// Makes a requirement.
    public init(key: String, operation: Operation, values: [String] = []) {
        self.key = key
        self.operation = operation
        self.values = values
    }

    /// Whether an object with `labels` meets the requirement.
    public func matches(_ labels: [String: String]) -> Bool {
        let value = labels[key]
        return switch operation {
        case .isIn: value.map(values.contains) ?? false
        case .notIn: value.map { !values.contains($0) } ?? true
        case .exists: value != nil
        case .doesNotExist: value == nil
        case .isGreater: Self.compare(value, values.first, by: >)
        case .isLess: Self.compare(value, values.first, by: <)
        }
    }

    private static func compare(_ value: String?, _ bound: String?, by holds: (Int64, Int64) -> Bool) -> Bool {
        guard let value = value.flatMap({ Int64($0) }), let bound = bound.flatMap({ Int64($0) }) else { return false }
        return holds(value, bound)
    }
}

/// A query over labels; all requirements must hold, so one without requirements matches everything.
///
/// Follows `LabelSelector` of meta/v1 and the text form of the `labelSelector` query parameter.
public struct LabelSelector: Sendable, Hashable {
    /// The conditions, all of which must hold.
    public var requirements: [LabelRequirement]

    /// Matches every object.
    public static let everything = LabelSelector([])

    /// Makes a selector of requirements.
    public init(_ requirements: [LabelRequirement]) {
        self.requirements = requirements
    }

    /// Makes a selector that wants each of `labels` exactly.
    public init(matching labels: [String: String]) {
        self.requirements = labels.sorted { $0.key < $1.key }.map {
            LabelRequirement(key: $0.key, operation: .isIn, values: [$0.value])
        }
    }

    /// Whether an object with `labels` is selected.
    public func matches(_ labels: [String: String]) -> Bool {
        requirements.allSatisfy { $0.matches(labels) }
    }

    /// Whether every object is selected.
    public var isEverything: Bool { requirements.isEmpty }

    /// The text form: `app=web,tier in (a,b),!legacy`.
    public var text: String {
        requirements.map(\.text).joined(separator: ",")
    }
}

extension LabelRequirement {
    /// The text form of one requirement; values of sets are sorted.
    public var text: String {
        switch operation {
        case .isIn where values.count == 1: "\(key)=\(values[0])"
        case .notIn where values.count == 1: "\(key)!=\(values[0])"
        case .isIn: "\(key) in (\(values.sorted().joined(separator: ",")))"
        case .notIn: "\(key) notin (\(values.sorted().joined(separator: ",")))"
        case .exists: key
        case .doesNotExist: "!\(key)"
        case .isGreater: "\(key)>\(values.first ?? "")"
        case .isLess: "\(key)<\(values.first ?? "")"
        }
    }
}

extension LabelRequirement {
    /// The first thing that keeps the key or a value from being one of a label.
    fileprivate var issue: String? {
        if let issue = NameRule.qualifiedName.issues(in: key).first { return "key \"\(key)\": \(issue)" }
        for value in values {
            if let issue = NameRule.labelValue.issues(in: value).first { return "value \"\(value)\": \(issue)" }
        }
        return nil
    }
}

extension LabelSelector {
    /// Reads the object form (`matchLabels`, `matchExpressions`); throws ``SelectorError`` naming what is wrong.
    ///
    /// Null and an empty object select everything. Keys and values must be those of labels, as Kubernetes has it
    /// (`metav1.LabelSelectorAsSelector`): what no object can carry would select nothing without a word.
    public init(_ tree: Tree) throws(SelectorError) {
        guard !tree.isNull else {
            self = .everything
            return
        }
        guard let object = tree.object else {
            throw SelectorError("selector: must be an object, is a \(tree.kindName)")
        }
        var requirements: [LabelRequirement] = []
        if let labels = object["matchLabels"], !labels.isNull {
            guard let entries = labels.object?.entries else {
                throw SelectorError("matchLabels: must be an object, is a \(labels.kindName)")
            }
            for entry in entries.sorted(by: { $0.key < $1.key }) {
                guard let value = entry.value.string else {
                    throw SelectorError("matchLabels[\(entry.key)]: must be a string, is a \(entry.value.kindName)")
                }
                let requirement = LabelRequirement(key: entry.key, operation: .isIn, values: [value])
                if let issue = requirement.issue { throw SelectorError("matchLabels[\(entry.key)]: \(issue)") }
                requirements.append(requirement)
            }
        }
        if let expressions = object["matchExpressions"], !expressions.isNull {
            guard let items = expressions.array else {
                throw SelectorError("matchExpressions: must be a list, is a \(expressions.kindName)")
            }
            for (index, item) in items.enumerated() {
                requirements.append(try Self.expression(item, at: "matchExpressions[\(index)]"))
            }
        }
        self.requirements = requirements
    }

    private static func expression(_ tree: Tree, at path: String) throws(SelectorError) -> LabelRequirement {
        guard let key = tree["key"]?.string, !key.isEmpty else {
            throw SelectorError("\(path).key: must be a label key")
        }
        guard let word = tree["operator"]?.string, let operation = LabelRequirement.Operation(rawValue: word) else {
            throw SelectorError("\(path).operator: must be In, NotIn, Exists or DoesNotExist")
        }
        let values = tree["values"]?.array?.compactMap(\.string) ?? []
        switch operation {
        case .isIn, .notIn:
            if values.isEmpty { throw SelectorError("\(path).values: must have a value for operator \(word)") }
        case .isGreater, .isLess:
            throw SelectorError("\(path).operator: must be In, NotIn, Exists or DoesNotExist")
        case .exists, .doesNotExist:
            if !values.isEmpty { throw SelectorError("\(path).values: must be empty for operator \(word)") }
        }
        let requirement = LabelRequirement(key: key, operation: operation, values: values)
        if let issue = requirement.issue { throw SelectorError("\(path): \(issue)") }
        return requirement
    }

    /// The object form as specs carry it.
    public var tree: Tree {
        var labels = TreeObject()
        var expressions: [Tree] = []
        for requirement in requirements {
            if requirement.operation == .isIn, requirement.values.count == 1, labels[requirement.key] == nil {
                labels[requirement.key] = .string(requirement.values[0])
                continue
            }
            var item: Tree = ["key": .string(requirement.key), "operator": .string(requirement.operation.rawValue)]
            if !requirement.values.isEmpty { item["values"] = .array(requirement.values.map { .string($0) }) }
            expressions.append(item)
        }
        var tree = Tree.object(TreeObject())
        if !labels.isEmpty { tree["matchLabels"] = .object(labels) }
        if !expressions.isEmpty { tree["matchExpressions"] = .array(expressions) }
        return tree
    }
}
