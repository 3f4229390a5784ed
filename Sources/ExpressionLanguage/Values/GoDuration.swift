/// A span of time with nanoseconds, in the range and notation of Go's `time.Duration`.
package struct GoDuration: Sendable, Hashable, Comparable {
    /// The span in nanoseconds.
    package var nanoseconds: Int64

    /// Makes a span.
    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Reads `1h30m`, `-1.5s`, `100ms`, `0`; nil for anything else and for what does not fit.
    package static func parse(_ text: String) -> GoDuration? {
        var bytes = Array(text.utf8)[...]
        var isNegative = false
        if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            bytes = bytes.dropFirst()
        }
        if bytes.elementsEqual([UInt8(ascii: "0")]) { return GoDuration(nanoseconds: 0) }
        guard !bytes.isEmpty else { return nil }
        var total: Int64 = 0
        while !bytes.isEmpty {
            guard let part = component(&bytes) else { return nil }
            let (sum, overflow) = total.addingReportingOverflow(part)
            if overflow { return nil }
            total = sum
        }
        return GoDuration(nanoseconds: isNegative ? -total : total)
    }

    /// Reads one number with its unit.
    private static func component(_ bytes: inout ArraySlice<UInt8>) -> Int64? {
        var whole: Int64 = 0
        var digits = 0
        while let digit = bytes.first, (48...57).contains(digit) {
            let (product, first) = whole.multipliedReportingOverflow(by: 10)
            let (sum, second) = product.addingReportingOverflow(Int64(digit - 48))
            if first || second { return nil }
            whole = sum
            digits += 1
            bytes = bytes.dropFirst()
        }
        var fraction = 0.0
        if bytes.first == UInt8(ascii: ".") {
            bytes = bytes.dropFirst()
            var scale = 0.1
            while let digit = bytes.first, (48...57).contains(digit) {
                fraction += Double(digit - 48) * scale
                scale /= 10
                digits += 1
                bytes = bytes.dropFirst()
            }
        }
        guard digits > 0, let unit = unit(&bytes) else { return nil }
        let (product, overflow) = whole.multipliedReportingOverflow(by: unit)
        let (sum, carried) = product.addingReportingOverflow(Int64((fraction * Double(unit)).rounded()))
        return overflow || carried ? nil : sum
    }

    private static func unit(_ bytes: inout ArraySlice<UInt8>) -> Int64? {
        let name = bytes.prefix { !(48...57).contains($0) && $0 != UInt8(ascii: ".") }
        bytes = bytes.dropFirst(name.count)
        switch String(decoding: name, as: UTF8.self) {
        case "ns": return 1
        case "us", "µs", "μs": return 1_000
        case "ms": return 1_000_000
        case "s": return 1_000_000_000
        case "m": return 60_000_000_000
        case "h": return 3_600_000_000_000
        default: return nil
        }
    }

    /// Ordered by length.
    package static func < (left: GoDuration, right: GoDuration) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The span in seconds as CEL's `string()` writes it: `90s`, `0.5s`.
    package var secondsText: String {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        guard rest != 0 else { return "\(seconds)s" }
        var fraction = String(rest.magnitude)
        fraction = String(repeating: "0", count: 9 - fraction.utf8.count) + fraction
        while fraction.hasSuffix("0") { fraction.removeLast() }
        let sign = nanoseconds < 0 ? "-" : ""
        return "\(sign)\(seconds.magnitude).\(fraction)s"
    }
}
