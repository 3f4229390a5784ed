package import DataTree
internal import ExpressionLanguage

/// The conditions in CEL under which a webhook is called or a policy asked (`matchConditions` of
/// admissionregistration.k8s.io/v1).
package struct MatchConditions: Sendable {
    /// What the conditions say together.
    package enum Outcome: Sendable, Hashable {
        /// All hold.
        case matches
        /// At least one does not hold.
        case differs
        /// None says no, and at least one cannot be evaluated.
        case failed(String)
    }

    /// The steps that all conditions of one webhook or policy may take together.
    static let cost: UInt64 = 2_500_000

    private let conditions: [PolicyExpression]

    /// Makes the conditions of `matchConditions`.
    ///
    /// - Parameters:
    ///   - tree: The list; nil for none.
    ///   - hasParams: Whether expressions know `params`.
    package init(_ tree: Tree?, hasParams: Bool = false) {
        let types = PolicyValues.types(hasParams: hasParams)
        conditions = (tree?.array ?? []).map { PolicyExpression($0["expression"]?.string ?? "", types, [.bool]) }
    }

    /// Evaluates the conditions of a webhook over a request.
    ///
    /// - Parameters:
    ///   - object: The object as it is now.
    ///   - old: The object before.
    ///   - request: The request, as an AdmissionReview carries it.
    /// - Returns: What they say: one `false` outweighs any error.
    package func evaluate(object: Tree?, old: Tree?, request: Tree) -> Outcome {
        evaluate(PolicyValues(object: object, old: old, request: request))
    }

    /// Evaluates the conditions over values.
    func evaluate(_ values: PolicyValues) -> Outcome {
        guard !conditions.isEmpty else { return .matches }
        var failures: [String] = []
        var meter = CostMeter(limit: Self.cost)
        for condition in conditions {
            do throws(PolicyFailure) {
                if try condition.evaluate(values.all, &meter).bool == false { return .differs }
            } catch {
                failures.append(error.text)
            }
        }
        switch failures.count {
        case 0: return .matches
        case 1: return .failed(failures[0])
        default: return .failed("[\(failures.joined(separator: ", "))]")
        }
    }
}
