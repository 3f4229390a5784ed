internal import Foundation

/// What the kernel says about this process (Linux; zeros elsewhere).
enum ProcessFigures {
    /// Bytes in memory.
    static var resident: Int { field("VmRSS:") }
    /// The most bytes that were in memory since the last ``forgetPeak()``.
    static var peak: Int { field("VmHWM:") }

    static func forgetPeak() {
        try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
    }

    /// Seconds of processor time so far, user and system.
    static var processorSeconds: Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

    private static func field(_ name: String) -> Int {
        guard let data = FileManager.default.contents(atPath: "/proc/self/status") else { return 0 }
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") where line.hasPrefix(name) {
            let parts = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            return (parts.dropFirst().first.flatMap { Int($0) } ?? 0) * 1_024
        }
        return 0
    }
}

/// A figure with the most it may be.
struct Figure {
    var name: String
    var value: Double
    var unit: String
    var atMost: Double?

    var holds: Bool { atMost.map { value <= $0 } ?? true }

    var row: String {
        let shown = (value * 100).rounded() / 100
        return "| \(name) | \(shown) \(unit) | \(atMost.map { "<= \($0)" } ?? "-") | \(holds ? "ok" : "MISSED") |"
    }

    static func show(_ title: String, _ figures: [Figure]) -> Bool {
        print("| \(title) | figure | limit | verdict |\n|---|---|---|---|")
        for figure in figures { print(figure.row) }
        print("")
        return figures.allSatisfy(\.holds)
    }
}
