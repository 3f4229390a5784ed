/// Counts the steps of evaluation against a limit.
///
/// One step is about one operation on scalars; work on texts and lists costs in proportion to their length, so that the limit
/// bounds time. Kubernetes' limits are 1,000,000 for one rule and 10,000,000 for all rules of one request.
package struct CostMeter: Sendable {
    /// The steps left.
    package private(set) var remaining: UInt64

    /// Makes a meter.
    package init(limit: UInt64 = 1_000_000) {
        self.remaining = limit
    }

    /// Takes steps.
    ///
    /// - Throws: ``ExpressionError`` with code `costExceeded` when none are left.
    mutating func charge(_ steps: Int) throws(ExpressionError) {
        let amount = UInt64(max(0, steps))
        guard amount <= remaining else {
            remaining = 0
            throw ExpressionError(.costExceeded, "operation cancelled: actual cost limit exceeded")
        }
        remaining -= amount
    }

    /// Takes steps that were taken elsewhere, down to nothing left.
    package mutating func spend(_ steps: UInt64) { remaining -= min(steps, remaining) }

    /// Takes the steps of walking over a text once.
    mutating func charge(text: String) throws(ExpressionError) {
        try charge(1 + text.utf8.count / 10)
    }
}
