internal import DataTree
internal import KubeAPI
internal import Testing

@testable internal import UpgradePlanning

struct WorkloadInventoryTests {
    private static let hash = ["pod-template-hash": "5d4f"]

    @Test("Pods are found with their owner behind the ReplicaSet, revision, version and readiness")
    func owners() throws {
        let inventory = SampleWorkloads.inventory(
            [
                SampleWorkloads.pod("web-1", owner: ("ReplicaSet", "web-5d4f"), labels: Self.hash, revision: "old"),
                SampleWorkloads.pod("db-0", owner: ("StatefulSet", "db"), revision: "new", isReady: false),
                SampleWorkloads.pod("once", owner: ("Job", "once"), revision: "old"),
                SampleWorkloads.pod("alone", revision: "old"),
                SampleWorkloads.pod("odd", owner: ("ReplicaSet", "odd"), labels: Self.hash, revision: "old"),
                SampleWorkloads.pod("gateway", in: "istio-system", revision: "old"),
            ],
            owners: [SampleWorkloads.deployment("web")]
        )
        #expect(
            inventory.workloads.map(\.id.description) == [
                "Pod shop/alone", "StatefulSet shop/db", "ReplicaSet shop/odd", "Job shop/once", "Deployment shop/web",
            ]
        )
        let web = try #require(inventory.workloads.last)
        #expect(web.restart == .possible)
        #expect(web.pods.map(\.revision) == ["old"])
        #expect(web.pods.map(\.proxyVersion) == ["1.29.2"])
        #expect(inventory.workloads[1].pods.map(\.isReady) == [false])
        #expect(inventory.workloads.count { $0.restart == .possible } == 1)
        #expect(inventory.podsPerRevision == ["old": 4, "new": 1])
    }

    @Test("Pods that have the sidecar of another mesh, or should have one, are none of this mesh's")
    func ofOthers() throws {
        let inventory = SampleWorkloads.inventory(
            [
                SampleWorkloads.pod("own", revision: "old"), SampleWorkloads.pod("lacking"),
                SampleWorkloads.pod("coming", revision: "theirs"), SampleWorkloads.pod("orphan", revision: "gone"),
                SampleWorkloads.pod("going", in: "team", revision: "old"), SampleWorkloads.pod("theirs", in: "team"),
                SampleWorkloads.pod("theirs-1", in: "team", revision: "theirs"),
                SampleWorkloads.pod("own-label", in: "free", labels: ["istio.io/rev": "their-tag"]),
                SampleWorkloads.pod("kept", in: "free", revision: "gone"),
            ],
            namespaces: [
                SampleWorkloads.namespace("shop", ["istio-injection": "enabled"]),
                SampleWorkloads.namespace("team", ["istio.io/rev": "their-tag"]),
                SampleWorkloads.namespace("free", [:]),
            ],
            others: ["theirs", "their-tag"]
        )
        // What has the sidecar of the one and is labelled for the other belongs to both.
        let names = ["free/kept", "shop/coming", "shop/lacking", "shop/orphan", "shop/own", "team/going"]
        #expect(inventory.workloads.map(\.id.key.description) == names)
        #expect(inventory.podsPerRevision == ["old": 2, "gone": 2])
        #expect(inventory.lackingSidecar.map(\.name) == ["lacking"])
    }

    @Test("Without a hash pods are those of the Rollout or Deployment after which their ReplicaSet is named")
    func ownersWithoutAHash() throws {
        func owner(_ kind: String, _ group: String, _ name: String, _ app: String) -> KubeObject {
            let kind = GroupVersionKind(group: group, version: "v1", kind: kind)
            var object = KubeObject(kind: kind, key: ObjectKey(namespace: "shop", name: name))
            object.tree.set(["app": .string(app)], at: ["spec", "template", "metadata", "labels"])
            return object
        }
        func pod(_ name: String, _ replicaSet: String, _ app: String) -> KubeObject {
            SampleWorkloads.pod(name, owner: ("ReplicaSet", replicaSet), labels: ["app": app], revision: "old")
        }
        let inventory = SampleWorkloads.inventory(
            [
                pod("arg-1", "arg-abc", "arg"), pod("web-1", "web-abc", "web"), pod("other-1", "web-def", "other"),
                pod("none-1", "none-abc", "none"), pod("plain-1", "plain", "arg"),
            ],
            owners: [owner("Rollout", "argoproj.io", "arg", "arg"), owner("Deployment", "apps", "web", "web")]
        )
        #expect(
            inventory.workloads.map(\.id.description).sorted() == [
                "Deployment shop/web", "ReplicaSet shop/none-abc", "ReplicaSet shop/plain", "ReplicaSet shop/web-def",
                "Rollout shop/arg",
            ]
        )
        let rollout = try #require(inventory.workloads.first { $0.id.kind == "Rollout" })
        #expect(rollout.restart == .possible)
    }

    @Test(
        "An Argo Rollout that names a revision stays, but for `default`, which the promotion makes a tag: a restart moves it then"
    )
    func labelledRollouts() throws {
        func rollout(_ name: String, _ revision: String) -> KubeObject {
            var object = KubeObject(
                kind: RestartableWorkload.argoRollouts.kind,
                key: ObjectKey(namespace: "shop", name: name)
            )
            object.tree.set(
                ["app": .string(name), "istio.io/rev": .string(revision)],
                at: ["spec", "template", "metadata", "labels"]
            )
            return object
        }
        func pod(_ name: String, _ revision: String) -> KubeObject {
            let labels = ["app": name, "istio.io/rev": revision]
            return SampleWorkloads.pod(
                "\(name)-1",
                owner: ("ReplicaSet", "\(name)-abc"),
                labels: labels,
                revision: revision
            )
        }
        let workloads = WorkloadInventory(
            pods: [pod("named", "1-29-6"), pod("plain", "default")],
            owners: Dictionary(
                uniqueKeysWithValues: [rollout("named", "1-29-6"), rollout("plain", "default")].map {
                    (ResourceID($0), $0)
                }
            ),
            namespaces: [SampleWorkloads.namespace("shop", [:])],
            choice: RevisionChoice(tags: [:]),
            rules: InjectionRules()
        ) { _ in false }.workloads
        #expect(workloads.map(\.chooser) == [.revision("1-29-6"), .revision("default")])
        guard case .impossible(let why) = workloads.first?.restart else {
            Issue.record("\(workloads)")
            return
        }
        #expect(why.contains("begin a canary of its own"))
        #expect(workloads.last?.restart == .possible)
        let moves = WorkloadMoves(workloads, to: "1-30-3") { _ in 0 }
        #expect(moves.order.isEmpty, "its template is never changed, be it a tag yet or not")
        var following = workloads
        for index in following.indices { following[index].chooser = .tag("default") }
        #expect(WorkloadMoves(following, to: "1-30-3") { _ in 0 }.order.map(\.id.key.name) == ["plain"])
    }

    @Test("A workload whose restart has left it without pods for a moment is still under way")
    func betweenPods() throws {
        var owner = SampleWorkloads.deployment("db")
        owner.annotations["meshoperator.io/moved-to"] = "new"
        owner.tree.set(["observedGeneration": 0], at: ["status"])
        let namespaces = ["shop": SampleWorkloads.namespace("shop", ["istio.io/rev": "new"])]
        func found(_ owner: KubeObject, pods: [KubeObject] = [], for revisions: Set<String> = ["new"]) -> [MeshWorkload]
        {
            SampleWorkloads.inventory(pods, owners: [owner])
                .betweenPods([owner], restartedFor: revisions, namespaces: namespaces, RevisionChoice(tags: [:]))
        }
        let workload = try #require(found(owner).first)
        #expect(workload.chooser == .namespace && workload.restart == .possible && workload.pods.isEmpty)
        #expect(workload.isMoved(to: "new") && !workload.isSettled(at: "new") && !workload.isMoved(to: "old"))
        #expect(found(owner, for: ["old"]).isEmpty, "it was restarted for another")
        let pod = SampleWorkloads.pod("db-1", owner: ("ReplicaSet", "db-5d4f"), labels: Self.hash, revision: "old")
        #expect(found(owner, pods: [pod]).isEmpty, "it has pods, and counts by them")
        var none = owner
        none.tree.set(0, at: ["spec", "replicas"])
        #expect(found(none).isEmpty, "it is to have none")
        var done = owner
        done.tree.set(["observedGeneration": 1, "replicas": 1, "updatedReplicas": 1], at: ["status"])
        #expect(found(done).isEmpty, "its controller is done")
    }

    @Test("A pod that should have a sidecar and has none is found; a pod that should not is no matter")
    func lacking() {
        let namespaces = [
            SampleWorkloads.namespace("shop", ["istio-injection": "enabled"]),
            SampleWorkloads.namespace("off", ["istio-injection": "disabled", "istio.io/rev": "old"]),
            SampleWorkloads.namespace("plain", [:]),
        ]
        let inventory = SampleWorkloads.inventory(
            [
                SampleWorkloads.pod("bare"),
                SampleWorkloads.pod("said-no", labels: ["sidecar.istio.io/inject": "false"]),
                SampleWorkloads.pod("a", in: "off"), SampleWorkloads.pod("b", in: "plain"),
                SampleWorkloads.pod("c", in: "plain", labels: ["sidecar.istio.io/inject": "true"]),
                SampleWorkloads.pod("d", in: "plain", labels: ["istio.io/rev": "new"]),
            ],
            namespaces: namespaces
        )
        #expect(inventory.lackingSidecar.map(\.name) == ["c", "d", "bare"])
    }

    struct Choice: Sendable {
        var namespace: [String: String] = [:]
        var pod: [String: String] = [:]
        var revision: String?
    }

    static let choices = [
        Choice(namespace: ["istio-injection": "enabled"], revision: "old"),
        Choice(namespace: ["istio.io/rev": "new"], revision: "new"),
        Choice(namespace: ["istio.io/rev": "stable"], revision: "new"),
        Choice(namespace: ["istio.io/rev": "new"], pod: ["istio.io/rev": "old"], revision: "new"),
        Choice(pod: ["istio.io/rev": "new"], revision: "new"),
        Choice(pod: ["sidecar.istio.io/inject": "true"], revision: "old"),
        Choice(),
        Choice(namespace: ["istio-injection": "disabled"], pod: ["istio.io/rev": "new"]),
        Choice(namespace: ["istio.io/rev": "new"], pod: ["sidecar.istio.io/inject": "false"]),
    ]

    @Test("Labels choose a revision as Istio's webhooks do", arguments: choices)
    func chooses(_ example: Choice) {
        let choice = RevisionChoice(tags: ["default": "old", "stable": "new"])
        #expect(choice.revision(pod: example.pod, namespace: example.namespace) == example.revision)
    }

    @Test("An owner may refuse restarts, on itself or on its template")
    func refusal() {
        var web = SampleWorkloads.deployment("web")
        web.annotations = ["meshoperator.io/restart": "false"]
        let api = SampleWorkloads.deployment("api", template: ["meshoperator.io/restart": "false"])
        let inventory = SampleWorkloads.inventory(
            [
                SampleWorkloads.pod("web-1", owner: ("ReplicaSet", "web-5d4f"), labels: Self.hash, revision: "old"),
                SampleWorkloads.pod("api-1", owner: ("ReplicaSet", "api-5d4f"), labels: Self.hash, revision: "old"),
            ],
            owners: [web, api]
        )
        #expect(inventory.workloads.map(\.restart) == [.refused, .refused])
    }
}
