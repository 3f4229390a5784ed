/// A time of day, on some days of the week, in which workloads may restart.
///
/// All times are UTC.
package struct RestartWindow: Sendable, Hashable {
    /// Days of the week.
    package enum Day: String, Sendable, Hashable, CaseIterable {
        case monday = "Mon"
        case tuesday = "Tue"
        case wednesday = "Wed"
        case thursday = "Thu"
        case friday = "Fri"
        case saturday = "Sat"
        case sunday = "Sun"
    }

    /// When it opens, in minutes after midnight.
    package var opens = 0
    /// When it closes, in minutes after midnight; not after `opens` means on the next day.
    package var closes = 0
    /// The days it opens on; empty for all.
    package var days: [Day] = []

    init(_ reader: FieldReader) {
        opens = Self.minutes(reader.text("opens")) ?? 0
        closes = Self.minutes(reader.text("closes")) ?? 0
        days = reader.texts("days").compactMap { Day(rawValue: $0) }
    }

    private static func minutes(_ text: String?) -> Int? {
        let parts = (text ?? "").split(separator: ":").compactMap { Int($0) }
        guard parts.count == 2, (0..<24).contains(parts[0]), (0..<60).contains(parts[1]) else { return nil }
        return parts[0] * 60 + parts[1]
    }

    static let schema: FieldSchema = .object(
        "When restarts may happen, in UTC. Default: at any time.",
        [
            .required("opens", .string("When it opens, for example 22:00.", .timeOfDay)),
            .required("closes", .string("When it closes, for example 04:00, if need be on the next day.", .timeOfDay)),
            .field(
                "days",
                .list("The days it opens on. Default: all.", of: .choice("A day.", Day.self), most: 7)
            ),
        ]
    )
}
