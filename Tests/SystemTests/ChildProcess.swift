internal import Foundation
internal import Synchronization

/// A program started by a test, whose output is kept and who is ended with the scope that started it.
final class ChildProcess: Sendable {
    private let process: Mutex<Process>
    private let output: Mutex<Data>
    let name: String

    private init(_ process: sending Process, name: String) {
        self.process = Mutex(process)
        self.output = Mutex(Data())
        self.name = name
    }

    /// Starts `executable` with `arguments`; both output streams are kept for failures.
    static func start(_ executable: URL, _ arguments: [String], environment: [String: String] = [:]) throws
        -> ChildProcess
    {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        let child = ChildProcess(process, name: executable.lastPathComponent)
        pipe.fileHandleForReading.readabilityHandler = { handle in
            let chunk = handle.availableData
            if chunk.isEmpty { handle.readabilityHandler = nil } else { child.output.withLock { $0.append(chunk) } }
        }
        try child.process.withLock { try $0.run() }
        return child
    }

    var isRunning: Bool { process.withLock { $0.isRunning } }
    /// How it ended; nil while it runs.
    var exitStatus: Int32? { process.withLock { $0.isRunning ? nil : $0.terminationStatus } }
    var identifier: Int32 { process.withLock { $0.processIdentifier } }
    var text: String { output.withLock { String(decoding: $0, as: UTF8.self) } }

    /// Asks the program to stop and waits for it; ends it by force after `limit`.
    func stop(limit: Duration = .seconds(30)) async {
        process.withLock { if $0.isRunning { $0.terminate() } }
        if await !becomes(limit: limit, { !self.isRunning }) { kill(identifier, SIGKILL) }
    }

    /// Ends the program as a crash would.
    func crash() async {
        kill(identifier, SIGKILL)
        _ = await becomes { !self.isRunning }
    }

    /// Runs a program to its end and gives its exit status and output.
    static func run(
        _ executable: URL,
        _ arguments: [String],
        input: String? = nil,
        environment: [String: String] = [:]
    ) async throws -> CommandResult {
        let folder = FileManager.default.temporaryDirectory.appending(path: "mesh-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let paths = ["in", "out", "err"].map { folder.appending(path: $0) }
        for path in paths { try Data().write(to: path) }
        if let input { try Data(input.utf8).write(to: paths[0]) }
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = try FileHandle(forReadingFrom: paths[0])
        process.standardOutput = try FileHandle(forWritingTo: paths[1])
        process.standardError = try FileHandle(forWritingTo: paths[2])
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        return CommandResult(
            status: status,
            output: String(decoding: try Data(contentsOf: paths[1]), as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: paths[2]), as: UTF8.self)
        )
    }
}

/// What a finished command left.
struct CommandResult: Sendable {
    let status: Int32
    let output: String
    let errors: String
}

/// How long tests wait for what takes moments: only what never comes takes so long, however busy the machine is.
let patience = Duration.seconds(180)

/// Whether `condition` holds before `limit` of real time has passed; these tests watch real processes.
func becomes(limit: Duration = patience, _ condition: @Sendable () async throws -> Bool) async rethrows -> Bool {
    let deadline = ContinuousClock.now.advanced(by: limit)
    while true {
        if try await condition() { return true }
        if ContinuousClock.now >= deadline { return false }
        try? await Task.sleep(for: .milliseconds(50))
    }
}
