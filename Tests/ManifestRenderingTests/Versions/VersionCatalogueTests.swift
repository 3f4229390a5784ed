internal import DataTree
internal import MeshAPI
internal import MeshTestKit
internal import Testing

@testable internal import ManifestRendering

@Suite("Version catalogue")
struct VersionCatalogueTests {
    private let catalogue: VersionCatalogue

    init() throws {
        catalogue = try VersionCatalogue.builtIn()
    }

    @Test("What is built in is what the file says")
    func drift() throws {
        let file = try YAML.document(fileText("\(packageRoot)/Manifests/versions.yaml"))
        #expect(try VersionCatalogue(reading: file) == catalogue, "run hack/generate")
        for name in folderEntries("\(packageRoot)/Manifests/profiles") {
            let profile = try YAML.document(fileText("\(packageRoot)/Manifests/profiles/\(name)"))
            let text = try #require(EmbeddedManifests.profiles[String(name.dropLast(5))])
            #expect(try Tree(json: text) == profile, "run hack/generate")
        }
        let templates = [
            ("environment", EmbeddedManifests.templateEnvironment), ("volumes", EmbeddedManifests.templateVolumes),
            ("sidecar", EmbeddedManifests.templateSidecar), ("gateway", EmbeddedManifests.templateGateway),
            ("kube-gateway", EmbeddedManifests.templateKubeGateway),
            ("grpc-simple", EmbeddedManifests.templateGrpcSimple), ("grpc-agent", EmbeddedManifests.templateGrpcAgent),
        ]
        #expect(templates.map { "\($0.0).tpl" }.sorted() == folderEntries("\(packageRoot)/Manifests/injection"))
        for (name, text) in templates {
            #expect(try fileText("\(packageRoot)/Manifests/injection/\(name).tpl") == text + "\n", "run hack/generate")
        }
    }

    @Test("Versions 1.27 to 1.30 are there, several of each, oldest first")
    func versions() {
        #expect(Set(catalogue.entries.map(\.minor.name)) == ["1.27", "1.28", "1.29", "1.30"])
        for minor in ["1.27", "1.28", "1.29", "1.30"] {
            #expect(catalogue.entries.count { $0.minor.name == minor } >= 4)
        }
        #expect(catalogue.entries.map(\.version) == catalogue.entries.map(\.version).sorted())
        #expect(catalogue.entries.contains { $0.version == catalogue.defaultVersion })
    }

    @Test("A version nobody knows is refused with those that are known")
    func unknown() throws {
        let error = try #require(throws: RenderError.self) { try catalogue.resolve("1.12.3") }
        #expect(error.code == .unknownVersion)
        #expect(error.message.contains("1.12.3") && error.message.contains("1.30.3"))
        #expect(try catalogue.resolve(nil).version == catalogue.defaultVersion)
    }

    @Test("What may be chosen is the newest patch of each minor that gets fixes")
    func choices() {
        func text(_ day: String?) -> String { catalogue.unknownVersion("9.9.9", on: day).remedy }
        #expect(text("2026-11-26") == "use 1.30.3 (the newest patch of 1.30)")
        #expect(text("2026-10-14") == "use one of 1.29.6, 1.30.3 (the newest patch of each minor)")
        let all = "use one of 1.27.9, 1.28.10, 1.29.6, 1.30.3 (the newest patch of each minor)"
        #expect(text(nil) == all)
        #expect(text("2030-01-01") == all, "where none gets fixes any more, all are named")
        #expect(catalogue.choices(on: nil) { $0.minor.name == "1.28" }.map(\.tag) == ["1.28.10"])
    }

    @Test("Every minor says what people notice of it, and its settings are those of its changes")
    func notes() throws {
        let minors = catalogue.entries.map(\.minor)
        #expect(minors.allSatisfy { !$0.notes.isEmpty })
        for minor in minors {
            let settings = Set(minor.notes.filter { !$0.isGone }.compactMap(\.setting))
            for name in minor.changes["pilot"]?["env"]?.object?.keys ?? [] {
                #expect(settings.contains("pilot.env.\(name)"), "\(minor.name)")
            }
            #expect(minor.notes.allSatisfy { $0.text.hasSuffix(".") && ($0.keep == nil || $0.setting != nil) })
        }
    }

    @Test(
        "Versions are read and ordered",
        arguments: [
            ("1.30.2", "1.30.2"), ("v1.33.1", "1.33.1"), ("1.30", "1.30.0"), ("v1.32.4-gke.100", "1.32.4-gke.100"),
            ("v1.32.4+k3s1", "1.32.4"), ("1", nil), ("latest", nil), ("1.x.2", nil), ("1.2.3.4", nil), ("", nil),
        ] as [(String, String?)]
    )
    func reading(_ text: String, _ expected: String?) {
        #expect(MeshVersion(text)?.description == expected)
    }

    @Test("A suffix comes before the release")
    func order() throws {
        let texts = [
            "1.29.9", "1.30.0-1", "1.30.0-beta.1", "1.30.0-rc", "1.30.0-rc.1", "1.30.0-rc.2", "1.30.0-rc.10",
            "1.30.0-rc.x", "1.30.0", "1.30.1", "1.30.10",
        ]
        let versions = try texts.map { try #require(MeshVersion($0)) }
        #expect(versions.sorted() == versions)
    }

    @Test("Ends of life and Kubernetes versions are judged")
    func support() throws {
        let entry = try catalogue.resolve("1.28.4")
        #expect(!catalogue.hasEnded(entry, on: "2026-07-01"))
        #expect(catalogue.hasEnded(entry, on: "2026-07-02"))
        #expect(catalogue.supports(entry, kubernetes: "v1.33.7-eks-1"))
        #expect(!catalogue.supports(entry, kubernetes: "v1.36.0"))
        #expect(!catalogue.supports(entry, kubernetes: "unknown"))
    }

    @Test(
        "A broken catalogue is refused",
        arguments: [
            [:], ["minors": [:], "defaultVersion": "1.0.0"],
            ["minors": ["1.30": ["versions": ["1.29.0"]]], "defaultVersion": "1.30.0"],
            ["minors": ["1.30": ["versions": ["1.30.0"], "behaviours": ["magic"]]], "defaultVersion": "1.30.0"],
        ] as [Tree]
    )
    func broken(_ tree: Tree) throws {
        let error = try #require(throws: RenderError.self) { try VersionCatalogue(reading: tree) }
        #expect(error.code == .brokenCatalogue)
    }
}
