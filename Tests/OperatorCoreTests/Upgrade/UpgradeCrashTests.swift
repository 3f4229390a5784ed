internal import CrashKit
internal import Foundation
internal import RolloutEngine
internal import Testing

@testable internal import OperatorCore

/// Upgrades of a mesh with all that moves, whose operator dies before and after each write, by ``CrashSearch``.
@Suite struct UpgradeCrashTests {
    private static let quick =
        "upgrade: {steps: [{weight: 50}, {weight: 100}], retireAfter: 10s, progressDeadline: 12s}"

    /// With two gateways, a tag besides `default`, three namespaces in two waves, a metric and a gate that answers the second time.
    private static let full =
        """
        profile: demo, values: {revisionTags: [stable]},
        upgrade: {
          steps: [{weight: 50, hold: 2s}, {weight: 100}], retireAfter: 10s, progressDeadline: 12s,
          workloads: {waves: [{namespaceSelector: {matchLabels: {wave: first}}}, {namespaceSelector: {}}]},
          analysis: {
            interval: 1s, initialDelay: 0s, failureLimit: 0, prometheus: {address: "http://prometheus:9090"},
            metrics: [{name: errors, query: "errors", max: 1}],
            gates: [{name: confirm, url: "http://gate"}, {name: news, url: "http://news", type: Event}]
          }
        }
        """

    /// The way from one version to another, whose metric fails at the last step of the hop to `failing`.
    private static func full(_ name: String, from: String, to: String, failing: String? = nil) -> UpgradeStage.Course {
        UpgradeStage.Course(
            name: name,
            spec: "{version: \(from), \(full)}",
            change: "{version: \(to)}",
            namespaces: [("pay", ["istio.io/rev": "default"]), ("ship", ["istio.io/rev": "stable"])],
            apps: [("shop", "cart", 2), ("shop", "web", 1), ("pay", "bank", 1), ("ship", "van", 1)],
            gates: ["errors", "confirm"]
        ) { place, weight, isFirst in
            if place.gate == "errors", place.version == failing, weight == 100 { return .failed }
            return place.gate == "confirm" && isFirst ? .inconclusive : .passed
        }
    }

    /// Every so many deaths the run is played to the very end; all of them with `CRASH_EVERYWHERE=1`, which takes long.
    private static func stride(_ usual: Int) -> Int {
        ProcessInfo.processInfo.environment["CRASH_EVERYWHERE"] != nil ? 1 : usual
    }

    /// A course, how its operators end, and how many ends are tried at least: what is tried must not dwindle unseen.
    private static func search(
        _ course: UpgradeStage.Course,
        _ kinds: [CrashKind] = [.killedBefore, .killedAfter],
        atLeast deaths: Int
    ) async throws -> [String: String] {
        var search = CrashSearch<UpgradeStage>(kinds, quiet: 16, stride: stride(61))
        let report = try await search.run(try await UpgradeStage.start(course))
        print("crashes in \(course.name): \(report.summary)")
        for complaint in report.complaints.prefix(10) { Issue.record("\(course.name): \(complaint)") }
        #expect(report.complaints.count == 0)
        #expect(report.deaths >= deaths)
        return report.end
    }

    @Test func threeHopsWithGatewaysTagsWavesAndGates() async throws {
        let course = Self.full("three hops", from: "1.27.9", to: "1.30.2")
        let end = try await Self.search(course, atLeast: 300)
        #expect(end["status"]?.contains("1.30.2") == true, "\(end["status"] ?? "")")
    }

    @Test func threeHopsOfWhichTheSecondGoesBack() async throws {
        let course = Self.full("rollback at the second hop", from: "1.27.9", to: "1.30.2", failing: "1.29.2")
        let end = try await Self.search(course, atLeast: 210)
        #expect(end["status"]?.contains("1.28.4") == true, "\(end["status"] ?? "")")
    }

    @Test func aHopWhoseOperatorIsReplaced() async throws {
        let course = UpgradeStage.Course(
            name: "one hop, replaced",
            spec: "{version: 1.29.2, profile: minimal, \(Self.quick)}",
            change: "{version: 1.30.2}"
        )
        _ = try await Self.search(course, [.replaced], atLeast: 25)
    }
}
