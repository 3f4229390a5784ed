#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Whole files as bytes, over the calls of POSIX.
enum FileBytes {
    /// The content of the file at `path`.
    static func read(_ path: String) throws(SandboxError) -> [UInt8] {
        guard let content = try readIfPresent(path) else { throw SandboxError.file("read", path) }
        return content
    }

    /// The content of the file at `path`, nil when there is none.
    static func readIfPresent(_ path: String) throws(SandboxError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw SandboxError.file("read", path)
        }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 256 * 1024)
        while true {
            let count = chunk.withUnsafeMutableBytes { buffer in
                buffer.baseAddress.map { posixRead(descriptor, $0, buffer.count) } ?? 0
            }
            if count < 0 { throw SandboxError.file("read", path) }
            if count == 0 { return content }
            content += chunk[..<count]
        }
    }

    /// Writes all of `bytes`; `path` is for the message only.
    static func write(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(SandboxError) {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { buffer in
                buffer.baseAddress.map { posixWrite(descriptor, $0, buffer.count) } ?? 0
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SandboxError.file("write", path) }
            done += count
        }
    }

    /// Makes renames in a directory durable.
    static func synchronize(directory: String) throws(SandboxError) {
        let descriptor = open(directory, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SandboxError.file("open", directory) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SandboxError.file("synchronize", directory) }
    }
}

extension SandboxError {
    /// What the last call of POSIX failed with.
    static func file(_ action: String, _ path: String) -> SandboxError {
        let reason = String(cString: strerror(errno))
        return SandboxError(.fileFailed, "cannot \(action) \(path): \(reason); check the path and its permissions")
    }
}

private func posixRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}

private func posixWrite(_ descriptor: Int32, _ buffer: UnsafeRawPointer, _ count: Int) -> Int {
    write(descriptor, buffer, count)
}
