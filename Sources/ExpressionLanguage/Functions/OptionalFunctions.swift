/// Optional values (CEL specification, "Optionals").
enum OptionalFunctions {
    static let all: [FunctionDefinition] = [
        FunctionDefinition("optional.of", ["@(A) optional<A>"]) { arguments, _ in .optional(arguments[0]) },
        FunctionDefinition("optional.none", ["@() optional<A>"]) { _, _ in .optional(nil) },
        FunctionDefinition("optional.ofNonZeroValue", ["@(A) optional<A>"]) { arguments, _ in
            .optional(isZero(arguments[0]) ? nil : arguments[0])
        },
        FunctionDefinition("hasValue", ["optional<A>.hasValue() bool"]) { arguments, _ throws(ExpressionError) in
            if case .some = try wrapped(arguments, "hasValue") { return .bool(true) }
            return .bool(false)
        },
        FunctionDefinition("value", ["optional<A>.value() A"]) { arguments, _ throws(ExpressionError) in
            guard let value = try wrapped(arguments, "value") else { throw .evaluation("optional.none() dereference") }
            return value
        },
        FunctionDefinition("orValue", ["optional<A>.orValue(A) A"]) { arguments, _ throws(ExpressionError) in
            try wrapped(arguments, "orValue") ?? arguments[1]
        },
        FunctionDefinition("or", ["optional<A>.or(optional<A>) optional<A>"]) { arguments, _ throws(ExpressionError) in
            if case .some = try wrapped(arguments, "or") { return arguments[0] }
            return arguments[1]
        },
    ]

    private static func wrapped(_ arguments: [ExpressionValue], _ name: String) throws(ExpressionError)
        -> ExpressionValue?
    {
        guard case .optional(let wrapped) = arguments[0] else { throw .noOverload(name, arguments) }
        return wrapped
    }

    private static func isZero(_ value: ExpressionValue) -> Bool {
        switch value {
        case .null: true
        case .bool(let flag): !flag
        case .int(let number): number == 0
        case .uint(let number): number == 0
        case .double(let number): number == 0
        case .string(let text): text.isEmpty
        case .bytes(let bytes): bytes.isEmpty
        case .list(let list): list.count == 0
        case .map(let map): map.count == 0
        case .duration(let span): span.nanoseconds == 0
        case .optional(nil): true
        default: false
        }
    }
}
