internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshAPI
internal import RolloutControl
internal import SandboxStore
internal import Synchronization
internal import Testing

@testable internal import OperatorCore

/// A server where a controller changes the status of a Deployment right before writes of it arrive.
private final class NoisyServer: HTTPTransport {
    private let cluster: TestCluster
    private let inner: InProcessTransport
    private let state = Mutex((left: 0, key: ObjectKey(name: ""), serial: 0))

    init(_ cluster: TestCluster) {
        self.cluster = cluster
        inner = InProcessTransport(cluster.core)
    }

    /// Has the status of a Deployment change before the next `times` writes of it.
    func disturb(_ name: String, _ times: Int, in namespace: String = UpgradeMesh.namespace) {
        state.withLock { $0 = (times, ObjectKey(namespace: namespace, name: name), $0.serial) }
    }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let serial = state.withLock { state -> Int? in
            guard request.method == .patch, request.path.hasSuffix("/deployments/\(state.key.name)"), state.left > 0
            else { return nil }
            state.left -= 1
            state.serial += 1
            return state.serial
        }
        if let serial {
            let condition: Tree = [
                "type": "ReplicaFailure", "status": "True", "reason": "FailedCreate",
                "message": .string("exceeded quota: pods, try \(serial)"),
            ]
            let key = state.withLock { $0.key }
            do {
                _ = try await cluster.admin.patchStatus(
                    .deployments,
                    key,
                    .merge(["status": ["conditions": [condition]]]),
                    WriteOptions(fieldManager: "kube-controller-manager")
                )
            } catch {
                throw TransportError(.connectionLost, "\(error)")
            }
        }
        return try await inner.send(request)
    }
}

/// Upgrades while the status of what is written changes all the time, as under a ResourceQuota that lets no pod through.
@Suite struct UpgradeNoiseTests {
    private static func started() async throws -> (UpgradeLife, NoisyServer) {
        let world = UpgradeWorld(try await TestCluster())
        try await world.cluster.create("{version: 1.29.2, \(RollbackTests.quick)}")
        let server = NoisyServer(world.cluster)
        let life = try UpgradeLife(world, server: server)
        try await life.settle()
        try await world.makeNamespace("shop")
        try await world.makeNamespace("pay", ["istio.io/rev": "default"])
        try await world.makeApp("shop", "cart")
        try await world.makeApp("pay", "bank")
        try await life.settle()
        try await world.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "Holding")
        return (life, server)
    }

    @Test("An abort is written down and carried out though the status changes before each of several writes")
    func abort() async throws {
        let (life, server) = try await Self.started()
        server.disturb("istiod-1-30-2", PlanExecutor.tries - 1)
        try await life.annotate(RolloutNames.Command.abort, "no")
        try await life.round()
        #expect(try await life.status().phase == .rollingBack)
        for _ in 0..<100 where try await life.status().phase != .rolledBack {
            server.disturb("istiod-1-30-2", 5)
            try await life.round()
            #expect(try await life.status().conditions.allSatisfy { $0.type != "FieldConflict" })
        }
        #expect(try await life.status().phase == .rolledBack)
        try await RollbackTests.expectAsBefore(life)
        #expect(try await life.life.events().allSatisfy { !$0.hasPrefix("FieldConflict") })
    }

    @Test("Where it changes before every write there is no fight: the rest goes back, and it is tried again soon")
    func everyWrite() async throws {
        let (life, server) = try await Self.started()
        try await life.annotate(RolloutNames.Command.abort, "no")
        try await life.round()
        #expect(try await life.status().phase == .rollingBack)
        // Something is to be set right on the Deployment that is overtaken each time.
        let key = ObjectKey(namespace: UpgradeMesh.namespace, name: "istiod-1-30-2")
        _ = try await life.cluster.admin.patch(.deployments, key, .merge(["spec": ["replicas": 0]]))
        server.disturb("istiod-1-30-2", 100_000)
        try await life.life.synchronize()
        #expect(try await life.life.reconcile() == .requeue(after: .seconds(1)))
        try await life.until("workloads are back") { life in
            #expect(try await life.status().conditions.allSatisfy { $0.type != "FieldConflict" })
            return try await life.world.revisions().values.allSatisfy { $0 == ["default"] }
        }
        server.disturb("", 0)
        try await life.until("rolled back") { try await $0.status().phase == .rolledBack }
        try await RollbackTests.expectAsBefore(life)
    }

    @Test("A workload whose status changes before each of several writes is sent back all the same")
    func workload() async throws {
        let (life, server) = try await Self.started()
        try await life.annotate(RolloutNames.Command.abort, "no")
        for _ in 0..<60 where try await life.status().phase != .rolledBack {
            let isBankBack = try await life.world.revisions()["pay/bank"] == ["default"]
            server.disturb(isBankBack ? "cart" : "bank", 5, in: isBankBack ? "shop" : "pay")
            try await life.round()
        }
        #expect(try await life.status().phase == .rolledBack)
        try await RollbackTests.expectAsBefore(life)
    }

    @Test("A fight over one object is told, keeps nothing from going back, and the way back is told beside it")
    func fight() async throws {
        let (life, _) = try await Self.started()
        try await life.annotate(RolloutNames.Command.abort, "no")
        try await life.round()
        life.life.transport.setRule { request, _ in
            let isTheirs = request.path.hasSuffix("/configmaps/istio") && request.method != .get
            return isTheirs ? .refuse(status: 409, reason: "Conflict") : nil
        }
        let key = ObjectKey(namespace: UpgradeMesh.namespace, name: "istio")
        _ = try await life.cluster.admin.patch(
            .configMaps,
            key,
            .merge(["data": ["mesh": "theirs"]]),
            WriteOptions(fieldManager: "flux")
        )
        for _ in 0..<80 {
            try await life.life.synchronize()
            _ = try? await life.life.reconcile()
            _ = try await life.world.step()
            life.cluster.pass(.seconds(1))
        }
        try await life.expectAll("default")
        let status = try await life.status()
        #expect(status.phase == .rolledBack || status.phase == .rollingBack, "\(String(describing: status.phase))")
        #expect(status.plan?.progress.reason.hasPrefix("Roll") == true)
        #expect(status.conditions.first { $0.type == "FieldConflict" }?.message.contains("manager flux") == true)
        life.life.transport.setRule { _, _ in nil }
        try await life.settle()
        #expect(try await life.status().phase == .rolledBack)
        #expect(try await life.status().conditions.allSatisfy { $0.type != "FieldConflict" })
    }
}
