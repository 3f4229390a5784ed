internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import KubeClient
internal import KubeCurl
internal import MeshBase
internal import MeshCLI

/// How the cluster is reached, as kubectl reaches it.
struct ClusterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The kubeconfig; without it KUBECONFIG, then the pod, then ~/.kube/config.",
            valueName: "file"
        )
    )
    var kubeconfig: String?

    @Option(help: "The context of the kubeconfig; without it the current one.")
    var context: String?

    @Option(name: .shortAndLong, help: "The namespace of MeshRollouts; without it the context's.")
    var namespace: String?

    /// The time of day.
    static let now: WallClock = {
        Timestamp(microsecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1_000_000))
    }

    /// Calls `body` with a client and the namespace in force; throws ``CommandError``.
    func withCluster<Answer: Sendable>(
        _ body: @escaping @Sendable (ClusterClient, String) async throws -> Answer
    ) async throws -> Answer {
        let variables = ProcessInfo.processInfo.environment
        let connection: ClusterConnection
        do {
            connection = try ClusterLocator(environment: variables, files: SystemFiles())
                .connection(kubeconfig: kubeconfig, context: context)
        } catch {
            throw CommandError(kubeconfig: error)
        }
        let link = ClusterLink(
            connection,
            .init(processes: SystemProcesses(environment: variables), clock: ContinuousClock(), now: Self.now),
            client: .init(fieldManager: "meshctl", userAgent: "meshctl/\(VersionReport.program)")
        )
        let place = namespace ?? connection.namespace
        return try await withThrowingTaskGroup(of: Answer?.self) { group in
            group.addTask {
                try await link.run()
                return nil
            }
            group.addTask { try await body(link.client, place) }
            defer { group.cancelAll() }
            while let answer = try await group.next() {
                if let answer { return answer }
            }
            throw CancellationError()
        }
    }

    /// Calls `body` with what finds rollouts.
    func withDirectory<Answer: Sendable>(
        _ body: @escaping @Sendable (RolloutDirectory) async throws -> Answer
    ) async throws -> Answer {
        try await withCluster { try await body(RolloutDirectory(client: $0, namespace: $1)) }
    }
}

/// The terminal this program writes to.
enum Terminal {
    /// Whether output goes to a terminal that can be drawn on.
    static let isOutput = isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    static let isInput = isatty(STDIN_FILENO) == 1

    /// Its size now; nil where output goes elsewhere.
    static func size() -> RolloutScreen.Size? {
        guard isOutput else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return RolloutScreen.Size(columns: 80, rows: 24)
        }
        return RolloutScreen.Size(columns: Int(size.ws_col), rows: Int(size.ws_row))
    }

    static let screen = RolloutScreen(size: size) { Console.write($0, to: .standardOutput) }

    static func style(_ choice: ColourChoice) -> TextStyle {
        var style = TextStyle(environment: ProcessInfo.processInfo.environment, isTerminal: isOutput)
        if choice != .auto { style.hasColour = choice == .always }
        return style
    }

    /// Puts a question that yes or no answers; no is the answer to anything but y and yes.
    static func confirm(_ question: String) -> Bool {
        Console.write("\(question) [y/N] ", to: .standardError)
        return ["y", "yes"].contains((readLine() ?? "").lowercased().trimmingCharacters(in: .whitespaces))
    }
}

/// When colours are used.
enum ColourChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never
}
