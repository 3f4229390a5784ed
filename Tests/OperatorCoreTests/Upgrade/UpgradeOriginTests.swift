internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import Testing
internal import UpgradePlanning

@testable internal import OperatorCore

/// The way back after an upgrade leads to what the last hop came from, and to nothing else that is still there.
@Suite struct UpgradeOriginTests {
    /// A mesh that went two hops, from 1.28.4 to 1.30.2, with a workload that keeps the first revision.
    private func twoHops() async throws -> UpgradeLife {
        let life = try await UpgradeLife.start(
            "{version: 1.28.4, profile: minimal, upgrade: {steps: [{weight: 100}], retireAfter: 60s}}"
        )
        try await life.settle()
        _ = try await life.cluster.admin.patch(
            .deployments,
            ObjectKey(namespace: "shop", name: "cart"),
            .merge(["metadata": ["annotations": ["meshoperator.io/restart": "false"]]])
        )
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until("upgraded", limit: 900) { life in
            let status = try await life.status()
            return status.version == "1.30.2" && status.plan == nil
        }
        return life
    }

    @Test("A revision that is kept from an earlier hop is no way back, and the refusal names none that is not there")
    func keptFromBefore() async throws {
        let life = try await twoHops()
        let istiod = try await life.cluster.admin.get(
            .deployments,
            ObjectKey(namespace: "istio-system", name: "istiod-1-30-2")
        )
        #expect(istiod.annotations[HopSituation.leftAnnotation] == "1.29.2")
        try await life.pass(150)
        #expect(try await life.istiods() == ["istiod", "istiod-1-30-2"], "the first is kept, the second retired")
        for version in ["1.28.4", "1.29.2"] {
            try await life.cluster.change("{version: \(version)}")
            try await life.settle()
            let refusal = try #require(try await life.status().condition(.preflight))
            #expect(refusal.state == .no && refusal.reason == "VersionSkewUnsupported", "\(version): \(refusal)")
            #expect(!refusal.message.contains("came from 1."), "\(refusal.message)")
            #expect(try await life.istiods() == ["istiod", "istiod-1-30-2"], "\(version)")
        }
    }

    @Test("While the revision that the last hop came from is there the refusal of another names it")
    func another() async throws {
        let life = try await twoHops()
        try await life.cluster.change("{version: 1.28.4}")
        try await life.settle()
        let refusal = try #require(try await life.status().condition(.preflight))
        #expect(refusal.message.contains("the last hop came from 1.29.2"), "\(refusal.message)")
    }
}
