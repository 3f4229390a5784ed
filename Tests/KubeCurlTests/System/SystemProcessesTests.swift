internal import KubeClient
internal import KubeCurl
internal import MeshTestKit
internal import Testing

@Suite struct SystemProcessesTests {
    private let processes = SystemProcesses(environment: ["PATH": "/usr/bin:/bin", "A": "1", "B": "2"])

    @Test func runsToTheEnd() async throws {
        let output = try await processes.run(
            ProcessInvocation(
                "sh",
                ["-c", "echo \"$A$B$1\"; echo oops >&2; cat; exit 7", "sh", "x y"],
                environment: [EnvironmentVariable("B", "3")]
            )
        )
        #expect(output.exitCode == 7)
        #expect(String(decoding: output.standardOutput, as: UTF8.self) == "13x y\n")
        #expect(String(decoding: output.standardError, as: UTF8.self) == "oops\n")
    }

    @Test func muchOutputOnBothSides() async throws {
        let script =
            "i=0; while [ $i -lt 3000 ]; do echo 0123456789012345678901234567890123456789; echo e >&2; i=$((i+1)); done"
        let output = try await processes.run(ProcessInvocation("/bin/sh", ["-c", script]))
        #expect(output.standardOutput.count == 3_000 * 41)
        #expect(output.standardError.count == 3_000 * 2)
    }

    @Test func signalsCount() async throws {
        let output = try await processes.run(ProcessInvocation("sh", ["-c", "kill -9 $$"]))
        #expect(output.exitCode == 137)
    }

    @Test(arguments: ["/nonexistent/program", "no-such-program-anywhere", "a\u{0}b"])
    func missingProgram(command: String) async {
        await #expect(throws: SystemProcesses.Failure.self) { try await processes.run(ProcessInvocation(command)) }
    }

    @Test func endsAtItsTimeLimit() async {
        let invocation = ProcessInvocation("sh", ["-c", "exec sleep 100"], timeout: .milliseconds(200))
        await #expect(throws: SystemProcesses.Failure.self) { try await processes.run(invocation) }
    }

    @Test func cancellingKills() async {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { [processes] in
                do {
                    _ = try await processes.run(ProcessInvocation("sh", ["-c", "exec sleep 100"]))
                    return false
                } catch { return error is CancellationError }
            }
            for _ in 0..<100 { await Task.yield() }
            group.cancelAll()
            #expect(await group.next() == true)
        }
    }

    @Test func readsFiles() throws {
        let files = SystemFiles()
        #expect(try files.read(#filePath).starts(with: "internal import KubeClient".utf8))
        for path in ["/nonexistent", packageRoot, "a\u{0}b"] {
            #expect(throws: SystemFiles.Failure.self) { try files.read(path) }
        }
    }

    @Test func listsFolders() {
        let files = SystemFiles()
        let names = files.names(in: packageRoot) ?? []
        #expect(names.contains("Package.swift") && names.contains(".swift-format") && !names.contains(".."))
        for path in ["/nonexistent", #filePath, "a\u{0}b"] { #expect(files.names(in: path) == nil) }
    }
}
