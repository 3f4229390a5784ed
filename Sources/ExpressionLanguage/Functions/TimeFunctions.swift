internal import MeshBase

/// Times and spans of time (CEL specification, "Timezones", "Standard definitions").
enum TimeFunctions {
    static let all: [FunctionDefinition] =
        [
            FunctionDefinition("duration", ["duration(string) duration", "duration(duration) duration"]) {
                arguments,
                _ throws(ExpressionError) in
                if case .duration = arguments[0] { return arguments[0] }
                guard let text = arguments[0].string, let span = TimeSpan(parsing: text) else {
                    throw ConversionFunctions.failed(arguments[0], "google.protobuf.Duration")
                }
                return .duration(span)
            },
            FunctionDefinition(
                "timestamp",
                ["timestamp(string) timestamp", "timestamp(int) timestamp", "timestamp(timestamp) timestamp"]
            ) { arguments, _ throws(ExpressionError) in
                switch arguments[0] {
                case .timestamp: return arguments[0]
                case .int(let seconds): return try checked(Timestamp(seconds: seconds))
                case .string(let text):
                    if let time = Timestamp(rfc3339: text) { return try checked(time) }
                default: break
                }
                throw ConversionFunctions.failed(arguments[0], "google.protobuf.Timestamp")
            },
        ]
        + ["getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear"].map { name in
            part(name, ["timestamp.\(name)() int", "timestamp.\(name)(string) int"])
        }
        + ["getHours", "getMinutes", "getSeconds", "getMilliseconds"].map { name in
            part(name, ["timestamp.\(name)() int", "timestamp.\(name)(string) int", "duration.\(name)() int"])
        }

    /// The time, which must lie within the years 1 to 9999.
    static func checked(_ time: Timestamp) throws(ExpressionError) -> ExpressionValue {
        guard (-62_135_596_800...253_402_300_799).contains(time.seconds) else {
            throw .evaluation("timestamp overflow")
        }
        return .timestamp(time)
    }

    private static func part(_ name: String, _ signatures: [String]) -> FunctionDefinition {
        FunctionDefinition(name, signatures) { arguments, _ throws(ExpressionError) in
            switch arguments[0] {
            case .duration(let span): return .int(part(name, of: span))
            case .timestamp(let time):
                let offset = arguments.count > 1 ? try zoneOffset(arguments[1]) : 0
                return .int(part(name, of: time + .seconds(offset)))
            default: throw .noOverload(name, arguments)
            }
        }
    }

    private static func part(_ name: String, of span: TimeSpan) -> Int64 {
        switch name {
        case "getHours": span.nanoseconds / 3_600_000_000_000
        case "getMinutes": span.nanoseconds / 60_000_000_000
        case "getSeconds": span.nanoseconds / 1_000_000_000
        default: span.nanoseconds / 1_000_000 % 1000
        }
    }

    /// A part of a time in UTC, read off its RFC 3339 text, which knows the calendar.
    private static func part(_ name: String, of time: Timestamp) -> Int64 {
        let text = Array(time.rfc3339.utf8)
        func number(_ range: Range<Int>) -> Int64 {
            text.count >= 20 ? Int64(String(decoding: text[range], as: UTF8.self)) ?? 0 : 0
        }
        let days = time.seconds / 86_400 - (time.seconds % 86_400 < 0 ? 1 : 0)
        switch name {
        case "getFullYear": return number(0..<4)
        case "getMonth": return number(5..<7) - 1
        case "getDate": return number(8..<10)
        case "getDayOfMonth": return number(8..<10) - 1
        case "getDayOfWeek": return ((days + 4) % 7 + 7) % 7
        case "getDayOfYear":
            let year = String(decoding: text[0..<4], as: UTF8.self)
            let start = Timestamp(rfc3339: "\(year)-01-01T00:00:00Z")?.seconds ?? 0
            return (time.seconds - start) / 86_400
        case "getHours": return number(11..<13)
        case "getMinutes": return number(14..<16)
        case "getSeconds": return number(17..<19)
        default: return time.microseconds / 1000
        }
    }

    /// The offset of a zone in seconds; only `UTC` and fixed offsets such as `+01:00` are known.
    private static func zoneOffset(_ zone: ExpressionValue) throws(ExpressionError) -> Int64 {
        guard let name = zone.string else { throw .noOverload("timezone", [zone]) }
        if name == "UTC" || name == "Z" || name.isEmpty { return 0 }
        let isNegative = name.hasPrefix("-")
        let digits = name.hasPrefix("-") || name.hasPrefix("+") ? name.dropFirst() : name[...]
        let parts = digits.split(separator: ":")
        guard parts.count == 2, let hours = Int64(parts[0]), let minutes = Int64(parts[1]),
            (0...23).contains(hours), (0...59).contains(minutes)
        else { throw .evaluation("unknown time zone \(name)") }
        let seconds = hours * 3600 + minutes * 60
        return isNegative ? -seconds : seconds
    }
}
