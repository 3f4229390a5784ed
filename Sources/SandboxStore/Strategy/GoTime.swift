internal import MeshBase

/// Reads times as Go does (`time.Parse`), and says in its words what is wrong with one.
struct GoTime: Sendable {
    /// The forms in which Kubernetes reads times.
    enum Layout: String, Sendable {
        /// `metav1.Time`: a fraction may be there and is dropped.
        case time = "2006-01-02T15:04:05Z07:00"
        /// `metav1.MicroTime`: a fraction of six digits must be there.
        case microTime = "2006-01-02T15:04:05.000000Z07:00"
    }

    /// A text that is no time of the layout.
    struct Problem: Error, Hashable {
        /// What Go says, for example `parsing time "x" as "2006-…": cannot parse "x" as "2006"`.
        let text: String
    }

    private let layout: Layout
    private let whole: String
    private var rest: ArraySlice<UInt8>

    /// The time as Kubernetes writes it, in UTC; empty for the zero time, which stands for none.
    ///
    /// - Throws: ``Problem`` for what Go does not read.
    static func canonical(_ text: String, _ layout: Layout) throws(Problem) -> String {
        // What clients write is nearly always in this form already.
        if layout == .time, isPlain(text) { return text }
        var reader = GoTime(layout, text)
        return try reader.read()
    }

    private init(_ layout: Layout, _ text: String) {
        self.layout = layout
        self.whole = text
        self.rest = Array(text.utf8)[...]
    }

    /// Whether a text is a time in whole seconds of UTC that needs no calendar to be told right.
    private static func isPlain(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 20, bytes[0] == UInt8(ascii: "2") else { return false }
        func number(_ index: Int) -> Int { Int(bytes[index]) * 10 + Int(bytes[index + 1]) - 528 }
        let hasForm = zip(bytes, "0000-00-00T00:00:00Z".utf8).allSatisfy { byte, form in
            form == UInt8(ascii: "0") ? (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) : byte == form
        }
        return hasForm && (1...12).contains(number(5)) && (1...28).contains(number(8)) && number(11) < 24
            && number(14) < 60 && number(17) < 60
    }

    // MARK: Parts

    private mutating func read() throws(Problem) -> String {
        let year = try year()
        try skip("-")
        let month = try pair("01", 1...12, "month")
        try skip("-")
        let day = try pair("02", 0...99, "day")
        try skip("T")
        let hour = try pair("15", 0...23, "hour", isPadded: false)
        try skip(":")
        let minute = try pair("04", 0...59, "minute")
        try skip(":")
        let second = try pair("05", 0...59, "second")
        let fraction = try fraction()
        let offset = try offset()
        guard rest.isEmpty else { throw problem(": extra text: \(quoted(rest))") }
        let days = Self.days(of: month, in: year)
        guard (1...days).contains(day) else { throw problem(": day out of range") }
        func padded(_ value: Int, _ width: Int = 2) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
        let date = "\(padded(year, 4))-\(padded(month))-\(padded(day))"
        let text = "\(date)T\(padded(hour)):\(padded(minute)):\(padded(second)).\(fraction)\(offset)"
        guard let time = Timestamp(rfc3339: text) else { return whole }
        if time.rfc3339 == "0001-01-01T00:00:00Z", time.microseconds == 0 { return "" }
        return layout == .time ? time.rfc3339 : time.rfc3339Micro
    }

    private mutating func year() throws(Problem) -> Int {
        let digits = rest.prefix(4)
        guard digits.count == 4, let year = Self.number(digits) else { throw mismatch("2006") }
        rest = rest.dropFirst(4)
        return year
    }

    /// Two digits, or one where the layout does not ask for two.
    private mutating func pair(
        _ element: String,
        _ range: ClosedRange<Int>,
        _ name: String,
        isPadded: Bool = true
    ) throws(Problem) -> Int {
        guard let first = rest.first.flatMap(Self.digit) else { throw mismatch(element) }
        var value = first
        if let second = rest.dropFirst().first.flatMap(Self.digit) {
            value = first * 10 + second
            rest = rest.dropFirst(2)
        } else if isPadded {
            throw mismatch(element)
        } else {
            rest = rest.dropFirst()
        }
        guard range.contains(value) else { throw problem(": \(name) out of range") }
        return value
    }

    /// The fraction as six digits.
    private mutating func fraction() throws(Problem) -> String {
        let isPoint = rest.first == UInt8(ascii: ".") || rest.first == UInt8(ascii: ",")
        let digits = rest.dropFirst().prefix { Self.digit($0) != nil }
        switch layout {
        case .time:
            guard isPoint, !digits.isEmpty else { return "000000" }
            rest = rest.dropFirst(1 + digits.count)
        case .microTime:
            guard isPoint, digits.count >= 6 else { throw mismatch(".000000") }
            rest = rest.dropFirst(7)
        }
        let text = String(decoding: digits.prefix(6), as: UTF8.self)
        return text + String(repeating: "0", count: 6 - text.utf8.count)
    }

    /// The offset from UTC as it is written.
    private mutating func offset() throws(Problem) -> String {
        if rest.first == UInt8(ascii: "Z") {
            rest = rest.dropFirst()
            return "Z"
        }
        let bytes = Array(rest.prefix(6))
        guard bytes.count == 6, bytes[3] == UInt8(ascii: ":"), let hours = Self.number(bytes[1...2]),
            let minutes = Self.number(bytes[4...5])
        else { throw mismatch("Z07:00") }
        if hours > 24 { throw problem(": time zone offset hour out of range") }
        if minutes > 60 { throw problem(": time zone offset minute out of range") }
        guard bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-") else { throw mismatch("Z07:00") }
        rest = rest.dropFirst(6)
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func skip(_ literal: Character) throws(Problem) {
        guard let wanted = literal.asciiValue, rest.first == wanted else { throw mismatch(String(literal)) }
        rest = rest.dropFirst()
    }

    private static func days(of month: Int, in year: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }

    private static func digit(_ byte: UInt8) -> Int? {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int(byte) - 0x30 : nil
    }

    private static func number(_ bytes: some Sequence<UInt8>) -> Int? {
        var value = 0
        for byte in bytes {
            guard let digit = digit(byte) else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    // MARK: Words

    private func problem(_ what: String) -> Problem {
        Problem(text: "parsing time \(quoted(Array(whole.utf8)[...]))\(what)")
    }

    private func mismatch(_ element: String) -> Problem {
        problem(" as \"\(layout.rawValue)\": cannot parse \(quoted(rest)) as \"\(element)\"")
    }

    /// A text in quotes, with what is not printable ASCII as hexadecimal.
    private func quoted(_ bytes: ArraySlice<UInt8>) -> String {
        var result = "\""
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                result += "\\"
                result.unicodeScalars.append(Unicode.Scalar(byte))
            case 0x20..<0x80: result.unicodeScalars.append(Unicode.Scalar(byte))
            default: result += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        return result + "\""
    }
}
