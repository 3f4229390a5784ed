package import MeshAPI
package import MeshBase

extension RestartWindow {
    /// When restarts may happen next: nil when they may at `now`.
    package func opening(after now: Timestamp) -> Timestamp? {
        let (day, minute) = Self.place(now)
        if isOpen(day: day, minute: minute) { return nil }
        let midnight = now.seconds - Self.remainder(now.seconds, Self.daySeconds)
        for ahead in 0...7 where opensOn((day + ahead) % 7) {
            let time = Timestamp(seconds: midnight + Int64(ahead) * Self.daySeconds + Int64(opens) * 60)
            if time > now { return time }
        }
        return nil
    }

    private func isOpen(day: Int, minute: Int) -> Bool {
        let isOvernight = closes <= opens
        if opensOn(day), minute >= opens, isOvernight || minute < closes { return true }
        return isOvernight && opensOn((day + 6) % 7) && minute < closes
    }

    private func opensOn(_ day: Int) -> Bool {
        days.isEmpty || Day.allCases.indices.contains(day) && days.contains(Day.allCases[day])
    }

    private static let daySeconds: Int64 = 86_400

    /// The day of the week, Monday being 0, and the minute after midnight.
    private static func place(_ time: Timestamp) -> (day: Int, minute: Int) {
        // 1 January 1970 was a Thursday.
        let days = (time.seconds - remainder(time.seconds, daySeconds)) / daySeconds
        return (Int(remainder(days + 3, 7)), Int(remainder(time.seconds, daySeconds) / 60))
    }

    private static func remainder(_ value: Int64, _ divisor: Int64) -> Int64 {
        let rest = value % divisor
        return rest < 0 ? rest + divisor : rest
    }
}
