internal import KubeAPI

/// Kubernetes' quantity library.
enum QuantityFunctions {
    static let all: [FunctionDefinition] = [
        FunctionDefinition("isQuantity", ["isQuantity(string) bool"]) { arguments, _ throws(ExpressionError) in
            guard let text = arguments[0].string else { throw .noOverload("isQuantity", arguments) }
            return .bool(Quantity(text) != nil)
        },
        FunctionDefinition("quantity", ["quantity(string) Quantity"]) { arguments, _ throws(ExpressionError) in
            guard let text = arguments[0].string, let quantity = Quantity(text) else {
                throw .evaluation(
                    "quantity parse error: quantities must match the regular expression of resource.Quantity"
                )
            }
            return .quantity(quantity)
        },
        FunctionDefinition("sign", ["Quantity.sign() int"]) { arguments, _ throws(ExpressionError) in
            let value = try quantity(arguments, 0, "sign")
            return .int(value.isZero ? 0 : (value < Quantity(0) ? -1 : 1))
        },
        FunctionDefinition("isInteger", ["Quantity.isInteger() bool"]) { arguments, _ throws(ExpressionError) in
            .bool(integer(try quantity(arguments, 0, "isInteger")) != nil)
        },
        FunctionDefinition("asInteger", ["Quantity.asInteger() int"]) { arguments, _ throws(ExpressionError) in
            guard let value = integer(try quantity(arguments, 0, "asInteger")) else {
                throw .evaluation("cannot convert value to integer")
            }
            return .int(value)
        },
        FunctionDefinition("asApproximateFloat", ["Quantity.asApproximateFloat() double"]) {
            arguments,
            _ throws(ExpressionError) in
            .double(Double(try quantity(arguments, 0, "asApproximateFloat").billionths) / 1e9)
        },
        FunctionDefinition("isGreaterThan", ["Quantity.isGreaterThan(Quantity) bool"]) {
            arguments,
            _ throws(ExpressionError) in
            .bool(try quantity(arguments, 1, "isGreaterThan") < quantity(arguments, 0, "isGreaterThan"))
        },
        FunctionDefinition("isLessThan", ["Quantity.isLessThan(Quantity) bool"]) {
            arguments,
            _ throws(ExpressionError) in
            .bool(try quantity(arguments, 0, "isLessThan") < quantity(arguments, 1, "isLessThan"))
        },
        FunctionDefinition("compareTo", ["Quantity.compareTo(Quantity) int"]) { arguments, _ throws(ExpressionError) in
            let left = try quantity(arguments, 0, "compareTo")
            let right = try quantity(arguments, 1, "compareTo")
            return .int(left < right ? -1 : (left == right ? 0 : 1))
        },
        FunctionDefinition("add", ["Quantity.add(Quantity) Quantity", "Quantity.add(int) Quantity"]) {
            arguments,
            _ throws(ExpressionError) in
            .quantity(try quantity(arguments, 0, "add") + operand(arguments, "add"))
        },
        FunctionDefinition("sub", ["Quantity.sub(Quantity) Quantity", "Quantity.sub(int) Quantity"]) {
            arguments,
            _ throws(ExpressionError) in
            .quantity(try quantity(arguments, 0, "sub") - operand(arguments, "sub"))
        },
    ]

    private static func quantity(_ arguments: [ExpressionValue], _ index: Int, _ name: String) throws(ExpressionError)
        -> Quantity
    {
        guard case .quantity(let quantity) = arguments[index] else { throw .noOverload(name, arguments) }
        return quantity
    }

    private static func operand(_ arguments: [ExpressionValue], _ name: String) throws(ExpressionError) -> Quantity {
        if case .int(let number) = arguments[1] { return Quantity(number) }
        return try quantity(arguments, 1, name)
    }

    private static func integer(_ quantity: Quantity) -> Int64? {
        let (whole, rest) = quantity.billionths.quotientAndRemainder(dividingBy: 1_000_000_000)
        return rest == 0 ? Int64(exactly: whole) : nil
    }
}
