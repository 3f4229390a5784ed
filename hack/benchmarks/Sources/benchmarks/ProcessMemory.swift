internal import Foundation

/// What the kernel says about this process (Linux; zeros elsewhere).
enum ProcessMemory {
    /// Bytes this process accounts for, shared pages by share (`Pss`).
    static var proportional: Int { field("Pss:", of: "/proc/self/smaps_rollup") }
    /// Bytes in memory.
    static var resident: Int { field("VmRSS:", of: "/proc/self/status") }
    /// The most bytes that were in memory since the start or the last ``forgetPeak()``.
    static var peak: Int { field("VmHWM:", of: "/proc/self/status") }

    static func forgetPeak() {
        try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
    }

    /// Seconds of processor time so far, user and system.
    static var processorSeconds: Double {
        Double(clock()) / Double(CLOCKS_PER_SEC)
    }

    private static func field(_ name: String, of file: String) -> Int {
        guard let data = FileManager.default.contents(atPath: file) else { return 0 }
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") where line.hasPrefix(name) {
            let parts = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            return (parts.dropFirst().first.flatMap { Int($0) } ?? 0) * 1_024
        }
        return 0
    }
}
