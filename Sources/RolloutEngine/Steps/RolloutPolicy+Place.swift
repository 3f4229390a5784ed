internal import MeshBase

/// Where a record stands in steps that may have changed since it was written.
extension RolloutPolicy {
    /// A short text that is equal for equal steps: the fingerprint of what each step asks for.
    package var digest: String { Fingerprint(of: Array(steps.map(\.text).joined(separator: "\n").utf8)).hexadecimal }

    /// What a record says of these steps when it enters one of them.
    ///
    /// Before the first one the share is what `record` had, so that an edit of the steps moves nothing there; 0 without a record.
    package func plan(at step: Int, after record: RolloutRecord? = nil) -> RolloutRecord.Plan {
        guard !steps.indices.contains(step) else {
            return RolloutRecord.Plan(digest: digest, weight: steps[step].weight)
        }
        let share = record.map { weight(of: $0) } ?? 0
        return RolloutRecord.Plan(digest: digest, weight: share, isEdited: record?.mayHaveMoved ?? false)
    }

    /// Whether a record was written for these steps; one that does not say counts as such.
    package func isCurrent(_ record: RolloutRecord) -> Bool {
        record.plan.map { $0.digest == digest } ?? true
    }

    /// The step at which a record stands, counted from 0; -1 before the first one.
    ///
    /// In other steps than it was written for it is the earliest with the largest share that is not above the one that was entered, so that no
    /// share grows and all that is asked at that share is asked anew. Where all shares are larger it is before the first one.
    package func place(of record: RolloutRecord) -> Int {
        guard !steps.isEmpty, record.mayHaveMoved else { return -1 }
        guard let plan = record.plan, plan.digest != digest else { return min(record.step, steps.count - 1) }
        guard let weight = steps.map(\.weight).filter({ $0 <= plan.weight }).max() else { return -1 }
        return steps.firstIndex { $0.weight == weight } ?? -1
    }

    /// The share of a record: of the step it stands at, or, until that is written down in changed steps and before the first of them, the one
    /// that was entered.
    package func weight(of record: RolloutRecord) -> Int {
        let place = place(of: record)
        guard place >= 0, isCurrent(record) else { return min(100, max(0, record.plan?.weight ?? 0)) }
        return steps[place].weight
    }
}

extension RolloutStep {
    /// All that the step asks for; names are preceded by their length, so that different ones give different texts.
    fileprivate var text: String {
        let stay =
            switch hold {
            case .none: ""
            case .untilApproved: "approved"
            case .duration(let time): "\(time.components.seconds).\(time.components.attoseconds)"
            }
        let names = gates.map { $0.sorted().map { "\($0.utf8.count):\($0)" }.joined(separator: ",") } ?? "*"
        let text = "\(weight);\(stay);\(needsApproval);\(names)"
        // Steps with a share alone give the text that records of earlier versions were written with.
        return effect.isEmpty ? text : "\(text);\(effect)"
    }
}
