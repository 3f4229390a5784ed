/// Infers types and finds what can be known to fail before any data is seen.
struct Checker {
    private var variables: [String: ExpressionType]
    private let source: String
    /// What was found, in the words of the reference checker.
    private(set) var problems: [String] = []

    init(variables: [String: ExpressionType], source: String) {
        self.variables = variables
        self.source = source
    }

    /// The type of a node; dynamic where it is only known later, and after a problem.
    mutating func type(_ node: ExpressionNode) -> ExpressionType {
        switch node.kind {
        case .literal(let value): return Self.type(of: value)
        case .identifier(let name):
            if let type = variables[name] { return type }
            if Evaluator.typeNames.contains(name) { return .type }
            return report("undeclared reference to '\(name)' (in container '')", node)
        case .select(let operand, let field, let isOptional):
            return select(operand, field, isOptional: isOptional, node)
        case .test(let operand, let field):
            _ = select(operand, field, isOptional: false, node)
            return .bool
        case .index(let operand, let index, let isOptional): return element(operand, index, isOptional, node)
        case .call(let name, let target, let arguments): return call(name, target, arguments, node)
        case .binary(let operation, let left, let right): return binary(operation, type(left), type(right), node)
        case .not(let operand):
            expectBool(operand, "!_")
            return .bool
        case .negate(let operand):
            let inner = type(operand)
            if [.int, .double, .dynamic].contains(inner) { return inner }
            return noOverload("-_", [inner], node)
        case .logical(let isAnd, let operands):
            for operand in operands { expectBool(operand, isAnd ? "_&&_" : "_||_") }
            return .bool
        case .conditional(let condition, let positive, let negative):
            expectBool(condition, "_?_:_")
            let first = type(positive)
            let second = type(negative)
            if let joined = TypeRules.join(first, second) { return joined }
            return noOverload("_?_:_", [.bool, first, second], node)
        case .list(let elements): return list(elements)
        case .map(let pairs): return map(pairs)
        case .comprehension(let comprehension): return check(comprehension)
        case .bind(let name, let value, let body):
            let bound = type(value)
            return with([name: bound]) { $0.type(body) }
        case .optionalMap(let target, let name, let body, let isFlat):
            var inner = ExpressionType.dynamic
            if case .optional(let wrapped) = type(target) { inner = wrapped }
            let result = with([name: inner]) { $0.type(body) }
            return isFlat ? result : .optional(result)
        }
    }

    private static func type(of value: ExpressionValue) -> ExpressionType {
        switch value {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        default: .dynamic
        }
    }

    mutating func with(_ bindings: [String: ExpressionType], _ body: (inout Checker) -> ExpressionType)
        -> ExpressionType
    {
        let saved = variables
        variables.merge(bindings) { _, new in new }
        defer { variables = saved }
        return body(&self)
    }

    mutating func report(_ message: String, _ node: ExpressionNode) -> ExpressionType {
        let (line, column, text) = place(of: node.offset)
        let dots = String(repeating: ".", count: column)
        problems.append("ERROR: <input>:\(line):\(column + 1): \(message)\n | \(text)\n | \(dots)^")
        return .dynamic
    }

    mutating func noOverload(_ name: String, _ types: [ExpressionType], _ node: ExpressionNode) -> ExpressionType {
        let list = types.map(\.description).joined(separator: ", ")
        return report("found no matching overload for '\(name)' applied to '(\(list))'", node)
    }

    private func place(of offset: Int) -> (line: Int, column: Int, text: String) {
        var line = 1
        var column = 0
        for scalar in source.unicodeScalars.prefix(offset) {
            column += 1
            if scalar == "\n" {
                line += 1
                column = 0
            }
        }
        let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
        return (line, column, lines.indices.contains(line - 1) ? String(lines[line - 1]) : "")
    }

    private mutating func expectBool(_ node: ExpressionNode, _ operation: String) {
        let found = type(node)
        if found != .bool, found != .dynamic {
            _ = report("expected type 'bool' but found '\(found)'", node)
        }
    }
}

// MARK: - Operations

extension Checker {
    private mutating func select(
        _ operand: ExpressionNode,
        _ field: String,
        isOptional: Bool,
        _ node: ExpressionNode
    ) -> ExpressionType {
        var base = type(operand)
        var isWrapped = isOptional
        if case .optional(let wrapped) = base {
            base = wrapped
            isWrapped = true
        }
        let found: ExpressionType
        switch base {
        case .object(let object):
            guard let member = object.field(field) else { return report("undefined field '\(field)'", node) }
            found = member.type
        case .map(_, let value): found = value
        case .dynamic: found = .dynamic
        default: return report("type '\(base)' does not support field selection", node)
        }
        return isWrapped ? .optional(found) : found
    }

    private mutating func element(
        _ operand: ExpressionNode,
        _ index: ExpressionNode,
        _ isOptional: Bool,
        _ node: ExpressionNode
    ) -> ExpressionType {
        var base = type(operand)
        let key = type(index)
        var isWrapped = isOptional
        if case .optional(let wrapped) = base {
            base = wrapped
            isWrapped = true
        }
        let found: ExpressionType
        switch base {
        case .list(let element, _) where TypeRules.join(key, .int) != nil: found = element
        case .map(let wanted, let value) where TypeRules.join(key, wanted) != nil: found = value
        case .dynamic: found = .dynamic
        default: return noOverload("_[_]", [base, key], node)
        }
        return isWrapped ? .optional(found) : found
    }

    private mutating func call(
        _ name: String,
        _ target: ExpressionNode?,
        _ arguments: [ExpressionNode],
        _ node: ExpressionNode
    ) -> ExpressionType {
        var types: [ExpressionType] = []
        if let target { types.append(type(target)) }
        for argument in arguments { types.append(type(argument)) }
        guard let function = FunctionTable.shared.function(name) else {
            return report("undeclared reference to '\(name)' (in container '')", node)
        }
        if name == "matches", case .literal(.string(let source)) = arguments.last?.kind {
            if let problem = TypeRules.problem(ofPattern: source) { return report(problem, node) }
        }
        let isMember = target != nil
        let results = function.signatures.filter { $0.isMember == isMember }.compactMap {
            TypeRules.result(of: $0, types)
        }
        guard let first = results.first else { return noOverload(name, types, node) }
        return results.allSatisfy { $0 == first } ? first : .dynamic
    }

    private mutating func binary(
        _ operation: ExpressionNode.BinaryOperator,
        _ left: ExpressionType,
        _ right: ExpressionType,
        _ node: ExpressionNode
    ) -> ExpressionType {
        if let result = TypeRules.result(of: operation, left, right) { return result }
        return noOverload(operation.rawValue, [left, right], node)
    }

    private mutating func list(_ elements: [ExpressionNode.Element]) -> ExpressionType {
        var joined: ExpressionType?
        for element in elements {
            var found = type(element.node)
            if element.isOptional, case .optional(let wrapped) = found { found = wrapped }
            joined = joined.map { TypeRules.join($0, found) ?? .dynamic } ?? found
        }
        return .list(joined ?? .dynamic)
    }

    private mutating func map(_ pairs: [ExpressionNode.Pair]) -> ExpressionType {
        var key: ExpressionType?
        var value: ExpressionType?
        for pair in pairs {
            let keyType = type(pair.key)
            var valueType = type(pair.value)
            if pair.isOptional, case .optional(let wrapped) = valueType { valueType = wrapped }
            key = key.map { TypeRules.join($0, keyType) ?? .dynamic } ?? keyType
            value = value.map { TypeRules.join($0, valueType) ?? .dynamic } ?? valueType
        }
        return .map(key ?? .dynamic, value ?? .dynamic)
    }

    private mutating func check(_ comprehension: ExpressionNode.Comprehension) -> ExpressionType {
        let range = type(comprehension.range)
        let names = comprehension.variables
        var bindings: [String: ExpressionType]
        switch range {
        case .list(let element, _):
            bindings = names.count == 2 ? [names[0]: .int, names[1]: element] : [names[0]: element]
        case .map(let key, let value):
            bindings = names.count == 2 ? [names[0]: key, names[1]: value] : [names[0]: key]
        case .dynamic: bindings = Dictionary(names.map { ($0, .dynamic) }, uniquingKeysWith: { first, _ in first })
        default:
            return report(
                "expression of type '\(range)' cannot be range of a comprehension (must be list, map, or dynamic)",
                comprehension.range
            )
        }
        let result = with(bindings) { inner in
            if let condition = comprehension.condition { inner.expectBool(condition, comprehension.macro.rawValue) }
            return comprehension.transform.map { inner.type($0) } ?? .bool
        }
        switch comprehension.macro {
        case .all, .exists, .existsOne: return .bool
        case .filter: return .list(bindings[names[0]] ?? .dynamic)
        case .map, .transformList: return .list(result)
        case .transformMap: return .map(bindings[names[0]] ?? .dynamic, result)
        }
    }
}
