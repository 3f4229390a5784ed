internal import MeshBase

/// Numbers and times for people.
enum NumberText {
    /// A number without a fraction where it has none.
    static func short(_ value: Double) -> String {
        Int64(exactly: value).map { String($0) } ?? String(value)
    }

    /// A time span in two units at most, seconds being the smallest: `42s`, `3m5s`, `2h10m`, `4d3h`; what is negative is `0s`.
    static func span(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        let units: [(size: Int64, name: String)] = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")]
        guard let first = units.firstIndex(where: { seconds >= $0.size }) else { return "0s" }
        var text = "\(seconds / units[first].size)\(units[first].name)"
        if first + 1 < units.count {
            let rest = seconds % units[first].size / units[first + 1].size
            if rest > 0 { text += "\(rest)\(units[first + 1].name)" }
        }
        return text
    }

    /// How long ago a moment in RFC 3339 was; nil where it is none.
    static func age(_ text: String?, now: Timestamp) -> String? {
        text.flatMap { Timestamp(rfc3339: $0) }.map { span($0.duration(to: now)) }
    }
}
