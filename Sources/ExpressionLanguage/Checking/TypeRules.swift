internal import PatternMatching

/// How types fit together.
enum TypeRules {
    /// A type that both fit, nil where there is none.
    static func join(_ left: ExpressionType, _ right: ExpressionType) -> ExpressionType? {
        switch (left, right) {
        case (.dynamic, _), (_, .dynamic): return .dynamic
        case (.null, .null): return .null
        case (.null, let other), (let other, .null): return isNullable(other) ? other : nil
        case (.list(let first, let identity), .list(let second, _)):
            return join(first, second).map { .list($0, identity) }
        case (.map(let firstKey, let firstValue), .map(let secondKey, let secondValue)):
            guard let key = join(firstKey, secondKey), let value = join(firstValue, secondValue) else { return nil }
            return .map(key, value)
        case (.optional(let first), .optional(let second)): return join(first, second).map { .optional($0) }
        // Objects and maps of unknown keys meet where data is compared with a literal.
        case (.object, .map), (.map, .object): return .dynamic
        default: return left == right ? left : nil
        }
    }

    private static func isNullable(_ type: ExpressionType) -> Bool {
        switch type {
        case .bool, .int, .uint, .double, .string, .bytes, .type: false
        default: true
        }
    }

    /// The result of calling a function in one of its forms, nil where the arguments do not fit.
    static func result(of signature: FunctionSignature, _ arguments: [ExpressionType]) -> ExpressionType? {
        guard signature.parameters.count == arguments.count else { return nil }
        var bindings: [String: ExpressionType] = [:]
        for (wanted, found) in zip(signature.parameters, arguments) {
            guard match(wanted, found, &bindings) else { return nil }
        }
        return substitute(signature.result, bindings)
    }

    private static func match(
        _ wanted: ExpressionType,
        _ found: ExpressionType,
        _ bindings: inout [String: ExpressionType]
    ) -> Bool {
        switch (wanted, found) {
        case (.parameter(let name), _):
            guard let known = bindings[name] else {
                bindings[name] = found
                return true
            }
            guard let joined = join(known, found) else { return false }
            bindings[name] = joined
            return true
        case (_, .dynamic), (.dynamic, _): return true
        case (.list(let inner, _), .list(let element, _)): return match(inner, element, &bindings)
        case (.map(let key, let value), .map(let foundKey, let foundValue)):
            return match(key, foundKey, &bindings) && match(value, foundValue, &bindings)
        case (.optional(let inner), .optional(let wrapped)): return match(inner, wrapped, &bindings)
        default: return wanted == found
        }
    }

    private static func substitute(_ type: ExpressionType, _ bindings: [String: ExpressionType]) -> ExpressionType {
        switch type {
        case .parameter(let name): bindings[name] ?? .dynamic
        case .list(let element, let identity): .list(substitute(element, bindings), identity)
        case .map(let key, let value): .map(substitute(key, bindings), substitute(value, bindings))
        case .optional(let wrapped): .optional(substitute(wrapped, bindings))
        default: type
        }
    }

    /// The result of an operator, nil where the operands do not fit.
    static func result(
        of operation: ExpressionNode.BinaryOperator,
        _ left: ExpressionType,
        _ right: ExpressionType
    ) -> ExpressionType? {
        switch operation {
        case .equal, .notEqual: return join(left, right) == nil ? nil : .bool
        case .less, .lessOrEqual, .greater, .greaterOrEqual: return areOrdered(left, right) ? .bool : nil
        case .isIn:
            switch right {
            case .list(let element, _): return join(left, element) == nil ? nil : .bool
            case .map(let key, _): return join(left, key) == nil ? nil : .bool
            case .dynamic: return .bool
            default: return nil
            }
        case .add, .subtract, .multiply, .divide, .remainder: return arithmetic(operation, left, right)
        }
    }

    private static func areOrdered(_ left: ExpressionType, _ right: ExpressionType) -> Bool {
        let numbers: [ExpressionType] = [.int, .uint, .double]
        if left == .dynamic || right == .dynamic { return true }
        if numbers.contains(left), numbers.contains(right) { return true }
        return left == right && [.string, .bytes, .bool, .duration, .timestamp].contains(left)
    }

    private static func arithmetic(
        _ operation: ExpressionNode.BinaryOperator,
        _ left: ExpressionType,
        _ right: ExpressionType
    ) -> ExpressionType? {
        if left == .dynamic || right == .dynamic { return .dynamic }
        if left == right, [.int, .uint].contains(left) { return left }
        if left == .double, right == .double { return operation == .remainder ? nil : .double }
        switch (operation, left, right) {
        case (.add, .string, .string), (.add, .bytes, .bytes): return left
        case (.add, .list, .list): return join(left, right)
        case (.add, .duration, .duration), (.subtract, .duration, .duration): return .duration
        case (.add, .timestamp, .duration), (.add, .duration, .timestamp): return .timestamp
        case (.subtract, .timestamp, .duration): return .timestamp
        case (.subtract, .timestamp, .timestamp): return .duration
        default: return nil
        }
    }

    /// What is wrong with a regular expression, nil where nothing is.
    static func problem(ofPattern source: String) -> String? {
        do {
            _ = try Pattern(source)
            return nil
        } catch {
            return "invalid matches argument: \(error)"
        }
    }
}
