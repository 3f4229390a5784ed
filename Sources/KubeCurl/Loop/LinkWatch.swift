internal import KubeClient

/// Decides from times alone which transfers have taken too long, and which connections are dead although nothing says so.
///
/// A connection that many transfers share is *silent* while transfers wait on it and no byte comes. A silent one is asked for a
/// sign of life, by a small request on the same connection, and given up when that is not answered either: a server that is
/// merely slow with one answer gives the other. Nothing here waits or reads a clock.
///
/// The limits on the connection and on the whole of a transfer count from when it is handed over: time that others took is not
/// its own. How long it may wait for its turn before that is a limit apart. A reader who keeps the server waiting keeps its turn
/// only for as long as nobody else waits for one.
///
/// libcurl's own limit on the whole of a transfer is not used: libcurl 7.88 closes the connection of a transfer that runs out of
/// time under the transfers that share it, and does not look at the time of those that wait for a connection at all.
struct LinkWatch: Sendable {
    /// How long is too long.
    struct Limits: Sendable, Hashable {
        /// How long a connection may be silent while somebody waits for an answer.
        var silence = Duration.seconds(2)
        /// How long it may be silent while it carries nothing but streams, which tell something only when something happens.
        var quiet = Duration.seconds(10)
        /// How long the sign of life may take.
        var sign = Duration.seconds(2)
        /// When a request counts as slow, and one that was not handed over yet as kept waiting.
        var slow = Duration.seconds(10)
        /// How long in all the reader of an answer may keep the server waiting while others are kept waiting for their turn.
        var stall = Duration.seconds(30)
    }

    /// What a transfer is for.
    enum Purpose: Sendable, Hashable {
        /// Somebody waits for its end.
        case answer
        /// It goes on for as long as it can.
        case stream
        /// It asks the connection with this local port for a sign of life.
        case sign(link: Int)
    }

    /// Why a transfer is ended.
    enum Expiry: Sendable, Hashable {
        /// It was not handed over for so long, because others had the turn.
        case noTurn(Duration)
        /// There was no connection for it for so long.
        case noConnection(Duration)
        /// It was not complete after so long.
        case notComplete(Duration)
        /// Its reader kept the server waiting for so long, and others waited for the turn.
        case stalled(Duration)
    }

    /// What is to be done.
    enum Action: Sendable, Hashable {
        /// End a transfer.
        case expire(Int, Expiry)
        /// Ask for a sign of life, with a request that goes where `like` went.
        case ask(link: Int, like: Int)
        /// End all transfers of a connection, and use it no more.
        case abandon(link: Int, transfers: [Int], silence: Duration)
        /// Tell that a request is slow; once for each.
        case tellSlow(Int, Duration)
        /// Tell that a request waits for its turn; once for each.
        case tellWaiting(Int, Duration)
    }

    /// What a transfer may take, and whether others share its connection.
    struct Terms: Sendable, Hashable {
        var purpose: Purpose
        var connect: Duration?
        var total: Duration?
        var isShared: Bool
        /// How long it may wait to be handed over.
        var turn: Duration?
        /// Whether the server is slowed down to the pace of its reader.
        var isPaced = false
    }

    private struct Entry {
        let terms: Terms
        let began: Duration
        var submitted: Duration?
        var link: Int?
        var isTold = false
        /// Since when its reader keeps the server waiting; nil while it does not.
        var pausedSince: Duration?
        /// How long it did so before.
        var paused = Duration.zero

        /// When the reader will have kept the server waiting for `limit` if it goes on as it is; nil for never.
        func stalls(_ limit: Duration) -> Duration? {
            guard terms.isPaced else { return nil }
            if paused >= limit { return .zero }
            return pausedSince.map { $0 + limit - paused }
        }

        /// How long the reader has kept the server waiting in all.
        func stalled(_ now: Duration) -> Duration { paused + (pausedSince.map { now - $0 } ?? .zero) }
    }

    private struct Link {
        var members: Set<Int> = []
        var heard: Duration
        /// The request for a sign of life; it counts once it is known to be on this connection.
        var sign: (id: Int, since: Duration, isPlaced: Bool)?
        var isSuspect = false
        /// Whether a request meant for it went elsewhere: then silence says nothing.
        var cannotBeAsked = false
    }

    private let limits: Limits
    private var entries: [Int: Entry] = [:]
    private var links: [Int: Link] = [:]

    init(_ limits: Limits = Limits()) { self.limits = limits }

    /// A transfer is wanted.
    mutating func began(_ id: Int, _ terms: Terms, now: Duration) {
        entries[id] = Entry(terms: terms, began: now)
    }

    /// A transfer was handed over, to wait for a connection or make one.
    mutating func submitted(_ id: Int, now: Duration) {
        entries[id]?.submitted = now
        entries[id]?.isTold = false
    }

    /// The reader of a transfer has more than it takes: the server is kept waiting.
    mutating func paused(_ id: Int, now: Duration) {
        if entries[id]?.pausedSince == nil { entries[id]?.pausedSince = now }
    }

    /// The reader of a transfer has room again.
    mutating func resumed(_ id: Int, now: Duration) {
        guard let since = entries[id]?.pausedSince else { return }
        entries[id]?.paused += now - since
        entries[id]?.pausedSince = nil
    }

    /// A request has gone out over the connection with this local port.
    mutating func sent(_ id: Int, link: Int, now: Duration) {
        guard let entry = entries[id], entry.link != link else { return }
        leave(id)
        entries[id]?.link = link
        links[link, default: Link(heard: now)].members.insert(id)
        guard case .sign(let target) = entry.terms.purpose else { return }
        if target == link {
            links[link]?.sign?.isPlaced = true
        } else if links[target] != nil {
            links[target]?.sign = nil
            links[target]?.cannotBeAsked = true
        }
    }

    /// Something arrived for a transfer: its connection lives.
    mutating func heard(_ id: Int, now: Duration) {
        guard let link = entries[id]?.link else { return }
        links[link]?.heard = now
        links[link]?.sign = nil
        links[link]?.isSuspect = false
        links[link]?.cannotBeAsked = false
    }

    /// A transfer is over.
    mutating func ended(_ id: Int) {
        leave(id)
        entries[id] = nil
    }

    /// Those who share a connection.
    func members(of link: Int) -> [Int] { links[link]?.members.sorted() ?? [] }

    /// The request `id` was begun to ask `link` for a sign of life.
    mutating func asked(_ link: Int, by id: Int, now: Duration) {
        links[link]?.sign = (id, now, false)
        links[link]?.isSuspect = false
    }

    private mutating func leave(_ id: Int) {
        guard let link = entries[id]?.link else { return }
        links[link]?.members.remove(id)
        if links[link]?.members.isEmpty == true { links[link] = nil }
    }

    // MARK: - Time

    /// What is due at `now`, in a fixed order.
    mutating func due(now: Duration) -> [Action] {
        var actions: [Action] = []
        for (id, entry) in entries.sorted(by: { $0.key < $1.key }) {
            guard let submitted = entry.submitted else {
                actions += waiting(id, entry, now)
                continue
            }
            if let total = entry.terms.total, now - submitted >= total {
                actions.append(.expire(id, .notComplete(total)))
            } else if entry.link == nil, let connect = entry.terms.connect, now - submitted >= connect {
                actions.append(.expire(id, .noConnection(connect)))
            } else if entry.terms.purpose == .answer, !entry.isTold, now - submitted >= limits.slow {
                entries[id]?.isTold = true
                actions.append(.tellSlow(id, now - submitted))
            }
        }
        actions += stalled(now, besides: actions)
        return actions + silent(now)
    }

    /// What is due of a transfer that has not been handed over.
    private mutating func waiting(_ id: Int, _ entry: Entry, _ now: Duration) -> [Action] {
        let elapsed = now - entry.began
        if let turn = entry.terms.turn, elapsed >= turn { return [.expire(id, .noTurn(turn))] }
        guard !entry.isTold, elapsed >= limits.slow else { return [] }
        entries[id]?.isTold = true
        return [.tellWaiting(id, elapsed)]
    }

    /// Ends one transfer whose reader stalls for each that has been kept waiting; those first that stalled for longest.
    private func stalled(_ now: Duration, besides actions: [Action]) -> [Action] {
        let expiring = Set(actions.compactMap { if case .expire(let id, _) = $0 { id } else { nil } })
        let left = entries.filter { !expiring.contains($0.key) }
        let kept = left.values.filter { $0.submitted == nil && now - $0.began >= limits.slow }.count
        let stalling = left.filter { $0.value.stalls(limits.stall).map { now >= $0 } ?? false }
            .map { (id: $0.key, time: $0.value.stalled(now)) }
            .sorted { ($1.time, $0.id) < ($0.time, $1.id) }
        return stalling.prefix(kept).map { .expire($0.id, .stalled($0.time)) }
    }

    /// What is due of the connections.
    private mutating func silent(_ now: Duration) -> [Action] {
        var actions: [Action] = []
        let silent = links.filter { deadline(of: $0.value).map { now >= $0 } ?? false }
        for (port, link) in silent.sorted(by: { $0.key < $1.key }) {
            guard let sign = link.sign else {
                if let like = speaker(of: link) { actions.append(.ask(link: port, like: like)) }
                continue
            }
            guard sign.isPlaced else {
                links[port]?.sign = nil
                links[port]?.cannotBeAsked = true
                continue
            }
            actions.append(.abandon(link: port, transfers: link.members.sorted(), silence: now - link.heard))
            // What broke this one may have broken the others.
            for other in links.keys where other != port && links[other]?.sign == nil { links[other]?.isSuspect = true }
        }
        return actions
    }

    /// When something will be due, unless something happens before; nil for never.
    var nextDue: Duration? {
        var next: Duration?
        func note(_ time: Duration?) {
            if let time { next = min(next ?? time, time) }
        }
        for entry in entries.values {
            guard let submitted = entry.submitted else {
                note(entry.terms.turn.map { entry.began + $0 })
                if !entry.isTold { note(entry.began + limits.slow) }
                continue
            }
            note(entry.terms.total.map { submitted + $0 })
            if entry.link == nil { note(entry.terms.connect.map { submitted + $0 }) }
            if entry.terms.purpose == .answer, !entry.isTold { note(submitted + limits.slow) }
        }
        if let first = entries.values.lazy.filter({ $0.submitted == nil }).map({ $0.began + limits.slow }).min(),
            let stall = entries.values.lazy.compactMap({ $0.stalls(limits.stall) }).min()
        {
            note(max(first, stall))
        }
        for link in links.values { note(deadline(of: link)) }
        return next
    }

    /// When a connection is to be asked, or given up; nil for never.
    private func deadline(of link: Link) -> Duration? {
        guard !link.cannotBeAsked, speaker(of: link) != nil else { return nil }
        if let sign = link.sign { return sign.since + limits.sign }
        if link.isSuspect { return link.heard }
        let isAwaited = link.members.contains { entries[$0]?.terms.purpose == .answer }
        return link.heard + (isAwaited ? limits.silence : limits.quiet)
    }

    /// One of those who share the connection, to ask as they do; nil when nobody shares it.
    private func speaker(of link: Link) -> Int? {
        link.members.filter { id in
            guard let terms = entries[id]?.terms, terms.isShared else { return false }
            return terms.purpose == .answer || terms.purpose == .stream
        }.min()
    }
}
