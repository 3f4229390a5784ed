/// A set of Unicode scalars, kept as sorted, disjoint ranges with a bitmap for ASCII.
struct ScalarSet: Sendable, Hashable {
    /// The largest scalar.
    static let last: UInt32 = 0x10FFFF

    private(set) var ranges: [ClosedRange<UInt32>]
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    /// Makes a set of ranges in any order.
    init(_ ranges: [ClosedRange<UInt32>]) {
        var merged: [ClosedRange<UInt32>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let previous = merged.last, range.lowerBound <= previous.upperBound &+ 1 {
                let upper = max(previous.upperBound, range.upperBound)
                merged[merged.count - 1] = previous.lowerBound...upper
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged
        for range in merged where range.lowerBound < 128 {
            for scalar in range.lowerBound...min(range.upperBound, 127) {
                if scalar < 64 { low |= 1 << UInt64(scalar) } else { high |= 1 << UInt64(scalar - 64) }
            }
        }
    }

    /// Makes a set of one scalar.
    init(_ scalar: UInt32) { self.init([scalar...scalar]) }

    /// Every scalar.
    static let all = ScalarSet([0...last])
    /// Every scalar but the line feed.
    static let allButNewline = ScalarSet([0...9, 11...last])
    /// Decimal digits, `\d`.
    static let digits = ScalarSet([48...57])
    /// White space: tab, line feed, form feed, carriage return, space.
    static let spaces = ScalarSet([9...10, 12...13, 32...32])
    /// Letters, digits and the underscore, `\w`.
    static let word = ScalarSet([48...57, 65...90, 95...95, 97...122])

    /// Whether the set holds `scalar`.
    func contains(_ scalar: UInt32) -> Bool {
        if scalar < 64 { return low >> UInt64(scalar) & 1 == 1 }
        if scalar < 128 { return high >> UInt64(scalar - 64) & 1 == 1 }
        var lower = 0
        var upper = ranges.count
        while lower < upper {
            let middle = (lower + upper) / 2
            let range = ranges[middle]
            if scalar < range.lowerBound {
                upper = middle
            } else if scalar > range.upperBound {
                lower = middle + 1
            } else {
                return true
            }
        }
        return false
    }

    /// Everything that this set lacks.
    var inverted: ScalarSet {
        var result: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= Self.last { result.append(next...Self.last) }
        return ScalarSet(result)
    }

    /// The scalars of both sets.
    func union(_ other: ScalarSet) -> ScalarSet { ScalarSet(ranges + other.ranges) }

    /// The set with the other case of every letter added; beyond ASCII only for ranges of up to 4,096 scalars.
    var ignoringCase: ScalarSet {
        var added: [ClosedRange<UInt32>] = []
        for range in ranges {
            for (from, offset) in [(UInt32(65)...UInt32(90), Int32(32)), (UInt32(97)...UInt32(122), Int32(-32))]
            where range.overlaps(from) {
                let shared = range.clamped(to: from)
                let lower = UInt32(bitPattern: Int32(bitPattern: shared.lowerBound) &+ offset)
                let upper = UInt32(bitPattern: Int32(bitPattern: shared.upperBound) &+ offset)
                added.append(lower...upper)
            }
            guard range.upperBound > 127, range.upperBound - range.lowerBound <= 4096 else { continue }
            for value in range where value > 127 {
                guard let scalar = Unicode.Scalar(value) else { continue }
                for mapping in [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping] {
                    let scalars = mapping.unicodeScalars
                    if let only = scalars.first, scalars.count == 1 { added.append(only.value...only.value) }
                }
            }
        }
        return ScalarSet(ranges + added)
    }
}
