internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import ManifestRendering
internal import MeshAPI
internal import MeshBase
internal import MeshCLI
internal import SandboxStore
internal import Synchronization
internal import Testing

@Suite("meshctl rollout against an API server")
struct RolloutCommandTests {
    private func command(_ world: RolloutWorld) -> RolloutCommand {
        RolloutCommand(directory: world.directory, now: { RolloutScenes.now })
    }

    private func order(
        _ world: RolloutWorld,
        _ order: RolloutOrder,
        _ name: String,
        _ manner: RolloutCommand.Manner = .ask,
        confirm: ((String) -> Bool)? = nil
    ) async throws -> CommandOutcome {
        try await command(world).run(order, try RolloutReference(name), manner, confirm: confirm)
    }

    private func refusal(_ body: () async throws -> CommandOutcome) async throws -> CommandError {
        try await #require(throws: CommandError.self) { _ = try await body() }
    }

    @Test("An order sets its annotation by one merge patch, and says so in one line")
    func annotation() async throws {
        let world = try await RolloutWorld()
        try await world.put("rollout-approval")
        let outcome = try await order(world, .approve(step: nil), "reviews")
        #expect(outcome.exitCode == 0 && outcome.output.split(separator: "\n").count == 1)
        let object = try await world.admin.get(RolloutNames.resource, ObjectKey(namespace: "shop", name: "reviews"))
        #expect(object.annotations[RolloutNames.Command.approve] == "2")
        #expect(world.transport.audit.map(\.method).filter { $0 != "GET" } == ["PATCH"])
        let again = try await refusal { try await order(world, .approve(step: nil), "mro/reviews") }
        #expect(again.code == .refused && again.message.contains("approved already"))
    }

    @Test("A dry run prints the patch and writes nothing")
    func dryRun() async throws {
        let world = try await RolloutWorld()
        try await world.put("mesh-holding")
        let outcome = try await order(world, .abort(reason: "slow"), "mop/mesh", .dryRun)
        #expect(
            try Tree(json: outcome.output).value(at: "metadata", "annotations", RolloutNames.Command.abort) == "slow"
        )
        #expect(world.transport.writeCount == 0 && outcome.warnings.count == 1)
    }

    @Test("Undo asks first; no, or nobody to ask, changes nothing")
    func undo() async throws {
        let world = try await RolloutWorld()
        try await world.put("mesh-holding")
        let silent = try await refusal { try await order(world, .undo, "mesh") }
        #expect(silent.message.contains("--yes"))
        let questions = Mutex<[String]>([])
        let no = try await order(world, .undo, "mesh") { question in
            questions.withLock { $0.append(question) }
            return false
        }
        #expect(no.exitCode == 1 && world.transport.writeCount == 0)
        #expect(questions.withLock { $0.count } == 1)
        _ = try await order(world, .undo, "mesh", .yes)
        let object = try await world.admin.get(MeshNames.resource, ObjectKey(name: "mesh"))
        #expect(object.tree.value(at: "spec", "version") == "1.28.10")
    }

    @Test("Undo after an upgrade goes to what is written on the istiod that runs, and to nothing else that is kept")
    func undoAfterwards() async throws {
        let world = try await RolloutWorld()
        try await world.put("mesh-complete")
        let silent = try await refusal { try await order(world, .undo, "mesh", .yes) }
        #expect(silent.message.contains("no way back") && world.transport.writeCount == 0)
        let key = ObjectKey(namespace: "istio-system", name: "istiod-1-30-3")
        var istiod = KubeObject(kind: .deployment, key: key)
        istiod.annotations = ["meshoperator.io/promoted-from": "1.29.6"]
        _ = try await world.admin.create(
            .namespaces,
            KubeObject(kind: .namespace, key: ObjectKey(name: "istio-system"))
        )
        istiod.tree["spec"] = [
            "selector": ["matchLabels": ["app": "istiod"]],
            "template": [
                "metadata": ["labels": ["app": "istiod"]],
                "spec": ["containers": [["name": "discovery", "image": "i"]]],
            ],
        ]
        _ = try await world.admin.create(.deployments, istiod)
        _ = try await order(world, .undo, "mesh", .yes)
        let object = try await world.admin.get(MeshNames.resource, ObjectKey(name: "mesh"))
        #expect(object.tree.value(at: "spec", "version") == "1.29.6")
    }

    @Test("Undo of a MeshRollout changes the operator's note and nothing of the spec")
    func undoRollout() async throws {
        let world = try await RolloutWorld()
        let before = try await world.put("rollout-completed")
        _ = try await order(world, .undo, "reviews", .yes)
        let object = try await world.admin.get(RolloutNames.resource, ObjectKey(namespace: "shop", name: "reviews"))
        #expect(object.annotations[RolloutNames.Annotation.serving]?.contains("passed") == false)
        #expect(object.tree["spec"] == before.tree["spec"])
    }

    @Test("Somebody else's change between reading and writing is told, not written over")
    func conflict() async throws {
        let world = try await RolloutWorld()
        try await world.put("mesh-holding")
        let key = ObjectKey(name: "mesh")
        world.transport.faults = TransportFaults { [admin = world.admin] request, _, _ in
            guard request.method == "PATCH" else { return .pass }
            _ = try? await admin.patch(MeshNames.resource, key, .merge(["metadata": ["labels": ["a": "b"]]]))
            return .pass
        }
        let error = try await refusal { try await order(world, .pause, "mesh") }
        #expect(error.code == .cluster && error.message.contains("somebody else changed it"))
        #expect(try await world.admin.get(MeshNames.resource, key).annotations[RolloutNames.Command.pause] == nil)
    }

    @Test("A name alone is found where it is unique")
    func names() async throws {
        let world = try await RolloutWorld()
        try await world.put("mesh-holding")
        try await world.put("rollout-approval")
        for name in ["mesh", "mop/mesh", "meshoperators/mesh", "MeshOperator.meshoperator.io/mesh"] {
            #expect(try await world.directory.find(RolloutReference(name)).title == "MeshOperator mesh")
        }
        #expect(try await world.directory.find(RolloutReference("reviews")).title == "MeshRollout shop/reviews")
        try await world.put("rollout-approval", as: "mesh")
        let both = try await #require(throws: CommandError.self) {
            try await world.directory.find(RolloutReference("mesh"))
        }
        #expect(both.code == .notFound && both.message.contains("mop/mesh or mro/mesh"))
        let none = try await #require(throws: CommandError.self) {
            try await world.directory.find(RolloutReference("nope"))
        }
        #expect(none.message.contains("namespace shop") && none.message.contains("rollout list -A"))
    }

    @Test("Names that cannot be any are refused", arguments: ["", "/", "a/b/c", "pod/x", "mop/", "UPPER", "a\u{1b}b"])
    func badNames(_ text: String) throws {
        let error = try #require(throws: CommandError.self) { try RolloutReference(text) }
        #expect(error.code == .invalid && error.message.contains("mop/NAME") && !error.message.contains("\u{1b}"))
    }

    @Test("A cluster without the kinds has no rollouts; one that cannot be reached is an error of one line")
    func clusters() async throws {
        let core = APIServerCore(
            configuration: APIServerConfiguration(now: { RolloutScenes.now }, random: .seeded(7)),
            storage: .inMemory()
        )
        await core.bootstrap()
        let transport = InProcessTransport(core)
        let directory = RolloutDirectory(client: ClusterClient(transport: transport), namespace: "shop")
        let command = RolloutCommand(directory: directory, now: { RolloutScenes.now })
        let empty = try await command.list(everywhere: false, .wide)
        #expect(empty.output.isEmpty && empty.warnings.first?.contains("-A") == true)
        transport.faults = TransportFaults { _, _, _ in
            .failBefore(TransportError(.connectionFailed, "connect to 10.0.0.1 port 6443 failed:\nrefused"))
        }
        let error = try await refusal { try await command.list(everywhere: true, .wide) }
        #expect(error.code == .cluster && !error.message.contains("\n"))
        #expect(error.message.contains("10.0.0.1 port 6443") && error.message.contains("--context"))
    }

    @Test("The list shows every mesh, and the MeshRollouts of a namespace or of all")
    func list() async throws {
        let world = try await RolloutWorld()
        try await world.put("mesh-holding")
        try await world.put("rollout-approval")
        let other = RolloutDirectory(client: world.admin, namespace: "elsewhere")
        let elsewhere = RolloutCommand(directory: other, now: { RolloutScenes.now })
        #expect(try await elsewhere.list(everywhere: false, .wide).output.split(separator: "\n").count == 2)
        let lines = try await elsewhere.list(everywhere: true, .wide).output.split(separator: "\n").map(String.init)
        #expect(lines.count == 3 && lines.allSatisfy { !$0.hasSuffix(" ") })
        let cells = lines[1].split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        #expect(cells.starts(with: ["-", "mop/mesh", "1.28.10", "1.30.3", "Upgrading", "2/4", "25%"]), "\(lines[1])")
        #expect(lines[2].contains("mro/reviews") && lines[2].contains("waits for approval") && lines[2].hasSuffix("2m"))
        let json = try Tree(json: try await elsewhere.list(everywhere: true, .values(.json)).output)
        #expect(json["items"]?.array?.map { $0["kind"] } == ["MeshOperator", "MeshRollout"])
    }

    @Test("The list fits the terminal; what is waited for is cut, and whole with -o wide", arguments: [110, 140])
    func fittedList(_ width: Int) async throws {
        let world = try await RolloutWorld()
        let object = try await world.put("mesh-holding")
        let long = "waiting for " + (1...60).map { "Deployment shop/app-\($0)" }.joined(separator: ", ")
        try await world.setStatus(object, ["plan": ["waitingFor": .string(long)]])
        try await world.put("rollout-approval")
        let command = command(world)
        let style = TextStyle(hasColour: false, hasUnicode: true)
        let fitted = try await command.list(everywhere: true, .fitted(width: width, style: style)).output
        let lines = fitted.split(separator: "\n").map(String.init)
        #expect(lines.allSatisfy { $0.count <= width }, "\(lines)")
        #expect(lines[1].contains("waiting for Deploym") && lines[1].contains("…"), "\(lines)")
        #expect(lines[1].hasSuffix("1m30s") && lines[2].hasSuffix("2m"), "\(lines)")
        #expect(try await command.list(everywhere: true, .wide).output.contains(long))
    }

    @Test("A status for machines is what the object says")
    func machines() async throws {
        let world = try await RolloutWorld()
        try await world.put("mesh-rolled-back")
        let reference = try RolloutReference("mesh")
        let outcome = try await command(world).status(reference, .json, style: .plain, width: 80)
        let tree = try Tree(json: outcome.output)
        #expect(tree.value(at: "status", "plan", "reason") == "RolledBack" && tree["kind"] == "MeshOperator")
        #expect(outcome.exitCode == 1)
        let drawn = try await command(world).status(reference, nil, style: .plain, width: 80)
        #expect(drawn.exitCode == 1 && drawn.output.hasPrefix("MeshOperator mesh 1.29.6 -> 1.30.3"))
    }

    @Test("version --remote tells Kubernetes, operator and meshes")
    func remoteVersion() async throws {
        let world = try await RolloutWorld()
        try await world.put("mesh-holding")
        var operatorObject = KubeObject(kind: .deployment, key: ObjectKey(namespace: "default", name: "mesh-operator"))
        operatorObject.tree["spec"] = [
            "selector": ["matchLabels": ["a": "b"]],
            "template": [
                "metadata": ["labels": ["a": "b"]], "spec": ["containers": [["name": "x", "image": "reg/op:7"]]],
            ],
        ]
        _ = try await world.admin.create(.deployments, operatorObject)
        let found = try await VersionReport.Cluster.ask(world.admin)
        let report = VersionReport(catalogue: try .builtIn())
        let text = report.run(nil, cluster: found).output
        #expect(text.contains("Kubernetes v1.") && text.contains("operator default/mesh-operator: reg/op:7"))
        #expect(text.contains("mesh mesh: 1.28.10, to be 1.30.3 (Upgrading)"))
        let json = try Tree(json: report.run(.json, cluster: found).output)
        #expect(json.value(at: "cluster", "meshes")?.array?.first?["target"] == "1.30.3")
    }
}
