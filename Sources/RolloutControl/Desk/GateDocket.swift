internal import KubeAPI
internal import MeshAPI
internal import MeshBase
internal import RolloutEngine

/// What lies on the desk: the questions and notices of all objects, and the readings that came back.
///
/// A question is open from when it is wanted until it is answered or no longer wanted; then it waits or is out. Rules:
/// - What is open is not taken up again. What is no longer named, or belongs to another stage or another object of that name,
///   is closed, and an answer that still comes counts for nothing.
/// - Objects take turns, one question each, within ``Limits``. Whoever has nothing out also gets the places that are kept back.
/// - A reading stays until a newer one of the same stage replaces it or the stage is over, so that a reconcile that failed can
///   count it again; ``GateState`` counts each once.
/// - Notices go out one at a time for each gate of an object, in the order in which they came in.
struct GateDocket: Sendable {
    /// How much is out at a time, and how much waits.
    struct Limits: Sendable, Hashable {
        /// Questions out in all.
        var questions = 64
        /// Of those, how many only objects may use that have nothing out.
        var keptBack = 16
        /// Questions out for one object.
        var perObject = 8
        /// Notices out in all.
        var notices = 16
        /// Notices that wait for one gate of an object; the oldest goes when there are more.
        var line = 32
    }

    /// Tells one task from all others.
    typealias Ticket = UInt64

    /// What is to be done now.
    struct Work: Sendable, Hashable {
        enum Errand: Sendable, Hashable {
            case ask(String, GateInquiry)
            case tell(GateNotice)
        }

        let ticket: Ticket
        let errand: Errand
    }

    /// What came of a question.
    struct Answer: Sendable, Hashable {
        let key: ObjectKey
        let name: String
        let reading: GateReading
    }

    private struct Open: Sendable, Hashable {
        let since: Timestamp
        /// The task that asks; nil while it waits.
        var ticket: Ticket?
    }

    private struct Case: Sendable {
        var inquiry: GateInquiry
        var open: [String: Open] = [:]
        /// What waits, in the order in which it is asked.
        var waiting: [String] = []
        var readings: [String: GateReading] = [:]
        /// The readings that nobody has looked at.
        var unseen: Set<String> = []
    }

    struct LineID: Sendable, Hashable {
        let key: ObjectKey
        let gate: String
    }

    private struct Line: Sendable {
        var waiting: [GateNotice] = []
        var ticket: Ticket?
    }

    private enum Out: Sendable, Hashable {
        case question(ObjectKey, String)
        case notice(LineID)
    }

    private let limits: Limits
    private var cases: [ObjectKey: Case] = [:]
    /// The objects with waiting questions, whose turn it is first.
    private var turns: [ObjectKey] = []
    private var lines: [LineID: Line] = [:]
    private var lineTurns: [LineID] = []
    private var out: [Ticket: Out] = [:]
    private var questionsOut: [ObjectKey: Int] = [:]
    private var lastTicket: Ticket = 0
    private var isClosed = false

    init(_ limits: Limits = Limits()) {
        self.limits = limits
    }

    // MARK: Questions

    /// Takes in what is wanted of an object now; gives the tasks that are no longer needed.
    mutating func ask(_ inquiry: GateInquiry, now: Timestamp) -> [Ticket] {
        guard !isClosed else { return [] }
        let key = inquiry.subject.key
        var dropped: [Ticket] = []
        if let known = cases[key], known.inquiry.subject != inquiry.subject || known.inquiry.stage != inquiry.stage {
            if known.inquiry.subject != inquiry.subject { dropped += forget(key) } else { dropped += close(key) }
            cases[key] = nil
        }
        var entry = cases[key] ?? Case(inquiry: inquiry)
        entry.inquiry = inquiry
        let known = Set(inquiry.analysis.metrics.map(\.name) + inquiry.analysis.gates.map(\.name))
        let wanted = Set(inquiry.names).intersection(known)
        dropped += entry.open.filter { !wanted.contains($0.key) }.values.compactMap(\.ticket).sorted()
        entry.open = entry.open.filter { wanted.contains($0.key) }
        entry.waiting.removeAll { !wanted.contains($0) }
        // Who has not seen an answer yet does not know better than to ask again.
        for name in wanted.subtracting(entry.unseen).sorted() where entry.open[name] == nil {
            entry.open[name] = Open(since: now)
            entry.waiting.append(name)
        }
        cases[key] = entry
        if entry.waiting.isEmpty { turns.removeAll { $0 == key } } else if !turns.contains(key) { turns.append(key) }
        return dropped
    }

    /// Closes the questions of an object; what has been answered stays.
    mutating func withdraw(_ key: ObjectKey) -> [Ticket] { close(key) }

    /// Closes and drops all there is of an object, notices included.
    mutating func forget(_ key: ObjectKey) -> [Ticket] {
        var dropped = close(key)
        cases[key] = nil
        for id in lines.keys.filter({ $0.key == key }) {
            if let ticket = lines.removeValue(forKey: id)?.ticket { dropped.append(ticket) }
        }
        lineTurns.removeAll { $0.key == key }
        return dropped.sorted()
    }

    /// Drops everything, and takes in nothing from now on.
    mutating func close() -> [Ticket] {
        isClosed = true
        (cases, turns, lines, lineTurns) = ([:], [], [:], [])
        return out.keys.sorted()
    }

    /// The answers to what was asked of an object at a stage; they count as seen.
    mutating func readings(of subject: GateSubject, at stage: GateStage) -> [String: GateReading] {
        guard let entry = cases[subject.key], entry.inquiry.subject == subject, entry.inquiry.stage == stage else {
            return [:]
        }
        cases[subject.key]?.unseen = []
        return entry.readings
    }

    /// What is open of an object at a stage, by name.
    func open(of subject: GateSubject, at stage: GateStage) -> [OpenQuestion] {
        guard let entry = cases[subject.key], entry.inquiry.subject == subject, entry.inquiry.stage == stage else {
            return []
        }
        return entry.open.map { OpenQuestion(name: $0.key, since: $0.value.since) }.sorted { $0.name < $1.name }
    }

    private mutating func close(_ key: ObjectKey) -> [Ticket] {
        guard let entry = cases[key] else { return [] }
        cases[key]?.open = [:]
        cases[key]?.waiting = []
        turns.removeAll { $0 == key }
        return entry.open.values.compactMap(\.ticket).sorted()
    }

    // MARK: Notices

    /// Puts a notice into the line of its gate; gives the one that had to go for it.
    mutating func tell(_ notice: GateNotice) -> GateNotice? {
        guard !isClosed else { return notice }
        let id = LineID(key: notice.subject.key, gate: notice.gate.name)
        var line = lines[id] ?? Line()
        line.waiting.append(notice)
        let lost = line.waiting.count > limits.line ? line.waiting.removeFirst() : nil
        lines[id] = line
        if line.ticket == nil, !lineTurns.contains(id) { lineTurns.append(id) }
        return lost
    }

    // MARK: Work

    /// Takes out what may be done now.
    mutating func start() -> [Work] {
        var work: [Work] = []
        while let next = nextQuestion() { work.append(next) }
        while noticesOut < limits.notices, let next = nextNotice() { work.append(next) }
        return work
    }

    /// Takes back what was done; nil as a reading says that nobody was asked.
    mutating func finish(_ ticket: Ticket, _ reading: GateReading?) -> Answer? {
        switch out.removeValue(forKey: ticket) {
        case nil: return nil
        case .notice(let id)?:
            guard lines[id]?.ticket == ticket else { return nil }
            lines[id]?.ticket = nil
            if lines[id]?.waiting.isEmpty ?? true { lines[id] = nil } else { lineTurns.append(id) }
            return nil
        case .question(let key, let name)?:
            let rest = (questionsOut[key] ?? 1) - 1
            questionsOut[key] = rest > 0 ? rest : nil
            guard cases[key]?.open[name]?.ticket == ticket else { return nil }
            cases[key]?.open[name] = nil
            guard let reading else { return nil }
            cases[key]?.readings[name] = reading
            cases[key]?.unseen.insert(name)
            return Answer(key: key, name: name, reading: reading)
        }
    }

    /// How many questions and notices are out.
    var outCount: (questions: Int, notices: Int) { (out.count - noticesOut, noticesOut) }

    private var noticesOut: Int {
        out.values.count {
            if case .notice = $0 { true } else { false }
        }
    }

    private mutating func nextQuestion() -> Work? {
        let total = out.count - noticesOut
        guard total < limits.questions else { return nil }
        let isTight = total >= limits.questions - limits.keptBack
        let index = turns.firstIndex { key in
            let own = questionsOut[key] ?? 0
            return isTight ? own == 0 : own < limits.perObject
        }
        guard let index else { return nil }
        let key = turns.remove(at: index)
        guard var entry = cases[key], !entry.waiting.isEmpty else { return nil }
        let name = entry.waiting.removeFirst()
        let ticket = nextTicket()
        entry.open[name]?.ticket = ticket
        cases[key] = entry
        out[ticket] = .question(key, name)
        questionsOut[key, default: 0] += 1
        if !entry.waiting.isEmpty { turns.append(key) }
        return Work(ticket: ticket, errand: .ask(name, entry.inquiry))
    }

    private mutating func nextNotice() -> Work? {
        guard !lineTurns.isEmpty else { return nil }
        let id = lineTurns.removeFirst()
        guard var line = lines[id], line.ticket == nil, !line.waiting.isEmpty else { return nil }
        let notice = line.waiting.removeFirst()
        let ticket = nextTicket()
        line.ticket = ticket
        lines[id] = line
        out[ticket] = .notice(id)
        return Work(ticket: ticket, errand: .tell(notice))
    }

    private mutating func nextTicket() -> Ticket {
        lastTicket += 1
        return lastTicket
    }
}
