internal import DataTree
internal import ExpressionLanguage
internal import KubeAPI

/// Why a policy is against a request.
struct PolicyDenial: Sendable, Hashable {
    var message: String
    var reason: KubeStatus.Reason
    /// Whether it comes of an expression without a value, which no binding can turn into a warning.
    var isAlwaysRefusal = false
}

extension AdmissionPolicy {
    /// The steps that all expressions of one evaluation may take together.
    private static let totalCost: UInt64 = 10_000_000
    /// The most bytes that the value of a `messageExpression` may have.
    private static let mostMessage = 5 << 10

    /// What the policy has against a request; empty when nothing.
    func denials(_ values: PolicyValues) -> [PolicyDenial] {
        switch conditions.evaluate(values) {
        case .differs: return []
        case .failed(let why): return failed(why)
        case .matches: break
        }
        var values = values
        let variables = PolicyVariables(self, values, cost: Self.totalCost)
        values.set(variables: variables.map(first: self.variables.count))
        var meter = CostMeter(limit: Self.totalCost)
        var denials: [PolicyDenial] = []
        for rule in rules {
            do throws(PolicyFailure) {
                if try rule.expression.evaluate(values.all, &meter).bool == true { continue }
                denials.append(PolicyDenial(message: Self.message(rule, values, &meter), reason: rule.reason))
            } catch {
                denials += failed(error.text)
            }
        }
        return denials + annotationFailures(values)
    }

    private func failed(_ why: String) -> [PolicyDenial] {
        failsClosed ? [PolicyDenial(message: why, reason: .invalid)] : []
    }

    /// Annotations are for audit logs, which there are none of; only that they cannot be made matters.
    private func annotationFailures(_ values: PolicyValues) -> [PolicyDenial] {
        var meter = CostMeter(limit: Self.totalCost)
        var denials: [PolicyDenial] = []
        for annotation in annotations {
            do throws(PolicyFailure) {
                _ = try annotation.evaluate(values.all, &meter)
            } catch  where failsClosed {
                denials.append(PolicyDenial(message: error.text, reason: .invalid, isAlwaysRefusal: true))
            } catch {}
        }
        return denials
    }

    private static func message(_ rule: Rule, _ values: PolicyValues, _ meter: inout CostMeter) -> String {
        if let expression = rule.messageExpression,
            let text = try? expression.evaluate(values.all, &meter).string?.trimmed,
            !text.isEmpty, !text.contains("\n"), text.utf8.count <= mostMessage
        {
            return text
        }
        let fixed = rule.message.trimmed
        return fixed.isEmpty ? "failed expression: \(rule.expression.source.trimmed)" : fixed
    }
}

extension String {
    /// The text without white space at both ends.
    var trimmed: String {
        let start = firstIndex { !$0.isWhitespace } ?? endIndex
        let end = lastIndex { !$0.isWhitespace }.map { index(after: $0) } ?? start
        return String(self[start..<end])
    }
}
