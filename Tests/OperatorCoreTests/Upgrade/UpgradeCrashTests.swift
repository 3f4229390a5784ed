internal import ControllerKit
internal import DataTree
internal import Foundation
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import RolloutEngine
internal import Synchronization
internal import Testing

@testable internal import OperatorCore

/// Upgrades whose operator dies before or after a write.
@Suite struct UpgradeCrashTests {
    /// How an upgrade goes.
    struct Course: Sendable, CustomTestStringConvertible {
        var name: String
        var from: String
        var to: String
        /// The application that never comes up with the revisions.
        var broken: Set<String> = []
        /// Which writes are tried: every one of `stride`, from `first` on.
        var first: Int
        var stride: Int
        var testDescription: String { "\(name), writes \(first), \(first + stride), …" }

        static let all: [Course] = {
            // Every write of a hop and of a rollback; of three hops a part, unless all are asked for: that takes minutes.
            let wantsAll = ProcessInfo.processInfo.environment["CRASH_EVERYWHERE"] != nil
            var all: [Course] = []
            for first in 1...2 {
                all.append(Course(name: "one hop", from: "1.29.2", to: "1.30.2", first: first, stride: 2))
                all.append(
                    Course(name: "rollback", from: "1.29.2", to: "1.30.2", broken: ["1-30-2"], first: first, stride: 2)
                )
            }
            all.append(Course(name: "three hops", from: "1.27.9", to: "1.30.2", first: 1, stride: wantsAll ? 1 : 17))
            all.append(
                Course(
                    name: "rollback at the second hop",
                    from: "1.27.9",
                    to: "1.30.2",
                    broken: ["1-29-2"],
                    first: 1,
                    stride: wantsAll ? 1 : 17
                )
            )
            return all
        }()
    }

    /// How one run went.
    struct Run {
        var state: [String: String]
        var writes: Int
        /// The steps entered on each revision, in order.
        var steps: [String: [Int]]
    }

    /// How many seconds without a write are an end: longer than any deadline of these upgrades.
    static let quiet = 16

    static func play(_ course: Course, rule: @escaping FaultyTransport.Rule = { _, _ in nil }) async throws -> Run {
        let world = UpgradeWorld(try await TestCluster())
        let rules = "steps: [{weight: 50}, {weight: 100}], retireAfter: 10s, progressDeadline: 12s"
        try await world.cluster.create("{version: \(course.from), profile: minimal, upgrade: {\(rules)}}")
        let first = try UpgradeLife(world)
        try await first.settle()
        try await world.makeNamespace("shop")
        try await world.makeApp("shop", "cart")
        try await world.makeApp("shop", "web")
        try await first.settle()
        if !course.broken.isEmpty { world.breakPods("web", with: course.broken) }
        try await world.cluster.change("{version: \(course.to)}")
        var life = try UpgradeLife(world, rule: rule)
        var steps: [String: [Int]] = [:]
        var calm = 0
        var writes = 0
        for _ in 0..<600 where calm < Self.quiet {
            do {
                calm = try await life.round() ? 0 : calm + 1
            } catch {
                guard life.life.transport.isDead else { throw error }
                writes = life.life.transport.writes.count
                life = try UpgradeLife(world)
            }
            for (name, step) in try await Self.recorded(world) where steps[name]?.last != step {
                steps[name, default: []].append(step)
            }
        }
        let summary = try await life.summary()
        try #require(calm >= Self.quiet, "not settled: \(summary)")
        #expect(world.doubled == [])
        return Run(
            state: try await Self.endState(world),
            writes: max(writes, life.life.transport.writes.count),
            steps: steps
        )
    }

    private static func recorded(_ world: UpgradeWorld) async throws -> [String: Int] {
        var result: [String: Int] = [:]
        for object in try await world.cluster.admin.list(.deployments).objects {
            guard let record = RevisionMarks(reading: object.annotations).record else { continue }
            result[object.name] = record.step
        }
        return result
    }

    /// What counts of the end: objects of the mesh, labels of namespaces, revisions of pods.
    private static func endState(_ world: UpgradeWorld) async throws -> [String: String] {
        var state: [String: String] = [:]
        for kind in TestCluster.servedKinds where kind.resource != .namespaces {
            for object in try await world.cluster.admin.list(kind.resource).objects {
                guard object.labels[MeshNames.Label.owner] != nil else { continue }
                var marks = RevisionMarks(reading: object.annotations)
                // Times differ, what is written down does not.
                if marks.promoted != nil { marks.promoted = .epoch }
                if marks.unused != nil { marks.unused = .epoch }
                marks.failure?.began = .epoch
                marks.failure?.verdict?.message = ""
                var spec = object.tree["spec"] ?? .null
                // Addresses are the cluster's choice.
                for field in ["clusterIP", "clusterIPs"] where spec[field] != nil { spec.set(nil, at: [field]) }
                state["\(ResourceID(object))"] = "\(spec.jsonText(.canonical)) \(marks)"
            }
        }
        for name in ["shop"] {
            state["labels of \(name)"] = "\(try await world.namespaceLabels(name).sorted { $0.key < $1.key })"
        }
        for (name, revisions) in try await world.revisions() { state["pods of \(name)"] = "\(revisions.sorted())" }
        return state
    }

    @Test(arguments: Course.all) func endsTheSameAfterADeathAtAnyWrite(_ course: Course) async throws {
        let whole = try await Self.play(course)
        try #require(whole.writes > 10, "the upgrade must write something")
        for number in stride(from: course.first, through: whole.writes, by: course.stride) {
            for fault in [FaultyTransport.Fault.killBefore, .killAfter] {
                let run = try await Self.play(course) { _, write in write == number ? fault : nil }
                let label = "\(course.name), \(fault) \(number) of \(whole.writes)"
                #expect(run.state == whole.state, "\(label)")
                for (name, steps) in whole.steps {
                    #expect(run.steps[name] == steps, "\(label): no step of \(name) is skipped or taken twice")
                }
            }
        }
    }
}
