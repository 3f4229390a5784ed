internal import Foundation
internal import Testing

/// A running sandbox cluster, driven with kubectl as a user would.
struct SandboxScope: Sendable {
    let sandbox: ChildProcess
    let kubeconfig: URL
    let folder: URL

    /// The folder of the project's executables: where the test bundle lies.
    static let products = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    /// The project's folder.
    static let project = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func executable(_ name: String) -> URL { products.appending(path: name) }

    /// kubectl from PATH.
    static func kubectlPath() throws -> URL {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let found = folders.map { URL(filePath: String($0)).appending(path: "kubectl") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path()) }
        return try #require(found, "kubectl is not on PATH; hack/test installs it")
    }

    /// Runs kubectl against the sandbox.
    func kubectl(_ arguments: String..., input: String? = nil) async throws -> CommandResult {
        try await ChildProcess.run(
            try Self.kubectlPath(),
            arguments,
            input: input,
            environment: ["KUBECONFIG": kubeconfig.path(), "HOME": folder.path()]
        )
    }

    /// Runs kubectl, expects success and gives what it printed.
    @discardableResult
    func expectKubectl(
        _ arguments: String...,
        input: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let result = try await ChildProcess.run(
            try Self.kubectlPath(),
            arguments,
            input: input,
            environment: ["KUBECONFIG": kubeconfig.path(), "HOME": folder.path()]
        )
        #expect(
            result.status == 0,
            "kubectl \(arguments.joined(separator: " ")): \(result.errors)",
            sourceLocation: sourceLocation
        )
        return result.output
    }

    /// Applies the CustomResourceDefinitions of the project.
    func applyDefinitions() async throws {
        try await expectKubectl("apply", "--filename", Self.project.appending(path: "CRDs").path())
    }

    /// Starts the operator against the sandbox.
    func startOperator(_ extra: [String] = []) throws -> ChildProcess {
        try ChildProcess.start(
            Self.executable("mesh-operator"),
            [
                "--kubeconfig", kubeconfig.path(), "--leader-elect=false", "--metrics-bind", "127.0.0.1:0",
                "--health-bind", "127.0.0.1:0", "--crds", Self.project.appending(path: "CRDs").path(),
            ] + extra
        )
    }
}

extension SandboxScope {
    /// Starts an operator that works only while it leads, by the lease in the namespace `default`.
    func startElectedOperator(_ name: String) throws -> ChildProcess {
        try ChildProcess.start(
            Self.executable("mesh-operator"),
            [
                "--kubeconfig", kubeconfig.path(), "--metrics-bind", "127.0.0.1:0", "--health-bind", "127.0.0.1:0",
            ],
            environment: ["POD_NAME": name, "POD_NAMESPACE": "default"]
        )
    }
}

/// Runs `body` with a fresh sandbox, which is ended afterwards whatever happens.
func withSandbox(
    _ extra: [String] = [],
    node: String = "hollow",
    _ body: (SandboxScope) async throws -> Void
) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "mesh-system-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let kubeconfig = folder.appending(path: "kubeconfig")
    let sandbox = try ChildProcess.start(
        SandboxScope.executable("mesh-sandbox"),
        ["--kubeconfig-out", kubeconfig.path(), "--node", node] + extra
    )
    let scope = SandboxScope(sandbox: sandbox, kubeconfig: kubeconfig, folder: folder)
    let isUp = try await becomes {
        guard sandbox.isRunning, FileManager.default.fileExists(atPath: kubeconfig.path()) else { return false }
        return try await scope.kubectl("get", "--raw", "/readyz").status == 0
    }
    guard isUp else {
        Issue.record("the sandbox did not come up: \(sandbox.text)")
        await sandbox.stop()
        return
    }
    do {
        try await body(scope)
    } catch {
        await sandbox.stop()
        throw error
    }
    await sandbox.stop()
}
