/// Adds up what the parts of an expression can cost at most.
struct CostEstimator {
    /// What is known of a node.
    struct Estimate {
        var cost: UInt64
        var shape: CostShape
    }

    private static let textFactor = 0.1
    private static let patternFactor = 0.25
    private static let listCost: UInt64 = 10
    private static let mapCost: UInt64 = 30

    private var shapes: [String: CostShape]

    init(shapes: [String: CostShape]) {
        self.shapes = shapes
    }

    /// The estimate of a node and all below it.
    mutating func visit(_ node: ExpressionNode) -> Estimate {
        switch node.kind {
        case .literal(let value): return Estimate(cost: 0, shape: Self.shape(of: value))
        case .identifier(let name): return Estimate(cost: 1, shape: shapes[name] ?? .computed)
        case .select(let operand, let field, _):
            let base = visit(operand)
            return Estimate(cost: base.cost.plus(1), shape: base.shape.field(field))
        case .test(let operand, _): return Estimate(cost: visit(operand).cost.plus(1), shape: .scalar)
        case .index(let operand, let index, _):
            let base = visit(operand)
            return Estimate(cost: base.cost.plus(visit(index).cost).plus(1), shape: base.shape.element)
        case .call(let name, let target, let arguments): return call(name, target, arguments)
        case .binary(let operation, let left, let right): return binary(operation, visit(left), visit(right))
        case .not(let operand), .negate(let operand):
            return Estimate(cost: visit(operand).cost.plus(1), shape: .computed)
        case .logical(_, let operands):
            var cost: UInt64 = 0
            for operand in operands { cost = cost.plus(visit(operand).cost) }
            return Estimate(cost: cost, shape: .computed)
        case .conditional(let condition, let positive, let negative):
            let (first, second) = (visit(positive), visit(negative))
            let shape = first.shape.size >= second.shape.size ? first.shape : second.shape
            return Estimate(cost: visit(condition).cost.plus(max(first.cost, second.cost)), shape: shape)
        case .list(let elements): return list(elements)
        case .map(let pairs):
            var cost = Self.mapCost
            for pair in pairs { cost = cost.plus(visit(pair.key).cost).plus(visit(pair.value).cost) }
            return Estimate(cost: cost, shape: .map(.computed, count: UInt64(pairs.count)))
        case .comprehension(let comprehension): return walk(comprehension)
        case .bind(let name, let value, let body):
            let bound = visit(value)
            let result = with([name: bound.shape]) { $0.visit(body) }
            return Estimate(cost: bound.cost.plus(result.cost).plus(Self.listCost), shape: result.shape)
        case .optionalMap(let target, let name, let body, _):
            let base = visit(target)
            let result = with([name: base.shape]) { $0.visit(body) }
            return Estimate(cost: base.cost.plus(result.cost).plus(Self.listCost), shape: result.shape)
        }
    }

    private mutating func with<Result>(_ bindings: [String: CostShape], _ body: (inout CostEstimator) -> Result)
        -> Result
    {
        let saved = shapes
        shapes.merge(bindings) { _, new in new }
        defer { shapes = saved }
        return body(&self)
    }

    private static func shape(of value: ExpressionValue) -> CostShape {
        switch value {
        case .string(let text): .text(UInt64(text.unicodeScalars.count))
        case .bytes(let bytes): .text(UInt64(bytes.count))
        default: .text(1)
        }
    }

    private mutating func list(_ elements: [ExpressionNode.Element]) -> Estimate {
        var cost = Self.listCost
        var largest: CostShape?
        for element in elements {
            let part = visit(element.node)
            cost = cost.plus(part.cost)
            if part.shape.size >= largest?.size ?? 0 { largest = part.shape }
        }
        return Estimate(cost: cost, shape: .list(largest ?? .scalar, count: UInt64(elements.count)))
    }

    // MARK: Operators

    private func binary(_ operation: ExpressionNode.BinaryOperator, _ left: Estimate, _ right: Estimate) -> Estimate {
        let cost = left.cost.plus(right.cost)
        switch operation {
        case .add:
            switch (left.shape, right.shape) {
            case (.text(let first), .text(let second)):
                let size = first.plus(second)
                return Estimate(cost: cost.plus(size.times(Self.textFactor)), shape: .text(size))
            case (.list(let element, let first), .list(let other, let second)):
                let shape = element.size >= other.size ? element : other
                return Estimate(cost: cost.plus(1), shape: .list(shape, count: first.plus(second)))
            default: return Estimate(cost: cost.plus(1), shape: .computed)
            }
        case .equal, .notEqual:
            let size = min(left.shape.size, right.shape.size)
            // Of two computed values that have no length, one step is charged.
            let charged = size == .max ? 1 : size.times(Self.textFactor)
            return Estimate(cost: cost.plus(charged), shape: .computed)
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            guard case .text(let first) = left.shape, case .text(let second) = right.shape else { break }
            return Estimate(cost: cost.plus(max(1, min(first, second).times(Self.textFactor))), shape: .computed)
        case .isIn:
            guard case .list(_, let count) = right.shape else { break }
            return Estimate(cost: cost.plus(count), shape: .computed)
        default: break
        }
        return Estimate(cost: cost.plus(1), shape: .computed)
    }

    // MARK: Functions

    private mutating func call(_ name: String, _ target: ExpressionNode?, _ arguments: [ExpressionNode]) -> Estimate {
        let parts = ((target.map { [$0] } ?? []) + arguments).map { visit($0) }
        let cost = parts.reduce(UInt64(0)) { $0.plus($1.cost) }
        let sizes = parts.map(\.shape).map { shape in shape.size == .max ? 1 : shape.size }
        let first = sizes.first ?? 0
        let second = sizes.count > 1 ? sizes[1] : 0
        func made(_ own: UInt64, _ shape: CostShape = .computed) -> Estimate {
            Estimate(cost: cost.plus(own), shape: shape)
        }
        switch name {
        case "contains", "indexOf", "lastIndexOf":
            if case .list(let element, let count) = parts.first?.shape {
                return made(count.multiplied(max(1, min(element.size, second).times(Self.textFactor))))
            }
            return made(first.times(Self.textFactor).multiplied(second.times(Self.textFactor)))
        case "startsWith", "endsWith": return made(second.times(Self.textFactor))
        case "matches", "find", "findAll":
            let text = first.plus(1).times(Self.textFactor)
            let own = text.multiplied(second.times(Self.patternFactor))
            return made(own, name == "findAll" ? .list(.text(first), count: first) : .text(first))
        case "lowerAscii", "upperAscii", "trim", "substring", "url", "ip", "cidr", "isIP", "isCIDR", "quantity",
            "isQuantity", "base64.encode", "base64.decode":
            return made(first.times(Self.textFactor), .text(first))
        case "replace":
            let most = sizes.count > 2 ? first.multiplied(max(1, sizes[2])) : first
            return made(first.times(Self.textFactor).multiplied(2), .text(most))
        case "split": return made(first.times(Self.textFactor), .list(.text(first), count: first))
        case "join":
            let each = parts.first?.shape.element.size ?? 0
            let total = each == .max ? first : each.multiplied(first)
            return made(total.times(Self.textFactor), .text(total))
        case "isSorted", "sum", "min", "max": return made(first)
        default: return made(1)
        }
    }

    // MARK: Comprehensions

    private mutating func walk(_ comprehension: ExpressionNode.Comprehension) -> Estimate {
        let range = visit(comprehension.range)
        var count = range.shape.size
        var bindings: [String: CostShape] = [:]
        let names = comprehension.variables
        switch range.shape {
        case .map(let value, _):
            // Keys are charged as nothing.
            bindings[names[0]] = .text(0)
            if names.count > 1 { bindings[names[1]] = value }
        case .list(let element, _):
            bindings[names[0]] = names.count > 1 ? .scalar : element
            if names.count > 1 { bindings[names[1]] = element }
        default:
            // Of what a function made nothing is known; one element is charged rather than refuse what may be fine.
            for name in names { bindings[name] = .computed }
            count = 1
        }
        let (condition, transform) = with(bindings) { inner in
            (comprehension.condition.map { inner.visit($0) }, comprehension.transform.map { inner.visit($0) })
        }
        let inner = (condition?.cost ?? 0).plus(transform?.cost ?? 0)
        // What the macro itself does for each element, and once.
        let (each, once): (UInt64, UInt64)
        var shape = CostShape.computed
        switch comprehension.macro {
        case .all: (each, once) = (3, 1)
        case .exists: (each, once) = (4, 1)
        case .existsOne: (each, once) = (2, 2)
        case .filter:
            (each, once) = (13, 1 + Self.listCost)
            shape = .list(range.shape.element, count: range.shape.size)
        case .map, .transformList:
            (each, once) = (12, 1 + Self.listCost)
            shape = .list(transform?.shape ?? .computed, count: range.shape.size)
        case .transformMap:
            (each, once) = (Self.mapCost + 2, 1 + Self.mapCost)
            shape = .map(transform?.shape ?? .computed, count: range.shape.size)
        }
        return Estimate(cost: range.cost.plus(once).plus(count.multiplied(inner.plus(each))), shape: shape)
    }
}

extension UInt64 {
    /// The sum, cut to the largest number.
    func plus(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    /// The product, cut to the largest number.
    func multiplied(_ other: UInt64) -> UInt64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }

    /// The product with a fraction, rounded up and cut to the largest number.
    func times(_ factor: Double) -> UInt64 {
        let product = (Double(self) * factor).rounded(.up)
        return UInt64(exactly: product) ?? .max
    }
}
