internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import Logging
internal import MeshAPI
internal import MeshBase
internal import Synchronization
internal import Testing

@testable internal import OperatorCore

@Suite struct FaultTests {
    @Test func triesEachWriteOnceMoreWhenEveryFirstOneConflicts() async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: default}")
        let seen = Mutex<Set<String>>([])
        let life = try DirectOperator(
            cluster,
            rule: { request, write in
                guard write > 0 else { return nil }
                let isFirst = seen.withLock { $0.insert("\(request.method) \(request.path)").inserted }
                return isFirst ? .refuse(status: 409, reason: "Conflict") : nil
            }
        )
        try await life.settle(patience: 4)
        #expect(try await cluster.condition("Ready")?.status == .isTrue)
        let counts = Dictionary(grouping: life.transport.writes, by: { "\($0.method) \($0.path)" }).mapValues(\.count)
        let objects = counts.filter { !$0.key.contains("meshoperators") }
        #expect(objects.allSatisfy { $0.value <= 2 }, "\(objects.filter { $0.value > 2 })")
    }

    struct Trouble: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var fault: FaultyTransport.Fault
    }

    static let troubles: [Trouble] = [
        .init(testDescription: "429", fault: .refuse(status: 429, reason: "TooManyRequests", retryAfter: "7")),
        .init(testDescription: "500", fault: .refuse(status: 500, reason: "InternalError")),
        .init(testDescription: "503", fault: .refuse(status: 503, reason: "ServiceUnavailable")),
        .init(testDescription: "reset before", fault: .reset),
        .init(testDescription: "reset after", fault: .resetAfter),
    ]

    @Test(arguments: troubles) func reachesTheSameEndThroughFailuresOfEveryThirdWrite(_ trouble: Trouble) async throws {
        let scenario = Scenario.all[0]
        let whole = try await CrashAnywhereTests.play(scenario)
        let cluster = try await TestCluster()
        try await scenario.change(cluster)
        let life = try DirectOperator(cluster, rule: { _, write in write % 3 == 1 ? trouble.fault : nil })
        try await life.settle(patience: 30)
        let state = try await cluster.endState()
        for (id, text) in whole.state where state[id] != text {
            Issue.record("\(id)\n\(text)\n\(state[id] ?? "is missing")")
        }
    }

    @Test func passesOnHowLongTheServerWantsToBeLeftAlone() async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: default}")
        let life = try DirectOperator(
            cluster,
            rule: { _, write in
                write > 1 ? .refuse(status: 429, reason: "TooManyRequests", retryAfter: "7") : nil
            }
        )
        try await life.synchronize()
        let error = await #expect(throws: KubeError.self) { try await life.reconcile() }
        #expect(error?.retryClass == .transient(after: .seconds(7)))
        #expect(life.transport.writes.count <= 4)
    }

    @Test func degradesWhenAPermissionIsMissingAndGoesOnWithTheRest() async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: default}")
        let isForbidden = Mutex(true)
        let life = try DirectOperator(
            cluster,
            rule: { request, _ in
                guard request.method == .patch, request.path.hasSuffix("/networkpolicies/istiod"),
                    isForbidden.withLock({ $0 })
                else { return nil }
                return .refuse(status: 403, reason: "Forbidden")
            }
        )
        for _ in 0..<6 {
            try await life.synchronize()
            try await life.reconcile()
            _ = try await cluster.step()
        }
        let degraded = try #require(try await cluster.condition("Degraded"))
        #expect(degraded.status == .isTrue)
        #expect(degraded.reason == "Forbidden")
        #expect(degraded.message.contains("NetworkPolicy istio-system/istiod"))
        #expect(try await cluster.object(.daemonSets, "istio-system", "istio-cni-node") != nil)
        isForbidden.withLock { $0 = false }
        cluster.pass(RefusalMemory.forbiddenPace.maximum)
        try await life.settle()
        #expect(try await cluster.condition("Ready")?.status == .isTrue)
    }

    @Test func dropsThePlanOfAMeshOperatorThatWasMadeAnew() async throws {
        let cluster = try await TestCluster()
        let old = try await cluster.create("{profile: default}")
        let life = try DirectOperator(cluster)
        try await life.synchronize()
        // The old one goes and a new one comes while the caches still show the old.
        _ = try await cluster.admin.delete(MeshNames.resource, TestCluster.key)
        let new = try await cluster.create("{profile: minimal}")
        #expect(old.uid != new.uid)
        await #expect(throws: (any Error).self) { try await life.reconcile() }
        let marked = try await cluster.admin.list(.serviceAccounts).objects.filter {
            $0.annotations[MeshNames.Annotation.ownerUID] == old.uid
        }
        #expect(marked.isEmpty)
        try await life.settle()
        let istiod = try #require(try await cluster.object(.deployments, "istio-system", "istiod"))
        #expect(istiod.annotations[MeshNames.Annotation.ownerUID] == new.uid)
        #expect(try await cluster.object(.deployments, "istio-system", "ingress") == nil)
    }

    @Test func abortsBetweenTwoWritesWhenTheMeshOperatorIsMadeAnew() async throws {
        let cluster = try await TestCluster()
        let old = try await cluster.create("{profile: default}")
        let life = try DirectOperator(cluster)
        try await life.synchronize()
        let executor = PlanExecutor(
            client: ClusterClient(transport: life.transport),
            ledger: WriteLedger(),
            metrics: OperatorMetrics(life.metrics),
            logger: .init(label: "test")
        )
        let steps = ["a", "b", "c"].map { name in
            MeshStep.apply(
                .init(
                    object: KubeObject(kind: .configMap, key: ObjectKey(namespace: "default", name: name)),
                    cause: .create,
                    takesFields: false,
                    rewritten: []
                )
            )
        }
        let asked = Mutex(0)
        let error = await #expect(throws: MeshOperatorError.self) {
            _ = try await executor.perform(steps) {
                asked.withLock { count in
                    count += 1
                    return count <= 2
                }
            }
        }
        #expect(error?.code == .superseded)
        #expect(life.transport.writes.count == 2)
        #expect(old.uid != nil)
    }
}
