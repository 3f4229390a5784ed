internal import KubeClient
internal import MeshAPI
internal import MeshBase

/// One question to Prometheus' HTTP API, as a value.
struct PrometheusQuery: Sendable, Hashable {
    /// What is asked for.
    enum Kind: Sendable, Hashable {
        /// The value at a time; nil for now by the server's clock.
        case instant(Timestamp?)
        /// Values over time, of which one is taken.
        case range(start: Timestamp, end: Timestamp, step: Duration, take: AnalysisMetric.Range.Taking)
    }

    var expression: String
    var kind: Kind

    /// An instant query, or a range query where the metric asks for one; `shift` moves it into the past.
    init(_ expression: String, range: AnalysisMetric.Range?, shift: Duration?, now: Timestamp) {
        self.expression = expression
        guard let range else {
            kind = .instant(shift.map { now - $0 })
            return
        }
        let end = now - (shift ?? .zero)
        let duration = max(.seconds(1), range.duration)
        let step = max(.milliseconds(100), max(range.step, duration / Self.mostPoints))
        kind = .range(start: end - duration, end: end, step: step, take: range.take)
    }

    /// The most values a row may have.
    private static let mostPoints = 1_000

    /// The request: a POST of a form, since queries may be longer than addresses.
    func call(timeout: Duration) -> GateCall {
        var form = [HTTPQueryItem("query", expression)]
        var path = "/api/v1/query"
        switch kind {
        case .instant(let time):
            if let time { form.append(HTTPQueryItem("time", Self.seconds(time))) }
        case .range(let start, let end, let step, _):
            path = "/api/v1/query_range"
            form += [
                HTTPQueryItem("start", Self.seconds(start)), HTTPQueryItem("end", Self.seconds(end)),
                HTTPQueryItem("step", PromQL.duration(step)),
            ]
        }
        form.append(HTTPQueryItem("timeout", PromQL.duration(timeout)))
        let pairs = form.map { "\(PercentEncoding.queryValue($0.name))=\(PercentEncoding.queryValue($0.value))" }
        return GateCall(
            method: .post,
            target: path,
            headers: ["Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"],
            body: Array(pairs.joined(separator: "&").utf8),
            limit: 1 << 20
        )
    }

    /// Seconds since the epoch with milliseconds.
    private static func seconds(_ time: Timestamp) -> String {
        let fraction = String(time.microseconds / 1_000)
        return "\(time.seconds).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)"
    }
}

/// Pieces of PromQL.
enum PromQL {
    /// A time span as PromQL has it: whole seconds, or milliseconds where there are fractions; at least 1 ms.
    static func duration(_ duration: Duration) -> String {
        let parts = duration.components
        let milliseconds = parts.attoseconds / 1_000_000_000_000_000
        if milliseconds == 0, parts.seconds > 0 { return "\(parts.seconds)s" }
        let (whole, overflows) = parts.seconds.multipliedReportingOverflow(by: 1_000)
        return overflows ? "\(parts.seconds)s" : "\(max(1, whole + milliseconds))ms"
    }

    /// A text between double quotes.
    static func quoted(_ text: String) -> String { "\"\(escaped(text))\"" }

    /// A text fit for the inside of a quoted string, whichever quotes it has.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += #"\\"#
            case "\"": result += #"\x22"#
            case "'": result += #"\x27"#
            default:
                if scalar.value < 32 || scalar.value == 127 {
                    let digits = String(scalar.value, radix: 16)
                    result += #"\x"# + (digits.count == 1 ? "0" + digits : digits)
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result
    }

    /// A text that a regular expression takes literally.
    static func literal(_ text: String) -> String {
        var result = ""
        for character in text {
            if #"\.+*?()|[]{}^$"#.contains(character) { result.append("\\") }
            result.append(character)
        }
        return result
    }
}
