internal import FoundationEssentials
internal import Testing

@testable internal import SandboxServer

@Suite struct KubeconfigFileTests {
    static func withDirectory(_ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("kubeconfig-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    @Test func aMissingDirectoryIsRefusedAndNotMade() throws {
        try Self.withDirectory { directory in
            let path = "\(directory)/nope/config"
            let error = #expect(throws: SandboxError.self) { try KubeconfigFile(path: path) }
            #expect(error?.code == .invalidSetting)
            let why = "the directory \(directory)/nope does not exist; make it or name another file"
            #expect(error?.message == "--kubeconfig-out \(path) cannot be written: \(why)")
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/nope"))
        }
    }

    @Test func whatIsNoFileIsRefused() throws {
        try Self.withDirectory { directory in
            for path in [directory, directory + "/", "", "\(directory)/.."] {
                let error = #expect(throws: SandboxError.self) { try KubeconfigFile(path: path) }
                #expect(error?.message.contains("it names a directory; name a file") == true, "\(path)")
            }
            try Data("x".utf8).write(to: URL(filePath: "\(directory)/file"))
            let error = #expect(throws: SandboxError.self) { try KubeconfigFile(path: "\(directory)/file/config") }
            #expect(error?.message.contains("\(directory)/file is no directory; name another file") == true)
        }
    }

    @Test(arguments: ["config", ".kube/config"]) func theFileIsWritten(_ name: String) throws {
        try Self.withDirectory { directory in
            let path = "\(directory)/\(name)"
            let file = try KubeconfigFile(path: path)
            #expect(!FileManager.default.fileExists(atPath: path))
            try file.write("kind: Config\n")
            #expect(try String(contentsOf: URL(filePath: path), encoding: .utf8) == "kind: Config\n")
        }
    }
}
