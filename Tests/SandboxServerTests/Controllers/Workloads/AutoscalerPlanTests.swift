internal import DataTree
internal import KubeAPI
internal import MeshBase
internal import Testing

@testable internal import SandboxServer

@Suite struct AutoscalerPlanTests {
    static let now = Timestamp(seconds: 1_700_000_000)

    static func autoscaler(_ least: Int64, _ most: Int64) -> KubeObject {
        var result = KubeObject(kind: .horizontalPodAutoscaler, key: ObjectKey(namespace: "shop", name: "web"))
        result.tree["spec"] = [
            "minReplicas": .integer(least), "maxReplicas": .integer(most),
            "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "web"],
            "metrics": [["type": "Resource", "resource": ["name": "cpu"]]],
        ]
        return result
    }

    static func target(_ replicas: Int64) -> KubeObject {
        var target = KubeObject(kind: .deployment, key: ObjectKey(namespace: "shop", name: "web"))
        target.tree["spec"] = ["replicas": .integer(replicas)]
        target.tree["status"] = ["replicas": .integer(replicas)]
        return target
    }

    @Test(arguments: [(1, 2), (9, 5), (3, nil), (0, nil)] as [(Int64, Int64?)])
    func boundsAreKept(_ replicas: Int64, _ expected: Int64?) {
        let plan = AutoscalerPlan(Self.autoscaler(2, 5), target: Self.target(replicas), now: Self.now)
        #expect(plan.scale == expected)
    }

    @Test func withoutMetricsItSaysSo() {
        let plan = AutoscalerPlan(Self.autoscaler(2, 5), target: Self.target(3), now: Self.now)
        var shown = Self.autoscaler(2, 5)
        shown.tree["status"] = plan.status
        #expect(shown.conditions.isTrue("AbleToScale"))
        let active = shown.conditions.condition("ScalingActive")
        #expect(active?.status == .isFalse && active?.reason == "FailedGetResourceMetric")
        #expect(active?.message.hasSuffix("(get pods.metrics.k8s.io)") == true)
        // Later looks change nothing, so that nothing is written.
        #expect(AutoscalerPlan(shown, target: Self.target(3), now: Self.now + .seconds(15)).status == plan.status)
    }

    @Test func aTargetThatIsScaledToNothingIsLeftAlone() {
        let plan = AutoscalerPlan(Self.autoscaler(2, 5), target: Self.target(0), now: Self.now)
        #expect(plan.status["conditions"]?[1]?["reason"] == "ScalingDisabled")
        let missing = AutoscalerPlan(Self.autoscaler(2, 5), target: nil, now: Self.now)
        #expect(missing.status["conditions"]?[0]?["reason"] == "FailedGetScale")
    }
}
