internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Small files that must be whole or absent, whatever happens in between.
package protocol FileVault: Sendable {
    /// The content of a file, nil when there is none.
    func read(_ name: String) throws(SandboxError) -> [UInt8]?
    /// Replaces a file in one step; only the owner may read it.
    func write(_ name: String, _ bytes: [UInt8]) throws(SandboxError)
}

/// Files kept in memory, for a sandbox without a data directory and for tests.
package final class MemoryVault: FileVault {
    private let files = Mutex<[String: [UInt8]]>([:])

    /// Makes an empty vault.
    package init() {}

    package func read(_ name: String) -> [UInt8]? { files.withLock { $0[name] } }
    package func write(_ name: String, _ bytes: [UInt8]) { files.withLock { $0[name] = bytes } }
}

/// Files in a directory, written with mode 0600, synchronised and renamed into place.
package struct DiskVault: FileVault {
    private let directory: String

    /// Uses `directory`, which is made with mode 0700 when it is missing; an empty path is the working directory.
    package init(directory: String) throws(SandboxError) {
        self.directory = directory.isEmpty ? "." : directory
        if mkdir(self.directory, 0o700) != 0, errno != EEXIST {
            throw SandboxError.file("make directory", self.directory)
        }
    }

    package func read(_ name: String) throws(SandboxError) -> [UInt8]? {
        try FileBytes.readIfPresent("\(directory)/\(name)")
    }

    package func write(_ name: String, _ bytes: [UInt8]) throws(SandboxError) {
        let path = "\(directory)/\(name)"
        let temporary = "\(path).\(getpid()).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SandboxError.file("write", temporary) }
        do throws(SandboxError) {
            try FileBytes.write(bytes, to: descriptor, temporary)
            guard fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw SandboxError.file("write", path) }
            close(descriptor)
        } catch {
            close(descriptor)
            unlink(temporary)
            throw error
        }
        try FileBytes.synchronize(directory: directory)
    }
}
