package import KubeAPI
internal import MeshAPI
package import MeshBase
package import RolloutEngine
internal import Synchronization

/// Asks gates beside the reconciles, so that none of these waits for an answer.
///
/// A reconciler hands in what is due (``ask(_:)``), goes on at once, and is called again when an answer is there; it then counts
/// ``readings(of:at:)``. Only ``run(_:)`` asks: at most 64 questions at a time and 8 for one object, objects by turns. What the
/// object no longer wants, of whose step or attempt there is no more, or that is gone, is cancelled; with the end of ``run(_:)``
/// everything is.
///
/// Event gates are told in order (``tell(_:)``): each notice until somebody answers, three times at most, then the next one. Up to 32
/// wait for one gate of an object; the oldest goes when there are more.
package final class GateDesk: Sendable {
    /// What is worth counting or logging.
    package enum Occurrence: Sendable, Hashable {
        /// A metric or gate has answered.
        case answered(ObjectKey, name: String, GateReading)
        /// An event gate was not told, for this reason.
        case untold(GateNotice, String)
        /// Jobs of an object's analysis could not be ended, for this reason; they run until their own deadline.
        case unended(ObjectKey, String)
    }

    private struct State {
        var docket: GateDocket
        var withdrawals: [GateDocket.Ticket: AsyncStream<Never>.Continuation] = [:]
        /// Whose Jobs are to end or have been ended, by the object's key.
        var endings: [ObjectKey: JobEnding] = [:]
    }

    private let asker: any GateAsking
    private let clock: any Clock<Duration>
    private let wall: WallClock
    private let observe: @Sendable (Occurrence) -> Void
    private let state: Mutex<State>
    /// One signal at most waits: whoever wakes up looks at everything.
    private let wakes = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// The longest a question takes, whatever its own time limit is.
    static let patience = Duration.seconds(300)
    /// The pauses before an event gate is told again of what it did not answer.
    static let pauses: [Duration] = [.seconds(1), .seconds(5)]

    /// Makes a desk at which nobody works before ``run(_:)``.
    ///
    /// - Parameters:
    ///   - asker: asks; nil where nobody can, which is then the answer.
    ///   - clock: measures time limits and pauses.
    ///   - wall: the time of day.
    ///   - observe: hears of what happens, outside of any lock.
    package convenience init(
        _ asker: (any GateAsking)?,
        clock: any Clock<Duration>,
        wall: @escaping WallClock,
        observe: @escaping @Sendable (Occurrence) -> Void = { _ in }
    ) {
        self.init(asker, clock: clock, wall: wall, limits: .init(), observe: observe)
    }

    init(
        _ asker: (any GateAsking)?,
        clock: any Clock<Duration>,
        wall: @escaping WallClock,
        limits: GateDocket.Limits,
        observe: @escaping @Sendable (Occurrence) -> Void = { _ in }
    ) {
        self.asker = asker ?? AbsentGates(now: wall)
        self.clock = clock
        self.wall = wall
        self.observe = observe
        state = Mutex(State(docket: GateDocket(limits)))
    }

    // MARK: For reconcilers

    /// Has the metrics and gates asked that are named, and no others of this object; returns at once.
    ///
    /// What is being asked already goes on; what was asked before and is no longer named is cancelled.
    package func ask(_ inquiry: GateInquiry) {
        let now = wall()
        change { $0.docket.ask(inquiry, now: now) }
        wakes.continuation.yield()
    }

    /// Cancels all questions of an object; answers that are there stay.
    package func withdraw(_ key: ObjectKey) {
        change { $0.docket.withdraw(key) }
    }

    /// Drops all there is of an object that is gone.
    package func forget(_ key: ObjectKey) {
        change { state in
            state.endings[key] = nil
            return state.docket.forget(key)
        }
    }

    /// Ends the Jobs of an object whose rollout has its verdict, once for each verdict; returns at once.
    ///
    /// - Parameters:
    ///   - subject: the object.
    ///   - namespace: where its Jobs are.
    ///   - verdict: what tells this verdict from others of the object.
    package func endJobs(of subject: GateSubject, in namespace: String, verdict: String) {
        let ending = JobEnding(subject: subject, namespace: namespace, verdict: verdict)
        let isNew = state.withLock { state in
            guard state.endings[subject.key]?.isOf(ending) != true else { return false }
            state.endings[subject.key] = ending
            return true
        }
        if isNew { wakes.continuation.yield() }
    }

    /// Tells event gates, in order and after what they were to be told before; returns at once.
    package func tell(_ notices: [GateNotice]) {
        guard !notices.isEmpty else { return }
        let lost = state.withLock { state in notices.compactMap { state.docket.tell($0) } }
        for notice in lost { observe(.untold(notice, "too many notices wait; the oldest goes")) }
        wakes.continuation.yield()
    }

    /// The answers so far, by name; they stay as long as the stage lasts.
    package func readings(of subject: GateSubject, at stage: GateStage) -> [String: GateReading] {
        state.withLock { $0.docket.readings(of: subject, at: stage) }
    }

    /// What has no answer so far.
    package func open(of subject: GateSubject, at stage: GateStage) -> [OpenQuestion] {
        state.withLock { $0.docket.open(of: subject, at: stage) }
    }

    // MARK: Work

    /// Asks and tells until its task is cancelled; then cancels what is out, and drops the rest.
    ///
    /// Call it once.
    ///
    /// - Parameter answered: called with the key of an object of which a question was answered.
    package func run(_ answered: @escaping @Sendable (ObjectKey) -> Void) async {
        await withDiscardingTaskGroup { group in
            begin(&group, answered)
            for await _ in wakes.stream { begin(&group, answered) }
            group.cancelAll()
        }
        change { $0.docket.close() }
    }

    /// Asks and tells what waits, one after the other, until nothing does: for drivers without tasks of their own.
    ///
    /// - Returns: the keys of the objects of which a question was answered.
    package func settle() async -> Set<ObjectKey> {
        var keys: Set<ObjectKey> = []
        while true {
            for ending in takeEndings() { await end(ending) }
            let work = take()
            guard !work.isEmpty else { return keys }
            for (work, withdrawal) in work {
                if let key = await perform(work, withdrawal) { keys.insert(key) }
            }
        }
    }

    /// What lies on the desk now; for looking.
    var docket: GateDocket { state.withLock { $0.docket } }

    /// Lays down here what lies on another desk, instead of what was here; of nothing may a question or notice be out.
    func takeOver(_ other: GateDesk) {
        let (docket, endings) = other.state.withLock { ($0.docket, $0.endings) }
        state.withLock { ($0.docket, $0.endings) = (docket, endings) }
    }

    private func begin(
        _ group: inout DiscardingTaskGroup,
        _ answered: @escaping @Sendable (ObjectKey) -> Void
    ) {
        for ending in takeEndings() { group.addTask { await self.end(ending) } }
        for (work, withdrawal) in take() {
            group.addTask {
                if let key = await self.perform(work, withdrawal) { answered(key) }
                self.wakes.continuation.yield()
            }
        }
    }

    private func take() -> [(work: GateDocket.Work, withdrawal: AsyncStream<Never>)] {
        state.withLock { state in
            state.docket.start().map { work in
                let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
                state.withdrawals[work.ticket] = continuation
                return (work, stream)
            }
        }
    }

    private func takeEndings() -> [JobEnding] {
        state.withLock { state in
            let due = state.endings.values.filter { !$0.isTaken }
            for ending in due { state.endings[ending.subject.key]?.isTaken = true }
            return due.sorted { $0.subject.key < $1.subject.key }
        }
    }

    /// Ends Jobs, with the pauses and tries of a notice; what fails to the end is left to the Jobs' own deadline.
    private func end(_ ending: JobEnding) async {
        var why = ""
        for pause in [.zero] + Self.pauses {
            if pause > .zero { try? await clock.sleep(for: pause) }
            guard !Task.isCancelled else { return }
            guard let trouble = await asker.endJobs(of: ending.subject, in: ending.namespace) else { return }
            why = trouble
        }
        if !Task.isCancelled { observe(.unended(ending.subject.key, why)) }
    }

    /// Does one thing; gives the key of the object of which a question was answered.
    private func perform(_ work: GateDocket.Work, _ withdrawal: AsyncStream<Never>) async -> ObjectKey? {
        let reading = await withTaskGroup(of: GateReading?.self) { group in
            group.addTask { await self.carryOut(work.errand) }
            group.addTask {
                for await _ in withdrawal {}
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        let isCancelled = Task.isCancelled
        let answer = state.withLock { state in
            state.withdrawals[work.ticket] = nil
            return state.docket.finish(work.ticket, isCancelled ? nil : reading)
        }
        guard let answer else { return nil }
        observe(.answered(answer.key, name: answer.name, answer.reading))
        return answer.key
    }

    private func carryOut(_ errand: GateDocket.Work.Errand) async -> GateReading? {
        switch errand {
        case .ask(let name, let inquiry): await ask(name, inquiry)
        case .tell(let notice):
            await tell(notice)
        }
    }

    private func ask(_ name: String, _ inquiry: GateInquiry) async -> GateReading? {
        let (asker, analysis, question) = (asker, inquiry.analysis, inquiry.question)
        let began = wall()
        let reading = await Deadline.run(clock, Self.patience) { () async -> GateReading? in
            if let metric = analysis.metrics.first(where: { $0.name == name }) {
                return await asker.ask(metric, of: analysis, question)
            }
            guard let gate = analysis.gates.first(where: { $0.name == name }) else { return nil }
            return await asker.ask(gate, question)
        }
        if let reading { return reading }
        return GateReading(.unavailable, "no answer within \(GoDuration.text(Self.patience))", taken: began)
    }

    /// Tells an event gate until it answers; what it answers does not matter.
    private func tell(_ notice: GateNotice) async -> GateReading? {
        var why = ""
        for pause in [.zero] + Self.pauses {
            if pause > .zero { try? await clock.sleep(for: pause) }
            guard !Task.isCancelled else { return nil }
            let reading = await asker.ask(notice.gate, notice.question)
            guard reading.outcome == .unavailable else { return reading }
            why = reading.message
        }
        if !Task.isCancelled { observe(.untold(notice, why)) }
        return nil
    }

    /// Changes the docket, then cancels what is no longer needed.
    private func change(_ body: (inout State) -> [GateDocket.Ticket]) {
        let dropped = state.withLock { state in body(&state).compactMap { state.withdrawals[$0] } }
        for withdrawal in dropped { withdrawal.finish() }
    }
}

/// Jobs that are to end with a verdict.
private struct JobEnding: Sendable, Hashable {
    let subject: GateSubject
    let namespace: String
    let verdict: String
    /// Whether somebody is at it, or was.
    var isTaken = false

    /// Whether both are about the same verdict.
    func isOf(_ other: JobEnding) -> Bool { subject == other.subject && verdict == other.verdict }
}

/// Answers where nobody can ask.
private struct AbsentGates: GateAsking {
    let now: WallClock

    func ask(_ metric: AnalysisMetric, of analysis: AnalysisSpec, _ question: GateQuestion) async -> GateReading {
        GateReading(.unavailable, "nobody here can ask it", taken: now())
    }

    func ask(_ gate: AnalysisGate, _ question: GateQuestion) async -> GateReading {
        GateReading(.unavailable, "nobody here can ask it", taken: now())
    }
}
