internal import KubeAPI
internal import Testing

@testable internal import UpgradePlanning

struct WorkloadChecksTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var name: String
        var yaml: String
        var code: UpgradeFindingCode
        var severity: UpgradeFinding.Severity?
        var words: [String] = []
        var from = "1.29.6"
        var spec = "{}"
        var testDescription: String { name }
    }

    private static func budget(_ spec: String, status: String = "{disruptionsAllowed: 1}", name: String = "pdb")
        -> String
    {
        """

        ---
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: {name: \(name), namespace: shop}
        spec: {\(spec)}
        status: \(status)
        """
    }

    private static let web = "selector: {matchLabels: {app: web}}"

    static let budgets: [Sample] = [
        .init(
            name: "as many as there are",
            yaml: SampleWorld.workload(replicas: 3) + budget("minAvailable: 3, \(web)"),
            code: .disruptionBudgetBlocks,
            severity: .warns,
            words: ["PodDisruptionBudget shop/pdb: spec.minAvailable: is 3 of 3 pods", "Deployment shop/web waits"]
        ),
        .init(
            name: "all of them in percent",
            yaml: SampleWorld.workload(replicas: 3) + budget("minAvailable: 100%, \(web)"),
            code: .disruptionBudgetBlocks,
            severity: .warns
        ),
        .init(
            name: "a percentage that rounds up to all",
            yaml: SampleWorld.workload(replicas: 2) + budget("minAvailable: 60%, \(web)"),
            code: .disruptionBudgetBlocks,
            severity: .warns
        ),
        .init(
            name: "fewer than there are",
            yaml: SampleWorld.workload(replicas: 3) + budget("minAvailable: 2, \(web)"),
            code: .disruptionBudgetBlocks
        ),
        .init(
            name: "none may be missing",
            yaml: SampleWorld.workload() + budget("maxUnavailable: 0, \(web)"),
            code: .disruptionBudgetBlocks,
            severity: .warns,
            words: ["spec.maxUnavailable"]
        ),
        .init(
            name: "none in percent may be missing",
            yaml: SampleWorld.workload() + budget("maxUnavailable: 0%, \(web)"),
            code: .disruptionBudgetBlocks,
            severity: .warns
        ),
        .init(
            name: "a little may be missing, which rounds up to one",
            yaml: SampleWorld.workload() + budget("maxUnavailable: 1%, \(web)"),
            code: .disruptionBudgetBlocks
        ),
        .init(
            name: "none may be missing now",
            yaml: SampleWorld.workload()
                + budget(
                    "maxUnavailable: 1, \(web)",
                    status: "{disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1}"
                ),
            code: .disruptionBudgetBlocks,
            severity: .warns,
            words: ["status.disruptionsAllowed: is 0 now"]
        ),
        .init(
            name: "two budgets for the same pods",
            yaml: SampleWorld.workload() + budget("maxUnavailable: 1, \(web)")
                + budget("maxUnavailable: 1, \(web)", name: "q"),
            code: .disruptionBudgetBlocks,
            severity: .warns,
            words: ["1 more selects the same pods (pdb, q)"]
        ),
        .init(
            name: "of other pods",
            yaml: SampleWorld.workload() + budget("maxUnavailable: 0, selector: {matchLabels: {app: db}}"),
            code: .disruptionBudgetBlocks
        ),
        .init(
            name: "no selector selects nothing",
            yaml: SampleWorld.workload() + budget("maxUnavailable: 0"),
            code: .disruptionBudgetBlocks
        ),
        .init(
            name: "an empty selector selects everything",
            yaml: SampleWorld.workload() + budget("maxUnavailable: 0, selector: {}"),
            code: .disruptionBudgetBlocks,
            severity: .warns
        ),
        .init(
            name: "scaled to nothing",
            yaml: SampleWorld.workload(replicas: 0) + budget("minAvailable: 1, \(web)"),
            code: .disruptionBudgetBlocks
        ),
    ]

    static let capacity: [Sample] = [
        .init(
            name: "Recreate",
            yaml: SampleWorld.workload(extra: "strategy: {type: Recreate}"),
            code: .capacityLost,
            severity: .warns,
            words: ["is Recreate"]
        ),
        .init(
            name: "one of one",
            yaml: SampleWorld.workload(replicas: 1, extra: "strategy: {rollingUpdate: {maxUnavailable: 1}}"),
            code: .capacityLost,
            severity: .warns,
            words: ["is 1 of 1 replica"]
        ),
        .init(
            name: "all in percent",
            yaml: SampleWorld.workload(replicas: 4, extra: "strategy: {rollingUpdate: {maxUnavailable: 100%}}"),
            code: .capacityLost,
            severity: .warns
        ),
        .init(
            name: "a quarter of one rounds down to none",
            yaml: SampleWorld.workload(replicas: 1, extra: "strategy: {rollingUpdate: {maxUnavailable: 25%}}"),
            code: .capacityLost
        ),
        .init(
            name: "one of two",
            yaml: SampleWorld.workload(extra: "strategy: {rollingUpdate: {maxUnavailable: 1}}"),
            code: .capacityLost
        ),
        .init(
            name: "a StatefulSet of one",
            yaml: SampleWorld.workload(kind: "StatefulSet", replicas: 1),
            code: .capacityLost,
            severity: .warns
        ),
        .init(name: "a StatefulSet of two", yaml: SampleWorld.workload(kind: "StatefulSet"), code: .capacityLost),
    ]

    private static let bare = """
        apiVersion: v1
        kind: Pod
        metadata: {name: alone, namespace: shop, annotations: {sidecar.istio.io/status: "{}"}}
        """

    static let restarts: [Sample] = [
        .init(
            name: "a bare pod",
            yaml: bare,
            code: .notRestartable,
            severity: .informs,
            words: ["a pod of its own", "move it by hand"]
        ),
        .init(
            name: "a paused Deployment",
            yaml: SampleWorld.workload(extra: "paused: true"),
            code: .notRestartable,
            severity: .warns,
            words: ["spec.paused"]
        ),
        .init(
            name: "OnDelete",
            yaml: SampleWorld.workload(kind: "DaemonSet", extra: "updateStrategy: {type: OnDelete}"),
            code: .notRestartable,
            severity: .warns,
            words: ["is OnDelete"]
        ),
        .init(
            name: "a partition",
            yaml: SampleWorld.workload(kind: "StatefulSet", extra: "updateStrategy: {rollingUpdate: {partition: 1}}"),
            code: .notRestartable,
            severity: .warns
        ),
        .init(name: "a plain Deployment", yaml: SampleWorld.workload(), code: .notRestartable),
        .init(
            name: "said no",
            yaml: SampleWorld.workload(
                extra: "template: {metadata: {annotations: {meshoperator.io/restart: \"false\"}}}"
            ),
            code: .optedOut,
            severity: .informs
        ),
        .init(name: "said nothing", yaml: SampleWorld.workload(), code: .optedOut),
    ]

    static let pods: [Sample] = [
        .init(name: "labelled", yaml: SampleWorld.workload(), code: .missingLabels),
        .init(
            name: "without a version",
            yaml: SampleWorld.workload(labels: "app.kubernetes.io/name: web"),
            code: .missingLabels,
            severity: .informs,
            words: ["no label version", "add version"]
        ),
        .init(
            name: "without labels",
            yaml: SampleWorld.workload(labels: "a: b"),
            code: .missingLabels,
            severity: .informs,
            words: ["no label app and no label version"]
        ),
        .init(
            name: "lacks its sidecar",
            yaml: SampleWorld.workload().replacing(
                "annotations: {sidecar.istio.io/status: '{\"revision\":\"default\"}'}",
                with: "uid: u"
            ),
            code: .sidecarMissing,
            severity: .warns,
            words: ["1 of 1 pods", "web-1"]
        ),
        .init(name: "has its sidecar", yaml: SampleWorld.workload(), code: .sidecarMissing),
        .init(
            name: "two minors behind",
            yaml: SampleWorld.workload(image: "1.27.9"),
            code: .proxyTooOld,
            severity: .warns,
            words: ["proxy 1.27.9", "control plane 1.29.6"]
        ),
        .init(name: "one minor behind", yaml: SampleWorld.workload(image: "1.28.10"), code: .proxyTooOld),
        .init(
            name: "one minor behind, in place",
            yaml: SampleWorld.workload(image: "1.28.10"),
            code: .proxyTooOld,
            severity: .warns,
            spec: "{upgrade: {strategy: InPlace}}"
        ),
        .init(
            name: "ahead",
            yaml: SampleWorld.workload(image: "1.31.0"),
            code: .proxyTooOld,
            severity: .warns,
            words: ["newer than"]
        ),
        .init(name: "unreadable", yaml: SampleWorld.workload(image: "latest"), code: .proxyTooOld),
        .init(
            name: "not ready",
            yaml: SampleWorld.workload().replacing("status: \"True\"", with: "status: \"False\""),
            code: .notReady,
            severity: .warns,
            words: ["1 of 1 pods is not ready"]
        ),
        .init(
            name: "its own rollout",
            yaml: SampleWorld.workload().replacing("updatedReplicas: 2", with: "updatedReplicas: 1"),
            code: .notReady,
            severity: .warns
        ),
        .init(name: "ready", yaml: SampleWorld.workload(), code: .notReady),
        .init(
            name: "an annotation that 1.29 dropped",
            yaml: SampleWorld.workload(
                extra: "template: {metadata: {annotations: {sidecar.istio.io/statsCompression: gzip}}}",
                image: "1.28.10"
            ),
            code: .retiredAnnotation,
            severity: .warns,
            words: ["statsCompression", "from 1.29 on"],
            from: "1.28.10"
        ),
        .init(
            name: "an annotation that was dropped before",
            yaml: SampleWorld.workload(
                extra: "template: {metadata: {annotations: {sidecar.istio.io/statsCompression: gzip}}}"
            ),
            code: .retiredAnnotation
        ),
    ]

    @Test("Workloads", arguments: budgets + capacity + restarts + pods)
    func workloads(_ sample: Sample) throws {
        let world = try SampleWorld.make(sample.yaml, from: sample.from, spec: sample.spec)
        let found = SampleWorld.findings(world, sample.code)
        #expect(found.map(\.severity) == [sample.severity].compactMap(\.self), "\(found.map(\.text))")
        for word in sample.words { #expect(found.contains { $0.text.contains(word) }, "\(found.map(\.text))") }
        #expect(found.allSatisfy { !$0.remedy.isEmpty && $0.object != nil })
    }

    @Test("Namespaces that no wave selects, and waves that select nothing")
    func waves() throws {
        let spec = """
            {upgrade: {workloads: {waves: [{namespaceSelector: {matchLabels: {team: b}}},
              {namespaceSelector: {matchLabels: {team: c}}}]}}}
            """
        let left = SampleWorld.findings(try SampleWorld.make(SampleWorld.workload(), spec: spec), .waveMismatch)
        #expect(left.map(\.severity) == [.warns, .informs, .informs])
        #expect(left[0].text.contains("Namespace shop: its 1 workload is in no wave"))
        #expect(left[0].text.contains("; it names a tag: its pods made after the promotion get the new version"))
        var named = try SampleWorld.make(SampleWorld.workload(), spec: spec)
        named.namespaces = [SampleWorkloads.namespace("shop", ["istio.io/rev": "1-29-6", "team": "a"])]
        let kept = SampleWorld.findings(named, .waveMismatch)
        #expect(kept[0].text.contains("kept for it") && !kept[0].text.contains("tag"), "\(kept[0].text)")
        let all = SampleWorld.findings(
            try SampleWorld.make(SampleWorld.workload(), spec: spec.replacing("team: b", with: "team: a")),
            .waveMismatch
        )
        #expect(all.map(\.field) == ["spec.upgrade.workloads.waves[1]"])
        #expect(SampleWorld.findings(try SampleWorld.make(SampleWorld.workload()), .waveMismatch).isEmpty)
    }

    @Test(
        "A gateway of one replica moves in one go, one of few takes more than a small step asks for",
        arguments: [
            (1, Int?.none, "has at most 1 replica, so its traffic moves in one go"),
            (3, 1, "has at most 1 replica (its HorizontalPodAutoscaler's maxReplicas), so its traffic moves in one go"),
            (1, 5, "has 1 pod, so step 1 (5%) takes 50% of its traffic"),
            (3, nil, "has 3 pods, so step 1 (5%) takes 33% of its traffic"), (10, nil, ""), (7, 20, ""),
        ] as [(Int, Int?, String)]
    )
    func gateways(_ replicas: Int, _ most: Int?, _ text: String) throws {
        var yaml = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: ingress, namespace: istio-system}
            spec: {replicas: \(replicas)}
            """
        if let most {
            yaml += """

                ---
                apiVersion: autoscaling/v2
                kind: HorizontalPodAutoscaler
                metadata: {name: ingress, namespace: istio-system}
                spec: {maxReplicas: \(most), scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: ingress}}
                """
        }
        let found = SampleWorld.findings(try SampleWorld.make(yaml), .gatewayTooSmall)
        #expect(found.map { $0.text.contains(text) } == (text.isEmpty ? [] : [true]), "\(found.map(\.text))")
        if replicas == 1, most == 5 {
            let remedy =
                "give it 5 pods before the upgrade (minReplicas of its HorizontalPodAutoscaler), of which one takes 20%"
            #expect(found.first?.text.contains(remedy) == true, "\(found.map(\.text))")
        }
        let large = "{upgrade: {steps: [{weight: 50}, {weight: 100}]}}"
        // Two of three are 66%.
        let isTold = replicas == 3 || (most ?? replicas) == 1
        #expect(SampleWorld.findings(try SampleWorld.make(yaml, spec: large), .gatewayTooSmall).isEmpty == !isTold)
        let restart = try SampleWorld.make(yaml, spec: "{upgrade: {gateways: {mode: Restart}}}")
        #expect(SampleWorld.findings(restart, .gatewayTooSmall).isEmpty)
    }

    @Test("Findings do not depend on the order of what was read, and each has its place in the order")
    func order() throws {
        let yaml = Self.budgets[0].yaml + "\n---\n" + Self.bare
        var world = try SampleWorld.make(yaml)
        let first = UpgradeChecks.findings(world)
        world.pods.reverse()
        world.budgets.reverse()
        #expect(UpgradeChecks.findings(world) == first)
        #expect(first == first.sorted() && Set(first).count == first.count)
    }

    @Test("A workload without pods that names the revision that runs is told, and no other")
    func templatesWithoutPods() throws {
        func asleep(_ name: String, _ labels: String, namespace: String = "free") -> String {
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: \(name), namespace: \(namespace)}
            spec: {replicas: 0, template: {metadata: {labels: {\(labels)}}}}
            """
        }
        let yaml = [
            "{apiVersion: v1, kind: Namespace, metadata: {name: free}}", asleep("named", "istio.io/rev: old"),
            asleep("tagged", "istio.io/rev: prod"), asleep("other", "istio.io/rev: else"),
            asleep("refusing", "istio.io/rev: old, sidecar.istio.io/inject: \"false\""),
            asleep("decided", "istio.io/rev: old", namespace: "shop"),
        ].joined(separator: "\n---\n")
        var world = try SampleWorld.make(yaml, spec: "{values: {revisionTags: [prod]}}")
        #expect(SampleWorld.findings(world, .notRestartable) == [], "nobody says which revision runs")
        world.revision = "old"
        let found = SampleWorld.findings(world, .notRestartable)
        #expect(found.map(\.object?.key.name) == ["named"])
        #expect(found.first?.severity == .informs)
        #expect(found.first?.text.contains("istio.io/rev]: is old and it runs no pods") == true, "\(found)")
    }
}
