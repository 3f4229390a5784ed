internal import DataTree
internal import ExpressionLanguage
internal import SandboxStore

/// The conditions in CEL under which a webhook is called (`matchConditions` of admissionregistration.k8s.io/v1).
///
/// Expressions know `object`, `oldObject` and `request`; `authorizer` is not offered.
struct MatchConditions: Sendable {
    /// What the conditions say together.
    enum Outcome: Sendable, Hashable {
        /// All hold.
        case matches
        /// At least one does not hold.
        case differs
        /// None says no, and at least one cannot be evaluated.
        case failed(String)
    }

    private static let variables: [String: ExpressionType] = [
        "object": .dynamic, "oldObject": .dynamic, "request": .dynamic,
    ]

    private let conditions: [(name: String, expression: String)]

    /// Makes the conditions of names and expressions.
    init(_ conditions: [(name: String, expression: String)]) {
        self.conditions = conditions
    }

    /// Evaluates the conditions over a request.
    ///
    /// - Parameters:
    ///   - object: the object as it is now.
    ///   - old: the object before.
    ///   - request: the request, as an AdmissionReview carries it.
    /// - Returns: what they say: one `false` outweighs any error.
    func evaluate(object: Tree?, old: Tree?, request: Tree) -> Outcome {
        guard !conditions.isEmpty else { return .matches }
        var failure: String?
        var meter = CostMeter()
        do throws(ExpressionError) {
            let values = [
                "object": try ExpressionValue(object ?? .null, as: .dynamic),
                "oldObject": try ExpressionValue(old ?? .null, as: .dynamic),
                "request": try ExpressionValue(request, as: .dynamic),
            ]
            for (name, source) in conditions {
                do throws(ExpressionError) {
                    let expression = try Expression(source, variables: Self.variables)
                    guard case .bool(let holds) = try expression.evaluate(values, meter: &meter) else {
                        failure = "matchCondition \(name) gives no boolean"
                        continue
                    }
                    if !holds { return .differs }
                } catch {
                    failure = "matchCondition \(name) cannot be evaluated: \(error.message)"
                }
            }
        } catch {
            failure = "the request cannot be shown to expressions: \(error.message)"
        }
        return failure.map { .failed($0) } ?? .matches
    }
}
