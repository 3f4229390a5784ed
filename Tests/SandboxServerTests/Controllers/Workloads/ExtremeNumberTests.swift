internal import DataTree
internal import KubeAPI
internal import MeshBase
internal import Testing

@testable internal import SandboxServer

/// Numbers that the API refuses, but that a store written by an older version may hold: no plan may trap on them.
@Suite struct ExtremeNumberTests {
    static let now = Timestamp(seconds: 1_700_000_000)
    static let extremes: [Int64] = [.max, .max - 1, .min, .min + 1, Int64(Int32.max), Int64(Int32.min), -1, 0]

    /// All integers of `tree` replaced by `number`, and percentages and revisions by texts of it.
    static func extreme(_ tree: Tree, _ number: Int64) -> Tree {
        switch tree {
        case .integer: return .integer(number)
        case .string(let text) where text.hasSuffix("%"): return .string("\(number)%")
        case .string(let text) where Int64(text) != nil: return .string("\(number)")
        case .array(let items): return .array(items.map { extreme($0, number) })
        case .object(let object):
            return .object(TreeObject(object.map { (key: $0.key, value: extreme($0.value, number)) }))
        default: return tree
        }
    }

    /// `tree` with one of its parts made extreme, for each of them, and all at once.
    static func variants(_ tree: Tree) -> [Tree] {
        let parts = ["spec", "status", "metadata"].flatMap { part in
            (tree[part]?.object?.keys ?? []).map { [part, $0] }
        }
        return extremes.flatMap { number in
            [extreme(tree, number)]
                + parts.map { path in
                    var variant = tree
                    let value = tree[path[0]]?[path[1]] ?? .null
                    variant.set(extreme(value, number), at: path)
                    return variant
                }
        }
    }

    static func object(_ kind: String, _ name: String, spec: Tree, status: Tree, revision: String? = nil) -> Tree {
        var spec = spec
        spec["selector"] = ["matchLabels": ["app": "web"]]
        spec["template"] = ["metadata": ["labels": ["app": "web"]], "spec": [:]]
        var tree: Tree = [
            "apiVersion": "apps/v1", "kind": .string(kind), "spec": spec, "status": status,
            "metadata": [
                "name": .string(name), "namespace": "shop", "uid": .string("uid-\(name)"), "generation": 2,
            ],
        ]
        if let revision {
            tree.set(
                .object(TreeObject([(key: DeploymentPlan.revisionAnnotation, value: .string(revision))])),
                at: ["metadata", "annotations"]
            )
        }
        return tree
    }

    static let counts: Tree = [
        "replicas": 2, "readyReplicas": 1, "availableReplicas": 1, "updatedReplicas": 1, "observedGeneration": 1,
        "collisionCount": 1,
    ]

    static func deployment(_ strategy: Tree) -> Tree {
        object(
            "Deployment",
            "web",
            spec: [
                "replicas": 3, "minReadySeconds": 1, "progressDeadlineSeconds": 10, "revisionHistoryLimit": 1,
                "strategy": ["rollingUpdate": strategy],
            ],
            status: counts
        )
    }

    static func set(_ name: String, image: String, revision: String) -> Tree {
        var set = object("ReplicaSet", name, spec: ["replicas": 2], status: counts, revision: revision)
        set.set([["name": "main", "image": .string(image)]], at: ["spec", "template", "spec", "containers"])
        return set
    }

    static let strategies: [Tree] = [
        ["maxSurge": 1, "maxUnavailable": 1], ["maxSurge": "25%", "maxUnavailable": "25%"],
    ]

    @Test(arguments: strategies) func deployments(_ strategy: Tree) {
        let present = Self.set("web-1", image: "a", revision: "1")
        var current = Self.set("web-2", image: "b", revision: "2")
        for variant in Self.variants(Self.deployment(strategy)) {
            check(variant, [present, current])
            check(variant, [])
        }
        current["spec"] = Self.deployment(strategy)["spec"]
        for variant in Self.variants(present) {
            check(Self.deployment(strategy), [variant, current])
            check(Self.deployment(strategy), [variant, variant])
            check(Self.extreme(Self.deployment(strategy), .max), [variant, variant, variant])
        }
    }

    private func check(_ deployment: Tree, _ sets: [Tree]) {
        let plan = DeploymentPlan(KubeObject(deployment), sets: sets.map { KubeObject($0) }, now: Self.now)
        for action in plan.actions {
            switch action {
            case .scale(_, _, let size): #expect(Count.range.contains(size))
            case .create(let set): #expect(Count.range.contains(set.wantedReplicas))
            default: break
            }
        }
    }

    @Test func theHighestRevisionIsNotExceeded() {
        let sets = [Self.set("web-1", image: "a", revision: "\(Int64.max)")].map { KubeObject($0) }
        let plan = DeploymentPlan(KubeObject(Self.deployment(Self.strategies[0])), sets: sets, now: Self.now)
        #expect(plan.revision == .max)
    }

    static let pods = [Sample.pod("web-0"), Sample.pod("web-1", isReady: false), Sample.pod("x")]

    @Test func replicaSets() {
        for variant in Self.variants(Self.set("web", image: "a", revision: "1")) {
            let plan = ReplicaSetPlan(KubeObject(variant), pods: Self.pods, now: Self.now)
            #expect((0...ReplicaSetPlan.burst).contains(plan.creations))
        }
    }

    @Test(arguments: ["OrderedReady", "Parallel"]) func statefulSets(_ policy: String) {
        let set = Self.object(
            "StatefulSet",
            "web",
            spec: [
                "replicas": 2, "ordinals": ["start": 1], "minReadySeconds": 1, "podManagementPolicy": .string(policy),
                "updateStrategy": ["rollingUpdate": ["partition": 1]],
            ],
            status: Self.counts
        )
        for variant in Self.variants(set) {
            let plan = StatefulSetPlan(KubeObject(variant), pods: Self.pods, now: Self.now)
            #expect(plan.creations.allSatisfy { $0 >= 0 })
        }
    }

    @Test(arguments: strategies) func daemonSets(_ strategy: Tree) {
        let set = Self.object(
            "DaemonSet",
            "web",
            spec: ["minReadySeconds": 1, "updateStrategy": ["rollingUpdate": strategy]],
            status: Self.counts
        )
        let node = KubeObject(kind: .node, key: ObjectKey(name: "n"))
        for variant in Self.variants(set) {
            let plan = DaemonSetPlan(KubeObject(variant), pods: Self.pods, nodes: [node], now: Self.now)
            #expect(plan.deletions.count <= Self.pods.count)
        }
    }

    @Test func jobs() {
        var job = Self.object(
            "Job",
            "web",
            spec: [
                "parallelism": 1, "completions": 3, "backoffLimit": 1, "activeDeadlineSeconds": 5,
                "ttlSecondsAfterFinished": 5,
            ],
            status: ["active": 1, "succeeded": 1, "failed": 1, "startTime": "2023-11-14T22:13:20Z"]
        )
        for ends in [false, true] {
            if ends {
                let condition: Tree = [
                    "type": "Complete", "status": "True", "lastTransitionTime": "2023-11-14T22:13:20Z",
                ]
                job.set([condition], at: ["status", "conditions"])
            }
            for variant in Self.variants(job) {
                let plan = JobPlan(KubeObject(variant), pods: Self.pods, now: Self.now)
                #expect((0...ReplicaSetPlan.burst).contains(plan.creations))
            }
        }
    }

    static let budgets: [Tree] = [
        ["minAvailable": 1], ["minAvailable": "50%"], ["maxUnavailable": 1], ["maxUnavailable": "50%"],
    ]

    @Test(arguments: budgets) func disruptionBudgets(_ spec: Tree) {
        for variant in Self.variants(Self.object("PodDisruptionBudget", "web", spec: spec, status: [:])) {
            for wanted in Self.extremes {
                let status = DisruptionPlan.status(KubeObject(variant), pods: Self.pods, wanted: wanted, now: Self.now)
                #expect(Count.range.contains(status["desiredHealthy"]?.integer ?? -1))
                #expect(Count.range.contains(status["disruptionsAllowed"]?.integer ?? -1))
            }
        }
    }
}
