internal import DataTree
internal import KubeAPI
internal import Testing

@testable internal import UpgradePlanning

struct RestartableWorkloadTests {
    /// A Rollout in the middle of its life, with spec and status as Argo's controller (v1.8) writes them: the generation is text.
    static func rollout(_ change: (inout KubeObject) -> Void = { _ in }) throws -> KubeObject {
        let text = """
            apiVersion: argoproj.io/v1alpha1
            kind: Rollout
            metadata: {name: web, namespace: shop, generation: 5, resourceVersion: "812"}
            spec:
              replicas: 2
              restartAt: "2026-11-26T22:29:40Z"
              selector: {matchLabels: {app: web}}
              strategy: {canary: {steps: [{setWeight: 50}, {pause: {}}]}}
              template: {metadata: {labels: {app: web}}}
            status:
              HPAReplicas: 2
              availableReplicas: 2
              canary: {}
              conditions:
                - {type: Available, status: "True", reason: AvailableReason, message: Rollout has minimum availability}
                - {type: Healthy, status: "True", reason: RolloutHealthy, message: Rollout is healthy}
              currentPodHash: 6d7f9c4d8
              currentStepHash: 5f7b9d
              currentStepIndex: 2
              observedGeneration: "5"
              phase: Healthy
              readyReplicas: 2
              replicas: 2
              restartedAt: "2026-11-26T22:29:40Z"
              selector: app=web
              stableRS: 6d7f9c4d8
              updatedReplicas: 2
            """
        var rollout = KubeObject(try #require(YAML.documents(text).first))
        change(&rollout)
        return rollout
    }

    @Test("A Rollout is rolled out by what Argo's controller writes, whose generation is text")
    func argo() throws {
        #expect(RestartableWorkload.isRolledOut(try Self.rollout()))
        let number = try Self.rollout { $0.tree.set(5, at: ["status", "observedGeneration"]) }
        #expect(RestartableWorkload.isRolledOut(number))
        #expect(RestartableWorkload.isRolledOut(try Self.rollout { $0.tree.set(.null, at: ["spec", "restartAt"]) }))
        let precise: Tree = "2026-11-26T22:29:40.75Z"
        #expect(RestartableWorkload.isRolledOut(try Self.rollout { $0.tree.set(precise, at: ["spec", "restartAt"]) }))
    }

    static let unfinished: [(field: [String], value: Tree)] = [
        (["status", "observedGeneration"], "4"), (["status", "observedGeneration"], "6d7f9c4d8"),
        (["status", "observedGeneration"], .null), (["spec", "restartAt"], "2026-11-26T22:29:41Z"),
        (["spec", "restartAt"], "soon"), (["status", "restartedAt"], .null),
        (["status", "restartedAt"], "2026-11-26T22:29:39Z"), (["status", "updatedReplicas"], 1),
    ]

    @Test("A Rollout that its controller has not seen, or not restarted yet, is not rolled out", arguments: unfinished)
    func argoUnfinished(field: [String], value: Tree) throws {
        #expect(!RestartableWorkload.isRolledOut(try Self.rollout { $0.tree.set(value, at: field) }))
    }

    @Test("A Deployment is not asked about a restart of Argo's")
    func deployment() {
        var web = SampleWorkloads.deployment("web")
        web.tree.set("2026-11-26T22:29:40Z", at: ["spec", "restartAt"])
        #expect(RestartableWorkload.isRolledOut(web))
    }
}
