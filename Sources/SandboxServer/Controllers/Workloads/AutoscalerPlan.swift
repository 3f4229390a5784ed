internal import DataTree
internal import KubeAPI
internal import MeshBase

/// What a HorizontalPodAutoscaler does where there are no metrics.
///
/// It keeps its target within its bounds, and says that it knows no more. A pure function of what was observed.
struct AutoscalerPlan: Sendable, Hashable {
    /// The number of replicas to set, nil to leave it.
    private(set) var scale: Int64?
    /// Why it is to be set.
    private(set) var reason = ""
    /// The status to be shown.
    private(set) var status: Tree

    private let autoscaler: KubeObject
    private let now: String
    private var conditions: [Condition]

    /// Plans for `autoscaler`, whose target is `target`; nil when there is none.
    init(_ autoscaler: KubeObject, target: KubeObject?, now: Timestamp) {
        self.autoscaler = autoscaler
        self.now = now.rfc3339
        self.conditions = autoscaler.conditions
        status = autoscaler.tree["status"] ?? [:]
        status["observedGeneration"] = autoscaler.generation.map { .integer($0) }
        if let target { plan(target) } else { miss() }
        status["conditions"] = .array(conditions.map(\.tree))
    }

    private var least: Int64 { autoscaler.count(1, "spec", "minReplicas") }
    private var most: Int64 { autoscaler.count(1, "spec", "maxReplicas") }

    private mutating func plan(_ target: KubeObject) {
        let current = target.wantedReplicas
        set("AbleToScale", true, "SucceededGetScale", "the HPA controller was able to get the target's current scale")
        status["currentReplicas"] = .integer(target.statusCount("replicas"))
        if status["desiredReplicas"] == nil { status["desiredReplicas"] = 0 }
        if current == 0, least != 0 {
            status["desiredReplicas"] = 0
            let why = "scaling is disabled since the replica count of the target is zero"
            set("ScalingActive", false, "ScalingDisabled", why)
            return
        }
        if current > most {
            resize(to: most, "Current number of replicas above Spec.MaxReplicas")
        } else if current < least {
            resize(to: least, "Current number of replicas below Spec.MinReplicas")
        } else {
            let (reason, why) = missing
            set("ScalingActive", false, reason, "the HPA was unable to compute the replica count: \(why)")
        }
    }

    private mutating func resize(to size: Int64, _ reason: String) {
        scale = size
        self.reason = reason
        status["desiredReplicas"] = .integer(size)
        status["lastScaleTime"] = .string(now)
        let message = "the HPA controller was able to update the target scale to \(size)"
        set("AbleToScale", true, "SucceededRescale", message)
    }

    private mutating func miss() {
        let target = autoscaler.tree.value(at: "spec", "scaleTargetRef")
        let name = "\(target?["kind"]?.string ?? "") \"\(target?["name"]?.string ?? "")\""
        let message = "the HPA controller was unable to get the target's current scale: \(name) not found"
        set("AbleToScale", false, "FailedGetScale", message)
    }

    /// Why there is no value of the first metric.
    private var missing: (reason: String, message: String) {
        let metric = autoscaler.tree.value(at: "spec", "metrics")?[0]
        let absent = "the server could not find the requested resource"
        switch metric?["type"]?.string {
        case "Pods": return ("FailedGetPodsMetric", "unable to fetch metrics from custom metrics API: \(absent)")
        case "Object": return ("FailedGetObjectMetric", "unable to fetch metrics from custom metrics API: \(absent)")
        case "External":
            return ("FailedGetExternalMetric", "unable to fetch metrics from external metrics API: \(absent)")
        default:
            let name = metric?.value(at: "resource", "name")?.string ?? "cpu"
            return (
                "FailedGetResourceMetric",
                "failed to get \(name) utilization: unable to get metrics for resource \(name): unable to fetch "
                    + "metrics from resource metrics API: \(absent) (get pods.metrics.k8s.io)"
            )
        }
    }

    private mutating func set(_ type: String, _ holds: Bool, _ reason: String, _ message: String) {
        let status: Condition.Status = holds ? .isTrue : .isFalse
        conditions.set(Condition(type: type, status: status, reason: reason, message: message), now: now)
    }
}
