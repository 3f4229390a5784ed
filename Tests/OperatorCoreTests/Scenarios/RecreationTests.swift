internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import SandboxStore
internal import Synchronization
internal import Testing

@testable internal import OperatorCore

/// MeshOperators that are deleted, or deleted and made anew under their name, while work for them is under way: right before
/// each single write.
@Suite struct RecreationTests {
    static let spec = "{profile: default, adopt: true}"

    /// A server on which something happens right before the operator's write with a number.
    static func server(
        _ cluster: TestCluster,
        before number: Int,
        _ happening: @escaping @Sendable () async throws -> Void
    ) -> InProcessTransport {
        let server = InProcessTransport(cluster.core)
        let isDone = Mutex(false)
        server.faults = TransportFaults { _, _, writes in
            let isNow = isDone.withLock { isDone in
                guard writes == number, !isDone else { return false }
                isDone = true
                return true
            }
            if isNow {
                do { try await happening() } catch { Issue.record("\(error)") }
            }
            return .pass
        }
        return server
    }

    /// Puts a new MeshOperator in the place of the old one, whose finalizer somebody takes off by force.
    static func replace(_ cluster: TestCluster, by spec: String) async throws {
        _ = try await cluster.admin.delete(MeshNames.resource, TestCluster.key)
        if try await cluster.resource() != nil {
            let patch: Tree = ["metadata": ["finalizers": .null]]
            _ = try await cluster.admin.patch(MeshNames.resource, TestCluster.key, .merge(patch))
        }
        try await cluster.create(spec)
    }

    /// The end state of an undisturbed installation, and how many writes it takes.
    static func installed() async throws -> (state: [String: String], writes: Int) {
        let cluster = try await TestCluster()
        try await cluster.create(spec)
        let life = try DirectOperator(cluster)
        try await life.settle()
        return (try await cluster.endState(), life.transport.writes.count)
    }

    static func expect(_ cluster: TestCluster, _ wanted: [String: String], _ label: String) async throws {
        let state = try await cluster.endState()
        #expect(state.keys.sorted() == wanted.keys.sorted(), "\(label)")
        for (id, text) in wanted where state[id] != nil && state[id] != text {
            Issue.record("\(label): \(id)\n\(text)\n\(state[id] ?? "")")
        }
        let uid = try #require(try await cluster.resource()?.uid)
        for kind in TestCluster.servedKinds where kind.removal != .never {
            for object in try await cluster.admin.list(kind.resource).objects {
                guard let owner = object.annotations[MeshNames.Annotation.ownerUID] else { continue }
                #expect(owner == uid, "\(label): \(object.name)")
            }
        }
    }

    @Test func installsForTheNewOneWhenItComesDuringAnInstallation() async throws {
        let whole = try await Self.installed()
        for number in 1...whole.writes {
            let cluster = try await TestCluster()
            let old = try await cluster.create(Self.spec)
            let server = Self.server(cluster, before: number) { try await Self.replace(cluster, by: Self.spec) }
            let life = try DirectOperator(cluster, server: server)
            try await life.settle(patience: 6)
            let label = "made anew before write \(number) of \(whole.writes)"
            try await Self.expect(cluster, whole.state, label)
            #expect(try await cluster.resource()?.uid != old.uid, "\(label)")
            #expect(!life.transport.writes.contains { $0.method == .delete }, "\(label)")
        }
    }

    @Test func takesNothingOverFromAnEarlierOneUntilTold() async throws {
        let whole = try await Self.installed()
        for number in 2...whole.writes {
            let cluster = try await TestCluster()
            let old = try await cluster.create("{profile: default}")
            let server = Self.server(cluster, before: number) {
                try await Self.replace(cluster, by: "{profile: default}")
            }
            let life = try DirectOperator(cluster, server: server)
            try await life.settle(patience: 6)
            let accounts = try await cluster.admin.list(.serviceAccounts).objects
            let isLeft = accounts.contains { $0.annotations[MeshNames.Annotation.ownerUID] == old.uid }
            let reason = try await cluster.condition("Reconciled")?.reason
            #expect(reason == (isLeft ? "ResourceNotOwned" : "AsDesired"), "before write \(number)")
            #expect(!life.transport.writes.contains { $0.method == .delete }, "before write \(number)")
        }
    }

    @Test func keepsTheNewOneWhenItComesDuringARemoval() async throws {
        let whole = try await Self.installed()
        var total = 1
        var number = 1
        while number <= total {
            let cluster = try await TestCluster()
            try await cluster.create(Self.spec)
            try await DirectOperator(cluster).settle()
            _ = try await cluster.admin.delete(MeshNames.resource, TestCluster.key)
            let server = Self.server(cluster, before: number) { try await Self.replace(cluster, by: Self.spec) }
            let life = try DirectOperator(cluster, server: server)
            try await life.settle(patience: 6)
            // As many deletions as an undisturbed removal has, for the last run sees all of them.
            total = max(total, min(life.transport.writes.count { $0.method == .delete } + 2, whole.writes))
            try await Self.expect(cluster, whole.state, "made anew before write \(number) of a removal")
            number += 1
        }
        #expect(total > 10)
    }

    @Test func removesAllWhenItIsDeletedDuringItsInstallation() async throws {
        let whole = try await Self.installed()
        let empty = try await TestCluster().endState()
        for number in 1...whole.writes {
            let cluster = try await TestCluster()
            try await cluster.create(Self.spec)
            let server = Self.server(cluster, before: number) {
                _ = try await cluster.admin.delete(MeshNames.resource, TestCluster.key)
            }
            let life = try DirectOperator(cluster, server: server)
            try await life.settle(patience: 6)
            #expect(try await cluster.resource() == nil, "deleted before write \(number)")
            let left = Set(try await cluster.endState().keys).subtracting(empty.keys)
            let kept: Set = ["CustomResourceDefinition gateways.networking.example.io", "Namespace istio-system"]
            #expect(left.subtracting(kept).isEmpty, "deleted before write \(number): \(left)")
            try await cluster.create(Self.spec)
            try await life.settle(patience: 6)
            try await Self.expect(cluster, whole.state, "deleted before write \(number), then made anew")
        }
    }
}
