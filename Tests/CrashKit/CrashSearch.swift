/// Ends an operator at each of its writes, in every way, and follows what becomes of it.
///
/// The undisturbed run is played once. At every write what there is right before and right after it is kept: that is what an
/// operator leaves which dies there, and a new process, which remembers nothing, goes on from it. For an operator that only loses
/// its leadership the round is played again from a copy of the stage at its start, since the old process still acts.
///
/// A run that goes on after a death need not be played to its end. A stage is a function of its picture
/// (``CrashStage/picture()``: the cluster with times as ages, what the operator remembers, and what others will do), so that two
/// stages with the same picture have the same future. A run is therefore left as soon as its picture is one from which a run has
/// been played to the end already: the undisturbed run, or one that was followed earlier. By induction over the runs in the order
/// in which they are followed, everything is known of a run that is left: its end is the end of the run it joins, no rule is
/// broken on the rest of its way, and the writes still to come are those of the other run from that point on. The undisturbed run
/// is played to its end, and a run joins only runs that are over, so the induction has a start.
///
/// That a picture leaves out nothing that decides is an assumption. A sample of the runs is therefore played to the very end, and
/// it is a complaint when one comes to another end, or makes other writes, than the run it would have joined.
package struct CrashSearch<Stage: CrashStage> {
    /// What came of a search.
    package struct Report: Sendable {
        /// The writes of the undisturbed run.
        package var writes = 0
        /// The ends of operators that were tried: one of each kind for every write.
        package var deaths = 0
        /// The rounds played after deaths, and those of the undisturbed run.
        package var rounds = 0
        /// The runs that were played to their own end, since they met no other.
        package var wholeRuns = 0
        /// The runs that would have met another and were played to the very end all the same.
        package var samples = 0
        /// The rounds of the undisturbed run.
        package var length = 0
        /// What counts of the end of the undisturbed run.
        package var end: [String: String] = [:]
        /// What was wrong, in words.
        package var complaints: [String] = []

        /// Nothing yet.
        package init() {}

        /// For the output of tests.
        package var summary: String {
            "\(writes) writes in \(length) rounds, \(deaths) ends of operators tried, \(rounds) rounds played, \(wholeRuns) runs to their own end, \(samples) samples"
        }
    }

    /// The start of a round of the undisturbed run.
    private struct Start {
        var stage: Stage
        /// The writes of the round.
        var takes: [WriteFilm<Stage.Scene>.Take] = []
        var writes: [String] { takes.map(\.write) }
    }

    /// How operators end.
    private let kinds: [CrashKind]
    /// How many rounds in which nothing is done are an end.
    private let quiet: Int
    /// How many rounds a run may take.
    private let limit: Int
    /// Every so many deaths the run is a sample; 0 for never.
    private let stride: Int
    /// Objects, by a part of their path, that may be written oftener after a death.
    private let isFree: @Sendable (String) -> Bool
    /// What is known of a picture.
    private struct Future {
        /// The writes from there to the end, by object.
        var writes: [String: Int]
        /// Which of the ends that were seen it comes to.
        var end: Int
    }

    private var futures: [[String]: Future] = [:]
    /// The ends that were seen, that of the undisturbed run first.
    private var ends: [[String: String]] = []
    private var starts: [Start] = []
    private var total: [String: Int] = [:]
    private var report = Report()

    /// Prepares a search.
    ///
    /// - Parameters:
    ///   - kinds: how operators end.
    ///   - quiet: how many rounds in which nothing is done are an end; more than any deadline takes.
    ///   - limit: how many rounds a run may take.
    ///   - stride: every so many deaths the run is played to the very end even if it meets another; 0 for never.
    ///   - isFree: whether an object, by the path of its writes, may be written more than once more after a death.
    package init(
        _ kinds: [CrashKind] = CrashKind.allCases,
        quiet: Int,
        limit: Int = 800,
        stride: Int = 0,
        isFree: @escaping @Sendable (String) -> Bool = { _ in false }
    ) {
        self.kinds = kinds
        self.quiet = quiet
        self.limit = limit
        self.stride = stride
        self.isFree = isFree
    }

    /// Plays the run that begins with `stage`, undisturbed.
    package mutating func play(_ stage: Stage) async throws {
        var stage = stage
        var pictures: [[String]] = []
        var calm = 0
        while calm < quiet, starts.count < limit {
            pictures.append(try await stage.picture())
            var start = Start(stage: try await stage.copy(.same, replacedAt: nil))
            calm = try await stage.round() ? 0 : calm + 1
            report.complaints += try await stage.breaches().map { "undisturbed: \($0)" }
            start.takes = stage.takes()
            starts.append(start)
        }
        if calm < quiet { report.complaints.append("the undisturbed run has no end after \(limit) rounds") }
        report.end = try await stage.endState()
        ends = [report.end]
        for (start, picture) in zip(starts, pictures).reversed() {
            total.add(start.writes)
            futures[picture] = Future(writes: total, end: 0)
        }
        report.writes = starts.reduce(0) { $0 + $1.takes.count }
        report.length = starts.count
        report.rounds += starts.count
    }

    /// Plays the run that begins with `stage`, undisturbed and with every death.
    package mutating func run(_ stage: Stage) async throws -> Report {
        try await play(stage)
        var before: [String: Int] = [:]
        for (round, start) in starts.enumerated() {
            for (index, take) in start.takes.enumerated() {
                let number = index + 1
                for kind in kinds {
                    let label = "round \(round), \(kind.rawValue) write \(number), \(take.write)"
                    report.deaths += 1
                    switch kind {
                    case .killedBefore: try await goOn(from: start, take.before, label, before)
                    case .replaced: try await replace(at: start, number, label, before)
                    case .killedAfter:
                        var written = before
                        written.add([take.write])
                        try await goOn(from: start, take.after, label, written)
                    }
                }
                before.add([take.write])
            }
        }
        return report
    }

    /// Changes something before every round of the undisturbed run that comes after a round in which something was written, and
    /// before the first; the operator goes on.
    ///
    /// - Parameters:
    ///   - name: what is changed, for messages.
    ///   - change: makes the change; gives what is expected of the end, in words what is wrong with it.
    /// - Returns: how many changes were tried.
    package mutating func disturb(
        _ name: String,
        _ change: (inout Stage) async throws -> (_ end: [String: String]) -> [String]
    ) async throws -> Int {
        var count = 0
        for (round, start) in starts.enumerated() where round == 0 || !starts[round - 1].writes.isEmpty {
            count += 1
            var stage = try await start.stage.copy(.same, replacedAt: nil)
            let expectation = try await change(&stage)
            let label = "\(name) before round \(round)"
            let future = try await follow(stage, label)
            report.complaints += expectation(ends[future.end]).map { "\(label): \($0)" }
        }
        return count
    }

    /// What came of it so far.
    package var result: Report { report }

    /// Has a new process go on with what a dead one left, which has made the writes `before` since the beginning.
    private mutating func goOn(
        from start: Start,
        _ scene: Stage.Scene,
        _ label: String,
        _ before: [String: Int]
    ) async throws {
        var stage = try start.stage.copy(at: scene)
        report.complaints += try await stage.breaches().map { "\(label): \($0)" }
        try await judge(stage, label, before)
    }

    /// Has the operator lose its leadership at a write of a round, and another process go on beside it.
    private mutating func replace(at start: Start, _ write: Int, _ label: String, _ before: [String: Int]) async throws
    {
        report.rounds += 1
        var former = try await start.stage.copy(.same, replacedAt: write)
        do {
            _ = try await former.round()
        } catch {
            guard former.isDead else { throw error }
        }
        guard former.isDead else {
            report.complaints.append("\(label): it made no such write, the round went otherwise when played again")
            return
        }
        report.complaints += try await former.breaches().map { "\(label): \($0)" }
        try await judge(try await former.copy(.fresh, replacedAt: nil), label, before)
    }

    /// Follows a run, and says what is wrong with its end or with the writes of both processes together.
    private mutating func judge(_ stage: Stage, _ label: String, _ before: [String: Int]) async throws {
        let future = try await follow(stage, label)
        compare(ends[future.end], label)
        var sum = before
        sum.add(future.writes)
        for (path, count) in sum where count > total[path, default: 0] + 1 && !isFree(path) {
            report.complaints.append("\(label): \(path) was written \(count) times, not \(total[path, default: 0])")
        }
    }

    /// Plays a run until it meets another or is over; gives the writes from here to the end, and that.
    private mutating func follow(_ first: Stage, _ label: String) async throws -> Future {
        var stage = first
        var trail: [(picture: [String], sum: [String: Int])] = []
        var sum: [String: Int] = [:]
        var calm = 0
        var met: Future?
        let isSample = stride > 0 && report.deaths > 0 && report.deaths % stride == 0
        while calm < quiet, trail.count < limit {
            let picture = try await stage.picture()
            if met == nil, var known = futures[picture] {
                known.writes.add(sum)
                met = known
                if isSample { report.samples += 1 } else { break }
            }
            trail.append((picture, sum))
            let seen = stage.writes.count
            calm = try await stage.round() ? 0 : calm + 1
            report.rounds += 1
            report.complaints += try await stage.breaches().map { "\(label): \($0)" }
            sum.add(stage.writes[seen...])
        }
        guard isSample || met == nil else { return remember(trail, met) }
        if calm < quiet { report.complaints.append("\(label): no end after \(limit) rounds") }
        let end = try await stage.endState()
        if let met {
            if ends[met.end] != end { report.complaints.append("\(label): the end is not that of the run it met") }
            if met.writes != sum { report.complaints.append("\(label): the writes are not those of the run it met") }
        } else {
            report.wholeRuns += 1
        }
        ends.append(end)
        return remember(trail, Future(writes: sum, end: ends.count - 1))
    }

    /// Notes for every place of a run what comes after it; gives what comes after its first.
    private mutating func remember(_ trail: [(picture: [String], sum: [String: Int])], _ whole: Future?) -> Future {
        let whole = whole ?? Future(writes: [:], end: 0)
        for (picture, earlier) in trail where futures[picture] == nil {
            futures[picture] = Future(writes: whole.writes.subtracting(earlier), end: whole.end)
        }
        return whole
    }

    private mutating func compare(_ state: [String: String], _ label: String) {
        for (id, text) in report.end where state[id] != text {
            report.complaints.append("\(label): \(id)\n\(text)\n\(state[id] ?? "is missing")")
        }
        for id in state.keys where report.end[id] == nil { report.complaints.append("\(label): \(id) is left over") }
    }
}

extension [String: Int] {
    mutating func add(_ names: some Sequence<String>) {
        for name in names { self[name, default: 0] += 1 }
    }

    mutating func add(_ other: [String: Int]) { merge(other, uniquingKeysWith: +) }

    func subtracting(_ other: [String: Int]) -> [String: Int] {
        var result = self
        for (name, count) in other { result[name] = result[name].flatMap { $0 > count ? $0 - count : nil } }
        return result
    }
}
