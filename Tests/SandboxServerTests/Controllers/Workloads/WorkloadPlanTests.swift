internal import DataTree
internal import KubeAPI
internal import MeshBase
internal import Testing

@testable internal import SandboxServer

@Suite struct WorkloadPlanTests {
    static let now = Timestamp(seconds: 1_700_000_000)

    static func workload(_ kind: GroupVersionKind, _ spec: Tree) -> KubeObject {
        var object = KubeObject(kind: kind, key: ObjectKey(namespace: "shop", name: "web"))
        object.tree.set("uid-web", at: ["metadata", "uid"])
        object.tree["spec"] = spec
        object.tree.set(["metadata": ["labels": ["app": "web"]], "spec": [:]], at: ["spec", "template"])
        return object
    }

    // MARK: ReplicaSet

    struct ReplicaCase: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var wanted: Int64
        var pods: [KubeObject]
        var creations: Int64 = 0
        var deletions: [String] = []
    }

    static let replicaCases = [
        ReplicaCase(testDescription: "too few", wanted: 3, pods: [Sample.pod("a")], creations: 2),
        ReplicaCase(testDescription: "as many as wanted", wanted: 1, pods: [Sample.pod("a")]),
        ReplicaCase(
            testDescription: "finished ones do not count",
            wanted: 1,
            pods: [Sample.pod("a", phase: "Failed"), Sample.pod("b", phase: "Succeeded")],
            creations: 1
        ),
        ReplicaCase(
            testDescription: "those being deleted do not count",
            wanted: 1,
            pods: [Sample.deleting(Sample.pod("a"))],
            creations: 1
        ),
        ReplicaCase(
            testDescription: "unbound, then pending, then unready ones go first",
            wanted: 1,
            pods: [
                Sample.pod("ready"), Sample.pod("unready", isReady: false),
                Sample.pod("pending", phase: "Pending", isReady: false),
                Sample.pod("unbound", phase: "Pending", isReady: false, node: nil),
            ],
            deletions: ["unbound", "pending", "unready"]
        ),
    ]

    @Test(arguments: replicaCases) func replicaSet(_ expected: ReplicaCase) {
        let set = Self.workload(.replicaSet, ["replicas": .integer(expected.wanted)])
        let plan = ReplicaSetPlan(set, pods: expected.pods, now: Self.now)
        #expect(plan.creations == expected.creations)
        #expect(plan.deletions == expected.deletions)
    }

    @Test func aPodIsAvailableOnceItWasReadyLongEnough() {
        let set = Self.workload(.replicaSet, ["replicas": 1, "minReadySeconds": 30])
        let early = ReplicaSetPlan(set, pods: [Sample.pod("a")], now: Timestamp(seconds: 1_700_000_000))
        #expect(early.status["readyReplicas"] == 1)
        #expect(early.status["availableReplicas"] == nil)
        #expect(early.requeue == .seconds(30))
        let late = ReplicaSetPlan(set, pods: [Sample.pod("a")], now: Timestamp(seconds: 1_700_000_030))
        #expect(late.status["availableReplicas"] == 1)
        #expect(late.requeue == nil)
    }

    // MARK: DaemonSet

    static func node(_ name: String, labels: [String: String] = [:], taints: Tree? = nil) -> KubeObject {
        var node = KubeObject(kind: .node, key: ObjectKey(name: name), labels: labels)
        if let taints { node.tree.set(taints, at: ["spec", "taints"]) }
        return node
    }

    @Test func aDaemonSetWantsOnePodOnEveryFittingNode() {
        var set = Self.workload(.daemonSet, [:])
        set.tree.set(["disk": "fast"], at: ["spec", "template", "spec", "nodeSelector"])
        let hash = PodTemplate(of: set).hash()
        let nodes = [
            Self.node("n1", labels: ["disk": "fast"]), Self.node("n2"), Self.node("n3", labels: ["disk": "fast"]),
            Self.node("n4", labels: ["disk": "fast"], taints: [["key": "gpu", "effect": "NoSchedule"]]),
        ]
        let pods = [
            Sample.pod("a", node: "n1", labels: [DaemonSetPlan.hashLabel: hash]),
            Sample.pod("b", node: "n2", labels: [DaemonSetPlan.hashLabel: hash]),
        ]
        let plan = DaemonSetPlan(set, pods: pods, nodes: nodes, now: Self.now)
        #expect(plan.creations == ["n3"])
        #expect(plan.deletions == ["b"])
        #expect(plan.status["desiredNumberScheduled"] == 2)
        #expect(plan.status["numberMisscheduled"] == 1)
        #expect(plan.status["numberReady"] == 1)
    }

    @Test func aDaemonSetRenewsOnePodAtATime() {
        let set = Self.workload(.daemonSet, [:])
        let nodes = [Self.node("n1"), Self.node("n2")]
        let old = [DaemonSetPlan.hashLabel: "old"]
        let both = [Sample.pod("a", node: "n1", labels: old), Sample.pod("b", node: "n2", labels: old)]
        #expect(DaemonSetPlan(set, pods: both, nodes: nodes, now: Self.now).deletions == ["a"])
        let one = [both[0], Sample.pod("b", isReady: false, node: "n2", labels: [DaemonSetPlan.hashLabel: "x"])]
        #expect(DaemonSetPlan(set, pods: one, nodes: nodes, now: Self.now).deletions == ["b"])
    }

    // MARK: StatefulSet

    struct StatefulCase: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var policy: String = "OrderedReady"
        var wanted: Int64
        var pods: [(number: Int, isReady: Bool, isCurrent: Bool)]
        var creations: [Int64] = []
        var deletions: [String] = []
    }

    static let statefulCases = [
        StatefulCase(testDescription: "the first one first", wanted: 3, pods: [], creations: [0]),
        StatefulCase(testDescription: "in order", wanted: 3, pods: [(0, true, true)], creations: [1]),
        StatefulCase(testDescription: "waits for the one before", wanted: 3, pods: [(0, false, true)]),
        StatefulCase(
            testDescription: "all at once when parallel",
            policy: "Parallel",
            wanted: 3,
            pods: [(1, false, true)],
            creations: [0, 2]
        ),
        StatefulCase(
            testDescription: "the highest goes first",
            wanted: 1,
            pods: [(0, true, true), (1, true, true), (2, true, true)],
            deletions: ["web-2"]
        ),
        StatefulCase(
            testDescription: "renews from the top",
            wanted: 2,
            pods: [(0, true, false), (1, true, false)],
            deletions: ["web-1"]
        ),
        StatefulCase(
            testDescription: "waits for the renewed one",
            wanted: 2,
            pods: [(0, true, false), (1, false, true)]
        ),
    ]

    @Test(arguments: statefulCases) func statefulSet(_ expected: StatefulCase) {
        let set = Self.workload(
            .statefulSet,
            ["replicas": .integer(expected.wanted), "podManagementPolicy": .string(expected.policy)]
        )
        let revision = StatefulSetPlan(set, pods: [], now: Self.now).revision
        let pods = expected.pods.map { pod in
            Sample.pod(
                "web-\(pod.number)",
                isReady: pod.isReady,
                labels: [StatefulSetPlan.hashLabel: pod.isCurrent ? revision : "old"]
            )
        }
        let plan = StatefulSetPlan(set, pods: pods, now: Self.now)
        #expect(plan.creations == expected.creations)
        #expect(plan.deletions == expected.deletions)
    }

    // MARK: Job

    struct JobCase: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var spec: Tree
        var phases: [String]
        var creations: Int64 = 0
        var deletions: [String] = []
        var end: String?
    }

    static let jobCases = [
        JobCase(testDescription: "starts", spec: ["completions": 3, "parallelism": 2], phases: [], creations: 2),
        JobCase(
            testDescription: "starts no more than are needed",
            spec: ["completions": 3, "parallelism": 2],
            phases: ["Succeeded", "Succeeded"],
            creations: 1
        ),
        JobCase(
            testDescription: "completes",
            spec: ["completions": 2, "parallelism": 2],
            phases: ["Succeeded", "Succeeded"],
            end: "Complete"
        ),
        JobCase(
            testDescription: "tries again",
            spec: ["completions": 1, "parallelism": 1],
            phases: ["Failed"],
            creations: 1
        ),
        JobCase(
            testDescription: "gives up",
            spec: ["completions": 1, "parallelism": 1, "backoffLimit": 1],
            phases: ["Failed", "Failed", "Running"],
            deletions: ["pod-2"],
            end: "Failed"
        ),
        JobCase(
            testDescription: "is suspended",
            spec: ["completions": 1, "suspend": true],
            phases: ["Running"],
            deletions: ["pod-0"]
        ),
        JobCase(
            testDescription: "ends a work queue with the first success",
            spec: ["parallelism": 2],
            phases: ["Succeeded"],
            end: "Complete"
        ),
    ]

    @Test(arguments: jobCases) func job(_ expected: JobCase) {
        let job = Self.workload(.job, expected.spec)
        let pods = expected.phases.enumerated().map { Sample.pod("pod-\($0.offset)", phase: $0.element) }
        let plan = JobPlan(job, pods: pods, now: Self.now)
        #expect(plan.creations == expected.creations)
        #expect(plan.deletions == expected.deletions)
        #expect(plan.status["conditions"]?[0]?["type"]?.string == expected.end)
    }

    // MARK: PodDisruptionBudget

    static let budgets: [(Tree, Int64, Int, Int64)] = [
        (["minAvailable": 2], 3, 3, 1), (["minAvailable": 2], 3, 2, 0), (["minAvailable": "50%"], 3, 3, 1),
        (["maxUnavailable": 1], 3, 3, 1), (["maxUnavailable": 1], 3, 2, 0), (["maxUnavailable": "100%"], 2, 2, 2),
        (["minAvailable": 0], 0, 0, 0),
    ]

    @Test(arguments: budgets) func budget(_ spec: Tree, _ wanted: Int64, _ healthy: Int, _ allowed: Int64) {
        var budget = KubeObject(kind: .podDisruptionBudget, key: ObjectKey(namespace: "shop", name: "web"))
        budget.tree["spec"] = spec
        let pods = (0..<healthy).map { Sample.pod("p\($0)") }
        let status = DisruptionPlan.status(budget, pods: pods, wanted: wanted, now: Self.now)
        #expect(status["disruptionsAllowed"] == .integer(allowed))
    }
}
