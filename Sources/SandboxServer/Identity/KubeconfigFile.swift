#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The file in which a sandbox leaves the administrator's kubeconfig.
package struct KubeconfigFile: Sendable {
    /// The directory that is made when it is missing, as kubectl makes it.
    private static let ownDirectory = ".kube"

    /// The path as it was given.
    package let path: String
    private let directory: String
    private let name: String

    /// Looks whether a file can be there; nothing is written yet.
    ///
    /// - Throws: ``SandboxError`` with code `invalidSetting` for a path that names a directory, or whose directory is missing and
    ///   not called `.kube`.
    package init(path: String) throws(SandboxError) {
        self.path = path
        let slash = path.lastIndex(of: "/")
        directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        if ["", ".", ".."].contains(name) || Self.isDirectory(path) == true {
            throw Self.unusable(path, "it names a directory; name a file")
        }
        switch Self.isDirectory(directory) {
        case true?: break
        case false?: throw Self.unusable(path, "\(directory) is no directory; name another file")
        case nil:
            guard directory == Self.ownDirectory || directory.hasSuffix("/\(Self.ownDirectory)") else {
                throw Self.unusable(path, "the directory \(directory) does not exist; make it or name another file")
            }
        }
    }

    /// Replaces the file in one step; only the owner may read it.
    ///
    /// - Throws: ``SandboxError`` with code `fileFailed`.
    package func write(_ kubeconfig: String) throws(SandboxError) {
        try DiskVault(directory: directory).write(name, Array(kubeconfig.utf8))
    }

    private static func unusable(_ path: String, _ why: String) -> SandboxError {
        SandboxError(.invalidSetting, "--kubeconfig-out \(path) cannot be written: \(why)")
    }

    /// Whether there is a directory at the path; nil when there is nothing.
    private static func isDirectory(_ path: String) -> Bool? {
        var info = stat()
        guard stat(path, &info) == 0 else { return nil }
        return info.st_mode & S_IFMT == S_IFDIR
    }
}
