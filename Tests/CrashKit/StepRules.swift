package import RolloutEngine

/// What a rollout may do from one record to the next, whatever happens to its operator.
package struct StepRules: Sendable {
    private let gates: [String]

    /// Rules of a rollout each of whose steps has to be let go by these metrics and gates.
    package init(gates: [String]) {
        self.gates = gates
    }

    /// What is wrong with a change of the record: a step passed over, taken twice or given up, or left before its gates let it go.
    ///
    /// - Parameters:
    ///   - old: the record before; nil where there was none.
    ///   - new: the record after; nil where there is none any more.
    ///   - isPromoted: whether the change is the begin of the promotion.
    ///   - isPromoting: whether the promotion is under way, whose parts each begin anew.
    ///   - hasPassed: whether a gate has let a step go, asked after the step's share was reached.
    /// - Returns: what is wrong, in words.
    package func breaches(
        from old: RolloutRecord?,
        to new: RolloutRecord?,
        isPromoted: Bool,
        isPromoting: Bool = false,
        hasPassed: (_ gate: String, _ step: Int) -> Bool
    ) -> [String] {
        guard (new ?? old)?.verdict == nil, old?.verdict == nil else { return [] }
        let last = old?.step ?? -1
        let next = new?.step ?? last
        let name = (new ?? old)?.target ?? ""
        var found: [String] = []
        if old == nil, let new, new.step != -1 { found.append("\(name) begins with step \(new.step)") }
        if next > last + 1 { found.append("\(name) passes over a step: \(last) -> \(next)") }
        if next < last { found.append("\(name) falls back: \(last) -> \(next)") }
        if !isPromoting, let old, let new, next == last, new.began != old.began {
            found.append("\(name) takes step \(last) twice")
        }
        guard last >= 0, next > last || isPromoted || new == nil else { return found }
        for gate in gates where !hasPassed(gate, last) {
            found.append("\(name) leaves step \(last) although \(gate) has not let it go")
        }
        return found
    }
}
