public import DataTree
public import KubeAPI
public import MeshBase

/// The rules of recording events, as a value: notes go in, writes to the API come out.
///
/// - A note equal to one recorded less than ``Configuration/seriesLifetime`` ago becomes a count in the series of the first
///   event, which is written at most once per ``Configuration/seriesInterval``.
/// - All writes together stay within a rate. So do the notes of one reason about one object, and what is beyond that is dropped: a
///   loop that tells the same trouble in ever new words is cut, and never silences the other transitions of its object.
/// - At most ``Configuration/limit`` events are remembered; when all of them still wait to be written, further ones are
///   dropped. Dropped notes are counted, never waited for.
public struct EventAggregator: Sendable {
    /// Settings of a recorder.
    public struct Configuration: Sendable, Hashable {
        /// `reportingController`: the name of the component, such as `meshoperator.io/operator`.
        public var controller: String
        /// `reportingInstance`: the name of this process, such as that of its pod.
        public var instance: String
        /// How long after the last equal note a new event begins.
        public var seriesLifetime: Duration
        /// How often the count of a series may be written.
        public var seriesInterval: Duration
        /// How many writes per second are allowed in the long run, and how many at once.
        public var writes: (perSecond: Double, burst: Int) {
            get { (writesPerSecond, writeBurst) }
            set { (writesPerSecond, writeBurst) = newValue }
        }
        /// How many notes of one reason about one object are allowed at once; one more comes back every ``noteInterval``.
        ///
        /// The default lets three rollouts of as many steps as a resource may have tell each of them.
        public var notesPerReason: Int
        /// How many events are remembered.
        public var limit: Int

        /// How long it takes until one more note of a reason about an object is allowed.
        public static let noteInterval = Duration.seconds(10)

        private var writesPerSecond = 5.0
        private var writeBurst = 25

        /// Makes settings; times of series and rates of writes are those Kubernetes' own components use.
        ///
        /// Their recorder of `events.k8s.io` (client-go, tools/events) has no budget per object, the older one (tools/record) drops
        /// all but 25 and one more every five minutes, which a rollout of a dozen steps exceeds.
        public init(
            controller: String,
            instance: String,
            seriesLifetime: Duration = .seconds(360),
            seriesInterval: Duration = .seconds(60),
            notesPerReason: Int = 200,
            limit: Int = 1_000
        ) {
            self.controller = controller
            self.instance = EventNote.cut(instance, to: 128)
            self.seriesLifetime = seriesLifetime
            self.seriesInterval = seriesInterval
            self.notesPerReason = max(1, notesPerReason)
            self.limit = max(1, limit)
        }
    }

    /// What became of a note.
    public enum Receipt: Sendable, Hashable {
        /// It is written, now or as a count of an earlier one.
        case taken
        /// It is not written; the first time says that none of its reason about its object was dropped lately.
        case dropped(isFirst: Bool)
    }

    /// A write to the API.
    public struct Write: Sendable, Hashable {
        /// What is to be written.
        public enum Kind: Sendable, Hashable {
            /// A new event.
            case create(KubeObject)
            /// A merge patch of an event written before.
            case patch(ObjectKey, Tree)
        }

        /// What is to be written.
        public let kind: Kind
        /// Names the write when its outcome is told.
        public let note: EventNote
    }

    /// How a write went.
    public enum Outcome: Sendable, Hashable {
        /// It is done.
        case done
        /// The event to be patched is no longer there.
        case gone
        /// It may go well later.
        case failed(retryAfter: Duration?)
        /// It was refused for good.
        case refused
    }

    private struct Series {
        var key: ObjectKey
        var first: Timestamp
        var last: Timestamp
        var lastSeen: Duration
        var count: Int64 = 1
        var written: Int64 = 0
        var isScheduled = false
        var isBeingWritten = false
        var attempts = 0
    }

    /// Notes that have a budget of their own.
    private struct Topic: Hashable {
        var subject: EventSubject
        var reason: String
    }

    private struct Budget {
        var bucket: TokenBucket
        var lastDrop: Duration?
    }

    private static let attemptLimit = 8
    /// How long a reason must have gone without a drop until the next drop is a first one again.
    private static let silence = Duration.seconds(3_600)

    private let configuration: Configuration
    private var series: [EventNote: Series] = [:]
    private var schedule = DeadlineHeap<EventNote>()
    private var bucket: TokenBucket
    private var budgets: [Topic: Budget] = [:]
    private var lastTicket: UInt64 = 0

    /// How many notes were dropped.
    public private(set) var dropped: UInt64 = 0

    /// Makes an aggregator that has recorded nothing.
    public init(configuration: Configuration) {
        self.configuration = configuration
        self.bucket = TokenBucket(perSecond: configuration.writes.perSecond, burst: configuration.writes.burst)
    }

    /// Whether nothing waits to be written.
    public var isIdle: Bool { schedule.first == nil && !series.values.contains(where: \.isBeingWritten) }

    /// When the next write is due, as far as the schedule goes; nil when none is.
    public var nextDeadline: Duration? { schedule.first?.deadline }

    /// Takes in a note.
    @discardableResult
    public mutating func record(_ note: EventNote, now: Duration, wall: Timestamp, random: RandomSource) -> Receipt {
        let topic = Topic(subject: note.regarding, reason: note.reason)
        guard admit(topic, now: now) else { return noteDrop(topic, now: now) }
        if var known = series[note], now - known.lastSeen < configuration.seriesLifetime {
            known.count = known.count < .max ? known.count + 1 : .max
            known.last = wall
            known.lastSeen = now
            series[note] = known
            plan(note, at: now + (known.written == 0 ? .zero : configuration.seriesInterval))
            return .taken
        }
        guard makeRoom(now: now) else { return noteDrop(topic, now: now) }
        let key = ObjectKey(namespace: note.regarding.eventNamespace, name: Self.name(note, random: random))
        series[note] = Series(key: key, first: wall, last: wall, lastSeen: now)
        plan(note, at: now)
        return .taken
    }

    /// The next write that is due and within the rate; else when to ask again, nil for not before something is recorded.
    ///
    /// - Parameters:
    ///   - now: the time.
    ///   - isFinal: whether to hand out what is planned for later too, since the process is about to end.
    /// - Returns: the write or the time.
    public mutating func next(now: Duration, isFinal: Bool = false) -> (write: Write?, retryAt: Duration?) {
        while let first = schedule.first, isFinal || first.deadline <= now {
            guard var entry = series[first.element], entry.isScheduled else {
                _ = schedule.popFirst()
                continue
            }
            let wait = bucket.take(at: now)
            guard wait == .zero else { return (nil, now + wait) }
            _ = schedule.popFirst()
            entry.isScheduled = false
            entry.isBeingWritten = true
            series[first.element] = entry
            let kind: Write.Kind =
                entry.written == 0
                ? .create(event(first.element, entry)) : .patch(entry.key, Self.seriesPatch(entry))
            return (Write(kind: kind, note: first.element), nil)
        }
        return (nil, schedule.first?.deadline)
    }

    /// Takes in how a write went.
    public mutating func finished(_ write: Write, _ outcome: Outcome, now: Duration, random: RandomSource) {
        guard var entry = series[write.note] else { return }
        entry.isBeingWritten = false
        switch outcome {
        case .done:
            entry.attempts = 0
            let isMore = entry.count > entry.written + (entry.written == 0 ? 1 : 0) && entry.count > 1
            let handedOut = Self.count(in: write)
            entry.written = handedOut
            series[write.note] = entry
            if isMore, entry.count > handedOut { plan(write.note, at: now + configuration.seriesInterval) }
        case .gone:
            entry.written = 0
            entry.key.name = Self.name(write.note, random: random)
            series[write.note] = entry
            plan(write.note, at: now)
        case .failed(let retryAfter):
            entry.attempts += 1
            series[write.note] = entry
            guard entry.attempts < Self.attemptLimit else { return drop(write.note) }
            let backoff = Backoff(initial: .seconds(1), maximum: .seconds(60))
            let wait = backoff.delay(afterFailures: entry.attempts - 1, random: random)
            plan(write.note, at: now + max(wait, retryAfter ?? .zero))
        case .refused:
            drop(write.note)
        }
    }
}

extension EventAggregator {
    private mutating func drop(_ note: EventNote) {
        series[note] = nil
        dropped &+= 1
    }

    private mutating func plan(_ note: EventNote, at deadline: Duration) {
        guard var entry = series[note], !entry.isScheduled, !entry.isBeingWritten else { return }
        entry.isScheduled = true
        series[note] = entry
        lastTicket += 1
        schedule.push(DeadlineHeap.Node(deadline: deadline, ticket: lastTicket, element: note))
    }

    /// Whether the object may have another note of the reason.
    private mutating func admit(_ topic: Topic, now: Duration) -> Bool {
        if budgets[topic] == nil, budgets.count >= 16 * configuration.limit { budgets = [:] }
        var budget = budgets[topic] ?? Budget(bucket: newBucket)
        let wait = budget.bucket.take(at: now)
        budgets[topic] = budget
        return wait == .zero
    }

    private var newBucket: TokenBucket {
        let perSecond = 1 / (Configuration.noteInterval / .seconds(1))
        return TokenBucket(perSecond: perSecond, burst: configuration.notesPerReason)
    }

    private mutating func noteDrop(_ topic: Topic, now: Duration) -> Receipt {
        dropped &+= 1
        let last = budgets[topic]?.lastDrop
        budgets[topic]?.lastDrop = now
        return .dropped(isFirst: last.map { now - $0 >= Self.silence } ?? true)
    }

    /// Forgets a series that is over, or else the one longest unseen that does not wait to be written.
    private mutating func makeRoom(now: Duration) -> Bool {
        guard series.count >= configuration.limit else { return true }
        let idle = series.filter { !$0.value.isScheduled && !$0.value.isBeingWritten }
        for (note, entry) in idle where now - entry.lastSeen >= configuration.seriesLifetime { series[note] = nil }
        if series.count < configuration.limit { return true }
        guard let oldest = idle.min(by: { $0.value.lastSeen < $1.value.lastSeen }) else { return false }
        series[oldest.key] = nil
        return true
    }

    private static func count(in write: Write) -> Int64 {
        switch write.kind {
        case .create(let event): event.tree.value(at: "series", "count")?.integer ?? 1
        case .patch(_, let patch): patch.value(at: "series", "count")?.integer ?? 1
        }
    }

    private static func name(_ note: EventNote, random: RandomSource) -> String {
        let suffix = String(random.next(), radix: 16)
        return "\(note.regarding.key.name.prefix(253 - 17)).\(suffix)"
    }

    private static func seriesPatch(_ entry: Series) -> Tree {
        ["series": ["count": .integer(entry.count), "lastObservedTime": .string(entry.last.rfc3339Micro)]]
    }

    private func event(_ note: EventNote, _ entry: Series) -> KubeObject {
        var event = KubeObject(kind: EventRecorder.resource.kind, key: entry.key)
        event.tree["eventTime"] = .string(entry.first.rfc3339Micro)
        event.tree["reportingController"] = .string(configuration.controller)
        event.tree["reportingInstance"] = .string(configuration.instance)
        event.tree["type"] = .string(note.severity.rawValue)
        event.tree["reason"] = .string(note.reason)
        event.tree["action"] = .string(note.action)
        event.tree["note"] = .string(note.note)
        event.tree["regarding"] = note.regarding.reference
        if entry.count > 1 { event.tree["series"] = Self.seriesPatch(entry)["series"] }
        return event
    }
}
