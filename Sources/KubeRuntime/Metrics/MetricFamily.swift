/// The kinds of metric, by their names in the text format.
enum MetricKind: String {
    case counter
    case gauge
    case histogram
}

/// All series of one name.
struct MetricFamily {
    let kind: MetricKind
    let help: String
    var series: [MetricLabels: MetricSeries] = [:]
}

/// What is stored for one set of labels.
enum MetricSeries: Sendable {
    case scalar(ScalarCell)
    case computed(@Sendable () -> Double)
    case distribution(HistogramCell)
}

/// Label names and values, ordered by name.
struct MetricLabels: Hashable, Comparable {
    let pairs: [[String]]

    private init(pairs: [[String]]) {
        self.pairs = pairs
    }

    init(_ labels: [String: String]) {
        pairs = labels.map { [Self.labelName($0.key), $0.value] }.sorted { $0[0] < $1[0] }
    }

    /// The series that stands for all that came after the limit.
    var summedUp: MetricLabels { MetricLabels(pairs: pairs.map { [$0[0], "_other"] }) }

    static func < (left: MetricLabels, right: MetricLabels) -> Bool {
        left.pairs.lexicographicallyPrecedes(right.pairs) { $0.lexicographicallyPrecedes($1) }
    }

    /// `name` with what `[a-zA-Z_:][a-zA-Z0-9_:]*` does not allow replaced by `_`.
    static func metricName(_ name: String) -> String { cleaned(name, allowsColon: true) }

    /// `name` with what `[a-zA-Z_][a-zA-Z0-9_]*` does not allow replaced by `_`.
    static func labelName(_ name: String) -> String { cleaned(name, allowsColon: false) }

    private static func cleaned(_ name: String, allowsColon: Bool) -> String {
        var result = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "_": result.unicodeScalars.append(scalar)
            case ":" where allowsColon: result.unicodeScalars.append(scalar)
            case "0"..."9" where !result.isEmpty: result.unicodeScalars.append(scalar)
            default: result.append("_")
            }
        }
        return result.isEmpty ? "_" : result
    }
}
