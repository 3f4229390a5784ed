package import KubeAPI
package import MeshBase

/// Remembers which fields we set right after somebody else had changed them, to notice a fight and leave it.
package struct RewriteHistory: Sendable {
    /// A field of an object and who rewrites it.
    package struct Contest: Sendable, Hashable {
        /// The object.
        package let id: ResourceID
        /// The field; the root stands for the object as a whole, which somebody deletes.
        package let place: FieldPlace
        /// Who rewrites it.
        package let manager: String

        /// Names a contest.
        package init(id: ResourceID, place: FieldPlace, manager: String) {
            self.id = id
            self.place = place
            self.manager = manager
        }
    }

    /// Whether a field may be set right now.
    package enum Verdict: Sendable, Hashable {
        /// It may.
        case repair
        /// Not before this time.
        case wait(until: Timestamp)
    }

    /// How many repairs within ``window`` make a fight.
    package static let limit = 3
    /// How far back repairs count.
    package static let window = Duration.seconds(600)
    /// How often a field that is fought over is set right.
    package static let interval = Duration.seconds(60)

    private var repairs: [Contest: [Timestamp]] = [:]

    /// Makes an empty history.
    package init() {}

    /// Whether the field may be set right at `now`.
    package func verdict(_ contest: Contest, now: Timestamp) -> Verdict {
        let recent = recent(contest, now: now)
        guard recent.count >= Self.limit, let last = recent.last else { return .repair }
        let next = last.advanced(by: Self.interval)
        return now < next ? .wait(until: next) : .repair
    }

    /// Whether the field is being fought over at `now`.
    package func isContested(_ contest: Contest, now: Timestamp) -> Bool {
        recent(contest, now: now).count >= Self.limit
    }

    /// The fights over fields of `owner`'s objects at `now`, in order, and when the first of them ends if nothing more happens.
    package func contests(now: Timestamp) -> (open: [Contest], until: Timestamp?) {
        let open = repairs.keys.filter { isContested($0, now: now) }
        let ends = open.compactMap { contest -> Timestamp? in
            let recent = recent(contest, now: now)
            return recent.dropLast(Self.limit - 1).last?.advanced(by: Self.window)
        }
        return (open.sorted { ($0.id, $0.place) < ($1.id, $1.place) }, ends.min())
    }

    /// Whether setting the field right at `now` makes a fight of it, or goes on with one.
    package func isLastRound(_ contest: Contest, now: Timestamp) -> Bool {
        recent(contest, now: now).count >= Self.limit - 1
    }

    /// Notes that the field was set right at `now` in a fight that began before this process.
    package mutating func recordFight(_ contest: Contest, now: Timestamp) {
        repairs[contest] = Array(repeating: now, count: Self.limit)
    }

    /// Notes that the field was set right at `now`.
    package mutating func record(_ contest: Contest, now: Timestamp) {
        repairs[contest] = recent(contest, now: now).suffix(Self.limit) + [now]
    }

    /// Forgets what no longer counts at `now`.
    package mutating func expire(now: Timestamp) {
        repairs = repairs.filter { !recent($0.key, now: now).isEmpty }
    }

    /// Forgets all about an object.
    package mutating func forget(_ id: ResourceID) {
        repairs = repairs.filter { $0.key.id != id }
    }

    private func recent(_ contest: Contest, now: Timestamp) -> [Timestamp] {
        let start = now - Self.window
        return (repairs[contest] ?? []).filter { $0 > start }
    }
}
