/// One operation of a parsed expression.
final class ExpressionNode: Sendable {
    /// An operator of two operands.
    enum BinaryOperator: String, Sendable {
        case add = "_+_"
        case subtract = "_-_"
        case multiply = "_*_"
        case divide = "_/_"
        case remainder = "_%_"
        case equal = "_==_"
        case notEqual = "_!=_"
        case less = "_<_"
        case lessOrEqual = "_<=_"
        case greater = "_>_"
        case greaterOrEqual = "_>=_"
        case isIn = "@in"
    }

    /// What the node does.
    enum Kind: Sendable {
        case literal(ExpressionValue)
        case identifier(String)
        case select(ExpressionNode, field: String, isOptional: Bool)
        /// `has(operand.field)`
        case test(ExpressionNode, field: String)
        case index(ExpressionNode, ExpressionNode, isOptional: Bool)
        case call(String, target: ExpressionNode?, arguments: [ExpressionNode])
        case binary(BinaryOperator, ExpressionNode, ExpressionNode)
        case not(ExpressionNode)
        case negate(ExpressionNode)
        /// All operands of a chain of `&&`, or of `||`.
        case logical(isAnd: Bool, [ExpressionNode])
        case conditional(ExpressionNode, ExpressionNode, ExpressionNode)
        case list([Element])
        case map([Pair])
        case comprehension(Comprehension)
        /// `cel.bind(name, value, body)`
        case bind(String, ExpressionNode, ExpressionNode)
        /// `optional.optMap(name, body)`, or `optFlatMap` where the body is optional already.
        case optionalMap(ExpressionNode, String, ExpressionNode, isFlat: Bool)
    }

    struct Element: Sendable {
        var node: ExpressionNode
        var isOptional: Bool
    }

    struct Pair: Sendable {
        var key: ExpressionNode
        var value: ExpressionNode
        var isOptional: Bool
    }

    /// A macro that walks over a list or the keys of a map.
    struct Comprehension: Sendable {
        enum Macro: String, Sendable {
            case all, exists, filter, map, transformList, transformMap
            case existsOne = "exists_one"
        }

        var macro: Macro
        var range: ExpressionNode
        /// One name for elements or keys, or two for index and element or key and value.
        var variables: [String]
        /// What an element must satisfy.
        var condition: ExpressionNode?
        /// What becomes of an element.
        var transform: ExpressionNode?
    }

    /// What the node does.
    let kind: Kind
    /// Where it begins in the source, in Unicode scalars.
    let offset: Int
    /// The number of levels, itself included.
    let depth: Int

    init(_ kind: Kind, offset: Int) {
        self.kind = kind
        self.offset = offset
        self.depth = 1 + (Self.children(of: kind).map(\.depth).max() ?? 0)
    }

    static func children(of kind: Kind) -> [ExpressionNode] {
        switch kind {
        case .literal, .identifier: []
        case .select(let node, _, _), .test(let node, _), .not(let node), .negate(let node): [node]
        case .index(let left, let right, _), .binary(_, let left, let right): [left, right]
        case .call(_, let target, let arguments): arguments + (target.map { [$0] } ?? [])
        case .logical(_, let nodes): nodes
        case .conditional(let first, let second, let third): [first, second, third]
        case .list(let elements): elements.map(\.node)
        case .map(let pairs): pairs.flatMap { [$0.key, $0.value] }
        case .comprehension(let macro): [macro.range] + [macro.condition, macro.transform].compactMap { $0 }
        case .bind(_, let value, let body): [value, body]
        case .optionalMap(let target, _, let body, _): [target, body]
        }
    }
}
