internal import Foundation
internal import Testing

/// The demonstrations of hack/run, played to their end.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct DemoTests {
    private static func play(_ name: String) async throws -> CommandResult {
        try await ChildProcess.run(
            URL(filePath: "/usr/bin/env"),
            [
                "bash", SandboxScope.project.appending(path: "hack/run").path(), "--demo", name, "--once", "--binaries",
                SandboxScope.products.path(),
            ],
            environment: ["MESH_RUN_TIMEOUT": "120"]
        )
    }

    @Test("canary moves the traffic of an application step by step, and leaves the rest of its owners' routes alone")
    func canary() async throws {
        let result = try await Self.play("canary")
        #expect(result.status == 0, "\(result.errors)")
        let text = result.output
        // The steps with a share show in this order, and the end last.
        var rest = text[...]
        for mark in [
            "Step 4 of 6", "10%", "Step 5 of 6", "50%", "Completed", "subset: v2", "weight: 100", "timeout: 3s",
        ] {
            let found = try #require(rest.range(of: mark), "\(mark) is missing after what came before:\n\(text)")
            rest = rest[found.upperBound...]
        }
    }

    @Test("upgrade moves a mesh by waves to a new revision, gateways included")
    func upgrade() async throws {
        let result = try await Self.play("upgrade")
        #expect(result.status == 0, "\(result.errors)")
        var rest = result.output[...]
        for mark in ["Hop: 1.30.3", "Step 1 of 3", "Step 2 of 3", "Step 3 of 3", "complete"] {
            let found = try #require(
                rest.range(of: mark),
                "\(mark) is missing after what came before:\n\(result.output)"
            )
            rest = rest[found.upperBound...]
        }
        #expect(rest.contains("proxyv2:1.30.3") && !rest.contains("proxyv2:1.29.6"), "\(rest)")
    }

    @Test("An unknown one is refused with those there are")
    func unknown() async throws {
        let result = try await Self.play("nope")
        #expect(result.status == 1 && result.errors.contains("upgrade canary"), "\(result.errors)")
    }
}
