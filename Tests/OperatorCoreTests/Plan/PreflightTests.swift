internal import ControllerKit
internal import DataTree
internal import ManifestRendering
internal import MeshAPI
internal import Testing
internal import UpgradePlanning

@testable internal import OperatorCore

@Suite struct PreflightTests {
    static let versions = """
        defaultVersion: 1.30.2
        minors:
          "1.26": {endOfLife: "2025-12-31", kubernetes: ["1.31", "1.32"], versions: ["1.26.8"]}
          "1.28": {kubernetes: ["1.32", "1.33"], versions: ["1.28.3", "1.28.4"]}
          "1.29": {kubernetes: ["1.33", "1.34"], versions: ["1.29.2"]}
          "1.30": {kubernetes: ["1.33", "1.34"], versions: ["1.30.1", "1.30.2"]}
        """

    static func catalogue() throws -> VersionCatalogue { try VersionCatalogue(reading: requireDocument(versions)) }

    struct Sample: Sendable, CustomTestStringConvertible {
        var version: String
        var kubernetes: String? = "v1.33.1+k3s1"
        var installed: [String] = []
        var reason: MeshConditionReason?
        var words: [String] = []
        var testDescription: String { "\(version) on \(kubernetes ?? "?") after \(installed)" }
    }

    static let samples: [Sample] = [
        .init(version: "1.30.2"),
        .init(version: "1.30.2", kubernetes: nil),
        .init(
            version: "9.9.9",
            reason: .unknownVersion,
            words: ["spec.version", "\"9.9.9\"", "use one of 1.28.4, 1.29.2, 1.30.2 (the newest patch of each minor)"]
        ),
        .init(version: "1.30", reason: .unknownVersion),
        .init(
            version: "1.26.8",
            kubernetes: "v1.32.0",
            reason: .endOfLifeVersion,
            words: ["2025-12-31", "use one of 1.28.4, 1.29.2, 1.30.2 (the newest patch of each minor), or annotate"]
        ),
        .init(
            version: "1.26.8",
            kubernetes: "v1.36.0",
            reason: .endOfLifeVersion,
            words: ["gets no fixes since 2025-12-31", "; also spec.version: 1.26.8 runs on Kubernetes 1.31, 1.32"]
        ),
        .init(version: "1.26.8", kubernetes: "v1.32.0", installed: ["1.26.8"]),
        .init(version: "1.26.8", kubernetes: "v1.32.0", installed: ["1.25.3"]),
        .init(version: "1.26.8", kubernetes: "v1.32.0", installed: ["1.27.1"], reason: .endOfLifeVersion),
        .init(version: "1.30.2", kubernetes: "v1.29.0", reason: .unsupportedKubernetes, words: ["1.29", "1.33, 1.34"]),
        .init(
            version: "1.30.2",
            kubernetes: "v1.32.3",
            reason: .unsupportedKubernetes,
            words: ["use spec.version 1.28.4, or another"]
        ),
        .init(version: "1.29.2", installed: ["1.28.4"]),
        .init(version: "1.28.4", installed: ["1.28.3"]),
        .init(version: "1.30.1", installed: ["1.30.2"]),
        .init(
            version: "1.30.2",
            installed: ["1.28.4"],
            reason: .hopNotAllowed,
            words: ["1.28.4", "set it to 1.29.2 first"]
        ),
        .init(
            version: "1.28.4",
            installed: ["1.29.2"],
            reason: .hopNotAllowed,
            words: ["is of an earlier minor than 1.29.2"]
        ),
        .init(version: "1.28.4", installed: ["1.28.4", "1.29.2"]),
        .init(version: "1.30.2", installed: ["1.28.4", "1.29.2"], reason: .hopNotAllowed),
    ]

    @Test(arguments: samples) func refusesWhatDoesNotFit(_ sample: Sample) throws {
        let refusal = Preflight(
            version: sample.version,
            catalogue: try Self.catalogue(),
            kubernetes: sample.kubernetes,
            installed: sample.installed,
            day: "2026-06-01"
        ).refusal()
        #expect(refusal?.reason == sample.reason, "\(refusal?.message ?? "")")
        for word in sample.words { #expect(refusal?.message.contains(word) == true, "\(refusal?.message ?? "")") }
    }

    @Test("A way in place that is refused is refused in the words of the plan", arguments: ["1.28.4", "1.29.2"])
    func oneText(_ running: String) throws {
        let wanted = running == "1.28.4" ? "1.30.2" : "1.28.4"
        var situation = HopSituation(day: "2026-06-01")
        situation.running = [running]
        var rules = HopRules()
        rules.strategy = .inPlace
        let planner = HopPlanner(catalogue: try Self.catalogue(), situation: situation, rules: rules)
        let refusal = Preflight(
            version: wanted,
            catalogue: try Self.catalogue(),
            kubernetes: nil,
            installed: [running, "no version"],
            day: "2026-06-01"
        ).refusal()
        #expect(refusal?.message == planner.decide(wanted).refusal?.description && refusal != nil)
    }

    @Test func shortensAndCleansAStrangeVersion() throws {
        let strange = "\u{0}" + String(repeating: "9", count: 5_000)
        let refusal = Preflight(
            version: strange,
            catalogue: try Self.catalogue(),
            kubernetes: nil,
            installed: [],
            day: "2026-06-01"
        ).refusal()
        let message = try #require(refusal?.message)
        #expect(message.utf8.count < 500)
        #expect(!message.unicodeScalars.contains("\u{0}"))
    }

    @Test func installsAVersionWithoutFixesForThoseWhoSayThatTheyKnow() throws {
        var checks = Preflight(
            version: "1.26.8",
            catalogue: try Self.catalogue(),
            kubernetes: "v1.32.0",
            installed: [],
            day: "2026-06-01"
        )
        #expect(checks.refusal()?.message.contains("meshoperator.io/accept-end-of-life") == true)
        checks.acceptsEndOfLife = true
        #expect(checks.refusal() == nil)
    }

    @Test func runsOnAnUntestedClusterForThoseWhoSayThatTheyKnow() throws {
        var checks = Preflight(
            version: "1.30.2",
            catalogue: try Self.catalogue(),
            kubernetes: "v1.36.2",
            installed: [],
            day: "2026-06-01"
        )
        #expect(checks.refusal()?.message.contains("meshoperator.io/accept-kubernetes-version") == true)
        checks.acceptsKubernetes = true
        #expect(checks.refusal() == nil)
    }
}
