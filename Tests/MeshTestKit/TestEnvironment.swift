internal import Foundation

/// The value of an environment variable, nil when unset or empty.
public func environmentValue(_ name: String) -> String? {
    guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else { return nil }
    return value
}

/// The folder of this package, found from the place of this file.
public let packageRoot: String = {
    var url = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { url.deleteLastPathComponent() }
    return url.path
}()

/// The folder of public test data: `CONFORMANCE_DATA`, or `shared/conformance` beside the package; nil where there is none.
public func conformanceData() -> String? {
    var candidates: [String] = []
    if let named = environmentValue("CONFORMANCE_DATA") { candidates.append(named) }
    var folder = URL(fileURLWithPath: packageRoot)
    for _ in 0..<2 {
        folder.deleteLastPathComponent()
        candidates.append(folder.appendingPathComponent("shared/conformance").path)
    }
    return candidates.first { path in
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }
}

/// The bytes of a file.
public func fileBytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
}

/// The text of a file.
public func fileText(_ path: String) throws -> String {
    String(decoding: try fileBytes(path), as: UTF8.self)
}

/// The names of the entries of a folder, in order of name; empty where there is no such folder.
public func folderEntries(_ path: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
}
