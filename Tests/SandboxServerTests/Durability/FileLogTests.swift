internal import DataTree
internal import FoundationEssentials
internal import KubeAPI
internal import MeshTestKit
internal import SandboxStore
internal import Synchronization
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

    /// Uses a log, and gives its directory up afterwards.
    static func using<Result>(_ directory: String, _ body: (FileLog) throws -> Result) throws -> Result {
        let log = try FileLog(directory: directory)
        return try body(log)
    }

    static func append(_ batches: [[LogRecord]], to directory: String) throws {
        try using(directory) { log in
            _ = try log.replay { _ in }
            for batch in batches { try log.append(batch) }
        }
    }

    static func replay(_ directory: String) throws -> (base: UInt64, records: [LogRecord]) {
        try using(directory) { log in
            var records: [LogRecord] = []
            let base = try log.replay { records.append($0) }
            return (base, records)
        }
    }

    @Test func writesComeBackInOrder() throws {
        try Self.withDirectory { directory in
            try Self.append([[Self.record(2), Self.record(3)], [Self.record(4, value: nil)]], to: directory)
            let (base, records) = try Self.replay(directory)
            #expect(base == 0)
            #expect(records == [Self.record(2), Self.record(3), Self.record(4, value: nil)])
        }
    }

    @Test func aSnapshotReplacesWhatWasBefore() throws {
        try Self.withDirectory { directory in
            try Self.using(directory) { log in
                _ = try log.replay { _ in }
                try log.append([Self.record(2), Self.record(3)])
                try log.snapshot(at: 3, [Self.record(3)])
                // A change that was under way while the snapshot was taken comes again.
                try log.append([Self.record(3), Self.record(4)])
            }
            let (base, records) = try Self.replay(directory)
            #expect(base == 3)
            #expect(records.map(\.revision) == [3, 3, 4])
            #expect(records.map(\.isSnapshot) == [true, false, false])
        }
    }

    /// Whatever byte the last write was cut off at, everything acknowledged before it is there, and writing goes on.
    @Test func aWriteCutOffAnywhereLosesOnlyItself() throws {
        try Self.withDirectory { directory in
            let path = directory + "/1.log"
            try Self.append([[Self.record(2)]], to: directory)
            let whole = try FileBytes.read(path)
            try Self.append([[Self.record(3), Self.record(4)]], to: directory)
            let longer = try FileBytes.read(path)
            for length in whole.count...longer.count {
                try Data(longer[..<length]).write(to: URL(fileURLWithPath: path))
                let seen = try Self.replay(directory).records.map(\.revision)
                #expect(seen == Array([2, 3, 4].prefix(seen.count)), "cut at \(length)")
                #expect(seen.count >= 1 && (seen.count == 3) == (length == longer.count), "cut at \(length)")
                try Self.append([[Self.record(9)]], to: directory)
                #expect(try Self.replay(directory).records.map(\.revision) == seen + [9])
            }
        }
    }

    /// What was taken in comes back, however deep its values are nested: managers and the line add to what a request may bring.
    @Test func deepValuesComeBack() throws {
        try Self.withDirectory { directory in
            var deep: Tree = ["v": 1]
            for _ in 0..<600 { deep = ["d": deep] }
            var record = Self.record(2)
            record.tree = deep
            try Self.append([[record], [Self.record(3)]], to: directory)
            #expect(try Self.replay(directory).records == [record, Self.record(3)])
        }
    }

    /// A last line whose check sum is right was written to its end: that it cannot be read is damage, and nothing is dropped.
    @Test func aWholeLineThatCannotBeReadIsNotTakenForOneThatWasCutOff() throws {
        try Self.withDirectory { directory in
            try Self.append([[Self.record(2)]], to: directory)
            let path = directory + "/1.log"
            let json = Array(String(repeating: "[", count: 5_000).utf8)
            let digits = String(LogLines.checkSum(json[...]), radix: 16)
            let sum = String(repeating: "0", count: 8 - digits.count) + digits
            let bytes = try FileBytes.read(path) + Array("\(sum) ".utf8) + json + [0x0a]
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            #expect(throws: (any Error).self) { try Self.replay(directory) }
            #expect(try FileBytes.read(path) == bytes)
        }
    }

    /// A power cut may leave any of the blocks of the last write unwritten, also one in the middle.
    @Test func aHoleInTheLastWriteLosesOnlyThatWrite() throws {
        try Self.withDirectory { directory in
            let path = directory + "/1.log"
            try Self.append([[Self.record(2)], [Self.record(3)]], to: directory)
            let whole = try FileBytes.read(path)
            try Self.append([[Self.record(4), Self.record(5), Self.record(6)]], to: directory)
            let longer = try FileBytes.read(path)
            for start in whole.count..<(longer.count - 4) {
                var bytes = longer
                for index in start..<(start + 4) { bytes[index] = 0 }
                try Data(bytes).write(to: URL(fileURLWithPath: path))
                var warnings: [String] = []
                let seen = try Self.replay(directory, warnings: &warnings)
                #expect(seen == Array([2, 3, 4, 5].prefix(seen.count)) && seen.count >= 2, "hole at \(start)")
                #expect(warnings.count == 1 && warnings.allSatisfy { $0.hasPrefix("\(path) ends at offset ") })
                try Self.append([[Self.record(9)]], to: directory)
                #expect(try Self.replay(directory).records.map(\.revision) == seen + [9])
            }
        }
    }

    private static func replay(_ directory: String, warnings: inout [String]) throws -> [UInt64] {
        let heard = Mutex<[String]>([])
        var seen: [UInt64] = []
        do {
            let log = try FileLog(directory: directory) { text in heard.withLock { $0.append(text) } }
            _ = try log.replay { seen.append($0.revision) }
        }
        warnings = heard.withLock { $0 }
        return seen
    }

    /// Anywhere before the last write, damage has hit what was acknowledged.
    @Test func damageInTheMiddleIsReported() throws {
        try Self.withDirectory { directory in
            let path = directory + "/1.log"
            try Self.append([], to: directory)
            let header = try FileBytes.read(path).count
            try Self.append([[Self.record(2), Self.record(3)]], to: directory)
            let end = try FileBytes.read(path).count
            try Self.append([[Self.record(4), Self.record(5)]], to: directory)
            let whole = try FileBytes.read(path)
            for place in 0..<end {
                var bytes = whole
                bytes[place] ^= 1
                try Data(bytes).write(to: URL(fileURLWithPath: path))
                let error = #expect(throws: SandboxError.self) { _ = try Self.replay(directory) }
                #expect(error?.code == .fileFailed)
                let start = place < header ? "offset 0, line 1;" : "offset "
                #expect(error?.message.hasPrefix("\(path) is damaged at \(start)") == true, "\(error?.message ?? "")")
            }
        }
    }

    @Test func aRevisionThatComesTwiceIsDamage() throws {
        try Self.withDirectory { directory in
            try Self.append([[Self.record(2)], [Self.record(3)], [Self.record(3)]], to: directory)
            let error = #expect(throws: SandboxError.self) { _ = try Self.replay(directory) }
            #expect(error?.message.contains("revision 3 comes after 3") == true, "\(error?.message ?? "")")
        }
    }

    @Test func oneProcessAtATimeUsesADirectory() throws {
        try Self.withDirectory { directory in
            try Self.using(directory) { log in
                _ = try log.replay { _ in }
                let error = #expect(throws: SandboxError.self) { _ = try FileLog(directory: directory) }
                #expect(error?.code == .fileFailed)
                #expect(
                    error?.message
                        == "\(directory) is in use by another sandbox, which holds \(directory)/lock; end that one or choose "
                        + "another directory"
                )
                try log.append([Self.record(2)])
            }
            #expect(try Self.replay(directory).records.count == 1)
        }
    }

    @Test func aDirectoryThatCannotBeSynchronisedIsReported() throws {
        let error = #expect(throws: SandboxError.self) { try FileBytes.synchronize(directory: "/none/such") }
        #expect(error?.message.hasPrefix("cannot open /none/such: ") == true)
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
