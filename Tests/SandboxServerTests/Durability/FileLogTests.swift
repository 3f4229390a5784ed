internal import DataTree
internal import FoundationEssentials
internal import KubeAPI
internal import MeshTestKit
internal import SandboxStore
internal import Testing

@testable internal import SandboxServer

@Suite struct FileLogTests {
    static func record(_ number: UInt64, value: String? = "x") -> LogRecord {
        LogRecord(
            revision: number,
            resource: GroupResource(group: "", resource: "pods"),
            key: ObjectKey(namespace: "n", name: "p\(number)"),
            tree: value.map { ["v": .string($0)] }
        )
    }

    static func withDirectory(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("log-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }

    static func withDirectory(_ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("log-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    static func replay(_ directory: String) throws -> (base: UInt64, records: [LogRecord]) {
        var records: [LogRecord] = []
        let base = try FileLog(directory: directory).replay { records.append($0) }
        return (base, records)
    }

    @Test func writesComeBackInOrder() throws {
        try Self.withDirectory { directory in
            let log = try FileLog(directory: directory)
            #expect(try log.replay { _ in } == 0)
            try log.append([Self.record(2), Self.record(3)])
            try log.append([Self.record(4, value: nil)])
            let (base, records) = try Self.replay(directory)
            #expect(base == 0)
            #expect(records == [Self.record(2), Self.record(3), Self.record(4, value: nil)])
        }
    }

    @Test func aSnapshotReplacesWhatWasBefore() throws {
        try Self.withDirectory { directory in
            let log = try FileLog(directory: directory)
            _ = try log.replay { _ in }
            try log.append([Self.record(2), Self.record(3)])
            try log.snapshot(at: 3, [Self.record(3)])
            try log.append([Self.record(4)])
            let (base, records) = try Self.replay(directory)
            #expect(base == 3)
            #expect(records.map(\.revision) == [3, 4])
            #expect(records.map(\.isSnapshot) == [true, false])
        }
    }

    /// Whatever byte the last write was cut off at, everything acknowledged before it is there, and writing goes on.
    @Test func aWriteCutOffAnywhereLosesOnlyItself() throws {
        try Self.withDirectory { directory in
            let log = try FileLog(directory: directory)
            _ = try log.replay { _ in }
            try log.append([Self.record(2)])
            let path = directory + "/1.log"
            let whole = try FileBytes.read(path)
            try log.append([Self.record(3)])
            let longer = try FileBytes.read(path)
            for length in whole.count...longer.count {
                try Data(longer[..<length]).write(to: URL(fileURLWithPath: path))
                var seen: [UInt64] = []
                let again = try FileLog(directory: directory)
                _ = try again.replay { seen.append($0.revision) }
                #expect(seen == (length == longer.count ? [2, 3] : [2]), "cut at \(length)")
                try again.append([Self.record(9)])
                #expect(try Self.replay(directory).records.map(\.revision) == seen + [9])
            }
        }
    }

    @Test func damageInTheMiddleIsReported() throws {
        try Self.withDirectory { directory in
            let log = try FileLog(directory: directory)
            _ = try log.replay { _ in }
            try log.append([Self.record(2), Self.record(3)])
            let path = directory + "/1.log"
            var bytes = try FileBytes.read(path)
            let second = try #require(bytes.firstIndex(of: UInt8(ascii: "\n")))
            bytes[second + 20] ^= 1
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: SandboxError.self) { _ = try Self.replay(directory) }
            #expect(error?.code == .fileFailed)
        }
    }

    @Test func theCheckSumIsTheUsualOne() {
        #expect(LogLines.checkSum(Array("123456789".utf8)[...]) == 0xCBF4_3926)
    }

    @Test func filesAreReplacedWhole() throws {
        try Self.withDirectory { directory in
            let vault = try DiskVault(directory: directory)
            #expect(try vault.read("a") == nil)
            try vault.write("a", [1, 2])
            try vault.write("a", [3])
            #expect(try vault.read("a") == [3])
            let attributes = try FileManager.default.attributesOfItem(atPath: directory + "/a")
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["a"])
        }
    }
}
