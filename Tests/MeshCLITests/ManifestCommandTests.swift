internal import DataTree
internal import Foundation
internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI
internal import MeshCLI
internal import Synchronization
internal import Testing

/// Files in memory.
struct NoSuchFile: Error {}

func memoryFiles(_ contents: [String: String]) -> MeshFiles {
    MeshFiles { path throws(NoSuchFile) in
        guard let text = contents[path] else { throw NoSuchFile() }
        return text
    }
}

@Suite("meshctl manifest")
struct ManifestCommandTests {
    private static let mesh = """
        apiVersion: meshoperator.io/v1alpha1
        kind: MeshOperator
        metadata: {name: shop}
        spec: {version: 1.30.2, profile: minimal}
        """
    private static let istio = """
        apiVersion: install.istio.io/v1alpha1
        kind: IstioOperator
        spec: {profile: minimal}
        """
    private static let overlay = """
        apiVersion: meshoperator.io/v1alpha1
        kind: MeshOperator
        metadata: {name: shop}
        spec: {components: {cni: {enabled: true}}}
        """

    private func generation(_ contents: [String: String] = [:]) throws -> ManifestGeneration {
        let standard = ["mesh.yaml": Self.mesh, "istio.yaml": Self.istio, "cni.yaml": Self.overlay]
        return ManifestGeneration(
            catalogue: try .builtIn(),
            files: memoryFiles(standard.merging(contents) { _, new in new })
        )
    }

    private func request(_ files: [String], _ settings: [String] = []) -> ManifestGeneration.Request {
        var request = ManifestGeneration.Request()
        request.files = files
        request.settings = settings
        return request
    }

    private func kinds(_ outcome: CommandOutcome) throws -> [String] {
        try YAML.documents(outcome.output).compactMap { $0["kind"]?.string }
    }

    @Test("A MeshOperator's objects carry its name as owner")
    func meshOperator() throws {
        let objects = try YAML.documents(generation().run(request(["mesh.yaml"])).output).map { KubeObject($0) }
        #expect(objects.count > 10)
        #expect(objects.allSatisfy { $0.labels[MeshNames.Label.owner] == "shop" })
    }

    @Test("An IstioOperator's objects carry upstream's labels")
    func istioOperator() throws {
        let objects = try YAML.documents(generation().run(request(["istio.yaml"])).output).map { KubeObject($0) }
        #expect(objects.contains { $0.kind.kind == "Deployment" && $0.name == "istiod" })
        #expect(objects.allSatisfy { $0.labels["app.kubernetes.io/managed-by"] == "Helm" })
        #expect(!objects.contains { $0.kind.kind == "Namespace" })
    }

    @Test("Without a file it is the default profile")
    func noFile() throws {
        let kinds = try kinds(generation().run(request([])))
        #expect(kinds.filter { $0 == "Deployment" }.count == 2)
    }

    @Test("Later files and settings win")
    func layers() throws {
        let generation = try generation()
        let first = try kinds(generation.run(request(["mesh.yaml"])))
        let second = try kinds(generation.run(request(["mesh.yaml", "cni.yaml"])))
        let third = try kinds(generation.run(request(["mesh.yaml", "cni.yaml"], ["components.cni.enabled=false"])))
        #expect(!first.contains("DaemonSet") && second.contains("DaemonSet") && !third.contains("DaemonSet"))
    }

    @Test("JSON is a List of the same objects")
    func json() throws {
        var request = request(["mesh.yaml"])
        let yaml = try YAML.documents(generation().run(request).output)
        request.format = .json
        let list = try Tree(json: generation().run(request).output)
        #expect(list["kind"] == "List")
        #expect(list["items"]?.array == yaml)
    }

    @Test("One component can be picked", arguments: ["cni", "CNI", "pilot", "base"])
    func component(_ name: String) throws {
        var request = request(["mesh.yaml", "cni.yaml"])
        request.components = [name]
        let kinds = try kinds(generation().run(request))
        #expect(kinds.contains("DaemonSet") == (name.lowercased() == "cni"))
        #expect(kinds.contains("Deployment") == (name == "pilot"))
        #expect(!kinds.isEmpty)
    }

    @Test("CRDs come with the base component when files have them")
    func crds() throws {
        let crd = "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: x.y}}"
        var request = request(["mesh.yaml"])
        request.crdFiles = ["crds.yaml"]
        let generation = try generation(["crds.yaml": "kind: List\nitems: [\(crd)]"])
        #expect(try kinds(generation.run(request)).filter { $0 == "CustomResourceDefinition" }.count == 1)
    }

    @Test(
        "Files that hold something else are refused by name",
        arguments: [
            ("missing.yaml", nil), ("bad.yaml", "a: [1"), ("two.yaml", mesh + "\n---\n" + mesh),
            ("pod.yaml", "kind: Pod\napiVersion: v1"),
            ("text.yaml", "just text"), ("empty.yaml", ""),
        ] as [(String, String?)]
    )
    func badFiles(_ name: String, _ text: String?) throws {
        let generation = try generation(text.map { [name: $0] } ?? [:])
        let error = try #require(throws: CommandError.self) { try generation.run(request([name])) }
        #expect(error.message.contains(name))
    }

    @Test("A file that is not there is said to be, not called bad YAML")
    func missingFile() throws {
        let files = MeshFiles { _ in throw CocoaError(.fileReadNoSuchFile) }
        let error = try #require(throws: CommandError.self) { try files.objects("/nope") }
        #expect(error.message.hasPrefix("-f /nope: no such file;") && !error.message.contains("Cocoa"))
        let folder = MeshFiles { _ in throw CocoaError(.fileReadUnknown) }
        let other = try #require(throws: CommandError.self) { try folder.objects("/tmp") }
        #expect(other.message.contains("no directory") && !other.message.contains("YAML:"))
    }

    @Test("Files of diff and of --crds are named as they were given")
    func namedArguments() throws {
        let missing = MeshFiles { path in
            guard path == "here.yaml" else { throw CocoaError(.fileReadNoSuchFile) }
            return Self.mesh
        }
        let generation = ManifestGeneration(catalogue: try .builtIn(), files: missing)
        let diff = ManifestComparison(generation: generation)
        let old = try #require(throws: CommandError.self) { try diff.run("nope", "here.yaml") }
        #expect(old.message.hasPrefix("<old> nope: no such file;"))
        let new = try #require(throws: CommandError.self) { try diff.run("here.yaml", "nope") }
        #expect(new.message.hasPrefix("<new> nope: no such file;"))
        var request = request(["here.yaml"])
        request.crdFiles = ["nope"]
        let crds = try #require(throws: CommandError.self) { try generation.run(request) }
        #expect(crds.message.hasPrefix("--crds nope: no such file;"))
    }

    @Test("Standard input is read once")
    func readOnce() throws {
        let isRead = Mutex(false)
        let files = MeshFiles { path in
            let isEmpty =
                path == "-"
                && isRead.withLock { isRead in
                    defer { isRead = true }
                    return isRead
                }
            return isEmpty ? "" : Self.mesh
        }
        let diff = ManifestComparison(generation: ManifestGeneration(catalogue: try .builtIn(), files: files))
        #expect(try diff.run("-", "mesh.yaml").output == "no differences\n")
    }

    @Test("A file without a document is called empty", arguments: ["", "# nothing\n", "---\n"])
    func emptyFile(_ text: String) throws {
        let generation = try generation(["empty.yaml": text])
        let error = try #require(throws: CommandError.self) { try generation.run(request(["empty.yaml"])) }
        #expect(error.message == "empty.yaml: is empty; give a file with a MeshOperator or an IstioOperator")
    }

    @Test("A dump is read without what plans never ask for, alone and in a list")
    func dump() throws {
        let pod = #"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","managedFields":[{"manager":"m"}]},"spec":{"hostNetwork":true,\#
            "volumes":[{"name":"v"}],"containers":[{"name":"istio-proxy","image":"p:1.29.6","env":[{"name":"X"}]}]}}
            """#
        let texts = ["one": pod, "list": #"{"apiVersion":"v1","kind":"List","items":[\#(pod)]}"#]
        let files = MeshFiles(read: { texts[$0] ?? "" }, list: { _ in nil })
        let kept: Tree = ["hostNetwork": true, "containers": [["name": "istio-proxy", "image": "p:1.29.6"]]]
        for name in texts.keys {
            let objects = try files.dump(name)
            #expect(objects.map { $0.tree["spec"] } == [kept])
            #expect(objects.first?.name == "a" && objects.first?.tree.value(at: "metadata", "managedFields") == nil)
        }
    }

    @Test("A folder is converted file by file")
    func convertedFolder() throws {
        let texts = [
            "d/a.yaml": Self.istio, "d/b.yaml": Self.mesh, "d/c.yaml": "kind: Pod\napiVersion: v1", "d/v.yaml": "a: 1",
        ]
        let folders = ["d": ["d/a.yaml", "d/b.yaml", "d/c.yaml", "d/v.yaml"], "e": [], "f": ["d/c.yaml"]]
        let files = MeshFiles(read: { texts[$0] ?? "" }, list: { folders[$0] })
        let conversion = ResourceConversion(catalogue: try .builtIn(), files: files)
        let outcome = try conversion.run("d")
        let objects = try YAML.documents(outcome.output).map { KubeObject($0) }
        #expect(objects.map(\.kind.kind) == ["MeshOperator", "MeshOperator"] && objects.last?.name == "shop")
        let passed = outcome.warnings.filter { $0.hasSuffix("is passed over") }
        #expect(passed.count == 2 && passed.allSatisfy { $0.hasPrefix("d/c.yaml: ") || $0.hasPrefix("d/v.yaml: ") })
        for empty in ["e", "f"] {
            let error = try #require(throws: CommandError.self) { try conversion.run(empty) }
            #expect(error.message.hasPrefix("\(empty): no file named *.yaml"))
        }
        // One file alone comes out as it always did.
        #expect(try conversion.run("d/b.yaml").output == YAML.documents(outcome.output)[1].yaml())
    }

    @Test("A setting without effect is a warning beside the objects")
    func settingWithoutEffect() throws {
        let settings = ["values.pilot.autoscaleEnabled=false", "values.pilot.replicaCount=0"]
        let outcome = try generation().run(request(["mesh.yaml"], settings))
        #expect(outcome.warnings.contains { $0.contains("spec.values.pilot.replicaCount: 0 counts as not set") })
        #expect(outcome.output.contains("name: istiod"))
    }

    @Test("A component the mesh does not have is refused, naming those it has")
    func unknownComponent() throws {
        var asked = request(["mesh.yaml"])
        asked.components = ["nosuch"]
        let error = try #require(throws: CommandError.self) { try generation().run(asked) }
        #expect(error.message.contains("nosuch") && error.message.contains("pilot"))
    }

    @Test("A Kubernetes version has numbers", arguments: ["abc", "1", "1.", "1.2.3.4", "", "v", "1.x"])
    func kubernetesVersion(_ version: String) throws {
        var asked = request(["mesh.yaml"])
        asked.kubernetesVersion = version
        let error = try #require(throws: CommandError.self) { try generation().run(asked) }
        #expect(error.message.contains("--kubernetes-version") && error.message.contains("1.34"))
        for good in ["1.34", "v1.34.1", "1.33.5-gke.100", "1.34+"] {
            asked.kubernetesVersion = good
            #expect(try !generation().run(asked).output.isEmpty)
        }
    }

    @Test("Files of both kinds do not merge")
    func mixedKinds() throws {
        let error = try #require(throws: CommandError.self) {
            try generation().run(request(["mesh.yaml", "istio.yaml"]))
        }
        #expect(error.message.contains("istio.yaml"))
    }

    @Test("A comparison names what comes, goes and changes, and says so in its exit code")
    func comparison() throws {
        let comparison = ManifestComparison(generation: try generation(["same.yaml": Self.mesh]))
        let same = try comparison.run("mesh.yaml", "same.yaml")
        #expect(same.exitCode == 0 && same.output == "no differences\n")
        let other = try ManifestComparison(
            generation: generation([
                "new.yaml": Self.mesh.replacing("minimal", with: "default").replacing("1.30.2", with: "1.30.1")
            ])
        ).run("mesh.yaml", "new.yaml")
        #expect(other.exitCode == 1)
        #expect(other.output.contains("+ Deployment.apps istio-system/istio-ingressgateway"))
        #expect(other.output.contains("~ Deployment.apps istio-system/istiod"))
        #expect(!other.output.contains("- Deployment"))
    }

    @Test("Rendered manifests can be compared too")
    func renderedComparison() throws {
        let rendered = try generation().run(request(["mesh.yaml"])).output
        let comparison = ManifestComparison(generation: try generation(["out.yaml": rendered]))
        #expect(try comparison.run("mesh.yaml", "out.yaml").exitCode == 0)
        #expect(try comparison.run("out.yaml", "mesh.yaml").exitCode == 0)
    }
}

@Suite("meshctl validate and version")
struct OtherCommandTests {
    private func validate(_ text: String, today: String? = nil) throws -> CommandOutcome {
        try ResourceValidation(catalogue: .builtIn(), files: memoryFiles(["f.yaml": text]), today: today).run(["f.yaml"]
        )
    }

    @Test("A good resource is valid")
    func valid() throws {
        let outcome = try validate(
            "{apiVersion: meshoperator.io/v1alpha1, kind: MeshOperator, metadata: {name: m}, spec: {}}"
        )
        #expect(outcome.exitCode == 0)
        #expect(outcome.output == "f.yaml: MeshOperator m: valid\n")
    }

    @Test("Each problem of a bad one is a line with path, value and remedy")
    func invalid() throws {
        let outcome = try validate(
            """
            apiVersion: meshoperator.io/v1alpha1
            kind: MeshOperator
            metadata: {name: m}
            spec: {profile: nope, paused: 3}
            """
        )
        #expect(outcome.exitCode == 1)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.contains { $0.contains("spec.profile: \"nope\"") && $0.contains("use one of") })
        #expect(lines.contains { $0.contains("spec.paused: 3") })
    }

    @Test("Versions are checked: unknown ones are wrong, ended ones a warning")
    func versions() throws {
        let text =
            "{apiVersion: meshoperator.io/v1alpha1, kind: MeshOperator, metadata: {name: m}, spec: {version: VERSION}}"
        let unknown = try validate(text.replacing("VERSION", with: "1.0.0"))
        #expect(unknown.exitCode == 1 && unknown.output.contains("1.0.0"))
        let ended = try validate(text.replacing("VERSION", with: "1.27.1"), today: "2026-11-21")
        #expect(ended.exitCode == 0 && ended.warnings.contains { $0.contains("1.27") })
    }

    @Test("Other kinds are not checked, and that is said")
    func otherKinds() throws {
        let outcome = try validate("{apiVersion: v1, kind: Pod, metadata: {name: p}}")
        #expect(outcome.exitCode == 0 && outcome.warnings.count == 1)
    }

    @Test("An IstioOperator converts to a MeshOperator that renders the same mesh")
    func conversion() throws {
        let istio = """
            apiVersion: install.istio.io/v1alpha1
            kind: IstioOperator
            metadata: {name: shop}
            spec:
              profile: demo
              tag: 1.29.6
              installPackagePath: /old
              meshConfig: {accessLogFile: /dev/stdout}
              values: {global: {istioNamespace: mesh, network: n1}}
              components:
                pilot: {k8s: {replicaCount: 2, overlays: [{kind: Service, name: istiod, patches: [{path: spec.x, value: 1}]}]}}
                egressGateways: [{name: out, enabled: true, k8s: {env: [{name: A, value: b}]}}]
            """
        let catalogue = try VersionCatalogue.builtIn()
        let outcome = try ResourceConversion(catalogue: catalogue, files: memoryFiles(["i.yaml": istio])).run("i.yaml")
        #expect(outcome.warnings.count == 1)
        #expect(outcome.output.contains("kind: MeshOperator") && outcome.output.contains("version: 1.29.6"))
        let generation = ManifestGeneration(
            catalogue: catalogue,
            files: memoryFiles(["i.yaml": istio, "m.yaml": outcome.output])
        )
        var request = ManifestGeneration.Request()
        func deployments(_ file: String) throws -> [Tree] {
            request.files = [file]
            return try YAML.documents(generation.run(request).output).filter { $0["kind"] == "Deployment" }
                .compactMap { $0.value(at: "spec", "template", "spec", "containers") }.map(withoutResources)
        }
        #expect(try deployments("i.yaml") == deployments("m.yaml"))
        #expect(try deployments("m.yaml").count == 3)
    }

    /// Containers without amounts, which each style of objects writes in its own way.
    private func withoutResources(_ containers: Tree) -> Tree {
        .array(
            (containers.array ?? []).map { container in
                var copy = container
                copy["resources"] = nil
                return copy
            }
        )
    }

    @Test("A converted resource without a tag names the version it means")
    func convertedVersion() throws {
        let files = memoryFiles(["i.yaml": "{apiVersion: install.istio.io/v1alpha1, kind: IstioOperator}"])
        let outcome = try ResourceConversion(catalogue: .builtIn(), files: files).run(
            "i.yaml",
            settings: ["profile=empty"]
        )
        #expect(outcome.output.contains("version: 1.30.3") && outcome.output.contains("profile: empty"))
    }

    @Test("Versions are printed as lines and as JSON")
    func version() throws {
        let report = VersionReport(catalogue: try .builtIn())
        #expect(report.run(nil).output.contains("1.30.3"))
        let json = try Tree(json: report.run(.json).output)
        #expect(json["meshctl"] == .string(VersionReport.program))
        #expect(json["versions"]?.array?.contains("1.27.0") == true)
    }
}
