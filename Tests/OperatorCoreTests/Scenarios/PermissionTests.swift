internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshTestKit
internal import SandboxStore
internal import Synchronization
internal import Testing

@testable internal import OperatorCore

/// Permissions that are missing, or taken away and given back while the operator runs: one function degrades, the others
/// work, it is said, and it heals without a restart.
@Suite struct PermissionTests {
    /// Permissions taken from the operator: what they match is answered with 403.
    final class Ban: Sendable {
        private let rule = Mutex<(@Sendable (HTTPRequest) -> Bool)?>(nil)

        func set(_ matches: (@Sendable (HTTPRequest) -> Bool)?) { rule.withLock { $0 = matches } }

        func covers(_ request: HTTPRequest) -> Bool { rule.withLock { $0 }.map { $0(request) } ?? false }
    }

    static func play(
        _ ban: Ban,
        _ body: @escaping @Sendable (LiveOperator) async throws -> Void
    ) async throws {
        try await withVirtualTime { clock in
            let live = try LiveOperator(try await TestCluster(), clock)
            live.transport.setRule { request, _ in
                ban.covers(request) ? .refuse(status: 403, reason: "Forbidden") : nil
            }
            try await live.whileRunning { live in
                await clock.advance(by: .seconds(1))
                try await body(live)
            }
        }
    }

    static func expectForbidden(_ live: LiveOperator, _ words: String) async throws {
        let condition = try #require(try await live.cluster.condition("Forbidden"))
        #expect(condition.status == .isTrue)
        #expect(condition.message.contains(words), "\(condition.message)")
        #expect(condition.message.contains("kubectl apply -f Manifests/install.yaml"), "\(condition.message)")
        #expect(try await live.cluster.condition("Degraded")?.reason == "Forbidden")
        #expect(try await live.cluster.condition("Reconciled")?.reason == "Forbidden")
    }

    @Test func installsAllButWhatItMayNotWrite() async throws {
        let ban = Ban()
        ban.set { $0.method == .patch && $0.path.contains("/networkpolicies/") }
        try await Self.play(ban) { live in
            let cluster = live.cluster
            try await cluster.create("{profile: default}")
            try await live.pass(60)
            try await Self.expectForbidden(
                live,
                "may not create and patch networkpolicies.networking.k8s.io istio-system/istiod"
            )
            #expect(try await cluster.condition("Ready")?.status == .isFalse)
            #expect(try await cluster.resource()?.tree.value(at: "status", "phase") == "Degraded")
            // Phases after the one it belongs to go on.
            #expect(try await cluster.object(.mutatingWebhookConfigurations, nil, "istio-mutating") != nil)
            #expect(try await cluster.object(.deployments, "istio-system", "ingress") != nil)
            live.transport.forget()
            try await live.pass(600)
            let tries = RefusalTests.tries(live, "/networkpolicies/istiod")
            #expect((8...12).contains(tries), "\(tries) tries within ten minutes")
            #expect(live.transport.writes.count { $0.path.hasSuffix("/status") } == 0)
            ban.set(nil)
            try await live.pass(70)
            #expect(try await cluster.condition("Ready")?.status == .isTrue)
            #expect(try await cluster.condition("Forbidden") == nil)
        }
    }

    @Test func holdsLaterPhasesUpForWhatTheyCannotWorkWithout() async throws {
        let ban = Ban()
        ban.set { $0.method == .patch && $0.path.contains("/deployments/") }
        try await Self.play(ban) { live in
            try await live.cluster.create("{profile: default}")
            try await live.pass(60)
            #expect(try await live.cluster.object(.mutatingWebhookConfigurations, nil, "istio-mutating") == nil)
            let ready = try await live.cluster.condition("Ready")
            #expect(ready?.message.contains("Deployment istio-system/istiod") == true, "\(ready?.message ?? "")")
            #expect(try await live.cluster.resource()?.tree.value(at: "status", "phase") == "Failed")
            ban.set(nil)
            try await live.untilReady(within: 90)
        }
    }

    /// A quota that is raised soon, or permissions that come a moment after the mesh, hold it up for moments.
    @Test func isUpSoonAfterAShortBan() async throws {
        let ban = Ban()
        ban.set { $0.method == .patch && $0.path.contains("/deployments/") }
        try await Self.play(ban) { live in
            try await live.cluster.create("{profile: default}")
            try await live.pass(3)
            ban.set(nil)
            try await live.untilReady(within: 15)
        }
    }

    /// The permission to list and to watch a kind is missing from the start.
    @Test func worksWithoutAKindItMayNotRead() async throws {
        let ban = Ban()
        ban.set { $0.method == .get && $0.path.hasSuffix("/networkpolicies") }
        try await Self.play(ban) { live in
            try await live.cluster.create("{profile: default}")
            try await live.pass(90)
            try await Self.expectForbidden(live, "may not list and watch networkpolicies.networking.k8s.io")
            #expect(try await live.cluster.object(.deployments, "istio-system", "ingress") != nil)
            #expect(try await live.cluster.object(.networkPolicies, "istio-system", "istiod") == nil)
            ban.set(nil)
            try await live.pass(120)
            #expect(try await live.cluster.condition("Ready")?.status == .isTrue)
            #expect(try await live.cluster.condition("Forbidden") == nil)
            #expect(try await live.cluster.object(.networkPolicies, "istio-system", "istiod") != nil)
        }
    }

    /// The permission is taken away while the mesh is up: it stays Ready, other kinds are kept up, and it is said.
    @Test func keepsUpTheRestWhenAKindCanNoLongerBeRead() async throws {
        let ban = Ban()
        try await Self.play(ban) { live in
            let cluster = live.cluster
            try await cluster.create("{profile: default}")
            try await live.untilReady(within: 60)
            ban.set { $0.method == .get && $0.path.hasSuffix("/networkpolicies") }
            try await live.pass(700)
            try await Self.expectForbidden(live, "may not list and watch networkpolicies.networking.k8s.io")
            let ready = try #require(try await cluster.condition("Ready"))
            #expect(ready.status == .isTrue)
            #expect(ready.message.contains("networkpolicies"), "\(ready.message)")
            _ = try await cluster.admin.delete(.configMaps, ObjectKey(namespace: "istio-system", name: "istio"))
            try await live.pass(5)
            #expect(try await cluster.object(.configMaps, "istio-system", "istio") != nil)
            live.transport.forget()
            try await live.pass(600)
            #expect(live.transport.writes.isEmpty, "\(live.transport.writes)")
            ban.set(nil)
            try await live.pass(120)
            #expect(try await cluster.condition("Forbidden") == nil)
            #expect(try await cluster.condition("Degraded")?.status == .isFalse)
        }
    }

    /// Who uses the mesh cannot be told without pods: it is not removed under anybody.
    @Test func doesNotRemoveAMeshWhoseUsersItCannotSee() async throws {
        let ban = Ban()
        try await Self.play(ban) { live in
            let cluster = live.cluster
            try await cluster.create("{profile: default}")
            try await live.untilReady(within: 60)
            ban.set { $0.method == .get && $0.path.hasSuffix("/pods") }
            try await live.pass(700)
            _ = try await cluster.admin.delete(MeshNames.resource, TestCluster.key)
            try await live.pass(120)
            #expect(try await cluster.condition("Ready")?.reason == "InUse")
            #expect(try await cluster.object(.deployments, "istio-system", "istiod") != nil)
            ban.set(nil)
            try await live.pass(180)
            #expect(try await cluster.resource() == nil)
            #expect(try await cluster.object(.deployments, "istio-system", "istiod") == nil)
        }
    }

    @Test func saysFirstThatItMayNotRemoveSomething() async throws {
        let ban = Ban()
        try await Self.play(ban) { live in
            let cluster = live.cluster
            try await cluster.create("{profile: default}")
            try await live.untilReady(within: 60)
            ban.set { $0.method == .delete && $0.path.contains("/mutatingwebhookconfigurations/") }
            _ = try await cluster.admin.delete(MeshNames.resource, TestCluster.key)
            try await live.pass(60)
            // This is what the column MESSAGE shows.
            let ready = try #require(try await cluster.condition("Ready"))
            #expect(ready.reason == "Forbidden")
            #expect(ready.message.contains("MutatingWebhookConfiguration istio-mutating"), "\(ready.message)")
            ban.set(nil)
            try await live.pass(180)
            #expect(try await cluster.resource() == nil)
        }
    }

    /// What the operator does for the MeshOperator itself, and an object of others in the way of a kind watched by label.
    @Test(arguments: ["/meshoperators/mesh", "/meshoperators/mesh/status", "/version"])
    func triesItsOwnBookkeepingAgain(_ path: String) async throws {
        let ban = Ban()
        ban.set { $0.path.hasSuffix(path) && ($0.method == .patch || path == "/version") }
        try await Self.play(ban) { live in
            try await live.cluster.create("{profile: default}")
            try await live.pass(300)
            let tries = live.transport.passed.count { $0.path.hasSuffix(path) }
            #expect((3...14).contains(tries), "\(tries) tries within five minutes")
            if path != "/meshoperators/mesh/status" {
                #expect(try await live.cluster.condition("Forbidden")?.message.contains(path) == true)
            }
            ban.set(nil)
            try await live.untilReady(within: 120)
            #expect(try await live.cluster.condition("Forbidden") == nil)
        }
    }
}
