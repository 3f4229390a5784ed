/// Computes the value of a parsed expression.
struct Evaluator {
    private var variables: [String: ExpressionValue]
    private(set) var meter: CostMeter

    init(variables: [String: ExpressionValue], meter: CostMeter) {
        self.variables = variables
        self.meter = meter
    }

    /// The value of a node.
    mutating func value(_ node: ExpressionNode) throws(ExpressionError) -> ExpressionValue {
        try meter.charge(1)
        switch node.kind {
        case .literal(let value): return value
        case .identifier(let name):
            if let value = variables[name] { return value }
            if Self.typeNames.contains(name) { return .type(Self.canonical[name] ?? name) }
            throw .evaluation("no such attribute(s): \(name)")
        case .select(let operand, let field, let isOptional): return try select(operand, field, isOptional)
        case .test(let operand, let field): return .bool(try has(value(operand), field))
        case .index(let operand, let index, let isOptional):
            return try element(value(operand), value(index), isOptional)
        case .call(let name, let target, let arguments): return try call(name, target, arguments)
        case .binary(let operation, let left, let right):
            let first = try value(left)
            return try Operators.apply(operation, first, value(right), &meter)
        case .not(let operand):
            let inner = try value(operand)
            guard let flag = inner.bool else { throw .noOverload("!_", [inner]) }
            return .bool(!flag)
        case .negate(let operand): return try Operators.negate(value(operand))
        case .logical(let isAnd, let operands): return .bool(try logical(isAnd, operands))
        case .conditional(let condition, let positive, let negative):
            let flag = try value(condition)
            guard let isTrue = flag.bool else { throw .noOverload("_?_:_", [flag]) }
            return try value(isTrue ? positive : negative)
        case .list(let elements): return try list(elements)
        case .map(let pairs): return try map(pairs)
        case .comprehension(let comprehension): return try run(comprehension)
        case .bind(let name, let bound, let body):
            return try with([name: try value(bound)]) { (inner) throws(ExpressionError) in try inner.value(body) }
        case .optionalMap(let target, let name, let body, let isFlat):
            let inner = try value(target)
            guard case .optional(let wrapped) = inner else { throw .noOverload("optMap", [inner]) }
            guard let wrapped else { return inner }
            let result = try with([name: wrapped]) { (inner) throws(ExpressionError) in try inner.value(body) }
            return isFlat ? result : .optional(result)
        }
    }

    /// Takes steps.
    mutating func charge(_ steps: Int) throws(ExpressionError) { try meter.charge(steps) }

    static let typeNames: Set<String> = [
        "bool", "int", "uint", "double", "string", "bytes", "list", "map", "type", "null_type", "timestamp", "duration",
        "optional_type",
    ]
    private static let canonical = [
        "timestamp": "google.protobuf.Timestamp", "duration": "google.protobuf.Duration",
    ]

    /// Runs `body` with names bound on top of the present ones.
    mutating func with<Result>(
        _ bindings: [String: ExpressionValue],
        _ body: (inout Evaluator) throws(ExpressionError) -> Result
    ) throws(ExpressionError) -> Result {
        var saved: [String: ExpressionValue?] = [:]
        for (name, value) in bindings {
            saved[name] = .some(variables[name])
            variables[name] = value
        }
        defer { for (name, value) in saved { variables[name] = value } }
        return try body(&self)
    }
}

// MARK: - Access

extension Evaluator {
    private mutating func select(_ operand: ExpressionNode, _ field: String, _ isOptional: Bool)
        throws(ExpressionError) -> ExpressionValue
    {
        let base = try value(operand)
        if case .optional(let wrapped) = base {
            guard let wrapped else { return base }
            let found = try member(wrapped, field)
            return .optional(found)
        }
        let found = try member(base, field)
        if isOptional { return .optional(found) }
        guard let found else { throw .evaluation("no such key: \(field)") }
        return found
    }

    private func member(_ base: ExpressionValue, _ field: String) throws(ExpressionError) -> ExpressionValue? {
        guard case .map(let map) = base else { throw .evaluation("no such overload: \(base.typeName).\(field)") }
        return try map.value(.string(field))
    }

    private func has(_ base: ExpressionValue, _ field: String) throws(ExpressionError) -> Bool {
        if case .optional(let wrapped) = base {
            guard let wrapped else { return false }
            return try has(wrapped, field)
        }
        guard case .map(let map) = base else { throw .evaluation("no such overload: has(\(base.typeName).\(field))") }
        // Presence, not value: a field of the wrong form is still there.
        do {
            if case .some = try map.value(.string(field)) { return true }
            return false
        } catch {
            return true
        }
    }

    private func element(_ base: ExpressionValue, _ index: ExpressionValue, _ isOptional: Bool) throws(ExpressionError)
        -> ExpressionValue
    {
        if case .optional(let wrapped) = base {
            guard let wrapped else { return base }
            return .optional(try lookup(wrapped, index))
        }
        let found = try lookup(base, index)
        if isOptional { return .optional(found) }
        guard let found else {
            if case .list = base { throw .evaluation("index out of bounds: \(try StringFormatFunctions.plain(index))") }
            throw .evaluation("no such key: \(try StringFormatFunctions.plain(index))")
        }
        return found
    }

    private func lookup(_ base: ExpressionValue, _ index: ExpressionValue) throws(ExpressionError) -> ExpressionValue? {
        switch base {
        case .map(let map): return try map.value(index)
        case .list(let list):
            guard case .int(let position) = ExpressionKey(index) else { throw .noOverload("_[_]", [base, index]) }
            guard position >= 0, position < list.count else { return nil }
            return try list.element(Int(position))
        default: throw .noOverload("_[_]", [base, index])
        }
    }
}

// MARK: - Calls and logic

extension Evaluator {
    private mutating func call(_ name: String, _ target: ExpressionNode?, _ arguments: [ExpressionNode])
        throws(ExpressionError) -> ExpressionValue
    {
        guard let function = FunctionTable.shared.function(name) else {
            throw .evaluation("unknown function: \(name)")
        }
        var values: [ExpressionValue] = []
        if let target { values.append(try value(target)) }
        for argument in arguments { values.append(try value(argument)) }
        let count = values.count
        guard function.signatures.contains(where: { $0.parameters.count == count && $0.isMember == (target != nil) })
        else { throw .noOverload(name, values) }
        return try function.body(values, &meter)
    }

    /// Errors of some operands do not matter when another one decides.
    private mutating func logical(_ isAnd: Bool, _ operands: [ExpressionNode]) throws(ExpressionError) -> Bool {
        var failure: ExpressionError?
        for operand in operands {
            do throws(ExpressionError) {
                let result = try value(operand)
                guard let flag = result.bool else {
                    throw ExpressionError.noOverload(isAnd ? "_&&_" : "_||_", [result])
                }
                if flag != isAnd { return flag }
            } catch {
                if error.code == .costExceeded { throw error }
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return isAnd
    }

    private mutating func list(_ elements: [ExpressionNode.Element]) throws(ExpressionError) -> ExpressionValue {
        var values: [ExpressionValue] = []
        for element in elements {
            let value = try value(element.node)
            guard element.isOptional else {
                values.append(value)
                continue
            }
            guard case .optional(let wrapped) = value else { throw .noOverload("optional element", [value]) }
            if let wrapped { values.append(wrapped) }
        }
        return .list(values)
    }

    private mutating func map(_ pairs: [ExpressionNode.Pair]) throws(ExpressionError) -> ExpressionValue {
        var entries: [MapValue.Entry] = []
        for pair in pairs {
            let key = try value(pair.key)
            let value = try value(pair.value)
            guard pair.isOptional else {
                entries.append(MapValue.Entry(key: key, value: value))
                continue
            }
            guard case .optional(let wrapped) = value else { throw .noOverload("optional entry", [value]) }
            if let wrapped { entries.append(MapValue.Entry(key: key, value: wrapped)) }
        }
        guard let map = MapValue(entries) else { throw .evaluation("Failed with repeated key") }
        return .map(map)
    }
}
