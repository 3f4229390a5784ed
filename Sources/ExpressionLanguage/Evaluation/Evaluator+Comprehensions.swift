extension Evaluator {
    /// Runs a macro over its range.
    mutating func run(_ comprehension: ExpressionNode.Comprehension) throws(ExpressionError) -> ExpressionValue {
        let steps = try bindings(of: comprehension)
        switch comprehension.macro {
        case .all, .exists: return .bool(try quantify(comprehension, steps))
        case .existsOne:
            var count = 0
            for step in steps where try holds(comprehension.condition, step) { count += 1 }
            return .bool(count == 1)
        case .filter:
            var result: [ExpressionValue] = []
            for step in steps where try holds(comprehension.condition, step) {
                if let value = step[comprehension.variables[0]] { result.append(value) }
            }
            return .list(result)
        case .map, .transformList:
            var result: [ExpressionValue] = []
            for step in steps where try holds(comprehension.condition, step) {
                result.append(try transform(comprehension, step))
            }
            return .list(result)
        case .transformMap:
            var entries: [MapValue.Entry] = []
            for step in steps where try holds(comprehension.condition, step) {
                guard let key = step[comprehension.variables[0]] else { continue }
                entries.append(MapValue.Entry(key: key, value: try transform(comprehension, step)))
            }
            guard let map = MapValue(entries) else { throw .evaluation("Failed with repeated key") }
            return .map(map)
        }
    }

    /// What the variables are bound to, step by step.
    private mutating func bindings(of comprehension: ExpressionNode.Comprehension) throws(ExpressionError)
        -> [[String: ExpressionValue]]
    {
        let range = try value(comprehension.range)
        let names = comprehension.variables
        var steps: [[String: ExpressionValue]] = []
        switch range {
        case .list(let list):
            try charge(list.count)
            for index in 0..<list.count {
                let element = try list.element(index)
                let isPair = names.count == 2
                steps.append(isPair ? [names[0]: .count(index), names[1]: element] : [names[0]: element])
            }
        case .map(let map) where !map.isObject:
            try charge(map.count)
            for key in map.keys {
                var step = [names[0]: key]
                if names.count == 2, let value = try map.value(key) { step[names[1]] = value }
                steps.append(step)
            }
        default: throw .noOverload("comprehension", [range])
        }
        return steps
    }

    private mutating func quantify(
        _ comprehension: ExpressionNode.Comprehension,
        _ steps: [[String: ExpressionValue]]
    ) throws(ExpressionError) -> Bool {
        let isAll = comprehension.macro == .all
        var failure: ExpressionError?
        for step in steps {
            do throws(ExpressionError) {
                if try holds(comprehension.condition, step) != isAll { return !isAll }
            } catch {
                if error.code == .costExceeded { throw error }
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return isAll
    }

    private mutating func holds(_ condition: ExpressionNode?, _ step: [String: ExpressionValue])
        throws(ExpressionError) -> Bool
    {
        guard let condition else { return true }
        let result = try with(step) { (inner) throws(ExpressionError) in try inner.value(condition) }
        guard let flag = result.bool else { throw .noOverload("@not_strictly_false", [result]) }
        return flag
    }

    private mutating func transform(
        _ comprehension: ExpressionNode.Comprehension,
        _ step: [String: ExpressionValue]
    ) throws(ExpressionError) -> ExpressionValue {
        guard let body = comprehension.transform else { return .null }
        return try with(step) { (inner) throws(ExpressionError) in try inner.value(body) }
    }
}
