internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine

/// Writes down how a MeshRollout stands: a function of what was decided.
struct RolloutStatusDraft: Sendable {
    /// The type of the condition that names who keeps changing what the rollout changes.
    static let fieldConflict = "FieldConflict"
    /// The type of the condition, and the reason of the Event, that names orders nobody can read.
    static let unreadable = "CommandUnreadable"

    /// The MeshRollout, with the status it has.
    let object: KubeObject
    /// Where it stands, in one word.
    var phase: RolloutPhase
    /// Why, in one word.
    var reason: String
    /// Why, for people.
    var message: String
    /// What keeps the rollout from beginning; nil for nothing.
    var refusal: String?
    /// Why the MeshRollout cannot be read; nil when it can.
    var invalid: String?
    /// Who keeps changing what; nil for nobody.
    var fight: String?
    /// Which routes stay with the side that serves, so that a version that failed gets nothing; nil for none.
    var shield: String?
    /// Which routes lead to a version that failed, or give one more than its step allows; nil for none.
    var exposure: String?
    /// What is wrong with the side that serves while traffic moves; nil for nothing.
    var stableDown: String?
    /// Who left the group in the middle; nil for nobody.
    var departure: String?
    /// What was deleted that traffic is routed by; nil for nothing.
    var loss: String?
    /// What the API server does not let the rollout do, and in one word why; nil for nothing.
    var denial: (reason: MeshConditionReason, text: String)?
    /// What else is wrong; nil for nothing.
    var trouble: String?
    /// What cannot be read of what people ask for; nil where nobody looked, so that what was said before stays.
    var issues: [String]?
    /// The time.
    let now: Timestamp

    init(_ object: KubeObject, phase: RolloutPhase, reason: String, message: String, now: Timestamp) {
        self.object = object
        self.phase = phase
        self.reason = reason
        self.message = message
        self.now = now
    }

    /// The status as it was.
    var previous: MeshRolloutStatus { MeshRolloutStatus(lenient: object.tree["status"] ?? .null) }

    /// The status but for its conditions; a completed rollout changes what conditions say as well.
    mutating func progressed(_ world: RolloutWorld, _ run: RolloutRun) -> MeshRolloutStatus {
        var status = previous
        status.progress = run.progress
        if let share = LiveTraffic(world).share { status.progress.weight = share }
        if refusal != nil { tellRefusal(&status) }
        status.stable = world.stableSpec.version
        status.canary = world.canarySpec.version
        status.verdict = (world.written?.record.verdict).map { verdict in
            .init(cause: verdict.cause.rawValue, message: RolloutText.fit(verdict.message))
        }
        if phase == .completed {
            // What was rolled out last serves: it has all of the traffic, and all steps are done.
            status.canary = status.stable
            status.progress.complete(world.stableSpec.version)
            let isTold = previous.progress.reason == status.progress.reason
            status.progress.since = (isTold ? previous.progress.since : nil) ?? world.now.rfc3339
            if let end = RolloutSupersession(world).last { status.progress.waitingFor += "; \(end)" }
            (reason, message) = (status.progress.reason, status.progress.waitingFor)
        }
        let place = status.progress
        status.place = place.step > 0 ? "\(place.step)/\(place.steps)" : nil
        status.ready = "\(world.stable.text) \(world.canary.text)"
        return status
    }

    /// Says what is refused where people look first, also before there is anything to roll out.
    private func tellRefusal(_ status: inout MeshRolloutStatus) {
        let before = previous.progress
        status.progress.reason = reason
        status.progress.waitingFor = RolloutText.fit(message)
        let isTold = before.reason == reason && before.step == status.progress.step
        status.progress.since = (isTold ? before.since : nil) ?? now.rfc3339
    }

    /// Sets phase and conditions.
    func complete(_ status: inout MeshRolloutStatus) {
        status.observedGeneration = object.generation ?? 0
        status.phase = phase
        set(&status, .ready, isReady ? .yes : .no)
        set(&status, .progressing, isProgressing ? .yes : .no)
        let problem = invalid ?? refusal ?? loss ?? denial?.text ?? fight ?? trouble ?? departure
        let isBad = problem != nil || phase == .failed || phase == .rolledBack || phase == .rollingBack
        set(
            &status,
            .degraded,
            isBad ? .yes : .no,
            isBad ? problemReason : MeshConditionReason.asDesired.rawValue,
            isBad ? problem ?? message : "nothing is wrong"
        )
        let check = invalid ?? refusal
        set(
            &status,
            .preflight,
            check == nil ? .yes : .no,
            check == nil ? MeshConditionReason.checksPassed.rawValue : problemReason,
            check ?? "all checks before the start passed"
        )
        let isPaused = phase == .paused
        set(
            &status,
            .paused,
            isPaused ? .yes : .no,
            (isPaused ? MeshConditionReason.paused : .notPaused).rawValue,
            isPaused ? message : "not paused"
        )
        mark(&status, Self.fieldConflict, fight, MeshConditionReason.fieldConflict.rawValue)
        // Where nobody looked, what was said before stays.
        if issues != nil {
            mark(&status, RolloutNames.shielded, shield, RolloutNames.shielded)
            mark(&status, RouteShield.exposed, exposure, RouteShield.exposed)
            mark(&status, StableWatch.reason, stableDown, StableWatch.reason)
            mark(&status, GroupDeparture.reason, departure, GroupDeparture.reason)
        }
        setIssues(&status)
    }

    /// What is worth an Event beside transitions: orders that cannot be read, each once, a side that serves no more and a member that left its
    /// group, once for each time.
    var news: [RolloutNote] {
        let told = previous.conditions.first { $0.type == Self.unreadable }?.message ?? ""
        let issues = (issues ?? []).map { RolloutText.fit($0) }.filter { !told.contains($0) }
        let states = [(StableWatch.reason, stableDown), (GroupDeparture.reason, departure)].compactMap { type, text in
            let isTold = previous.conditions.contains { $0.type == type }
            return isTold ? nil : text.map { RolloutNote(.warning, type, RolloutText.fit($0)) }
        }
        return issues.map { RolloutNote(.warning, Self.unreadable, $0) } + states
    }

    private func setIssues(_ status: inout MeshRolloutStatus) {
        guard let issues else { return }
        guard !issues.isEmpty else {
            status.conditions.removeAll { $0.type == Self.unreadable }
            return
        }
        // Each one whole, since a later look finds it here by its text.
        let text = issues.map { RolloutText.fit($0) }.joined(separator: "; ")
        set(&status, .degraded, .yes, Self.unreadable, text, type: Self.unreadable, limit: 8_000)
    }

    private var isReady: Bool {
        guard invalid == nil, refusal == nil, denial == nil, trouble == nil else { return false }
        return phase == .idle || phase == .completed
    }

    private var isProgressing: Bool {
        switch phase {
        case .preparing, .progressing, .promoting, .rollingBack: true
        case .pending, .idle, .paused, .completed, .rolledBack, .failed: false
        }
    }

    private var problemReason: String {
        if invalid != nil { return MeshConditionReason.invalidSpec.rawValue }
        if refusal != nil { return RolloutDecision.Reason.refused.rawValue }
        if loss != nil { return RolloutDecision.Reason.routeDeleted.rawValue }
        if let denial { return denial.reason.rawValue }
        if fight != nil { return MeshConditionReason.fieldConflict.rawValue }
        if trouble != nil { return MeshConditionReason.workloadsNotReady.rawValue }
        return departure == nil ? reason : GroupDeparture.reason
    }

    /// A condition that is there only while it holds.
    private func mark(_ status: inout MeshRolloutStatus, _ type: String, _ text: String?, _ reason: String) {
        guard let text else {
            status.conditions.removeAll { $0.type == type }
            return
        }
        set(&status, .degraded, .yes, reason, text, type: type)
    }

    private func set(
        _ status: inout MeshRolloutStatus,
        _ type: MeshConditionType,
        _ state: MeshCondition.State,
        _ reason: String? = nil,
        _ message: String? = nil,
        type name: String? = nil,
        limit: Int = 1_000
    ) {
        var condition = MeshCondition(
            type,
            state,
            .asDesired,
            RolloutText.fit(message ?? self.message, limit: limit),
            generation: object.generation ?? 0,
            at: now.rfc3339
        )
        condition.reason = reason ?? self.reason
        if let name { condition.type = name }
        status.set(condition)
    }
}
