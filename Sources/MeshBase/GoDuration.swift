/// Time spans in Go's syntax (`1h30m`, `1.5s`, `300ms`), as Kubernetes and Istio write them.
public enum GoDuration {
    /// Reads a text, nil when it is not a time span or exceeds about 292 years.
    public static func parse(_ text: String) -> Duration? {
        var rest = text[...]
        var isNegative = false
        if let sign = rest.first, sign == "-" || sign == "+" {
            isNegative = sign == "-"
            rest.removeFirst()
        }
        if rest == "0" { return .zero }
        guard !rest.isEmpty else { return nil }
        var total: Int64 = 0
        while !rest.isEmpty {
            guard let part = takePart(&rest) else { return nil }
            let (sum, overflows) = total.addingReportingOverflow(part)
            guard !overflows else { return nil }
            total = sum
        }
        return .nanoseconds(isNegative ? -total : total)
    }

    /// Writes a time span as Go does: `1h30m0s` shortened to `1h30m`, `1.5s`, `300ms`, `0s`.
    public static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        if seconds == 0, attoseconds == 0 { return "0s" }
        if seconds < 0 || attoseconds < 0 { return "-" + text(.zero - duration) }
        if seconds == 0 {
            let nanoseconds = attoseconds / 1_000_000_000
            if nanoseconds % 1_000_000 == 0 { return "\(nanoseconds / 1_000_000)ms" }
            if nanoseconds % 1_000 == 0 { return "\(nanoseconds / 1_000)us" }
            return "\(nanoseconds)ns"
        }
        var result = ""
        if seconds >= 3600 { result += "\(seconds / 3600)h" }
        if seconds % 3600 >= 60 { result += "\(seconds % 3600 / 60)m" }
        let nanoseconds = attoseconds / 1_000_000_000
        if nanoseconds != 0 {
            var fraction = String(nanoseconds)
            fraction = String(repeating: "0", count: 9 - fraction.count) + fraction
            while fraction.hasSuffix("0") { fraction.removeLast() }
            result += "\(seconds % 60).\(fraction)s"
        } else if seconds % 60 != 0 {
            result += "\(seconds % 60)s"
        }
        return result
    }

    private static func takePart(_ rest: inout Substring) -> Int64? {
        let whole = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(whole.count)
        var fraction: Substring = ""
        if rest.first == "." {
            rest = rest.dropFirst()
            fraction = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(fraction.count)
        }
        guard !whole.isEmpty || !fraction.isEmpty, let unit = takeUnit(&rest) else { return nil }
        guard let count = Int64(whole.isEmpty ? "0" : whole) else { return nil }
        let (product, overflows) = count.multipliedReportingOverflow(by: unit)
        guard !overflows else { return nil }
        var scale = unit
        var extra: Int64 = 0
        for digit in fraction {
            scale /= 10
            extra += Int64(digit.wholeNumberValue ?? 0) * scale
        }
        let (sum, sumOverflows) = product.addingReportingOverflow(extra)
        return sumOverflows ? nil : sum
    }

    private static func takeUnit(_ rest: inout Substring) -> Int64? {
        let units: [(String, Int64)] = [
            ("ns", 1), ("us", 1_000), ("µs", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
            ("h", 3_600_000_000_000),
        ]
        for (name, nanoseconds) in units where rest.hasPrefix(name) {
            rest = rest.dropFirst(name.count)
            return nanoseconds
        }
        return nil
    }
}
