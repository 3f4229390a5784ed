internal import ControllerKit
internal import CrashKit
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import Testing

@testable internal import OperatorCore

/// What people change while an upgrade is under way, before every round in which it has got on.
@Suite struct UpgradeChangeTests {
    private static let rules =
        "profile: minimal, upgrade: {steps: [{weight: 50, hold: 2s}, {weight: 100}], retireAfter: 10s, "
        + "progressDeadline: 12s}"

    private static func course(to version: String, from first: String = "1.28.4") -> UpgradeStage.Course {
        UpgradeStage.Course(
            name: "\(first) to \(version)",
            spec: "{version: \(first), \(rules)}",
            change: "{version: \(version)}",
            namespaces: [("pay", ["istio.io/rev": "default"])],
            apps: [("shop", "cart", 1), ("shop", "web", 1), ("pay", "bank", 1)]
        )
    }

    /// The upgrade from 1.28.4 to 1.29.2, played once.
    private static func played() async throws -> CrashSearch<UpgradeStage> {
        var search = CrashSearch<UpgradeStage>(quiet: 16)
        try await search.play(try await UpgradeStage.start(course(to: "1.29.2")))
        return search
    }

    /// How a mesh ends that is upgraded and left alone.
    private static func end(to version: String) async throws -> [String: String] {
        var search = CrashSearch<UpgradeStage>(quiet: 16)
        try await search.play(try await UpgradeStage.start(course(to: version)))
        return search.result.end
    }

    /// What differs between two ends, in words; how a mesh tells of itself apart.
    private static func differences(_ end: [String: String], _ wanted: [String: String]) -> [String] {
        Set(end.keys).union(wanted.keys).subtracting(["status"]).sorted().compactMap { key in
            end[key] == wanted[key] ? nil : "\(key)\n\(wanted[key] ?? "none")\n\(end[key] ?? "none")"
        }
    }

    /// What is not as a mesh has it that has gone back to the revision it came from.
    private static func leftovers(_ end: [String: String]) -> [String] {
        end.filter { entry in
            if entry.key.hasPrefix("pods of ") { return entry.value != #"["default"]"# }
            return entry.key.contains("1-29-2") || entry.key.contains("revision-tag")
        }
        .map { "\($0.key) is \($0.value)" }.sorted()
            + ["Deployment istio-system/istiod"].filter { end[$0] == nil }
    }

    /// Whether the new revision is the stable one, or is being made it.
    private static func isPromoted(_ stage: UpgradeStage) async throws -> Bool {
        let istiod = try await stage.cluster.object(.deployments, UpgradeMesh.namespace, "istiod-1-29-2")
        return istiod.map { RevisionMarks(reading: $0.annotations).promoted != nil } ?? false
    }

    private static func finish(_ search: CrashSearch<UpgradeStage>, _ count: Int, _ name: String) {
        print("\(name): \(count) changes tried; \(search.result.summary)")
        for complaint in search.result.complaints.prefix(6) { Issue.record("\(complaint)") }
        #expect(search.result.complaints.count == 0)
        #expect(count >= 12)
    }

    @Test func aVersionFurtherOn() async throws {
        let wanted = try await Self.end(to: "1.30.2")
        var search = try await Self.played()
        let count = try await search.disturb("forward to 1.30.2") { stage in
            try await stage.cluster.change("{version: 1.30.2}")
            return { Self.differences($0, wanted) }
        }
        Self.finish(search, count, "forward")
    }

    @Test func theVersionItCameFrom() async throws {
        let before = try await UpgradeStage.start(Self.course(to: "1.28.4")).endState()
        var search = try await Self.played()
        let after = search.result.end
        var returns = 0
        let count = try await search.disturb("back to 1.28.4") { stage in
            let isPromoted = try await Self.isPromoted(stage)
            try await stage.cluster.change("{version: 1.28.4}")
            return { end in
                guard isPromoted else { return Self.differences(end, before) }
                // A revision that has become the stable one is left again only while the old one is still there, by a rollout.
                let isBack = end["status"]?.contains(" 1.28.4 ") == true
                if isBack { returns += 1 }
                let wrong = isBack ? Self.leftovers(end) : Self.differences(end, after)
                return wrong.isEmpty ? [] : ["\(end["status"] ?? "")"] + wrong
            }
        }
        Self.finish(search, count, "back")
        #expect(returns > 0, "some of the changes come while there is a way back")
    }

    @Test func aThirdVersion() async throws {
        let wanted = try await Self.end(to: "1.29.1")
        var search = try await Self.played()
        let count = try await search.disturb("to 1.29.1 instead") { stage in
            let isPromoted = try await Self.isPromoted(stage)
            try await stage.cluster.change("{version: 1.29.1}")
            // It is written down which version was left, and then that is the one that had become the stable one.
            let left = wanted.mapValues {
                $0.replacing(#"left: Optional("1.28.4")"#, with: #"left: Optional("1.29.2")"#)
            }
            return { Self.differences($0, isPromoted ? left : wanted) }
        }
        Self.finish(search, count, "third")
    }

    @Test func aPauseOfSpecAndOfTheRollout() async throws {
        var search = try await Self.played()
        let wanted = search.result.end
        let count = try await search.disturb("paused for a while") { stage in
            try await stage.cluster.change("{paused: true}")
            stage.later = [(20, { try await $0.change("{paused: null}") })]
            return { Self.differences($0, wanted) }
        }
        Self.finish(search, count, "pause")
    }

    @Test func theMeshOperatorDeleted() async throws {
        var search = try await Self.played()
        let labels = search.result.end.filter { $0.key.hasPrefix("namespace ") }
        let count = try await search.disturb("deleted") { stage in
            try await stage.cluster.change("{teardown: {inUse: Remove}}")
            _ = try await stage.cluster.admin.delete(MeshNames.resource, TestCluster.key)
            return { end in
                // What runs is left alone, whatever its revision.
                let left = end.filter { !$0.key.hasPrefix("pods of ") && !$0.key.hasPrefix("namespace ") }
                return left.filter { $0.key != "status" }.map { "\($0.key) is left over" }
                    + Self.differences(end.filter { $0.key.hasPrefix("namespace ") }, labels)
            }
        }
        Self.finish(search, count, "deleted")
    }
}
