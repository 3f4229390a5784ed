#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Keeps a directory for one process: an exclusive `flock` on a file in it, which ends with the process however that ends.
struct DirectoryLock: ~Copyable {
    private let descriptor: Int32

    /// Takes the lock on `directory`, which must exist.
    ///
    /// - Throws: ``SandboxError`` with code `fileFailed`, at once when another holds it.
    init(_ directory: String) throws(SandboxError) {
        let path = "\(directory)/lock"
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw SandboxError.file("open", path) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let isHeld = errno == EWOULDBLOCK
            let failure = SandboxError.file("lock", path)
            close(file)
            guard isHeld else { throw failure }
            throw SandboxError(
                .fileFailed,
                "\(directory) is in use by another sandbox, which holds \(path); end that one or choose another directory"
            )
        }
        descriptor = file
    }

    deinit { close(descriptor) }
}
