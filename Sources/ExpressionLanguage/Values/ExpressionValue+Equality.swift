internal import DataTree

extension ExpressionValue {
    /// Equality as CEL defines it: numbers by value across types, lists by elements, maps by entries; other types never equal.
    func isEqual(to other: ExpressionValue, _ meter: inout CostMeter) throws(ExpressionError) -> Bool {
        try meter.charge(1)
        switch (self, other) {
        case (.null, .null): return true
        case (.bool(let left), .bool(let right)): return left == right
        case (.string(let left), .string(let right)):
            try meter.charge(text: left)
            return left.utf8.elementsEqual(right.utf8)
        case (.bytes(let left), .bytes(let right)): return left == right
        case (.duration(let left), .duration(let right)): return left == right
        case (.timestamp(let left), .timestamp(let right)): return left == right
        case (.type(let left), .type(let right)): return left == right
        case (.url(let left), .url(let right)): return left == right
        case (.ip(let left), .ip(let right)): return left == right
        case (.cidr(let left), .cidr(let right)): return left == right
        case (.quantity(let left), .quantity(let right)): return left == right
        case (.format(let left), .format(let right)): return left == right
        case (.optional(let left), .optional(let right)):
            guard let left, let right else { return left == nil && right == nil }
            return try left.isEqual(to: right, &meter)
        case (.list(let left), .list(let right)): return try Self.areEqual(left, right, &meter)
        case (.map(let left), .map(let right)): return try Self.areEqual(left, right, &meter)
        default: return NumberOrder.compare(self, other) == .equal
        }
    }

    private static func areEqual(_ left: ListValue, _ right: ListValue, _ meter: inout CostMeter)
        throws(ExpressionError)
        -> Bool
    {
        guard left.count == right.count else { return false }
        if left.identity != .atomic {
            for element in try left.elements() where try !contains(right, element, &meter) { return false }
            return true
        }
        for index in 0..<left.count {
            if try !left.element(index).isEqual(to: right.element(index), &meter) { return false }
        }
        return true
    }

    private static func areEqual(_ left: MapValue, _ right: MapValue, _ meter: inout CostMeter) throws(ExpressionError)
        -> Bool
    {
        guard left.count == right.count else { return false }
        for key in left.keys {
            guard case .string(let name) = key else {
                guard let first = try left.value(key), let second = try right.value(key) else { return false }
                if try !first.isEqual(to: second, &meter) { return false }
                continue
            }
            guard let first = try left.value(dataKey: name), let second = try right.value(dataKey: name) else {
                return false
            }
            if try !first.isEqual(to: second, &meter) { return false }
        }
        return true
    }

    /// Whether a list holds an element equal to `value`.
    static func contains(_ list: ListValue, _ value: ExpressionValue, _ meter: inout CostMeter) throws(ExpressionError)
        -> Bool
    {
        for index in 0..<list.count where try list.element(index).isEqual(to: value, &meter) { return true }
        return false
    }
}

/// The order of numbers across types.
enum NumberOrder {
    case less, equal, greater

    /// The order of two numbers; nil when one is no number, or NaN.
    static func compare(_ left: ExpressionValue, _ right: ExpressionValue) -> NumberOrder? {
        switch (left, right) {
        case (.int(let first), .int(let second)): return order(first, second)
        case (.uint(let first), .uint(let second)): return order(first, second)
        case (.int(let first), .uint(let second)):
            return first < 0 ? .less : order(UInt64(first), second)
        case (.uint(let first), .int(let second)):
            return second < 0 ? .greater : order(first, UInt64(second))
        default:
            guard let first = double(left), let second = double(right), !first.isNaN, !second.isNaN else { return nil }
            return order(first, second)
        }
    }

    private static func order<Value: Comparable>(_ left: Value, _ right: Value) -> NumberOrder {
        left < right ? .less : (left == right ? .equal : .greater)
    }

    private static func double(_ value: ExpressionValue) -> Double? {
        switch value {
        case .int(let number): Double(number)
        case .uint(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }
}
