internal import MeshBase

/// How long a server asks to be left alone (RFC 9110, section 10.2.3).
enum RetryAfter {
    /// No wait is longer than a day.
    private static let longest: Int64 = 86_400

    /// The wait that the headers of an answer ask for; nil where they ask for none.
    ///
    /// The value is a number of seconds, or a date. A date is held against the answer's own `Date`, so that the clocks of
    /// the two sides need not agree, and without one against `now`. A date that has passed asks for no wait at all.
    ///
    /// - Parameters:
    ///   - headers: the header fields of the answer.
    ///   - now: the time of day; nil where nobody knows, so that a date alone says nothing.
    /// - Returns: the wait.
    static func wait(_ headers: HTTPHeaders, now: Timestamp?) -> Duration? {
        guard let text = headers["Retry-After"] else { return nil }
        if let seconds = Int64(text) { return seconds < 0 ? nil : .seconds(min(seconds, longest)) }
        guard let sent = headers["Date"].flatMap({ moment($0, near: nil) }) ?? now, let until = moment(text, near: sent)
        else { return nil }
        return .seconds(min(max(until.seconds - sent.seconds, 0), longest))
    }

    /// Reads the three forms of a date (RFC 9110, section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`,
    /// `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`.
    ///
    /// A year of two digits lies at most fifty years after `near`.
    static func moment(_ text: String, near: Timestamp?) -> Timestamp? {
        let words = text.split { " ,-".contains($0) }.map(String.init)
        switch words.count {
        case 6 where words[5] == "GMT":
            return moment(day: words[1], month: words[2], year: words[3], time: words[4], near: near)
        case 5:
            return moment(day: words[2], month: words[1], year: words[4], time: words[3], near: near)
        default:
            return nil
        }
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func moment(day: String, month: String, year: String, time: String, near: Timestamp?) -> Timestamp? {
        guard let index = months.firstIndex(of: month), day.count <= 2 else { return nil }
        let number = index < 9 ? "0\(index + 1)" : "\(index + 1)"
        let rest = "-\(number)-\(day.count == 1 ? "0\(day)" : day)T\(time)Z"
        guard year.count == 2 else { return Timestamp(rfc3339: year + rest) }
        guard let soon = Timestamp(rfc3339: "20\(year)\(rest)") else { return nil }
        let limit = near.map { $0.advanced(by: .seconds(50 * 31_557_600)) }
        guard let limit, soon > limit else { return soon }
        return Timestamp(rfc3339: "19\(year)\(rest)")
    }
}
