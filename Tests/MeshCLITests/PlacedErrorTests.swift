internal import DataTree
internal import ManifestRendering
internal import MeshAPI
internal import MeshBase
internal import MeshCLI
internal import OperatorCore
internal import Testing

@Suite("Errors of settings name file, line and column")
struct PlacedErrorTests {
    private static let head = """
        apiVersion: meshoperator.io/v1alpha1
        kind: MeshOperator
        metadata: {name: shop}

        """
    private static let wrong =
        head + """
            spec:
              version: 1.30.2
              profile: minimal
              values:
                pilot:
                  replicaCount: -1
            """
    /// Good by itself, wrong once merged with what the profile says.
    private static let reversed =
        head + """
            spec:
              version: 1.30.2
              profile: minimal
              values:
                pilot:
                  autoscaleMin: 7
            """
    private static let good = head + "spec: {version: 1.30.2, profile: minimal}\n"

    private static let files = memoryFiles(["wrong.yaml": wrong, "reversed.yaml": reversed, "good.yaml": good])

    private func generate(_ paths: [String], _ settings: [String] = []) throws -> CommandOutcome {
        var request = ManifestGeneration.Request()
        request.files = paths
        request.settings = settings
        return try ManifestGeneration(catalogue: try .builtIn(), files: Self.files).run(request)
    }

    @Test func generate() throws {
        let error = try #require(throws: CommandError.self) { try generate(["wrong.yaml"]) }
        #expect(
            error.message
                == "wrong.yaml: line 9, column 7: spec.values.pilot.replicaCount: -1: is less than 0; "
                + "write a number from 0 to 10000"
        )
        #expect(error.code.retryClass == .invalid)
    }

    @Test("What only rendering finds has its place too, in the file that says it")
    func rendering() throws {
        let error = try #require(throws: CommandError.self) { try generate(["reversed.yaml", "good.yaml"]) }
        #expect(error.message.hasPrefix("reversed.yaml: line 9, column 7: spec.values.pilot.autoscaleMin: 7: "))
    }

    @Test("A setting of the command line is named as such")
    func flag() throws {
        let error = try #require(throws: CommandError.self) {
            try generate(["good.yaml"], ["values.pilot.replicaCount=-1"])
        }
        #expect(error.message.hasPrefix("--set: spec.values.pilot.replicaCount: -1: "), "\(error.message)")
    }

    @Test("An error that knows its field by its message alone has a place as well")
    func byMessage() throws {
        let file = Self.head + "spec:\n  profile: minimal\n  values:\n    global:\n      platform: moon\n"
        let generation = ManifestGeneration(catalogue: try .builtIn(), files: memoryFiles(["f.yaml": file]))
        var request = ManifestGeneration.Request()
        request.files = ["f.yaml"]
        let error = try #require(throws: CommandError.self) { try generation.run(request) }
        #expect(error.message.hasPrefix("f.yaml: line 8, column 7: spec.values.global.platform: "), "\(error.message)")
    }

    @Test func plan() async throws {
        for (file, line) in [("wrong.yaml", 9), ("reversed.yaml", 9)] {
            var request = PlanCommand.Request()
            request.files = [file]
            request.from = "1.29.6"
            let composing = UpgradeStaging.composing(try .builtIn())
            let command = PlanCommand(try .builtIn(), Self.files, day: "2026-11-25", composing: composing)
            let error = await #expect(throws: CommandError.self) { try await command.run(request, client: nil) }
            #expect(error?.message.hasPrefix("\(file): line \(line), column 7: spec.values.pilot.") == true)
        }
    }

    @Test func convert() throws {
        let istio = """
            apiVersion: install.istio.io/v1alpha1
            kind: IstioOperator
            spec:
              values:
                global: {logAsJson: "no"}
            """
        let conversion = ResourceConversion(catalogue: try .builtIn(), files: memoryFiles(["istio.yaml": istio]))
        let error = try #require(throws: CommandError.self) { try conversion.run("istio.yaml") }
        #expect(error.message.hasPrefix("istio.yaml: line 5, column 14: spec.values.global.logAsJson: \"no\": "))
    }

    @Test("validate finds the same, and warns of what nobody reads")
    func validate() throws {
        let misspelt = Self.head + "spec: {version: 1.30.2, profile: minimal, values: {pilot: {autoscalMin: 1}}}\n"
        let files = memoryFiles(["wrong.yaml": Self.wrong, "reversed.yaml": Self.reversed, "misspelt.yaml": misspelt])
        let validation = ResourceValidation(catalogue: try .builtIn(), files: files, today: "2026-11-25")
        let report = validation.report(["wrong.yaml", "reversed.yaml", "misspelt.yaml"])
        #expect(report.entries.map(\.verdict) == [.invalid, .invalid, .valid])
        #expect(report.entries[0].problems.first?.place == .init(line: 9, column: 7))
        #expect(report.entries[1].problems.first?.place == .init(line: 9, column: 7))
        #expect(report.entries[2].warnings.contains { $0.hasSuffix("did you mean autoscaleMin?") })
    }

    @Test("A version that nobody knows is refused in the operator's words")
    func version() throws {
        let file = Self.head + "spec: {version: 9.9.9}\n"
        let catalogue = try VersionCatalogue.builtIn()
        let validation = ResourceValidation(
            catalogue: catalogue,
            files: memoryFiles(["f.yaml": file]),
            today: "2026-11-25"
        )
        let told = validation.report(["f.yaml"]).entries[0].problems.first?.message
        #expect(told == catalogue.unknownVersion("9.9.9", on: "2026-11-25").description)
        let words = "is not in the catalogue of this operator; use 1.30.3 (the newest patch of 1.30)"
        #expect(told == "spec.version: \"9.9.9\": \(words)")
    }
}
