internal import MeshBase

/// Arithmetic and order with CEL's rules: no silent overflow, no mixing of number types in arithmetic.
enum Operators {
    /// Applies an operator of two operands.
    static func apply(
        _ operation: ExpressionNode.BinaryOperator,
        _ left: ExpressionValue,
        _ right: ExpressionValue,
        _ meter: inout CostMeter
    ) throws(ExpressionError) -> ExpressionValue {
        switch operation {
        case .equal: return .bool(try left.isEqual(to: right, &meter))
        case .notEqual: return .bool(try !left.isEqual(to: right, &meter))
        case .less: return .bool(try compare(left, right, operation.rawValue) == .less)
        case .lessOrEqual:
            let order = try compare(left, right, operation.rawValue)
            return .bool(order == .less || order == .equal)
        case .greater: return .bool(try compare(left, right, operation.rawValue) == .greater)
        case .greaterOrEqual:
            let order = try compare(left, right, operation.rawValue)
            return .bool(order == .greater || order == .equal)
        case .isIn: return .bool(try contains(right, left, &meter))
        case .add: return try add(left, right, &meter)
        case .subtract: return try subtract(left, right)
        case .multiply, .divide, .remainder: return try scale(operation, left, right)
        }
    }

    private static func contains(_ container: ExpressionValue, _ value: ExpressionValue, _ meter: inout CostMeter)
        throws(ExpressionError) -> Bool
    {
        switch container {
        case .list(let list): return try ExpressionValue.contains(list, value, &meter)
        case .map(let map):
            if case .some = try map.value(value) { return true }
            return false
        default: throw .noOverload("@in", [value, container])
        }
    }

    /// The order of two values of one kind; nil when a NaN is among them.
    static func compare(_ left: ExpressionValue, _ right: ExpressionValue, _ name: String) throws(ExpressionError)
        -> NumberOrder?
    {
        switch (left, right) {
        case (.string(let first), .string(let second)):
            return order(
                first.unicodeScalars.lexicographicallyPrecedes(second.unicodeScalars),
                second.unicodeScalars.lexicographicallyPrecedes(first.unicodeScalars)
            )
        case (.bytes(let first), .bytes(let second)):
            return order(first.lexicographicallyPrecedes(second), second.lexicographicallyPrecedes(first))
        case (.bool(let first), .bool(let second)): return order(!first && second, first && !second)
        case (.duration(let first), .duration(let second)): return order(first < second, second < first)
        case (.timestamp(let first), .timestamp(let second)): return order(first < second, second < first)
        default:
            guard isNumber(left), isNumber(right) else { throw .noOverload(name, [left, right]) }
            return NumberOrder.compare(left, right)
        }
    }

    private static func order(_ isLess: Bool, _ isGreater: Bool) -> NumberOrder {
        isLess ? .less : (isGreater ? .greater : .equal)
    }

    private static func isNumber(_ value: ExpressionValue) -> Bool {
        switch value {
        case .int, .uint, .double: true
        default: false
        }
    }

    static func add(_ left: ExpressionValue, _ right: ExpressionValue, _ meter: inout CostMeter) throws(ExpressionError)
        -> ExpressionValue
    {
        switch (left, right) {
        case (.int(let first), .int(let second)): return .int(try checked(first.addingReportingOverflow(second)))
        case (.uint(let first), .uint(let second)): return .uint(try checked(first.addingReportingOverflow(second)))
        case (.double(let first), .double(let second)): return .double(first + second)
        case (.string(let first), .string(let second)):
            try meter.charge(text: first)
            try meter.charge(text: second)
            return .string(first + second)
        case (.bytes(let first), .bytes(let second)):
            try meter.charge((first.count + second.count) / 10)
            return .bytes(first + second)
        case (.list(let first), .list(let second)): return try concatenate(first, second, &meter)
        case (.duration(let first), .duration(let second)):
            return .duration(
                TimeSpan(nanoseconds: try checked(first.nanoseconds.addingReportingOverflow(second.nanoseconds)))
            )
        case (.timestamp(let time), .duration(let span)), (.duration(let span), .timestamp(let time)):
            return try TimeFunctions.checked(time + .nanoseconds(span.nanoseconds))
        default: throw .noOverload("_+_", [left, right])
        }
    }

    private static func concatenate(_ left: ListValue, _ right: ListValue, _ meter: inout CostMeter)
        throws(ExpressionError) -> ExpressionValue
    {
        try meter.charge(left.count + right.count)
        var elements = try left.elements()
        switch left.identity {
        case .atomic: elements += try right.elements()
        case .set:
            for element in try right.elements() where try !ExpressionValue.contains(left, element, &meter) {
                elements.append(element)
            }
        case .map(let keys):
            for element in try right.elements() {
                var place: Int?
                for (index, known) in elements.enumerated() where try haveSameKeys(known, element, keys, &meter) {
                    place = index
                    break
                }
                if let place { elements[place] = element } else { elements.append(element) }
            }
        }
        return .list(ListValue(elements, identity: left.identity))
    }

    private static func haveSameKeys(
        _ left: ExpressionValue,
        _ right: ExpressionValue,
        _ keys: [String],
        _ meter: inout CostMeter
    ) throws(ExpressionError) -> Bool {
        guard case .map(let first) = left, case .map(let second) = right else { return false }
        for key in keys {
            let one = try first.value(dataKey: key) ?? .null
            let other = try second.value(dataKey: key) ?? .null
            if try !one.isEqual(to: other, &meter) { return false }
        }
        return true
    }

    private static func subtract(_ left: ExpressionValue, _ right: ExpressionValue) throws(ExpressionError)
        -> ExpressionValue
    {
        switch (left, right) {
        case (.int(let first), .int(let second)): return .int(try checked(first.subtractingReportingOverflow(second)))
        case (.uint(let first), .uint(let second)):
            return .uint(try checked(first.subtractingReportingOverflow(second)))
        case (.double(let first), .double(let second)): return .double(first - second)
        case (.duration(let first), .duration(let second)):
            return .duration(
                TimeSpan(nanoseconds: try checked(first.nanoseconds.subtractingReportingOverflow(second.nanoseconds)))
            )
        case (.timestamp(let time), .duration(let span)):
            return try TimeFunctions.checked(time - .nanoseconds(span.nanoseconds))
        case (.timestamp(let first), .timestamp(let second)):
            let (micros, overflow) = first.microsecondsSinceEpoch.subtractingReportingOverflow(
                second.microsecondsSinceEpoch
            )
            let nanoseconds = micros.multipliedReportingOverflow(by: 1000)
            if overflow { throw .evaluation("integer overflow") }
            return .duration(TimeSpan(nanoseconds: try checked(nanoseconds)))
        default: throw .noOverload("_-_", [left, right])
        }
    }

    private static func scale(
        _ operation: ExpressionNode.BinaryOperator,
        _ left: ExpressionValue,
        _ right: ExpressionValue
    ) throws(ExpressionError) -> ExpressionValue {
        switch (operation, left, right) {
        case (.multiply, .int(let first), .int(let second)):
            return .int(try checked(first.multipliedReportingOverflow(by: second)))
        case (.multiply, .uint(let first), .uint(let second)):
            return .uint(try checked(first.multipliedReportingOverflow(by: second)))
        case (.multiply, .double(let first), .double(let second)): return .double(first * second)
        case (.divide, .int(let first), .int(let second)):
            if second == 0 { throw .evaluation("division by zero") }
            return .int(try checked(first.dividedReportingOverflow(by: second)))
        case (.divide, .uint(let first), .uint(let second)):
            if second == 0 { throw .evaluation("division by zero") }
            return .uint(first / second)
        case (.divide, .double(let first), .double(let second)): return .double(first / second)
        case (.remainder, .int(let first), .int(let second)):
            if second == 0 { throw .evaluation("modulus by zero") }
            return .int(try checked(first.remainderReportingOverflow(dividingBy: second)))
        case (.remainder, .uint(let first), .uint(let second)):
            if second == 0 { throw .evaluation("modulus by zero") }
            return .uint(first % second)
        default: throw .noOverload(operation.rawValue, [left, right])
        }
    }

    private static func checked<Value>(_ result: (partialValue: Value, overflow: Bool)) throws(ExpressionError) -> Value
    {
        if result.overflow { throw .evaluation("integer overflow") }
        return result.partialValue
    }

    static func negate(_ value: ExpressionValue) throws(ExpressionError) -> ExpressionValue {
        switch value {
        case .int(let number): return .int(try checked(Int64(0).subtractingReportingOverflow(number)))
        case .double(let number): return .double(-number)
        default: throw .noOverload("-_", [value])
        }
    }
}
