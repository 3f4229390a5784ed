/// Writes metric families in the Prometheus text format 0.0.4.
struct PrometheusText {
    /// The content type that goes with the text.
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var output = ""

    mutating func append(_ family: MetricFamily, name: String) {
        output += "# HELP \(name) \(Self.escaped(family.help, quotes: false))\n"
        output += "# TYPE \(name) \(family.kind.rawValue)\n"
        for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
            switch series {
            case .scalar(let cell): sample(name, labels.pairs, Self.number(cell.value))
            case .computed(let read): sample(name, labels.pairs, Self.number(read()))
            case .distribution(let cell): append(cell, name: name, labels: labels)
            }
        }
    }

    private mutating func append(_ cell: HistogramCell, name: String, labels: MetricLabels) {
        let counts = cell.counts
        var total: UInt64 = 0
        for (bound, count) in zip(cell.bounds, counts.buckets) {
            total &+= count
            sample("\(name)_bucket", labels.pairs + [["le", Self.number(bound)]], "\(total)")
        }
        sample("\(name)_bucket", labels.pairs + [["le", "+Inf"]], "\(counts.count)")
        sample("\(name)_sum", labels.pairs, Self.number(counts.sum))
        sample("\(name)_count", labels.pairs, "\(counts.count)")
    }

    private mutating func sample(_ name: String, _ labels: [[String]], _ value: String) {
        output += name
        if !labels.isEmpty {
            let pairs = labels.map { "\($0[0])=\"\(Self.escaped($0[1], quotes: true))\"" }
            output += "{\(pairs.joined(separator: ","))}"
        }
        output += " \(value)\n"
    }

    static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let integer = Int64(exactly: value) { return String(integer) }
        return "\(value)"
    }
}

extension MetricsRegistry {
    /// The content type of ``prometheusText()``.
    public static var prometheusContentType: String { PrometheusText.contentType }
}
