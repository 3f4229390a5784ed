/// Reads files; given from outside so that nothing here touches a disk.
public protocol FileReading: Sendable {
    /// The whole content of a file; throws whatever says why it cannot be read.
    func read(_ path: String) throws -> [UInt8]
}

/// Reads files and lists folders.
package protocol FolderReading: FileReading {
    /// The names of what is in a folder, in any order; nil where it cannot be read.
    func names(in folder: String) -> [String]?
}

/// Runs programs; given from outside so that nothing here starts a process.
public protocol ProcessRunning: Sendable {
    /// Runs a program to its end and gives what it printed; cancelling the task ends the program.
    func run(_ invocation: ProcessInvocation) async throws -> ProcessOutput
}

/// A program to run.
public struct ProcessInvocation: Sendable, Hashable {
    /// A path, or a name looked up in `PATH`.
    public var command: String
    /// The arguments after the program's own name.
    public var arguments: [String]
    /// What is added to the environment of this program.
    public var environment: [EnvironmentVariable]
    /// How long it may run.
    public var timeout: Duration

    /// Makes an invocation.
    public init(
        _ command: String,
        _ arguments: [String] = [],
        environment: [EnvironmentVariable] = [],
        timeout: Duration = .seconds(60)
    ) {
        self.command = command
        self.arguments = arguments
        self.environment = environment
        self.timeout = timeout
    }
}

/// What a program left behind.
public struct ProcessOutput: Sendable, Hashable {
    /// The exit code; 128 and the signal's number when a signal ended it.
    public var exitCode: Int32
    /// What it printed.
    public var standardOutput: [UInt8]
    /// What it complained about.
    public var standardError: [UInt8]

    /// Makes an output.
    public init(exitCode: Int32, standardOutput: [UInt8], standardError: [UInt8] = []) {
        self.exitCode = exitCode
        self.standardOutput = standardOutput
        self.standardError = standardError
    }
}
