internal import Foundation
internal import Glibc
internal import KubeClient
internal import KubeCurl
internal import ManifestRendering
internal import MeshCLI
internal import OperatorCore

/// The command line of the mesh, on this machine.
@main
struct MeshCtl {
    static func main() async {
        let ending = await MeshProgram.run(Array(CommandLine.arguments.dropFirst()), in: .machine)
        write(ending.errors, to: .standardError)
        write(ending.output, to: .standardOutput)
        // Without the handlers of `exit`: libraries free there what a thread that is just ending still holds.
        _exit(ending.exitCode)
    }

    /// Whether output goes to a terminal that can be drawn on.
    static let isDrawn = isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"

    static func write(_ text: String, to handle: FileHandle) { try? handle.write(contentsOf: Data(text.utf8)) }

    /// The size of the terminal now; nil where output goes elsewhere.
    static func size() -> RolloutScreen.Size? {
        guard isDrawn else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return RolloutScreen.Size(columns: 80, rows: 24)
        }
        return RolloutScreen.Size(columns: Int(size.ws_col), rows: Int(size.ws_row))
    }

    /// Puts a question that yes or no answers; no is the answer to anything but y and yes.
    static func confirm(_ question: String) -> Bool {
        write("\(question) [y/N] ", to: .standardError)
        return ["y", "yes"].contains((readLine() ?? "").lowercased().trimmingCharacters(in: .whitespaces))
    }

    /// Files of this machine; `-` is standard input.
    static let files = MeshFiles { path in
        String(decoding: try bytes(path), as: UTF8.self)
    } list: { path in
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            return nil
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        return names.filter { name in ["yaml", "yml", "json"].contains { name.hasSuffix(".\($0)") } }
            .map { path.hasSuffix("/") ? path + $0 : "\(path)/\($0)" }
    }

    /// What a file, a pipe or a device holds.
    private static func bytes(_ path: String) throws -> Data {
        if path == "-" { return FileHandle.standardInput.readDataToEndOfFile() }
        var status = stat()
        // Of what has no size, as /dev/null or the pipe of a shell's `<(…)`, there is only reading to the end.
        let isStream = stat(path, &status) == 0 && [S_IFCHR, S_IFIFO].contains(status.st_mode & S_IFMT)
        guard isStream, let handle = FileHandle(forReadingAtPath: path) else {
            return try Data(contentsOf: URL(fileURLWithPath: path))
        }
        defer { try? handle.close() }
        return try handle.readToEnd() ?? Data()
    }

    /// Carries the requests of `work` to the cluster that a kubeconfig names, until it is done.
    static func connect(
        _ choice: CommandSurroundings.ClusterChoice,
        _ work: @escaping CommandSurroundings.ClusterWork
    ) async throws -> CommandOutcome {
        let variables = ProcessInfo.processInfo.environment
        let connection: ClusterConnection
        do {
            connection = try ClusterLocator(environment: variables, files: SystemFiles())
                .connection(kubeconfig: choice.kubeconfig, context: choice.context)
        } catch {
            throw CommandError(kubeconfig: error)
        }
        let link = ClusterLink(
            connection,
            .init(processes: SystemProcesses(environment: variables), clock: ContinuousClock(), now: SystemTime.wall),
            client: .init(fieldManager: "meshctl", userAgent: "meshctl/\(VersionReport.program)")
        )
        return try await withThrowingTaskGroup(of: CommandOutcome?.self) { group in
            group.addTask {
                try await link.run()
                return nil
            }
            group.addTask { try await work(link.client, connection.namespace) }
            defer { group.cancelAll() }
            while let answer = try await group.next() {
                if let answer { return answer }
            }
            throw CancellationError()
        }
    }
}

extension CommandSurroundings {
    /// This machine.
    static var machine: CommandSurroundings {
        var surroundings = CommandSurroundings(
            files: MeshCtl.files,
            environment: ProcessInfo.processInfo.environment,
            now: SystemTime.wall,
            clock: ContinuousClock(),
            screen: RolloutScreen(size: MeshCtl.size) { MeshCtl.write($0, to: .standardOutput) },
            connect: MeshCtl.connect,
            composing: { UpgradeStaging.composing($0) }
        )
        if isatty(STDIN_FILENO) == 1 { surroundings.confirm = MeshCtl.confirm }
        return surroundings
    }
}
