/// The rules of a work queue, as a value without clock, locks or tasks.
///
/// Contract:
/// - A key is in at most one of three places: ready, delayed, running. Adding it again never makes a second entry.
/// - A key added while it runs comes back once it is finished, not before: one run per key at a time, no lost wake-up.
/// - Of several delays for one key the earliest counts; of several priorities the highest.
/// - Ready keys leave by priority, then by arrival. Every ``Configuration/agingInterval``-th key handed out is the one
///   that has been ready longest, whatever its priority, so that none waits forever.
/// - A key that is held back is not handed out before its time, whatever is added meanwhile.
/// - Closing refuses further keys. ``Closing/drain`` still hands out what is ready, ``Closing/finishRunning`` does not;
///   both drop what is delayed.
public struct WorkQueueMachine<Key: Hashable & Sendable>: Sendable {
    /// Settings of a queue.
    public struct Configuration: Sendable, Hashable {
        /// After how many keys the longest waiting one goes first; at least 2.
        public var agingInterval: Int

        /// Makes settings.
        public init(agingInterval: Int = 8) {
            self.agingInterval = max(2, agingInterval)
        }
    }

    /// What happens to waiting keys when a queue closes.
    public enum Closing: Sendable, Hashable {
        /// Ready keys are still handed out.
        case drain
        /// Nothing is handed out any more.
        case finishRunning
    }

    /// A key handed out.
    public struct Item: Sendable, Hashable {
        /// The key to work on.
        public let key: Key
        /// The priority it had.
        public let priority: Int
        /// How long it was ready.
        public let waited: Duration
        /// How many failures in a row were recorded for it.
        public let failures: Int
    }

    private enum Place {
        case ready(ticket: UInt64, since: Duration)
        case delayed(ticket: UInt64, deadline: Duration)
        case running(since: Duration, again: Again?)
    }

    private struct Again {
        var deadline: Duration
        var priority: Int
    }

    private struct Entry {
        var place: Place
        var priority: Int
    }

    private struct Ticket {
        let key: Key
        let number: UInt64
    }

    private let configuration: Configuration
    private var entries: [Key: Entry] = [:]
    private var failures: [Key: Int] = [:]
    private var holds: [Key: Duration] = [:]
    private var levels: [Int: FirstInFirstOut<Ticket>] = [:]
    private var byAge = FirstInFirstOut<Ticket>()
    private var delayed = DeadlineHeap<Key>()
    private var lastTicket: UInt64 = 0
    private var handedOut = 0

    /// Set once the queue refuses keys.
    public private(set) var closing: Closing?
    /// How many keys are ready.
    public private(set) var readyCount = 0
    /// How many keys wait for their time.
    public private(set) var delayedCount = 0
    /// How many keys are handed out and not finished.
    public private(set) var runningCount = 0

    /// Makes an empty queue.
    public init(configuration: Configuration = Configuration()) {
        self.configuration = configuration
    }

    /// When the earliest delayed key becomes ready; nil when none is delayed.
    public var nextDeadline: Duration? { delayed.first?.deadline }

    /// Whether the queue is closed and will hand out nothing more.
    public var isExhausted: Bool {
        switch closing {
        case nil: false
        case .drain: readyCount == 0
        case .finishRunning: true
        }
    }

    /// How many notes the queue keeps about places, stale ones included; in proportion to the keys.
    public var ticketCount: Int {
        byAge.count + delayed.count + levels.values.reduce(0) { $0 + $1.count }
    }

    /// How long the longest running key has been running at `now`.
    public func longestRun(now: Duration) -> Duration {
        var longest = Duration.zero
        for entry in entries.values {
            if case .running(let since, _) = entry.place { longest = max(longest, now - since) }
        }
        return longest
    }

    /// Asks that `key` be handed out at `deadline`, or at once when that lies in the past.
    ///
    /// - Returns: whether the queue took it; a closed one does not.
    @discardableResult
    public mutating func add(_ key: Key, at deadline: Duration, priority: Int = 0, now: Duration) -> Bool {
        guard closing == nil else { return false }
        guard let entry = entries[key] else {
            place(key, at: deadline, priority: priority, now: now)
            return true
        }
        let raised = max(entry.priority, priority)
        switch entry.place {
        case .ready(let ticket, let since):
            if raised > entry.priority {
                entries[key] = Entry(place: .ready(ticket: ticket, since: since), priority: raised)
                levels[raised, default: FirstInFirstOut()].append(Ticket(key: key, number: ticket))
            }
        case .delayed(let ticket, let known):
            if deadline < known || deadline <= now {
                unplaceDelayed(key)
                place(key, at: min(deadline, known), priority: raised, now: now)
            } else if raised > entry.priority {
                entries[key] = Entry(place: .delayed(ticket: ticket, deadline: known), priority: raised)
            }
        case .running(let since, let again):
            let merged = Again(
                deadline: min(deadline, again?.deadline ?? deadline),
                priority: max(priority, again?.priority ?? priority)
            )
            entries[key] = Entry(place: .running(since: since, again: merged), priority: entry.priority)
        }
        return true
    }

    /// Keeps `key` from being handed out before `deadline`, since somebody asked to be left alone until then.
    ///
    /// It holds for what is added from now on; a key that is ready already goes out.
    public mutating func hold(_ key: Key, until deadline: Duration) {
        holds[key] = max(deadline, holds[key] ?? deadline)
    }

    /// Makes delayed keys ready whose time has come.
    public mutating func promote(now: Duration) {
        while let first = delayed.first, first.deadline <= now {
            _ = delayed.popFirst()
            guard let entry = entries[first.element], case .delayed(let ticket, _) = entry.place,
                ticket == first.ticket
            else { continue }
            unplaceDelayed(first.element)
            place(first.element, at: first.deadline, priority: entry.priority, now: now)
        }
        dropStaleDeadlines()
    }

    /// Hands out the next key, or nil when none is ready.
    public mutating func next(now: Duration) -> Item? {
        promote(now: now)
        guard closing != .finishRunning, readyCount > 0, let key = takeReady(), let entry = entries[key],
            case .ready(_, let since) = entry.place
        else { return nil }
        entries[key] = Entry(place: .running(since: now, again: nil), priority: entry.priority)
        readyCount -= 1
        runningCount += 1
        handedOut &+= 1
        return Item(
            key: key,
            priority: entry.priority,
            waited: max(.zero, now - since),
            failures: failures[key] ?? 0
        )
    }

    /// Takes back a key handed out, which returns to the queue if it was added meanwhile.
    ///
    /// - Returns: how long it ran; nil when it was not running.
    @discardableResult
    public mutating func finish(_ key: Key, now: Duration) -> Duration? {
        guard let entry = entries[key], case .running(let since, let again) = entry.place else { return nil }
        entries[key] = nil
        runningCount -= 1
        if let again, closing == nil { place(key, at: again.deadline, priority: again.priority, now: now) }
        return max(.zero, now - since)
    }

    /// Counts one more failure in a row of `key`, and returns the count.
    public mutating func recordFailure(of key: Key) -> Int {
        let count = (failures[key] ?? 0) + 1
        failures[key] = count
        return count
    }

    /// Forgets the failures of `key`.
    public mutating func forgetFailures(of key: Key) {
        failures[key] = nil
    }

    /// Refuses further keys and drops those that are delayed or, except when draining, ready.
    ///
    /// Closing again can only turn ``Closing/drain`` into ``Closing/finishRunning``.
    public mutating func close(_ mode: Closing) {
        if closing != .finishRunning { closing = mode }
        for (key, entry) in entries {
            switch entry.place {
            case .delayed:
                entries[key] = nil
                delayedCount -= 1
            case .ready where closing == .finishRunning:
                entries[key] = nil
                readyCount -= 1
            case .ready, .running:
                break
            }
        }
        delayed = DeadlineHeap()
    }
}

extension WorkQueueMachine {
    private mutating func place(_ key: Key, at deadline: Duration, priority: Int, now: Duration) {
        lastTicket += 1
        if let hold = holds[key], hold <= now { holds[key] = nil }
        let deadline = max(deadline, holds[key] ?? deadline)
        if deadline <= now {
            entries[key] = Entry(place: .ready(ticket: lastTicket, since: now), priority: priority)
            levels[priority, default: FirstInFirstOut()].append(Ticket(key: key, number: lastTicket))
            byAge.append(Ticket(key: key, number: lastTicket))
            readyCount += 1
        } else {
            entries[key] = Entry(place: .delayed(ticket: lastTicket, deadline: deadline), priority: priority)
            delayed.push(DeadlineHeap.Node(deadline: deadline, ticket: lastTicket, element: key))
            delayedCount += 1
        }
    }

    private mutating func unplaceDelayed(_ key: Key) {
        entries[key] = nil
        delayedCount -= 1
        dropStaleDeadlines()
    }

    /// Keeps the head of the heap true, and the heap at most twice as long as it has live keys.
    private mutating func dropStaleDeadlines() {
        while let first = delayed.first, !isLive(first) { _ = delayed.popFirst() }
        if delayed.count > 2 * delayedCount + 64 {
            let entries = entries
            delayed.removeAll { !Self.isLive($0, in: entries) }
        }
    }

    private func isLive(_ node: DeadlineHeap<Key>.Node) -> Bool { Self.isLive(node, in: entries) }

    private static func isLive(_ node: DeadlineHeap<Key>.Node, in entries: [Key: Entry]) -> Bool {
        if case .delayed(node.ticket, _)? = entries[node.element]?.place { true } else { false }
    }

    private func isLive(_ ticket: Ticket, priority: Int?) -> Bool {
        guard let entry = entries[ticket.key], case .ready(ticket.number, _) = entry.place else { return false }
        return priority == nil || entry.priority == priority
    }

    private mutating func takeReady() -> Key? {
        compactTickets()
        if (handedOut &+ 1) % configuration.agingInterval == 0 {
            while let ticket = byAge.popFirst() {
                if isLive(ticket, priority: nil) { return ticket.key }
            }
        }
        while let priority = levels.keys.max() {
            while let ticket = levels[priority]?.popFirst() {
                if isLive(ticket, priority: priority) { return ticket.key }
            }
            levels[priority] = nil
        }
        return nil
    }

    /// Tickets of keys already taken stay behind in the other list; this bounds how many.
    private mutating func compactTickets() {
        let limit = 2 * readyCount + 64
        if byAge.count > limit {
            let machine = self
            byAge.removeAll { !machine.isLive($0, priority: nil) }
        }
        for (priority, tickets) in levels where tickets.count > limit {
            let machine = self
            levels[priority]?.removeAll { !machine.isLive($0, priority: priority) }
        }
    }
}
