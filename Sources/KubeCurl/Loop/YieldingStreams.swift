/// Streams that let answers go first that somebody waits for, since a watch lasts for minutes anyway.
///
/// A value without a clock.
struct YieldingStreams<Stream> {
    /// How long a stream makes room at most.
    static var limit: Duration { .milliseconds(50) }

    /// For how long no answer must have been awaited before a stream begins sooner: what has just been answered is being worked on.
    static var pause: Duration { .milliseconds(25) }

    /// In order, each with the time from which on it makes room no longer.
    private var waiting = ArraySlice<(stream: Stream, until: Duration)>()
    /// Since when no answer has been awaited; nil while one is.
    private var quietSince: Duration? = .zero

    /// Whether no stream makes room.
    var isEmpty: Bool { waiting.isEmpty }

    /// When the stream that has made room the longest begins; nil where none does.
    var end: Duration? {
        guard let limit = waiting.first?.until else { return nil }
        return min(limit, quietSince.map { $0 + Self.pause } ?? limit)
    }

    /// Adds a stream.
    mutating func add(_ stream: Stream, now: Duration) {
        waiting.append((stream, now + Self.limit))
    }

    /// Notes whether no answer is awaited.
    mutating func note(isQuiet: Bool, now: Duration) {
        quietSince = isQuiet ? quietSince ?? now : nil
    }

    /// Whether a stream begins now.
    func isOver(_ now: Duration) -> Bool { end.map { $0 <= now } ?? false }

    /// Takes the next stream that begins; nil where none does yet.
    mutating func next(_ now: Duration) -> Stream? {
        isOver(now) ? waiting.popFirst()?.stream : nil
    }

    /// Takes out the streams that `condition` names.
    mutating func remove(where condition: (Stream) -> Bool) -> [Stream] {
        let removed = waiting.filter { condition($0.stream) }.map(\.stream)
        waiting.removeAll { condition($0.stream) }
        return removed
    }
}
