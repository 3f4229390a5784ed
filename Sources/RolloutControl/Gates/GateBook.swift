package import MeshAPI
package import MeshBase
package import RolloutEngine

/// Keeps what the gates of a step have said, and tells which are to be asked when.
///
/// - A metric is asked at every interval. A pass counts only from one window (or `initialDelay`) after the share of the step was
///   reached, since before that the number speaks of the time before as well; a failure counts at once.
/// - A Job, and a gate that confirms, is asked only once the share is reached, a Job that passed never again; a gate that may ask to go back is asked at any time.
/// - A gate that confirms the promotion counts at the last step only; event gates are never asked.
package struct GateBook: Sendable, Hashable {
    /// What the gates have said, metrics first, in the order of the analysis.
    package private(set) var states: [GateState]

    private var entries: [Entry]
    private let interval: Duration

    /// When a gate is due.
    private struct Entry: Sendable, Hashable {
        var name: String
        /// When it may be asked first, nil for not before the share is reached.
        var earliest: Timestamp?
        /// From when on a pass counts, nil while the share is not reached.
        var decisive: Timestamp?
        /// Whether one pass is enough.
        var isOnce = false
    }

    /// Takes up the counts kept in a status; give it what ``RolloutProgress/kept(by:now:)`` leaves of that status.
    package init(_ analysis: AnalysisSpec, progress: RolloutProgress, isLastStep: Bool) {
        interval = max(.seconds(1), analysis.interval)
        let settled = progress.settledSince.flatMap { Timestamp(rfc3339: $0) }
        var entries: [Entry] = []
        var states: [GateState] = []
        func add(_ entry: Entry, isDryRun: Bool, mayWithhold: Bool = false) {
            guard !entries.contains(where: { $0.name == entry.name }) else { return }
            entries.append(entry)
            var state = GateState(kept: progress, name: entry.name, isDryRun: isDryRun)
            state.mayWithhold = mayWithhold
            states.append(state)
        }
        for metric in analysis.metrics {
            let entry =
                metric.isJob
                ? Entry(name: metric.name, earliest: settled, decisive: settled, isOnce: true)
                : Entry(
                    name: metric.name,
                    earliest: .epoch,
                    decisive: settled.map { $0 + (analysis.initialDelay ?? analysis.window) }
                )
            add(entry, isDryRun: metric.isDryRun)
        }
        for gate in analysis.gates {
            switch gate.kind {
            case .event: continue
            case .confirmPromotion where !isLastStep: continue
            case .confirmStep, .confirmPromotion:
                let entry = Entry(name: gate.name, earliest: settled, decisive: settled)
                add(entry, isDryRun: false, mayWithhold: true)
            case .rollback: add(Entry(name: gate.name, earliest: .epoch, decisive: settled), isDryRun: false)
            }
        }
        self.entries = entries
        self.states = states
    }

    /// The names of the metrics and gates to ask now.
    package func due(now: Timestamp) -> [String] {
        zip(entries, states).compactMap { entry, state in
            time(entry, state).flatMap { $0 <= now ? entry.name : nil }
        }
    }

    /// When the next metric or gate is due, `now` or later; nil when none is before something else happens.
    ///
    /// - Parameters:
    ///   - now: the time.
    ///   - asked: what is being asked already; its answer is an event of its own.
    /// - Returns: the time.
    package func nextDue(now: Timestamp, except asked: Set<String> = []) -> Timestamp? {
        zip(entries, states).filter { !asked.contains($0.0.name) }.compactMap { time($0, $1) }.min().map {
            max($0, now)
        }
    }

    /// Counts an answer; of a name that is unknown nothing is kept.
    package mutating func note(_ name: String, _ reading: GateReading) {
        guard let index = states.firstIndex(where: { $0.name == name }) else { return }
        var reading = reading
        if reading.outcome == .passed, let decisive = entries[index].decisive, reading.taken < decisive {
            reading.outcome = .inconclusive
            reading.message += "; counts from \(decisive.rfc3339) on, when the window lies within the step"
        }
        states[index].note(reading)
    }

    /// Counts answers; one that is not newer than what a gate has said already changes nothing.
    package mutating func note(_ readings: [String: GateReading]) {
        for (name, reading) in readings { note(name, reading) }
    }

    /// Forgets what was said: a new step begins.
    package mutating func reset() {
        for index in states.indices { states[index].reset() }
        for index in entries.indices {
            if entries[index].earliest != .epoch { entries[index].earliest = nil }
            entries[index].decisive = nil
        }
    }

    /// When a gate is to be asked; nil for not before something else happens.
    private func time(_ entry: Entry, _ state: GateState) -> Timestamp? {
        guard let earliest = entry.earliest else { return nil }
        guard let last = state.last?.taken else { return earliest }
        if entry.isOnce, state.last?.outcome == .passed, last >= earliest { return nil }
        let regular = last + interval
        // An answer from before the share was reached does not let the step go: ask as soon as one would.
        guard let decisive = entry.decisive, last < decisive else { return regular }
        return min(regular, decisive)
    }
}

extension GateState {
    /// Takes up what a status keeps of a gate.
    init(kept progress: RolloutProgress, name: String, isDryRun: Bool) {
        guard let kept = progress.gates.first(where: { $0.name == name }) else {
            self.init(name: name, isDryRun: isDryRun)
            return
        }
        var last: GateReading?
        let taken = kept.taken.flatMap { Timestamp(rfc3339: $0) }
        if let outcome = GateReading.Outcome(word: kept.outcome), let taken {
            var reading = GateReading(outcome, kept.message, taken: taken)
            reading.isDoubtful = kept.isDoubtful
            last = reading
        }
        let most = 1_000_000
        self.init(
            name: name,
            isDryRun: isDryRun,
            failures: min(most, kept.failures),
            errors: min(most, kept.errors),
            passes: min(most, kept.passes),
            last: last
        )
    }
}

extension GateReading.Outcome {
    /// The outcome as a status has it.
    package var word: String {
        switch self {
        case .passed: "Passed"
        case .failed: "Failed"
        case .inconclusive: "Inconclusive"
        case .unavailable: "Unavailable"
        case .rollBack: "RollBack"
        }
    }

    /// Reads the word of a status, nil for others.
    package init?(word: String) {
        let all: [GateReading.Outcome] = [.passed, .failed, .inconclusive, .unavailable, .rollBack]
        guard let found = all.first(where: { $0.word == word }) else { return nil }
        self = found
    }
}
