internal import ControllerKit
internal import KubeAPI
internal import MeshAPI
internal import RolloutEngine
internal import Testing

@testable internal import OperatorCore

/// A version that makes no sense, asked for in the middle of an upgrade.
@Suite struct RefusedInTheMiddleTests {
    @Test("It holds the step, and every condition says why; once it makes sense the upgrade goes on")
    func held() async throws {
        let life = try await NamespaceByHandTests.waiting()
        let before = try await life.status().plan
        try await life.cluster.change("{version: 1.26.0}")
        try await life.settle()
        let status = try await life.status()
        let preflight = try #require(status.condition(.preflight))
        #expect(preflight.state == .no && preflight.message.hasPrefix("spec.version: \"1.26.0\""), "\(preflight)")
        #expect(status.condition(.degraded)?.message == preflight.message)
        #expect(status.condition(.degraded)?.reason == preflight.reason)
        #expect(status.condition(.progressing)?.state == .no)
        #expect(status.condition(.progressing)?.reason == "PreflightFailed")
        #expect(status.phase == .upgrading && status.plan?.hops == before?.hops)
        let waits = status.plan?.progress.waitingFor ?? ""
        let held = "held at step 1 of 2 (30%); spec.version is not followed: spec.version: \"1.26.0\""
        #expect(waits.hasPrefix(held), "\(waits)")
        let ready = status.condition(.ready)?.message ?? ""
        #expect(ready.ranges(of: "is not followed").count == 1, "\(ready)")
        #expect(try await life.life.events().contains { $0.hasPrefix("PreflightFailed: held at step 1") })
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "AwaitingApproval")
        #expect(try await life.status().condition(.preflight)?.state == .yes)
    }
}
