internal import Glibc
internal import KubeClient

/// Reads files and lists folders of this machine's disks.
package struct SystemFiles: FolderReading {
    /// Why a file could not be read.
    package struct Failure: Error, CustomStringConvertible {
        /// The path and the system's words.
        package let description: String
    }

    /// Files larger than this are refused: keys, tokens and kubeconfigs are small.
    private static let limit = 16 << 20

    /// Makes a reader.
    package init() {}

    /// The whole content of a file.
    package func read(_ path: String) throws -> [UInt8] {
        guard !path.utf8.contains(0) else { throw Failure(description: "the path holds a NUL") }
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Self.failure(path) }
        defer { close(file) }
        var content: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 * 1024)
        while content.count <= Self.limit {
            let count = unsafe piece.withUnsafeMutableBytes { unsafe Glibc.read(file, $0.baseAddress, $0.count) }
            if count == 0 { return content }
            if count < 0 {
                if errno == EINTR { continue }
                throw Self.failure(path)
            }
            content += piece[..<count]
        }
        throw Failure(description: "\(path) is larger than \(Self.limit) bytes")
    }

    /// The names of what is in a folder, in any order; nil where it cannot be read.
    package func names(in folder: String) -> [String]? {
        guard !folder.utf8.contains(0), let stream = unsafe opendir(folder) else { return nil }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    private static func failure(_ path: String) -> Failure {
        Failure(description: "\(path): \(unsafe String(cString: strerror(errno)))")
    }
}
