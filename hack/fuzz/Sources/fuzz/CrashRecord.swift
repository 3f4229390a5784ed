internal import Foundation

/// Where the input under test is kept, so that it can be written down when the process dies of it.
enum CrashRecord {
    nonisolated(unsafe) private static var bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 1 << 20)
    nonisolated(unsafe) private static var count = 0
    nonisolated(unsafe) private static var path = strdup("/tmp/fuzz-crash")

    /// Arranges that a trap writes the input under test to `path`.
    static func install(_ path: String) {
        self.path = strdup(path)
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGALRM] {
            signal(number) { number in
                if let path = CrashRecord.path {
                    let file = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0o644)
                    _ = write(file, CrashRecord.bytes, CrashRecord.count)
                    let message = "died by a signal; the input is in the crash file\n"
                    _ = message.withCString { write(2, $0, strlen($0)) }
                }
                _exit(100 + number)
            }
        }
    }

    /// Notes the input that is tried next, and gives it ten seconds.
    static func begin(_ input: [UInt8]) {
        count = min(input.count, 1 << 20)
        input.withUnsafeBufferPointer { buffer in
            if let base = buffer.baseAddress { bytes.update(from: base, count: count) }
        }
        alarm(10)
    }
}
