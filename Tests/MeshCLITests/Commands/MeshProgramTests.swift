internal import KubeAPI
internal import KubeClient
internal import MeshBase
internal import MeshCLI
internal import OperatorCore
internal import SandboxStore
internal import Synchronization
internal import Testing

/// Whole command lines, without a process.
@Suite struct MeshProgramTests {
    private static func surroundings(
        files: [String: String] = [:],
        connect: @escaping CommandSurroundings.Connector = { _, _ in throw CommandError(.cluster, "no cluster") }
    ) -> CommandSurroundings {
        CommandSurroundings(
            files: MeshFiles { path in
                guard let text = files[path] else { throw CommandError(.badFile, "\(path): no such file") }
                return text
            },
            environment: [:],
            now: { RolloutScenes.now },
            clock: ContinuousClock(),
            screen: RolloutScreen(size: { nil }, write: { _ in }),
            connect: connect,
            composing: { UpgradeStaging.composing($0) }
        )
    }

    @Test(
        "Wrong usage is 2, on standard error, and says what was meant",
        arguments: [
            (["rollout", "stauts", "mesh"], "did you mean `status`?"),
            (["validate"], "name what to check with -f FILE"),
            (["validate", "--nope", "-f", "-"], "Unknown option '--nope'"),
            (["rollout", "pause", "pod/x"], "mop/NAME"), (["plan", "-f", "mesh.yaml", "--offline"], "--from"),
            (["rollout", "status", "mesh", "--timeout", "soon"], "--timeout"),
        ]
    )
    func usage(_ words: [String], _ saying: String) async {
        let ending = await MeshProgram.run(words, in: Self.surroundings())
        #expect(ending.exitCode == 2 && ending.output.isEmpty)
        #expect(ending.errors.hasPrefix("error: ") && ending.errors.contains(saying), "\(ending.errors)")
    }

    @Test("Help and the version are output, and all is well")
    func help() async {
        let version = await MeshProgram.run(["--version"], in: Self.surroundings())
        #expect(
            version.output == "meshctl \(VersionReport.program)\n" && version.errors.isEmpty && version.exitCode == 0
        )
        for words in [["--help"], [], ["rollout"], ["help", "plan"]] {
            let ending = await MeshProgram.run(words, in: Self.surroundings())
            #expect(ending.exitCode == 0 && ending.errors.isEmpty && ending.output.contains("USAGE: meshctl"))
        }
    }

    @Test("A file that is wrong is 1 with a report; one that is not there is an error")
    func files() async {
        let text =
            "{apiVersion: meshoperator.io/v1alpha1, kind: MeshOperator, metadata: {name: mesh}, spec: {profil: demo}}"
        let wrong = await MeshProgram.run(
            ["validate", "-f", "mesh.yaml", "-o", "json"],
            in: Self.surroundings(files: ["mesh.yaml": text])
        )
        #expect(wrong.exitCode == 1 && wrong.output.contains("profil"))
        let none = await MeshProgram.run(["convert", "-f", "none.yaml"], in: Self.surroundings())
        #expect(none.exitCode == 1 && none.output.isEmpty && none.errors.hasPrefix("error: "))
    }

    @Test("The cluster and namespace that options name are asked, and orders reach the rollout")
    func cluster() async throws {
        let world = try await RolloutWorld()
        try await world.put("rollout-approval")
        let chosen = Mutex<[CommandSurroundings.ClusterChoice]>([])
        let surroundings = Self.surroundings { choice, work in
            chosen.withLock { $0.append(choice) }
            return try await work(world.admin, "elsewhere")
        }
        let named = try RolloutScenes.object("rollout-approval").name
        let options = ["-n", "shop", "--kubeconfig", "other", "--context", "far"]
        let list = await MeshProgram.run(["rollout", "list"] + options, in: surroundings)
        #expect(list.exitCode == 0 && list.output.contains(named), "\(list)")
        let elsewhere = await MeshProgram.run(["rollout", "list"], in: surroundings)
        #expect(!elsewhere.output.contains(named))
        let pause = await MeshProgram.run(["rollout", "pause", "mro/\(named)"] + options, in: surroundings)
        #expect(pause.exitCode == 0, "\(pause.errors)")
        let paused = try await world.directory.find(RolloutReference("mro/\(named)"))
        #expect(paused.object.annotations.keys.contains { $0.hasSuffix("rollout-pause") })
        #expect(chosen.withLock { $0[0] } == .init(kubeconfig: "other", context: "far"))
        #expect(chosen.withLock { $0[1] } == .init())
    }
}
