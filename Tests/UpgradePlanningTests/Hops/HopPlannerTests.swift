internal import DataTree
internal import ManifestRendering
internal import MeshAPI
internal import Testing

@testable internal import UpgradePlanning

struct HopPlannerTests {
    static let versions = """
        defaultVersion: 1.30.3
        minors:
          "1.27": {endOfLife: "2026-04-08", kubernetes: ["1.31", "1.32"], upgradesFrom: ["1.26"], versions: ["1.27.9"]}
          "1.28": {endOfLife: "2026-07-02", kubernetes: ["1.32", "1.33"], upgradesFrom: ["1.27"],
            versions: ["1.28.3", "1.28.10", "1.28.11-rc.1"]}
          "1.29": {kubernetes: ["1.33", "1.34"], upgradesFrom: ["1.28"], versions: ["1.29.5", "1.29.6"]}
          "1.30": {kubernetes: ["1.33", "1.34"], upgradesFrom: ["1.29"], versions: ["1.30.2", "1.30.3"]}
          "1.31": {kubernetes: ["1.33", "1.35"], upgradesFrom: ["1.30"],
            versions: ["1.31.0-rc.2", "1.31.0-rc.10", "1.31.0-beta.1"]}
          "1.32": {kubernetes: ["1.33", "1.35"], upgradesFrom: ["1.31"], versions: ["1.32.0"]}
          "1.34": {kubernetes: ["1.33", "1.35"], upgradesFrom: ["1.33"], versions: ["1.34.0"]}
          "2.0": {kubernetes: ["1.33"], upgradesFrom: ["1.34"], versions: ["2.0.0"]}
        """

    static func catalogue() throws -> VersionCatalogue {
        try VersionCatalogue(reading: try #require(YAML.documents(versions).first))
    }

    struct Sample: Sendable, CustomTestStringConvertible {
        var running: [String]
        var wanted: String
        var underWay: String?
        var justLeft: String?
        var kubernetes: String? = "v1.33.1+k3s1"
        var strategy = UpgradePlan.Strategy.canary
        var maxMinorHop = 1
        var acceptances: HopRules.Acceptances = []
        var testDescription: String { "\(running) to \(wanted), under way \(underWay ?? "none"), max \(maxMinorHop)" }

        func decide() throws -> HopDecision {
            var situation = HopSituation(day: "2026-11-25")
            situation.running = running
            situation.underWay = underWay
            situation.justLeft = justLeft
            situation.kubernetes = kubernetes
            var rules = HopRules()
            rules.strategy = strategy
            rules.maxMinorHop = maxMinorHop
            rules.acceptances = acceptances
            return HopPlanner(catalogue: try HopPlannerTests.catalogue(), situation: situation, rules: rules)
                .decide(wanted)
        }
    }

    struct Way: Sendable, CustomTestStringConvertible {
        var sample: Sample
        var hops: [String]
        var direction: HopPlan.Direction
        var overrides: [String] = []
        var testDescription: String { sample.testDescription }
    }

    static let ways: [Way] = [
        .init(sample: .init(running: [], wanted: "1.30.3"), hops: [], direction: .install),
        .init(sample: .init(running: ["1.30.3", "1.30.3"], wanted: "1.30.3"), hops: [], direction: .settled),
        // Minor by minor, through the newest release of each, to exactly the version asked for.
        .init(
            sample: .init(running: ["1.27.9"], wanted: "1.30.2"),
            hops: ["1.28.10", "1.29.6", "1.30.2"],
            direction: .forward
        ),
        .init(sample: .init(running: ["1.29.5"], wanted: "1.30.3"), hops: ["1.30.3"], direction: .forward),
        // Patches, either way.
        .init(sample: .init(running: ["1.30.2"], wanted: "1.30.3"), hops: ["1.30.3"], direction: .forward),
        .init(sample: .init(running: ["1.30.3"], wanted: "1.30.2"), hops: ["1.30.2"], direction: .patchBack),
        .init(sample: .init(running: ["1.28.3"], wanted: "1.28.10"), hops: ["1.28.10"], direction: .forward),
        // Two minors at once where allowed, as few hops as that gives.
        .init(
            sample: .init(running: ["1.27.9"], wanted: "1.30.3", maxMinorHop: 2),
            hops: ["1.29.6", "1.30.3"],
            direction: .forward,
            overrides: ["spec.upgrade.maxMinorHop"]
        ),
        .init(
            sample: .init(running: ["1.28.3"], wanted: "1.30.3", maxMinorHop: 9),
            hops: ["1.30.3"],
            direction: .forward,
            overrides: ["spec.upgrade.maxMinorHop"]
        ),
        .init(
            sample: .init(running: ["1.29.6"], wanted: "1.30.3", maxMinorHop: 2),
            hops: ["1.30.3"],
            direction: .forward
        ),
        .init(
            sample: .init(running: ["1.29.6"], wanted: "1.32.0", maxMinorHop: 2),
            hops: ["1.30.3", "1.32.0"],
            direction: .forward,
            overrides: ["spec.upgrade.maxMinorHop"]
        ),
        // Pre-releases: targets when named, in the order of semver, from one to the next and to the release.
        .init(sample: .init(running: ["1.30.3"], wanted: "1.31.0-rc.2"), hops: ["1.31.0-rc.2"], direction: .forward),
        .init(
            sample: .init(running: ["1.31.0-rc.2"], wanted: "1.31.0-rc.10"),
            hops: ["1.31.0-rc.10"],
            direction: .forward
        ),
        .init(
            sample: .init(running: ["1.31.0-rc.2"], wanted: "1.31.0-beta.1"),
            hops: ["1.31.0-beta.1"],
            direction: .patchBack
        ),
        // A hop under way stays on the way, even though its patch is no longer the newest.
        .init(
            sample: .init(running: ["1.28.10", "1.29.5"], wanted: "1.30.3", underWay: "1.29.5"),
            hops: ["1.29.5", "1.30.3"],
            direction: .forward
        ),
        .init(
            sample: .init(running: ["1.29.6", "1.30.3"], wanted: "1.30.3", underWay: "1.30.3"),
            hops: ["1.30.3"],
            direction: .forward
        ),
        // A change of mind in the middle: another patch of the same minor, and back.
        .init(
            sample: .init(running: ["1.28.10", "1.29.5"], wanted: "1.29.6", underWay: "1.29.5"),
            hops: ["1.29.6"],
            direction: .forward
        ),
        .init(
            sample: .init(running: ["1.28.10", "1.29.5"], wanted: "1.28.10", underWay: "1.29.5"),
            hops: [],
            direction: .rollback
        ),
        // Back after a hop, while the window is open; to another patch of the minor that was left as well.
        .init(
            sample: .init(running: ["1.30.3"], wanted: "1.29.5", justLeft: "1.29.6"),
            hops: ["1.29.5"],
            direction: .rollback
        ),
        .init(
            sample: .init(running: ["1.29.6", "1.30.3"], wanted: "1.29.6", underWay: "1.29.6"),
            hops: ["1.29.6"],
            direction: .rollback
        ),
        // The end of life and Kubernetes do not keep from returning.
        .init(
            sample: .init(running: ["1.29.6"], wanted: "1.28.10", justLeft: "1.28.10", kubernetes: "v1.34.0"),
            hops: ["1.28.10"],
            direction: .rollback
        ),
        // What is accepted.
        .init(
            sample: .init(running: ["1.27.9"], wanted: "1.28.10", acceptances: .endOfLife),
            hops: ["1.28.10"],
            direction: .forward,
            overrides: ["meshoperator.io/accept-end-of-life"]
        ),
        .init(
            sample: .init(running: ["1.27.9"], wanted: "1.29.6", kubernetes: "1.34", acceptances: .kubernetes),
            hops: ["1.28.10", "1.29.6"],
            direction: .forward,
            overrides: ["meshoperator.io/accept-kubernetes-version"]
        ),
        .init(
            sample: .init(running: [], wanted: "1.30.3", kubernetes: "1.36", acceptances: .kubernetes),
            hops: [],
            direction: .install,
            overrides: ["meshoperator.io/accept-kubernetes-version"]
        ),
        // In place, one minor at a time, also into a version without fixes: it may be the only way up.
        .init(
            sample: .init(running: ["1.27.9"], wanted: "1.28.10", kubernetes: "1.32", strategy: .inPlace),
            hops: ["1.28.10"],
            direction: .forward
        ),
        // Nothing is said about a cluster whose version is not known or cannot be read.
        .init(
            sample: .init(running: ["1.27.9"], wanted: "1.28.3", kubernetes: nil, acceptances: .endOfLife),
            hops: ["1.28.3"],
            direction: .forward,
            overrides: ["meshoperator.io/accept-end-of-life"]
        ),
        .init(
            sample: .init(running: ["1.29.6"], wanted: "1.30.3", kubernetes: "odd"),
            hops: ["1.30.3"],
            direction: .forward
        ),
        // A mesh taken over from a version the catalogue lacks.
        .init(
            sample: .init(running: ["1.26.4"], wanted: "1.27.9", kubernetes: nil, acceptances: .endOfLife),
            hops: ["1.27.9"],
            direction: .forward,
            overrides: ["meshoperator.io/accept-end-of-life"]
        ),
    ]

    @Test("The way to a version", arguments: ways) func way(_ example: Way) throws {
        let decision = try example.sample.decide()
        let plan = try #require(decision.plan, "\(decision)")
        #expect(plan.versions == example.hops)
        #expect(plan.direction == example.direction)
        #expect(plan.overrides == example.overrides)
        #expect(plan.to == example.sample.wanted)
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        var sample: Sample
        var reason: MeshConditionReason
        var words: [String]
        var testDescription: String { sample.testDescription }
    }

    static let refusals: [Refused] = [
        .init(
            sample: .init(running: [], wanted: "9.9.9"),
            reason: .unknownVersion,
            words: ["spec.version", "\"9.9.9\"", "use one of", "1.30.3"]
        ),
        .init(sample: .init(running: ["1.30.3"], wanted: "1.30"), reason: .unknownVersion, words: ["catalogue"]),
        .init(sample: .init(running: ["latest"], wanted: "1.30.3"), reason: .unknownVersion, words: ["\"latest\""]),
        .init(
            sample: .init(running: ["1.30.3"], wanted: "1.29.6"),
            reason: .hopNotAllowed,
            words: ["earlier minor than 1.30.3", "1.30 or later", "rollback window"]
        ),
        .init(
            sample: .init(running: ["1.30.3"], wanted: "1.28.10", justLeft: "1.29.6"),
            reason: .hopNotAllowed,
            words: ["came from 1.29.6"]
        ),
        // No hop is three minors wide, and what was left for an older version is no way further back.
        .init(
            sample: .init(running: ["1.30.3"], wanted: "1.27.9", justLeft: "1.27.9"),
            reason: .hopNotAllowed,
            words: ["earlier minor than 1.30.3", "to what the hop came from"]
        ),
        .init(
            sample: .init(running: ["1.29.6"], wanted: "1.28.10", justLeft: "1.30.3"),
            reason: .hopNotAllowed,
            words: ["earlier minor than 1.29.6", "to what the hop came from"]
        ),
        .init(
            sample: .init(running: ["1.29.6", "1.30.3"], wanted: "1.28.10", underWay: "1.30.3"),
            reason: .hopNotAllowed,
            words: ["earlier minor than 1.29.6"]
        ),
        .init(
            sample: .init(running: ["1.28.10"], wanted: "1.30.3", strategy: .inPlace),
            reason: .hopNotAllowed,
            words: ["1.28.10", "set it to 1.29.6 first", "Canary"]
        ),
        .init(
            sample: .init(running: ["1.28.10"], wanted: "1.30.3", strategy: .inPlace, maxMinorHop: 2),
            reason: .hopNotAllowed,
            words: ["in place a mesh goes by one minor"]
        ),
        .init(
            sample: .init(running: ["1.30.3"], wanted: "1.32.0"),
            reason: .hopNotAllowed,
            words: ["1.31, of which the catalogue of this operator has no release"]
        ),
        .init(
            sample: .init(running: ["1.32.0"], wanted: "1.34.0"),
            reason: .hopNotAllowed,
            words: ["through 1.33"]
        ),
        .init(sample: .init(running: ["1.34.0"], wanted: "2.0.0"), reason: .hopNotAllowed, words: ["another major"]),
        .init(
            sample: .init(running: [], wanted: "1.28.10"),
            reason: .endOfLifeVersion,
            words: ["2026-07-02", "1.29.6", "meshoperator.io/accept-end-of-life"]
        ),
        .init(
            sample: .init(running: ["1.27.9"], wanted: "1.28.10", kubernetes: "1.32"),
            reason: .endOfLifeVersion,
            words: ["gets no fixes"]
        ),
        .init(sample: .init(running: ["1.28.10"], wanted: "1.28.3"), reason: .endOfLifeVersion, words: ["1.28.3"]),
        .init(
            sample: .init(running: [], wanted: "1.30.3", kubernetes: "1.35"),
            reason: .unsupportedKubernetes,
            words: ["1.33, 1.34", "is 1.35", "or use spec.version 1.32.0 or 1.34.0", "accept-kubernetes-version"]
        ),
        // The target fits and a version on the way does not.
        .init(
            sample: .init(running: ["1.27.9"], wanted: "1.30.3", kubernetes: "v1.34.2"),
            reason: .unsupportedKubernetes,
            words: [
                "leads through 1.28.10", "1.32, 1.33", "is 1.34", "a cluster of Kubernetes 1.33 runs the whole way",
                "meshoperator.io/accept-kubernetes-version: \"true\"",
            ]
        ),
    ]

    @Test("A way that is not taken, with field, value and remedy", arguments: refusals)
    func refusal(_ example: Refused) throws {
        let decision = try example.sample.decide()
        let refusal = try #require(decision.refusal, "\(decision)")
        #expect(refusal.reason == example.reason, "\(refusal)")
        for word in example.words { #expect(refusal.description.contains(word), "\(refusal)") }
        #expect(!refusal.remedy.isEmpty)
    }

    @Test("A strange version is shortened and cleaned") func strange() throws {
        let text = "\u{0}" + String(repeating: "9", count: 5_000)
        let refusal = try #require(Sample(running: [], wanted: text).decide().refusal)
        #expect(refusal.description.utf8.count < 400)
        #expect(!refusal.description.unicodeScalars.contains("\u{0}"))
    }

    @Test("A gap in upstream's ways is respected") func sources() throws {
        let text = Self.versions.replacing(#"upgradesFrom: ["1.29"]"#, with: #"upgradesFrom: ["1.28"]"#)
        let catalogue = try VersionCatalogue(reading: try #require(YAML.documents(text).first))
        var situation = HopSituation(day: "2026-11-25")
        situation.running = ["1.29.6"]
        let refusal = HopPlanner(catalogue: catalogue, situation: situation).decide("1.30.3").refusal
        #expect(refusal?.description.contains("allows from 1.28 only") == true, "\(String(describing: refusal))")
    }

    @Test("What the built-in catalogue gives for the way of the issue") func builtIn() throws {
        var situation = HopSituation(day: "2026-11-25")
        situation.running = ["1.27.4"]
        situation.kubernetes = "v1.33.4"
        let plan = HopPlanner(catalogue: try .builtIn(), situation: situation).decide("1.30.3").plan
        #expect(plan?.versions == ["1.28.10", "1.29.6", "1.30.3"])
        #expect(plan?.hops.map(\.isEndOfLife) == [true, true, false])
        #expect(plan?.hops.map(\.from) == ["1.27.4", "1.28.10", "1.29.6"])
        #expect(plan?.notes.count == 2)
    }
}
