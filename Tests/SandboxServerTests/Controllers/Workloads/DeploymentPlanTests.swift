internal import DataTree
internal import KubeAPI
internal import MeshBase
internal import MeshTestKit
internal import Testing

@testable internal import SandboxServer

@Suite struct DeploymentPlanTests {
    static let now = Timestamp(seconds: 1_700_000_000)

    @Test func theFirstTemplateGetsAReplicaSet() throws {
        let deployment = Sample.deployment(replicas: 3)
        let plan = DeploymentPlan(deployment, sets: [], now: Self.now)
        #expect(plan.actions.count == 1)
        guard case .create(let set) = plan.actions.first else {
            Issue.record("expected a creation, got \(plan.actions)")
            return
        }
        #expect(set.wantedReplicas == 3)
        #expect(set.annotations[DeploymentPlan.revisionAnnotation] == "1")
        let hash = try #require(set.labels[PodTemplate.hashLabel])
        #expect(set.name == "web-\(hash)")
        #expect(set.podSelector?.matches(["app": "web", PodTemplate.hashLabel: hash]) == true)
        #expect(set.podSelector?.matches(["app": "web"]) == false)
        #expect(set.controllerReference?.uid == deployment.uid)
        #expect(plan.status["conditions"]?[0]?["reason"]?.string == "NewReplicaSetCreated")
    }

    @Test func aReadyDeploymentNeedsNothing() {
        var deployment = Sample.deployment(replicas: 2)
        var world = Rollout(deployment: deployment, now: Self.now)
        world.settle()
        deployment = world.deployment
        let plan = DeploymentPlan(deployment, sets: world.sets, now: Self.now)
        #expect(plan.actions.isEmpty)
        #expect(plan.status == deployment.tree["status"])
        #expect(deployment.conditions.condition("Progressing")?.reason == "NewReplicaSetAvailable")
        #expect(deployment.conditions.isTrue("Available"))
        #expect(plan.requeue == nil)
    }

    @Test func aPausedDeploymentIsOnlyScaled() {
        var world = Rollout(deployment: Sample.deployment(replicas: 2), now: Self.now)
        world.settle()
        world.deployment.tree.set(true, at: ["spec", "paused"])
        world.deployment.tree.set(5, at: ["spec", "replicas"])
        world.setImage("web:2")
        let plan = DeploymentPlan(world.deployment, sets: world.sets, now: Self.now)
        #expect(plan.actions == [.scale(world.sets[0].name, from: 2, to: 5)])
    }

    @Test func recreateWaitsUntilOldPodsAreGone() {
        var world = Rollout(deployment: Sample.deployment(replicas: 2, strategy: ["type": "Recreate"]), now: Self.now)
        world.settle()
        world.setImage("web:2")
        var sawBoth = false
        world.settle { world in
            let running = world.sets.filter { $0.statusCount("replicas") > 0 }
            if running.count > 1 { sawBoth = true }
        }
        #expect(!sawBoth)
        #expect(world.deployment.statusCount("updatedReplicas") == 2)
    }

    @Test func goingBackReusesTheOldReplicaSetUnderANewRevision() {
        var world = Rollout(deployment: Sample.deployment(replicas: 1), now: Self.now)
        world.settle()
        let first = world.sets[0].name
        world.setImage("web:2")
        world.settle()
        world.setImage("web:1")
        world.settle()
        #expect(world.sets.count == 2)
        let current = world.sets.first { $0.wantedReplicas == 1 }
        #expect(current?.name == first)
        #expect(current?.annotations[DeploymentPlan.revisionAnnotation] == "3")
    }

    @Test(arguments: [(20, [9, 13]), (5, [3, 4]), (10, [5, 7])] as [(Int64, [Int64])])
    func aChangeOfSizeIsSharedOutDuringARollout(_ replicas: Int64, _ expected: [Int64]) throws {
        // Half way: five old ones, seven new ones that never serve, of ten with two more and none less.
        let strategy: Tree = ["type": "RollingUpdate", "rollingUpdate": ["maxSurge": 2, "maxUnavailable": 5]]
        var world = Rollout(deployment: Sample.deployment(replicas: 10, strategy: strategy), now: Self.now)
        world.settle()
        world.podsBecomeReady = false
        world.setImage("web:2")
        world.settle()
        #expect(world.sets.map(\.wantedReplicas) == [5, 7])
        world.deployment.tree.set(.integer(replicas), at: ["spec", "replicas"])
        let plan = DeploymentPlan(world.deployment, sets: world.sets, now: Self.now)
        var sizes = world.sets.map(\.wantedReplicas)
        for case .scale(let name, _, let to) in plan.actions {
            let index = try #require(world.sets.firstIndex { $0.name == name })
            sizes[index] = to
        }
        #expect(sizes == expected)
        world.settle()
    }

    @Test func historyIsCut() {
        var world = Rollout(deployment: Sample.deployment(replicas: 1), now: Self.now)
        world.deployment.tree.set(2, at: ["spec", "revisionHistoryLimit"])
        for number in 1...6 {
            world.setImage("web:\(number)")
            world.settle()
        }
        #expect(world.sets.count == 3)
    }

    @Test func aStuckRolloutFailsAtItsDeadline() {
        var world = Rollout(deployment: Sample.deployment(replicas: 1), now: Self.now)
        world.settle()
        world.podsBecomeReady = false
        world.setImage("web:2")
        world.settle()
        #expect(world.deployment.conditions.condition("Progressing")?.status == .isTrue)
        world.now = Self.now + .seconds(601)
        world.settle()
        let progressing = world.deployment.conditions.condition("Progressing")
        #expect(progressing?.status == .isFalse)
        #expect(progressing?.reason == "ProgressDeadlineExceeded")
        #expect(world.deployment.conditions.isTrue("Available"))
    }

    static let strategies: [(String, String, Int64)] = [
        ("25%", "25%", 4), ("1", "0", 3), ("0", "1", 3), ("0", "0", 2), ("100%", "0", 5), ("50%", "50%", 1),
        ("3", "3", 10),
    ]

    @Test(arguments: strategies) func aRolloutKeepsItsBounds(_ surge: String, _ unavailable: String, _ replicas: Int64)
    {
        func value(_ text: String) -> Tree { Int64(text).map { .integer($0) } ?? .string(text) }
        let strategy: Tree = [
            "type": "RollingUpdate",
            "rollingUpdate": ["maxSurge": value(surge), "maxUnavailable": value(unavailable)],
        ]
        var world = Rollout(deployment: Sample.deployment(replicas: replicas, strategy: strategy), now: Self.now)
        world.settle()
        world.setImage("web:2")
        let view = DeploymentView(world.deployment, sets: world.sets)
        world.settle { world in
            let all = world.sets.reduce(0) { $0 + $1.wantedReplicas }
            let available = world.sets.reduce(0) { $0 + min($1.statusCount("availableReplicas"), $1.wantedReplicas) }
            #expect(all <= replicas + view.maxSurge)
            #expect(available >= replicas - view.maxUnavailable)
        }
        #expect(world.deployment.statusCount("updatedReplicas") == replicas)
        #expect(world.sets.filter { $0.wantedReplicas > 0 }.count == 1)
    }
}

/// A deployment whose ReplicaSets do at once, or one pod at a time, what they are told.
struct Rollout {
    var deployment: KubeObject
    var sets: [KubeObject] = []
    var now: Timestamp
    var podsBecomeReady = true

    init(deployment: KubeObject, now: Timestamp) {
        self.deployment = deployment
        self.now = now
    }

    mutating func setImage(_ image: String) {
        deployment.tree.set(
            [["name": "main", "image": .string(image)]],
            at: ["spec", "template", "spec", "containers"]
        )
        let generation = (deployment.generation ?? 1) + 1
        deployment.tree.set(.integer(generation), at: ["metadata", "generation"])
    }

    /// Lets the controllers take turns until nothing changes.
    mutating func settle(_ check: (Rollout) -> Void = { _ in }) {
        for _ in 0..<200 {
            let before = (deployment, sets)
            let plan = DeploymentPlan(deployment, sets: sets, now: now)
            for action in plan.actions { apply(action) }
            deployment.tree["status"] = plan.status
            check(self)
            for index in sets.indices where step(index) { break }
            check(self)
            if before == (deployment, sets) { return }
        }
        Issue.record("the rollout does not come to rest")
    }

    private mutating func apply(_ action: DeploymentPlan.Action) {
        switch action {
        case .create(var set):
            set.tree.set(.string("uid-\(set.name)"), at: ["metadata", "uid"])
            sets.append(set)
        case .scale(let name, _, let to):
            for index in sets.indices where sets[index].name == name {
                sets[index].tree.set(.integer(to), at: ["spec", "replicas"])
                let known = DeploymentView(deployment, sets: sets).sizeAnnotations
                sets[index].annotations.merge(known) { $1 }
            }
        case .number(let name, let revision):
            for index in sets.indices where sets[index].name == name {
                sets[index].annotations[DeploymentPlan.revisionAnnotation] = String(revision)
            }
        case .delete(let name):
            sets.removeAll { $0.name == name }
        }
    }

    /// One pod more or less, or one more ready; false when the set is as it should be.
    private mutating func step(_ index: Int) -> Bool {
        let set = sets[index]
        let (wanted, total) = (set.wantedReplicas, set.statusCount("replicas"))
        let ready = set.statusCount("availableReplicas")
        var (newTotal, newReady) = (total, ready)
        if total < wanted {
            newTotal += 1
        } else if total > wanted {
            newTotal -= 1
            newReady = min(ready, newTotal)
        } else if ready < total, podsBecomeReady || set.name == sets.first?.name {
            newReady += 1
        } else {
            return false
        }
        sets[index].tree["status"] = .counts([
            ("replicas", newTotal), ("readyReplicas", newReady), ("availableReplicas", newReady),
        ])
        return true
    }
}

/// Objects for tests.
enum Sample {
    static func deployment(replicas: Int64, strategy: Tree? = nil) -> KubeObject {
        var object = KubeObject(kind: .deployment, key: ObjectKey(namespace: "shop", name: "web"))
        object.tree.set("uid-web", at: ["metadata", "uid"])
        object.tree.set(1, at: ["metadata", "generation"])
        object.tree["spec"] = [
            "replicas": .integer(replicas), "selector": ["matchLabels": ["app": "web"]],
            "template": [
                "metadata": ["labels": ["app": "web"]], "spec": ["containers": [["name": "main", "image": "web:1"]]],
            ],
        ]
        if let strategy { object.tree.set(strategy, at: ["spec", "strategy"]) }
        return object
    }

    /// A pod owned by `owner`, ready unless told otherwise.
    static func pod(
        _ name: String,
        owner: KubeObject? = nil,
        phase: String = "Running",
        isReady: Bool = true,
        node: String? = "n1",
        labels: [String: String] = [:]
    ) -> KubeObject {
        var pod = KubeObject(kind: .pod, key: ObjectKey(namespace: "shop", name: name), labels: labels)
        pod.tree.set(.string("uid-\(name)"), at: ["metadata", "uid"])
        pod.tree["spec"] = ["containers": [["name": "main", "image": "web:1"]]]
        if let node { pod.tree.set(.string(node), at: ["spec", "nodeName"]) }
        pod.tree["status"] = ["phase": .string(phase), "podIP": "10.244.0.9"]
        pod.conditions = [
            Condition(
                type: "Ready",
                status: isReady ? .isTrue : .isFalse,
                reason: "",
                lastTransitionTime: "2023-11-14T22:13:00Z"
            )
        ]
        pod.ownerReferences = owner?.ownerReference().map { [$0] } ?? []
        return pod
    }

    static func deleting(_ object: KubeObject) -> KubeObject {
        var copy = object
        copy.tree.set("2023-11-14T22:13:20Z", at: ["metadata", "deletionTimestamp"])
        return copy
    }
}
