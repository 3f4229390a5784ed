internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import RolloutEngine
internal import Testing

@testable internal import OperatorCore

/// Marks of restarts that are left from another upgrade, from a mesh that is gone, or that somebody copied: they count for nothing.
@Suite struct UpgradeStaleMarkTests {
    static let approved =
        "profile: minimal, teardown: {inUse: Remove}, upgrade: {steps: [{weight: 30, approve: true}, {weight: 100}], "
        + "retireAfter: 60s, progressDeadline: 120s}"

    static let apps: [(APIResource, ObjectKey)] = [
        (.deployments, ObjectKey(namespace: "shop", name: "cart")),
        (.statefulSets, ObjectKey(namespace: "shop", name: "web")),
        (.deployments, ObjectKey(namespace: "pay", name: "bank")),
    ]

    /// Marks all applications as restarted for a revision, on themselves and on their pod templates.
    static func mark(_ life: UpgradeLife, _ revision: String, at time: String) async throws {
        let marks: Tree = [
            "annotations": [
                RolloutNames.Annotation.movedTo: .string(revision),
                RolloutNames.Annotation.restartedAt: .string(time),
            ]
        ]
        let patch: Tree = ["metadata": marks, "spec": ["template": ["metadata": marks]]]
        for (resource, key) in apps { _ = try await life.cluster.admin.patch(resource, key, .merge(patch)) }
    }

    static func marked(_ life: UpgradeLife) async throws -> [String] {
        var result: [String] = []
        for (resource, key) in apps {
            let owner = try await life.cluster.admin.get(resource, key)
            if owner.annotations[RolloutNames.Annotation.movedTo] != nil { result.append(key.name) }
        }
        return result
    }

    /// Waits for the approval of the first step, and expects that one application alone has moved by then, and stays alone.
    private func expectFirstStep(_ life: UpgradeLife) async throws {
        var most = 0
        try await life.until("waiting for approval") { life in
            most = max(most, try await life.world.revisions().values.count { $0.count > 1 })
            return try await life.status().plan?.progress.reason == "AwaitingApproval"
        }
        #expect(most <= 1, "workloads.maxUnavailable is 1")
        try await life.pass(120)
        #expect(try await life.status().plan?.progress.step == 1)
        let moved = try await life.world.revisions().filter { $0.value == ["1-30-2"] }.keys
        #expect(moved.sorted() == ["pay/bank"])
    }

    @Test("Marks of the target on workloads that run another revision skip no step, no approval and no limit")
    func copiedMarks() async throws {
        let life = try await UpgradeLife.start("{version: 1.29.2, \(Self.approved)}")
        try await Self.mark(life, "1-30-2", at: "2020-01-01T00:00:00Z")
        try await life.settle()
        try await life.cluster.change("{version: 1.30.2}")
        try await expectFirstStep(life)
        try await life.annotate(RolloutNames.Command.approve, "1")
        var most = 0
        try await life.until("upgraded") { life in
            most = max(most, try await life.world.revisions().values.count { $0.count > 1 })
            return try await life.status().version == "1.30.2"
        }
        #expect(most <= 1, "workloads.maxUnavailable is 1")
        try await life.expectAll("1-30-2")
        try await life.settle()
        #expect(try await Self.marked(life) == [], "what an upgrade has marked is over with it")
        for (resource, key) in Self.apps {
            let template = try await life.cluster.admin.get(resource, key).tree.value(at: "spec", "template")
            #expect(template?.value(at: "metadata", "annotations", RolloutNames.Annotation.movedTo) == nil)
        }
    }

    @Test(
        "A mesh deleted in the middle of an upgrade takes its marks along; the one made anew starts at the first step"
    )
    func reinstalled() async throws {
        let life = try await UpgradeLife.start("{version: 1.29.2, \(Self.approved)}")
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "AwaitingApproval")
        #expect(try await Self.marked(life) == ["bank"])
        _ = try await life.cluster.admin.delete(MeshNames.resource, TestCluster.key)
        try await life.until("gone") { try await $0.cluster.resource() == nil }
        #expect(try await Self.marked(life) == [])
        try await life.cluster.create("{version: 1.29.2, \(Self.approved)}")
        try await life.settle()
        for (_, key) in Self.apps {
            try await UpgradeByHandTests.removePods(life, key.namespace ?? "", key.name)
        }
        try await life.settle()
        try await life.expectAll("default")
        try await life.cluster.change("{version: 1.30.2}")
        try await expectFirstStep(life)
    }

    @Test("The third hop is found again without status and record, whatever marks others left on what has not moved")
    func infersInTheThirdHop() async throws {
        let first = try await UpgradeLife.start(
            "{version: 1.27.9, profile: minimal, upgrade: {steps: [{weight: 30, hold: 60s}, {weight: 100}], "
                + "retireAfter: 60s, progressDeadline: 120s}}"
        )
        try await first.cluster.change("{version: 1.30.2}")
        try await first.until("at the first step of the third hop", limit: 900) { life in
            let progress = try await life.status().plan?.progress
            return progress?.target == "1.30.2" && progress?.step == 1 && progress?.reason == "Holding"
        }
        for (resource, key) in Self.apps where key.name != "bank" {
            let marks: Tree = [
                "annotations": [
                    RolloutNames.Annotation.movedTo: "1-30-2",
                    RolloutNames.Annotation.restartedAt: "2020-01-01T00:00:00Z",
                ]
            ]
            _ = try await first.cluster.admin.patch(resource, key, .merge(["metadata": marks]))
        }
        let record: Tree = ["metadata": ["annotations": [RolloutNames.Annotation.record: .null]]]
        let istiod = ObjectKey(namespace: "istio-system", name: "istiod-1-30-2")
        _ = try await first.cluster.admin.patchStatus(MeshNames.resource, TestCluster.key, .merge(["status": .null]))
        _ = try await first.cluster.admin.patch(.deployments, istiod, .merge(record))
        let next = try UpgradeLife(first.world)
        let before = next.cluster.now
        try await next.until(step: 1, "Holding")
        try await next.until("at the second step") { try await $0.status().plan?.progress.step == 2 }
        #expect(next.cluster.now - before >= .seconds(60), "the hold is kept from the start")
        try await next.until("upgraded") { try await $0.status().version == "1.30.2" }
        try await next.expectAll("1-30-2")
    }
}
