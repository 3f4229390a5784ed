/// Functions of lists, maps and sets (CEL standard, Kubernetes' list library, `sets` extension).
enum CollectionFunctions {
    static let all: [FunctionDefinition] = [
        FunctionDefinition(
            "size",
            [
                "size(string) int", "size(bytes) int", "size(list<A>) int", "size(map<A,B>) int", "string.size() int",
                "bytes.size() int", "list<A>.size() int", "map<A,B>.size() int",
            ],
            size
        ),
        FunctionDefinition("isSorted", ["list<A>.isSorted() bool"]) { arguments, meter throws(ExpressionError) in
            let elements = try elements(arguments, "isSorted", &meter)
            for (left, right) in zip(elements, elements.dropFirst()) {
                if try Operators.compare(left, right, "isSorted") == .greater { return .bool(false) }
            }
            return .bool(true)
        },
        FunctionDefinition(
            "sum",
            [
                "list<int>.sum() int", "list<uint>.sum() uint", "list<double>.sum() double",
                "list<duration>.sum() duration",
            ]
        ) { arguments, meter throws(ExpressionError) in
            let elements = try elements(arguments, "sum", &meter)
            guard var total = elements.first else { return .int(0) }
            for element in elements.dropFirst() { total = try Operators.add(total, element, &meter) }
            return total
        },
        FunctionDefinition("min", ["list<A>.min() A"]) { arguments, meter throws(ExpressionError) in
            try extreme(arguments, "min", .less, &meter)
        },
        FunctionDefinition("max", ["list<A>.max() A"]) { arguments, meter throws(ExpressionError) in
            try extreme(arguments, "max", .greater, &meter)
        },
        FunctionDefinition("sets.contains", ["@(list<A>, list<A>) bool"]) { arguments, meter throws(ExpressionError) in
            .bool(try isSubset(arguments[1], of: arguments[0], &meter))
        },
        FunctionDefinition("sets.equivalent", ["@(list<A>, list<A>) bool"]) {
            arguments,
            meter throws(ExpressionError) in
            let forth = try isSubset(arguments[1], of: arguments[0], &meter)
            return .bool(forth ? try isSubset(arguments[0], of: arguments[1], &meter) : false)
        },
        FunctionDefinition("sets.intersects", ["@(list<A>, list<A>) bool"]) {
            arguments,
            meter throws(ExpressionError) in
            guard case .list(let left) = arguments[0], case .list(let right) = arguments[1] else {
                throw .noOverload("sets.intersects", arguments)
            }
            for element in try left.elements() where try ExpressionValue.contains(right, element, &meter) {
                return .bool(true)
            }
            return .bool(false)
        },
        FunctionDefinition("lists.range", ["@(int) list<int>"]) { arguments, meter throws(ExpressionError) in
            guard case .int(let count) = arguments[0], count >= 0 else { throw .noOverload("lists.range", arguments) }
            try meter.charge(Int(clamping: count))
            return .list((0..<count).map { .int($0) })
        },
        FunctionDefinition("flatten", ["list<dyn>.flatten() list<dyn>"]) { arguments, meter throws(ExpressionError) in
            var result: [ExpressionValue] = []
            for element in try elements(arguments, "flatten", &meter) {
                if case .list(let inner) = element {
                    try meter.charge(inner.count)
                    result += try inner.elements()
                } else {
                    result.append(element)
                }
            }
            return .list(result)
        },
        FunctionDefinition("distinct", ["list<A>.distinct() list<A>"]) { arguments, meter throws(ExpressionError) in
            var result: [ExpressionValue] = []
            for element in try elements(arguments, "distinct", &meter) {
                if try !ExpressionValue.contains(ListValue(result), element, &meter) { result.append(element) }
            }
            return .list(result)
        },
    ]

    @Sendable private static func size(_ arguments: [ExpressionValue], _ meter: inout CostMeter) throws(ExpressionError)
        -> ExpressionValue
    {
        switch arguments[0] {
        case .string(let text):
            try meter.charge(text: text)
            return .count(text.unicodeScalars.count)
        case .bytes(let bytes): return .count(bytes.count)
        case .list(let list): return .count(list.count)
        case .map(let map): return .count(map.count)
        default: throw .noOverload("size", arguments)
        }
    }

    private static func elements(_ arguments: [ExpressionValue], _ name: String, _ meter: inout CostMeter)
        throws(ExpressionError) -> [ExpressionValue]
    {
        guard case .list(let list) = arguments[0] else { throw .noOverload(name, arguments) }
        try meter.charge(list.count)
        return try list.elements()
    }

    private static func extreme(
        _ arguments: [ExpressionValue],
        _ name: String,
        _ wanted: NumberOrder,
        _ meter: inout CostMeter
    ) throws(ExpressionError) -> ExpressionValue {
        let elements = try elements(arguments, name, &meter)
        guard var best = elements.first else { throw .evaluation("\(name) called on empty list") }
        for element in elements.dropFirst() {
            if try Operators.compare(element, best, name) == wanted { best = element }
        }
        return best
    }

    private static func isSubset(_ subset: ExpressionValue, of set: ExpressionValue, _ meter: inout CostMeter)
        throws(ExpressionError) -> Bool
    {
        guard case .list(let inner) = subset, case .list(let outer) = set else {
            throw .noOverload("sets.contains", [set, subset])
        }
        for element in try inner.elements() where try !ExpressionValue.contains(outer, element, &meter) { return false }
        return true
    }
}
