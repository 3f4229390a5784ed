extension JSONCursor {
    private static let exactPowers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    /// Digits read so far: exact while there are at most 18 of them.
    private struct Digits {
        var value: UInt64 = 0
        var count = 0

        var isExact: Bool { count <= 18 }
    }

    /// Reads a number whose first byte is a digit or a minus sign.
    mutating func number() throws(JSONFault) -> Tree {
        let start = position
        let isNegative = take(UInt8(ascii: "-"))
        var digits = Digits()
        if take(UInt8(ascii: "0")) {
            if position < end, unsafe (0x30...0x39).contains(base[position]) { throw leadingZero() }
        } else {
            readDigits(&digits)
            guard digits.count > 0 else { throw unexpected("a digit") }
        }
        guard position < end, unsafe base[position] == 0x2E || base[position] | 0x20 == 0x65 else {
            return integer(digits, isNegative: isNegative, from: start)
        }
        return try fractional(digits, isNegative: isNegative, from: start)
    }

    private func leadingZero() -> JSONFault {
        JSONFault(code: .syntax, offset: position, message: "a number must not begin with 0 and another digit")
    }

    @inline(__always)
    private mutating func readDigits(_ digits: inout Digits) {
        while position < end {
            let digit = unsafe base[position] &- 0x30
            guard digit < 10 else { return }
            digits.value = digits.value &* 10 &+ UInt64(digit)
            digits.count += 1
            position += 1
        }
    }

    private func integer(_ digits: Digits, isNegative: Bool, from start: Int) -> Tree {
        if digits.isExact {
            let value = Int64(truncatingIfNeeded: digits.value)
            return .integer(isNegative ? -value : value)
        }
        let text = text(from: start)
        return Int64(text).map { .integer($0) } ?? .bigInteger(text)
    }

    private mutating func fractional(
        _ integerDigits: Digits,
        isNegative: Bool,
        from start: Int
    ) throws(JSONFault) -> Tree {
        var digits = integerDigits
        var exponent = 0
        if take(0x2E) {
            let before = digits.count
            readDigits(&digits)
            guard digits.count > before else { throw unexpected("a digit after the decimal point") }
            exponent = before - digits.count
        }
        if position < end, unsafe base[position] | 0x20 == 0x65 {
            position += 1
            exponent += try readExponent()
        }
        if digits.isExact, digits.value < 1 << 53, abs(exponent) <= 22 {
            let magnitude = Double(digits.value)
            let power = Self.exactPowers[abs(exponent)]
            let value = exponent < 0 ? magnitude / power : magnitude * power
            return .double(isNegative ? -value : value)
        }
        guard let value = Double(text(from: start)), value.isFinite else {
            let message = "the number is too large for a double"
            throw JSONFault(code: .unsupported, offset: start, message: message)
        }
        return .double(value)
    }

    /// The exponent after its `e`; beyond what any double needs it stops growing.
    private mutating func readExponent() throws(JSONFault) -> Int {
        let isNegative = take(UInt8(ascii: "-"))
        if !isNegative { _ = take(UInt8(ascii: "+")) }
        var value = 0
        let first = position
        while position < end {
            let digit = unsafe base[position] &- 0x30
            guard digit < 10 else { break }
            if value < 100_000_000 { value = value * 10 + Int(digit) }
            position += 1
        }
        guard position > first else { throw unexpected("a digit of the exponent") }
        return isNegative ? -value : value
    }

    private func text(from start: Int) -> String {
        unsafe String(decoding: UnsafeBufferPointer(start: base + start, count: position - start), as: UTF8.self)
    }
}
