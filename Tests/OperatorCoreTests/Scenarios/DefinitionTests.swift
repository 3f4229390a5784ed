internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshAPI
internal import MeshTestKit
internal import OperatorStart
internal import Testing

@testable internal import OperatorCore

/// The operator's own definitions, which `--crds` names.
@Suite struct DefinitionTests {
    static let path = "/customresourcedefinitions/meshoperators.meshoperator.io"

    static func writes(_ live: LiveOperator) -> Int {
        live.transport.writes.count { $0.path.hasSuffix(path) }
    }

    @Test func areWrittenByTheLeaderAloneAndAwaitedByTheOthers() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let key = ObjectKey(name: "meshoperators.meshoperator.io")
            _ = try await cluster.admin.delete(.customResourceDefinitions, key)
            let definitions = try OwnDefinitions(yaml: [MeshOperatorDefinition.tree.jsonText()])
            let one = try LiveOperator(cluster, clock, elects: true, name: "one", definitions: definitions)
            let two = try LiveOperator(cluster, clock, elects: true, name: "two", definitions: definitions)
            try await one.whileRunning { one in
                await clock.advance(by: .seconds(1))
                try await two.whileRunning { two in
                    try await one.pass(120)
                    #expect(one.service.elector?.fence.isOpen == true)
                    #expect(two.service.elector?.fence.isOpen == false)
                    #expect(Self.writes(one) == 1)
                    #expect(Self.writes(two) == 0)
                    #expect(two.service.stores.resources.isSynced)
                    try await cluster.create("{profile: default}")
                    try await one.untilReady(within: 60)
                    #expect(two.transport.writes.allSatisfy { $0.path.contains("/leases") }, "\(two.transport.writes)")
                }
            }
        }
    }

    @Test func areAppliedAtOnceWhereNobodyIsElectedAndFoundByWhatAskedTooEarly() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let key = ObjectKey(name: "meshoperators.meshoperator.io")
            _ = try await cluster.admin.delete(.customResourceDefinitions, key)
            let definitions = try OwnDefinitions(yaml: [MeshOperatorDefinition.tree.jsonText()])
            let live = try LiveOperator(cluster, clock, definitions: definitions)
            try await live.whileRunning { live in
                try await live.pass(2)
                #expect(Self.writes(live) == 1)
                #expect(live.service.stores.resources.isSynced)
                let reads = live.transport.passed.filter { $0.path.hasSuffix("/meshoperators") }
                #expect(reads.count { $0.status != 200 } <= 2, "\(reads)")
            }
        }
    }

    @Test func ofCompanionsAreNotAwaitedByTheLeaderThatHasToApplyThem() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            for name in ["meshoperators", "meshrollouts"] {
                let key = ObjectKey(name: "\(name).meshoperator.io")
                if try await cluster.admin.find(.customResourceDefinitions, key) != nil {
                    _ = try await cluster.admin.delete(.customResourceDefinitions, key)
                }
            }
            let texts = [MeshOperatorDefinition.tree, MeshRolloutDefinition.tree].map { $0.jsonText() }
            let rollouts = ObjectStore(.init(name: "meshrollouts"))
            let companion = OperatorCompanion { given in
                let source = ClusterSource(client: given.reads, resource: RolloutNames.resource)
                let watcher = try Watcher(source: source, store: rollouts, environment: given.environment)
                return OperatorCompanion.Work(watchers: [watcher], controllers: [])
            }
            let definitions = try OwnDefinitions(yaml: texts)
            let live = try LiveOperator(cluster, clock, elects: true, definitions: definitions, companions: [companion])
            try await live.whileRunning { live in
                try await live.pass(10)
                #expect(live.service.elector?.fence.isOpen == true)
                #expect(rollouts.isSynced)
                #expect(live.service.stores.resources.isSynced)
            }
        }
    }

    private static let key = ObjectKey(name: "meshoperators.meshoperator.io")

    /// The folder of this version: the files bear its fingerprint.
    private static func folder(_ text: String = MeshOperatorDefinition.tree.jsonText()) throws -> OwnDefinitions {
        try OwnDefinitions(folder: "/d", shipped: "none", names: { _ in ["a.yaml"] }, read: { _ in Array(text.utf8) })
    }

    private static func requests(_ live: LiveOperator) -> [PassedRequest] {
        live.transport.passed.filter { $0.path.hasSuffix(path) }
    }

    @Test func areAskedForTheirMetadataAloneWhereTheyWereBroughtFromTheSameFiles() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let definitions = try Self.folder()
            try await LiveOperator(cluster, clock, definitions: definitions).whileRunning { live in
                try await live.pass(2)
                #expect(Self.writes(live) == 1)
            }
            let brought = try await cluster.admin.get(.customResourceDefinitions, Self.key)
            #expect(brought.annotation(MeshNames.Annotation.broughtFrom)?.count == 16)
            // The first list waits for the answer, and nothing is compared before it is in.
            try await LiveOperator(cluster, clock, definitions: definitions).whileRunning { live in
                try await live.pass(2)
                #expect(
                    Self.requests(live).map(\.method) == [.get, .get],
                    "metadata at the start, the whole afterwards"
                )
                #expect(Self.writes(live) == 0)
                #expect(live.service.stores.resources.isSynced)
            }
        }
    }

    @Test func areAppliedAgainFromOtherFiles() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            try await LiveOperator(cluster, clock, definitions: try Self.folder()).whileRunning { try await $0.pass(2) }
            let later = try Self.folder(MeshOperatorDefinition.tree.jsonText() + "\n")
            try await LiveOperator(cluster, clock, definitions: later).whileRunning { live in
                try await live.pass(2)
                // Before the first turn, and looked at once more after it.
                #expect(Self.requests(live).map(\.method) == [.get, .get, .patch, .get])
            }
        }
    }

    @Test func editedByHandAreRepairedAfterTheStartAndDeletedOnesComeBack() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let definitions = try Self.folder()
            try await LiveOperator(cluster, clock, definitions: definitions).whileRunning { try await $0.pass(2) }
            let short = TreePath(keys: "spec", "names", "shortNames")
            var edited = try await cluster.admin.get(.customResourceDefinitions, Self.key)
            edited.tree.set(["other"], at: ["spec", "names", "shortNames"])
            _ = try await cluster.admin.update(.customResourceDefinitions, edited)
            try await LiveOperator(cluster, clock, definitions: definitions).whileRunning { live in
                try await live.pass(3)
                let repaired = try await cluster.admin.get(.customResourceDefinitions, Self.key)
                #expect(repaired.tree.value(at: short) == ["mop"])
                #expect(Self.writes(live) == 1)
                _ = try await cluster.admin.delete(.customResourceDefinitions, Self.key)
                try await live.pass(3)
                #expect(try await cluster.admin.find(.customResourceDefinitions, Self.key) != nil)

                // A column is nothing that the cache keeps.
                let columns = TreePath(keys: "spec", "versions").appending(index: 0).appending(
                    "additionalPrinterColumns"
                )
                let before = try await cluster.admin.get(.customResourceDefinitions, Self.key).tree.value(at: columns)
                let pointer = "/spec/versions/0/additionalPrinterColumns/0"
                let edit = Patch.json([["op": "remove", "path": .string(pointer)]])
                _ = try await cluster.admin.patch(.customResourceDefinitions, Self.key, edit)
                try await live.pass(3)
                let mended = try await cluster.admin.get(.customResourceDefinitions, Self.key)
                #expect(mended.tree.value(at: columns) == before)
            }
        }
    }
}

/// The folder that `--crds` names.
@Suite struct DefinitionFolderTests {
    @Test func readsYAMLFilesInOrderAndNothingElse() throws {
        let texts = ["/d/b.yaml": "{kind: CustomResourceDefinition, metadata: {name: b}}", "/d/a.yaml": "kind: Other"]
        var asked: [String] = []
        let definitions = try OwnDefinitions(folder: "/d", names: { _ in ["b.yaml", "notes.txt", "a.yaml"] }) { path in
            asked.append(path)
            return Array((texts[path] ?? "").utf8)
        }
        #expect(asked == ["/d/a.yaml", "/d/b.yaml"])
        #expect(definitions.ofMeshes.map(\.name) == ["b"] && definitions.ownNames.isEmpty)
    }

    @Test(arguments: [[], ["notes.txt"], ["a.yaml"]])
    func refusesAFolderWithoutDefinitions(_ names: [String]) throws {
        let failure = try #require(throws: StartFailure.self) {
            try OwnDefinitions(folder: "/d", names: { _ in names }, read: { _ in Array("kind: Other".utf8) })
        }
        #expect(failure.exit == .noInput)
        for word in ["--crds /d: ", "holds a CustomResourceDefinition", "name the folder CRDs"] {
            #expect(failure.description.contains(word), "\(failure)")
        }
    }

    @Test func saysWhichFolderCannotBeRead() throws {
        let failure = try #require(throws: StartFailure.self) {
            try OwnDefinitions(folder: "/nope", names: { _ in nil }, read: { _ in [] })
        }
        #expect(failure.exit == .noInput && failure.description.contains("--crds /nope"))
    }

    @Test func isNotParsedWhereItIsTheOneOfThisVersion() throws {
        let definitions = try OwnDefinitions(
            folder: "/d",
            shipped: DefinitionFiles.fingerprint([("a.yaml", Array("[".utf8))]),
            names: { _ in ["a.yaml"] },
            read: { _ in Array("[".utf8) }
        )
        #expect(definitions.ownNames == DefinitionFiles.shippedNames && definitions.ofMeshes.isEmpty)
        #expect(throws: ParseError.self) {
            try OwnDefinitions(folder: "/d", names: { _ in ["a.yaml"] }, read: { _ in Array("[".utf8) })
        }
    }

    @Test func ofThisVersionIsKnownByItsFingerprint() throws {
        let names = folderEntries("\(packageRoot)/CRDs").filter { $0.hasSuffix(".yaml") }.sorted()
        let texts = try names.map { try fileText("\(packageRoot)/CRDs/\($0)") }
        let files = zip(names, texts).map { (name: $0, content: Array($1.utf8)) }
        #expect(DefinitionFiles.fingerprint(files) == DefinitionFiles.shipped, "run hack/generate")
        let parsed = try OwnDefinitions(yaml: texts)
        #expect(parsed.ownNames == DefinitionFiles.shippedNames && parsed.ofMeshes.isEmpty)
        let renamed = files.map { (name: "x" + $0.name, content: $0.content) }
        #expect(DefinitionFiles.fingerprint(renamed) != DefinitionFiles.shipped)
    }
}
