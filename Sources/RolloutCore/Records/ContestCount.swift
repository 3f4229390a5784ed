internal import DataTree
internal import MeshBase

/// What others changed of what a rollout wrote, in one word.
enum ForeignEdit: String, Sendable, Hashable, CaseIterable {
    /// Nothing but the weights of routes.
    case weights = "Weights"
    /// Routes, as by applying the manifest from before the rollout.
    case routes = "Routes"
    /// Subsets.
    case subsets = "Subsets"

    /// What was changed, for people.
    var noun: String { rawValue.lowercased() }
}

/// How often something was put back after others changed it, within a while, by who changed it and what.
///
/// One edit of each of several people is no fight; the same edit of the same writer for the second time is.
struct ContestCount: Sendable, Hashable {
    /// One kind of edit of one writer.
    struct Entry: Sendable, Hashable {
        /// The field manager, as API servers call it.
        var writer: String
        /// What it changed.
        var edit: ForeignEdit
        /// How often it was put back, without a longer time between two of them than ``ContestCount/window``.
        var times: Int
        /// When it was put back first.
        var since: Timestamp
        /// When it was put back last.
        var last: Timestamp
    }

    /// The edits that were put back, the last one last.
    private(set) var entries: [Entry] = []

    /// How long an edit counts.
    static let window = Duration.seconds(600)
    /// How long at most what somebody changes again is left as it is once it has been put back.
    static let patience = Duration.seconds(60)
    /// How many edits are put back at once within the window, whoever they are of.
    static let rushLimit = 6
    /// How many entries are kept.
    private static let limit = 8

    init() {}

    init(_ tree: Tree?) {
        entries = (tree?.array ?? []).suffix(Self.limit).compactMap { item in
            guard let writer = item["writer"]?.string, let edit = (item["edit"]?.string).flatMap(ForeignEdit.init),
                let since = (item["since"]?.string).flatMap({ Timestamp(rfc3339: $0) }),
                let last = (item["last"]?.string).flatMap({ Timestamp(rfc3339: $0) })
            else { return nil }
            let times = Int(clamping: min(1_000_000, max(1, item["times"]?.integer ?? 1)))
            return Entry(writer: writer, edit: edit, times: times, since: since, last: last)
        }
    }

    var tree: Tree? {
        guard !entries.isEmpty else { return nil }
        return .array(
            entries.map { entry in
                [
                    "writer": .string(entry.writer), "edit": .string(entry.edit.rawValue),
                    "times": .integer(Int64(entry.times)), "since": .string(entry.since.rfc3339),
                    "last": .string(entry.last.rfc3339),
                ]
            }
        )
    }

    /// The edit that is put back again and again; nil for none.
    func fight(now: Timestamp) -> Entry? { entries.last { $0.times >= 2 && Self.counts($0, now) } }

    /// The last edit that still counts; nil for none.
    func latest(now: Timestamp) -> Entry? { entries.last { Self.counts($0, now) } }

    /// When an edit may be put back: at once the first time, then 1 s, 2 s, 4 s and so on after the last time, up to a minute.
    ///
    /// Somebody who applies his manifest twice is no fight, and his traffic is soon where the step has it. Many edits of many writers wait
    /// a minute each.
    ///
    /// - Parameters:
    ///   - edit: what was changed.
    ///   - writer: by whom.
    ///   - patience: how long to wait at most once it has been put back.
    ///   - now: the time.
    /// - Returns: `now`, or a later time.
    func mayPutBack(
        _ edit: ForeignEdit,
        by writer: String,
        patience: Duration = Self.patience,
        now: Timestamp
    ) -> Timestamp {
        let counting = entries.filter { Self.counts($0, now) }
        let same = counting.last { $0.writer == writer && $0.edit == edit }
        if let same { return max(now, same.last + min(patience, .seconds(1 << min(same.times - 1, 6)))) }
        guard counting.count >= Self.rushLimit, let last = counting.map(\.last).max() else { return now }
        return max(now, last + patience)
    }

    /// Counts that an edit is put back.
    func counted(_ edit: ForeignEdit, by writer: String, now: Timestamp) -> ContestCount {
        var result = self
        result.entries = entries.filter { Self.counts($0, now) }
        var entry = Entry(writer: writer, edit: edit, times: 0, since: now, last: now)
        if let index = result.entries.firstIndex(where: { $0.writer == writer && $0.edit == edit }) {
            entry = result.entries.remove(at: index)
        }
        entry.times += 1
        entry.last = now
        result.entries.append(entry)
        result.entries = Array(result.entries.suffix(Self.limit))
        return result
    }

    private static func counts(_ entry: Entry, _ now: Timestamp) -> Bool {
        entry.last <= now && now - entry.last < window
    }
}
