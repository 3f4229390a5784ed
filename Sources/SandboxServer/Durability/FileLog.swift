internal import DataTree
package import SandboxStore
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A write-ahead log in files of one directory.
///
/// Each file begins with a snapshot and goes on with the writes after it, one record a line, each with a check sum. A record
/// counts once `fdatasync` has returned. A new snapshot is written beside the old file and renamed into place, so that at
/// every moment one whole file is there. Only the very last record of a file may be cut off.
package final class FileLog: WriteAheadLog {
    private struct State {
        var descriptor: Int32 = -1
        var number: UInt64 = 0
        var bytes = 0
    }

    private static let suffix = ".log"

    private let directory: String
    private let state = Mutex(State())

    /// Opens the log in `directory`, which is made when it is missing.
    ///
    /// - Throws: ``SandboxError`` with code `fileFailed`.
    package init(directory: String) throws(SandboxError) {
        self.directory = directory
        if mkdir(directory, 0o700) != 0, errno != EEXIST { throw Self.failure("make directory", directory) }
    }

    deinit {
        state.withLock { state in
            if state.descriptor >= 0 { close(state.descriptor) }
        }
    }

    package var bytesSinceSnapshot: Int { state.withLock(\.bytes) }

    package func replay(_ body: (LogRecord) -> Void) throws -> UInt64 {
        let number = try newest()
        guard let number else {
            try state.withLock { state in try start(&state, number: 1, revision: 0, snapshot: []) }
            return 0
        }
        let path = path(number)
        let content = try FileBytes.read(path)
        var lines = LogLines(content)
        guard let header = lines.next(), let base = LogHeader(header) else { throw Self.damaged(path, line: 1) }
        var remaining = base.count
        while let line = lines.next() {
            guard let tree = LogLines.checked(line), var record = LogRecord(decoding: tree) else {
                guard lines.isAtEnd, remaining <= 0 else { throw Self.damaged(path, line: lines.number) }
                break
            }
            record.isSnapshot = remaining > 0
            remaining -= 1
            lines.accept()
            body(record)
        }
        guard remaining <= 0 else { throw Self.damaged(path, line: lines.number) }
        try state.withLock { state in
            state.descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
            guard state.descriptor >= 0 else { throw Self.failure("open", path) }
            // What was cut off is removed, or the next record would be glued to it.
            guard ftruncate(state.descriptor, off_t(lines.accepted)) == 0 else { throw Self.failure("cut", path) }
            state.number = number
            state.bytes = lines.accepted
        }
        return base.revision
    }

    package func append(_ records: [LogRecord]) throws {
        var bytes: [UInt8] = []
        for record in records { bytes += LogLines.line(record.encoded) }
        try state.withLock { state in
            try FileBytes.write(bytes, to: state.descriptor, path(state.number))
            guard fdatasync(state.descriptor) == 0 else { throw Self.failure("write", path(state.number)) }
            state.bytes += bytes.count
        }
    }

    package func snapshot(at revision: UInt64, _ records: some Sequence<LogRecord>) throws {
        try state.withLock { state in
            let old = state.number
            try start(&state, number: old + 1, revision: revision, snapshot: Array(records))
            unlink(path(old))
        }
    }

    /// Begins a new file with a snapshot and makes it the one in use.
    private func start(
        _ state: inout State,
        number: UInt64,
        revision: UInt64,
        snapshot: [LogRecord]
    ) throws {
        let path = path(number)
        let temporary = path + ".tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("make", temporary) }
        do {
            var bytes = LogHeader(revision: revision, count: snapshot.count).line
            for record in snapshot {
                bytes += LogLines.line(record.encoded)
                if bytes.count > 1 << 20 {
                    try FileBytes.write(bytes, to: descriptor, temporary)
                    bytes = []
                }
            }
            try FileBytes.write(bytes, to: descriptor, temporary)
            guard fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw Self.failure("write", path) }
            FileBytes.synchronize(directory: directory)
        } catch {
            close(descriptor)
            throw error
        }
        if state.descriptor >= 0 { close(state.descriptor) }
        state = State(descriptor: descriptor, number: number, bytes: 0)
    }

    /// The number of the newest whole file, nil when there is none.
    private func newest() throws -> UInt64? {
        guard let handle = opendir(directory) else { throw Self.failure("list", directory) }
        defer { closedir(handle) }
        var newest: UInt64?
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.hasSuffix(Self.suffix), let number = UInt64(name.dropLast(Self.suffix.count)) else { continue }
            newest = max(newest ?? 0, number)
        }
        return newest
    }

    private func path(_ number: UInt64) -> String { "\(directory)/\(number)\(Self.suffix)" }

    private static func damaged(_ path: String, line: Int) -> SandboxError {
        SandboxError(.fileFailed, "\(path) is damaged at line \(line); restore it from a copy or remove it")
    }

    private static func failure(_ action: String, _ path: String) -> SandboxError {
        SandboxError.file(action, path)
    }
}
