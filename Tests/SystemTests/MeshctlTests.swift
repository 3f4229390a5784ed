internal import Foundation
internal import Testing

/// meshctl as a process: what it prints, and how it ends.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct MeshctlTests {
    private static func run(
        _ arguments: String...,
        kubeconfig: URL? = nil,
        input: String? = nil
    ) async throws -> CommandResult {
        var environment = ["KUBECONFIG": "", "HOME": "/nonexistent", "KUBERNETES_SERVICE_HOST": ""]
        if let kubeconfig { environment["KUBECONFIG"] = kubeconfig.path() }
        return try await ChildProcess.run(
            SandboxScope.executable("meshctl"),
            arguments,
            input: input,
            environment: environment
        )
    }

    @Test("Wrong usage ends with 2 and says what was meant")
    func usage() async throws {
        let word = try await Self.run("rollout", "stauts", "mesh")
        #expect(word.status == 2 && word.errors.contains("did you mean `status`?") && word.output.isEmpty)
        let option = try await Self.run("validate", "--nope", "-f", "-")
        #expect(option.status == 2 && option.errors.hasPrefix("error: Unknown option '--nope'"))
        let name = try await Self.run("rollout", "pause", "pod/x")
        #expect(name.status == 2 && name.errors.contains("mop/NAME"))
        let version = try await Self.run("--version")
        #expect(version.status == 0 && version.output.hasPrefix("meshctl "))
    }

    @Test("A device without content is called empty, and the input is read once")
    func streams() async throws {
        for arguments in [["manifest", "generate", "-f"], ["convert", "-f"]] {
            let empty = try await ChildProcess.run(SandboxScope.executable("meshctl"), arguments + ["/dev/null"])
            #expect(empty.status == 1 && empty.errors.hasPrefix("error: /dev/null: is empty; "), "\(empty.errors)")
        }
        let mesh = SandboxScope.project.appending(path: "Manifests/samples/mesh.yaml")
        let input = try String(contentsOf: mesh, encoding: .utf8)
        let same = try await Self.run("manifest", "diff", "-", mesh.path(), input: input)
        #expect(same.status == 0 && same.output == "no differences\n", "\(same.output) \(same.errors)")
        let nowhere = "/tmp/\(UUID().uuidString).yaml"
        let missing = try await Self.run("manifest", "diff", mesh.path(), nowhere)
        #expect(missing.status == 1 && missing.errors.hasPrefix("error: <new> \(nowhere): no such file;"), "\(missing)")
    }

    @Test("A cluster that cannot be reached is one line with a remedy")
    func unreachable() async throws {
        let none = try await Self.run("rollout", "list")
        #expect(none.status == 1 && none.errors.split(separator: "\n").count == 1, "\(none.errors)")
        #expect(none.errors.contains("KUBECONFIG"))
        let folder = FileManager.default.temporaryDirectory.appending(path: "meshctl-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let kubeconfig = folder.appending(path: "kubeconfig")
        let text = """
            {apiVersion: v1, kind: Config, current-context: c, contexts: [{name: c, context: {cluster: k, user: u}}],
             clusters: [{name: k, cluster: {server: "https://127.0.0.1:1"}}], users: [{name: u, user: {token: t}}]}
            """
        try Data(text.utf8).write(to: kubeconfig)
        let closed = try await Self.run("rollout", "status", "mesh", kubeconfig: kubeconfig)
        #expect(closed.status == 1 && closed.errors.split(separator: "\n").count == 1, "\(closed.errors)")
        #expect(closed.errors.hasPrefix("error: cannot reach the cluster: ") && closed.errors.contains("127.0.0.1"))
    }

    @Test("Rollouts are found, drawn and steered over TLS; a watch ends when its object goes")
    func rollouts() async throws {
        try await withSandbox { cluster in
            try await cluster.applyDefinitions()
            let sample = SandboxScope.project.appending(path: "Manifests/samples/rollout-canary.yaml").path()
            try await cluster.expectKubectl("create", "namespace", "shop")
            try await cluster.expectKubectl("apply", "--filename", sample)
            let list = try await Self.run("rollout", "list", "-A", kubeconfig: cluster.kubeconfig)
            #expect(list.status == 0 && list.output.contains("mro/reviews"), "\(list)")
            let asked = try await Self.run("rollout", "pause", "reviews", "-n", "shop", kubeconfig: cluster.kubeconfig)
            #expect(
                asked.status == 0 && asked.output.hasPrefix("MeshRollout shop/reviews: stays at its start"),
                "\(asked)"
            )
            let mark = try await cluster.expectKubectl(
                "get",
                "meshrollout",
                "reviews",
                "--namespace",
                "shop",
                "--output",
                #"jsonpath={.metadata.annotations.meshoperator\.io/rollout-pause}"#
            )
            #expect(mark == "true")
            let drawn = try await Self.run(
                "rollout",
                "status",
                "mro/reviews",
                "-n",
                "shop",
                kubeconfig: cluster.kubeconfig
            )
            #expect(drawn.status == 0 && drawn.output.contains("Asked for: pause"), "\(drawn)")
            let late = try await Self.run(
                "rollout",
                "status",
                "--watch",
                "--timeout",
                "1s",
                "reviews",
                "-n",
                "shop",
                kubeconfig: cluster.kubeconfig
            )
            #expect(late.status == 3 && late.errors.contains("is not over after 1s"), "\(late)")
            let watch = try ChildProcess.start(
                SandboxScope.executable("meshctl"),
                ["rollout", "status", "--watch", "reviews", "-n", "shop"],
                environment: ["KUBECONFIG": cluster.kubeconfig.path()]
            )
            #expect(await becomes { watch.text.contains("MeshRollout shop/reviews") })
            try await cluster.expectKubectl("delete", "meshrollout", "reviews", "--namespace", "shop")
            #expect(await becomes { watch.exitStatus == 1 }, "\(watch.text)")
            #expect(watch.text.contains("was deleted"))
            await watch.stop()
            let remote = try await Self.run("version", "--remote", kubeconfig: cluster.kubeconfig)
            #expect(remote.status == 0 && remote.output.contains("Kubernetes v1."), "\(remote)")
        }
    }

    @Test("Every sample is valid")
    func samples() async throws {
        let folder = SandboxScope.project.appending(path: "Manifests/samples").path()
        let result = try await Self.run("validate", "-f", folder)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result)")
        let piped = try await Self.run("validate", "-f", "-", "-o", "json", input: "kind: MeshOperator\n")
        #expect(piped.status == 1 && piped.output.contains("\"valid\": false"), "\(piped)")
    }
}
