internal import Foundation

/// Compares results with files kept beside the tests.
///
/// With `UPDATE_GOLDEN=1` the files are written instead, and ``removeStale()`` deletes those no test asked for.
public final class Golden: Sendable {
    /// The folder the files are in.
    public let folder: String
    private let seen = NameSet()

    /// Whether files are written instead of compared.
    public static var isUpdating: Bool { environmentValue("UPDATE_GOLDEN") == "1" }

    /// Names the folder `folder` beside the file of the caller.
    public init(_ folder: String, beside file: String = #filePath) {
        let parent = URL(fileURLWithPath: file).deletingLastPathComponent()
        self.folder = parent.appendingPathComponent(folder).path
    }

    /// Fails with the first differing lines unless `text` is what the file `name` holds.
    public func check(_ text: String, _ name: String) throws {
        seen.insert(name)
        let url = URL(fileURLWithPath: folder).appendingPathComponent(name)
        if Self.isUpdating {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: url)
            return
        }
        guard let data = try? Data(contentsOf: url) else {
            throw GoldenMismatch(name: name, details: "no file \(url.path); UPDATE_GOLDEN=1 writes it")
        }
        let expected = String(decoding: data, as: UTF8.self)
        guard expected != text else { return }
        throw GoldenMismatch(name: name, details: Self.difference(expected, text))
    }

    /// The files of the folder that no check has asked for; with `UPDATE_GOLDEN=1` they are deleted, and none is left.
    public func removeStale() throws -> [String] {
        let stale = folderEntries(folder).filter { !seen.contains($0) }
        guard Self.isUpdating else { return stale }
        for name in stale {
            try FileManager.default.removeItem(at: URL(fileURLWithPath: folder).appendingPathComponent(name))
        }
        return []
    }

    private static func difference(_ expected: String, _ actual: String) -> String {
        let left = expected.split(separator: "\n", omittingEmptySubsequences: false)
        let right = actual.split(separator: "\n", omittingEmptySubsequences: false)
        var lines: [String] = []
        for change in right.difference(from: left).prefix(40) {
            switch change {
            case .remove(let offset, let line, _): lines.append("-\(offset + 1): \(line)")
            case .insert(let offset, let line, _): lines.append("+\(offset + 1): \(line)")
            }
        }
        return lines.joined(separator: "\n")
    }
}

/// A result that is not what its golden file holds.
public struct GoldenMismatch: Error, CustomStringConvertible {
    /// The name of the file.
    public let name: String
    /// The lines that differ.
    public let details: String
    /// Name and differing lines.
    public var description: String { "golden file \(name) differs:\n\(details)" }
}
