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
/// every moment one whole file is there. One process at a time uses a directory.
///
/// Records written together name the offset at which the first of them begins (`b`). A later write only begins once an
/// earlier one is on the disk, so what a power cut leaves of the last one may be dropped, while damage with a later write
/// behind it has hit what was acknowledged.
package final class FileLog: WriteAheadLog {
    private struct State {
        var descriptor: Int32 = -1
        var number: UInt64 = 0
        /// The bytes since the snapshot.
        var bytes = 0
        /// The bytes of the file.
        var size = 0
    }

    private static let suffix = ".log"

    private let directory: String
    private let warn: @Sendable (String) -> Void
    private let state = Mutex(State())
    private let lock: DirectoryLock

    /// Opens the log in `directory`, which is made when it is missing and kept from others as long as the log lives.
    ///
    /// - Parameters:
    ///   - directory: where the files are.
    ///   - warn: told when the end of a file had to be dropped.
    /// - Throws: ``SandboxError`` with code `fileFailed`, also when another process uses the directory.
    package init(
        directory: String,
        warn: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(SandboxError) {
        self.directory = directory
        self.warn = warn
        if mkdir(directory, 0o700) != 0, errno != EEXIST { throw Self.failure("make directory", directory) }
        lock = try DirectoryLock(directory)
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
        guard let header = lines.next(), let base = LogHeader(header) else { throw Self.damaged(path, lines) }
        var remaining = base.count
        var last = base.revision
        while let line = lines.next() {
            guard let tree = LogLines.checked(line), var record = LogRecord(decoding: tree) else {
                // A line that is as it was written was acknowledged, whether it can be read or not.
                let isCutOff = LogLines.whole(line) == nil
                guard isCutOff, remaining <= 0, !lines.hasLaterWrite() else { throw Self.damaged(path, lines) }
                warn(
                    "\(path) ends at offset \(lines.start) in a write that was cut off and never acknowledged; "
                        + "\(content.count - lines.accepted) bytes are dropped"
                )
                break
            }
            record.isSnapshot = remaining > 0
            remaining -= 1
            // Changes under way while the snapshot was taken come again after it; anything above it comes once.
            if !record.isSnapshot, record.revision > base.revision {
                guard record.revision > last else {
                    throw Self.damaged(path, lines, "revision \(record.revision) comes after \(last)")
                }
                last = record.revision
            }
            lines.accept()
            body(record)
        }
        guard remaining <= 0 else { throw Self.damaged(path, lines) }
        try state.withLock { state in
            state.descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
            guard state.descriptor >= 0 else { throw Self.failure("open", path) }
            // What was cut off is removed, or the next record would be glued to it.
            guard ftruncate(state.descriptor, off_t(lines.accepted)) == 0 else { throw Self.failure("cut", path) }
            state.number = number
            state.bytes = lines.accepted
            state.size = lines.accepted
        }
        return base.revision
    }

    package func append(_ records: [LogRecord]) throws {
        try state.withLock { state in
            var bytes: [UInt8] = []
            for (index, record) in records.enumerated() {
                var tree = record.encoded
                if index > 0 { tree[LogLines.batchKey] = .integer(Int64(state.size)) }
                bytes += LogLines.line(tree)
            }
            try FileBytes.write(bytes, to: state.descriptor, path(state.number))
            guard fdatasync(state.descriptor) == 0 else { throw Self.failure("write", path(state.number)) }
            state.bytes += bytes.count
            state.size += bytes.count
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
        var size = 0
        do {
            var bytes = LogHeader(revision: revision, count: snapshot.count).line
            for record in snapshot {
                bytes += LogLines.line(record.encoded)
                if bytes.count > 1 << 20 {
                    try FileBytes.write(bytes, to: descriptor, temporary)
                    size += bytes.count
                    bytes = []
                }
            }
            try FileBytes.write(bytes, to: descriptor, temporary)
            size += bytes.count
            guard fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw Self.failure("write", path) }
            try FileBytes.synchronize(directory: directory)
        } catch {
            close(descriptor)
            // A file that is not in use must not be the newest at the next start.
            unlink(temporary)
            unlink(path)
            throw error
        }
        if state.descriptor >= 0 { close(state.descriptor) }
        state = State(descriptor: descriptor, number: number, bytes: 0, size: size)
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

    private static func damaged(_ path: String, _ lines: LogLines, _ what: String = "") -> SandboxError {
        let why = what.isEmpty ? "" : ": \(what)"
        return SandboxError(
            .fileFailed,
            "\(path) is damaged at offset \(lines.start), line \(lines.number)\(why); restore it from a copy or remove it"
        )
    }

    private static func failure(_ action: String, _ path: String) -> SandboxError {
        SandboxError.file(action, path)
    }
}
