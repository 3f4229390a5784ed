internal import MeshAPI
internal import MeshBase

extension MeshOperatorStatus {
    /// Says that an object does not stay as it is applied, and who writes it, where that is known; times stay where the states told do.
    mutating func noteFight(
        _ error: MeshOperatorError,
        _ writer: String?,
        told: MeshOperatorStatus,
        generation: Int64,
        now: Timestamp
    ) {
        let who = writer.map { "; field manager \($0) wrote it last" } ?? ""
        let remedy = "let one of both own it, or annotate it \(MeshNames.Annotation.ignore): \"true\""
        let message = "\(error.message.prefix(800))\(who); \(remedy)"
        let states: [(MeshConditionType, MeshCondition.State)] = [(.reconciled, .no), (.degraded, .yes)]
        for (type, state) in states {
            set(MeshCondition(type, state, .fieldConflict, message, generation: generation, at: now.rfc3339))
        }
        var mark = MeshCondition(.degraded, .yes, .fieldConflict, message, generation: generation, at: now.rfc3339)
        mark.type = MeshStatusDraft.fieldConflict
        set(mark)
        let types = states.map(\.0.rawValue) + [mark.type]
        for index in conditions.indices where types.contains(conditions[index].type) {
            let last = told.conditions.first { $0.type == conditions[index].type }
            guard let last, last.state == conditions[index].state else { continue }
            conditions[index].lastTransitionTime = last.lastTransitionTime
        }
    }
}
