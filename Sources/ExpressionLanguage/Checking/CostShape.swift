/// How large the data behind a type can be, for estimates of cost.
package indirect enum CostShape: Sendable {
    /// A number, a boolean, or anything else without a length.
    case scalar
    /// A text of at most so many bytes.
    case text(UInt64)
    /// A list of at most so many elements.
    case list(CostShape, count: UInt64)
    /// A map of at most so many entries.
    case map(CostShape, count: UInt64)
    /// Named fields, by the names that expressions use.
    case object([String: CostShape])
    /// A value made by a function; nothing is known of its size.
    case computed

    /// The size that operations are charged for; the largest number where nothing is known.
    var size: UInt64 {
        switch self {
        case .text(let size), .list(_, let size), .map(_, let size): size
        case .scalar, .object: 0
        case .computed: .max
        }
    }

    /// What iteration meets, or an index finds.
    var element: CostShape {
        switch self {
        case .list(let element, _), .map(let element, _): element
        default: .computed
        }
    }

    func field(_ name: String) -> CostShape {
        switch self {
        case .object(let fields): fields[name] ?? .computed
        case .map(let element, _): element
        default: .computed
        }
    }
}

extension Expression {
    /// The most that one evaluation can cost, as Kubernetes estimates it before it takes a rule (`checker.Cost` of cel-go).
    ///
    /// - Parameter shapes: The sizes of the variables.
    /// - Returns: The cost in steps; the largest number where it has no bound.
    package func estimatedCost(_ shapes: [String: CostShape]) -> UInt64 {
        var estimator = CostEstimator(shapes: shapes)
        return estimator.visit(syntax).cost
    }
}
