internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import RolloutEngine
internal import Testing
internal import UpgradePlanning

@testable internal import OperatorCore

/// What the operator has moved and somebody then labels otherwise: what is done on the way forward, on the way back and by the promotion.
@Suite struct LabelsByHandTests {
    static let sides: UpgradeCrowd.Sides = {
        var result = UpgradeCrowd.Sides(stable: "1-28-10", new: "1-29-6", tags: ["default": "1-28-10"])
        result.isStableDefault = true
        return result
    }()

    /// Labels and marks, with the verbs of what is written and a part of what is told, both ways and at the end.
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var labels: String
        var previous = #"{meshoperator.io/previous-revision: "", meshoperator.io/previous-injection: enabled}"#
        var takesPart = true
        /// Forward, back, at the end; empty for nothing.
        var verbs: [String]
        var notes: [String?]
    }

    private static let left =
        "which leads to neither revision of this upgrade: it stays so, and its 0 workloads count no more"

    static let cases: [Case] = [
        Case(
            testDescription: "as it was moved",
            labels: "{istio.io/rev: 1-29-6}",
            verbs: ["", "restore", "restore"],
            notes: [nil, nil, nil]
        ),
        Case(
            testDescription: "no label",
            labels: "{}",
            verbs: ["relabel", "restore", "restore"],
            notes: [
                "Namespace pay has moved and lost the label istio.io/rev of its revision, which is put back", nil, nil,
            ]
        ),
        Case(
            testDescription: "a slip",
            labels: "{istio.io/rev: 1-29-7}",
            verbs: ["relabel", "restore", "restore"],
            notes: [
                "which is put back as istio.io/rev=1-29-6: somebody else labelled it istio.io/rev=1-29-7",
                "Namespace pay was labelled istio.io/rev=1-29-7 by somebody else since it has moved; it gets istio-injection=enabled",
                "it gets istio-injection=enabled",
            ]
        ),
        Case(
            testDescription: "the stable revision by another label",
            labels: "{istio.io/rev: 1-28-10}",
            verbs: ["", "restore", "restore"],
            notes: [nil, "was labelled istio.io/rev=1-28-10 by somebody else", "was labelled istio.io/rev=1-28-10"]
        ),
        Case(
            testDescription: "its own label",
            labels: "{istio-injection: enabled}",
            verbs: ["", "restore", "restore"],
            notes: [nil, nil, nil]
        ),
        Case(
            testDescription: "an older revision of this mesh",
            labels: "{istio.io/rev: 1-27-9}",
            takesPart: false,
            verbs: ["forget", "forget", "forget"],
            notes: ["Namespace pay had moved and was labelled istio.io/rev=1-27-9 by somebody else", left, left]
        ),
        Case(
            testDescription: "a tag of another mesh",
            labels: "{istio.io/rev: their-tag}",
            takesPart: false,
            verbs: ["forget", "forget", "forget"],
            notes: ["labelled istio.io/rev=their-tag by somebody else, \(left)", left, left]
        ),
        Case(
            testDescription: "no sidecars",
            labels: "{istio.io/rev: 1-29-6, istio-injection: disabled}",
            takesPart: false,
            verbs: ["forget", "forget", "forget"],
            notes: ["labelled istio-injection=disabled by somebody else, \(left)", left, left]
        ),
        Case(
            testDescription: "moved by another mesh",
            labels: "{istio.io/rev: their-new}",
            previous: "{meshoperator.io/previous-revision: theirs}",
            takesPart: false,
            verbs: ["", "", ""],
            notes: [nil, nil, nil]
        ),
        Case(
            testDescription: "moved by another mesh, and a slip",
            labels: "{istio.io/rev: bogus}",
            previous: "{meshoperator.io/previous-revision: theirs}",
            takesPart: false,
            verbs: ["", "", ""],
            notes: [nil, nil, nil]
        ),
    ]

    static func sight() -> UpgradeCrowd.Sight {
        var sight = UpgradeCrowd.Sight()
        sight.others = ["theirs", "their-new", "their-tag"]
        sight.revisions = ["1-27-9", "1-28-10", "1-29-6"]
        return sight
    }

    static func turns(_ sight: UpgradeCrowd.Sight) -> (crowd: UpgradeCrowd, turns: [UpgradeTurn]) {
        let crowd = UpgradeCrowd(sight, MeshOperatorSpec().upgrade.workloads, sides)
        let now = Timestamp.epoch + .seconds(1_000_000)
        let tags = ["default": "1-29-6", "1-29-6": "1-29-6"]
        return (crowd, [crowd.forward(to: 50, now: now), crowd.back(now: now), crowd.settling(tags: tags)])
    }

    @Test("A namespace", arguments: cases)
    func namespace(_ sample: Case) throws {
        var sight = Self.sight()
        let text = "{kind: Namespace, metadata: {name: pay, labels: \(sample.labels), annotations: \(sample.previous)}}"
        sight.namespaces = [KubeObject(try requireDocument(text))]
        let (crowd, turns) = Self.turns(sight)
        #expect(crowd.partaking.contains("pay") == sample.takesPart)
        #expect(turns.map { $0.writes.map(\.verb).joined(separator: " ") } == sample.verbs)
        for (turn, note) in zip(turns, sample.notes) {
            let told = turn.writes.first?.note
            #expect((told == nil) == (note == nil) && told?.contains(note ?? "") != false, "\(told ?? "nothing")")
            let isLeft = turn.writes.first?.verb == "forget"
            #expect(!isLeft || turn.writes.first?.patch.value(at: "metadata", "labels") == nil, "its labels stay")
        }
        let parts = crowd.returnParts.reduce(0) { $0 + $1.moved }
        #expect(parts == (sample.verbs[1].isEmpty ? 0 : 1), "the way back waits until this is written")
    }

    @Test(
        "A workload with a label of its own",
        arguments: [
            ("istio.io/rev: 1-29-6", "", "restore", "forget", nil),
            ("istio.io/rev: 1-29-7", "relabel", "restore", "forget", "somebody else labelled it istio.io/rev=1-29-7"),
            ("app: a", "relabel", "restore", "forget", "has moved and lost the label istio.io/rev of its revision"),
            (
                "istio.io/rev: theirs", "forget", "forget", "forget",
                "istio.io/rev=theirs by somebody else, which leads to"
            ),
        ] as [(String, String, String, String, String?)]
    )
    func template(_ label: String, _ forward: String, _ back: String, _ end: String, _ note: String?) throws {
        var sight = Self.sight()
        sight.namespaces = [KubeObject(try requireDocument("{kind: Namespace, metadata: {name: pay}}"))]
        let owner = KubeObject(
            try requireDocument(
                """
                {apiVersion: apps/v1, kind: Deployment, metadata: {name: bank, namespace: pay,
                 annotations: {\(RolloutNames.Annotation.previousRevision): 1-28-10}},
                 spec: {replicas: 1, template: {metadata: {labels: {\(label)}}}}}
                """
            )
        )
        sight.owners[ResourceID(owner)] = owner
        let turns = Self.turns(sight).turns
        #expect(turns.map { $0.writes.map(\.verb).joined(separator: " ") } == [forward, back, end])
        let told = turns[0].writes.first?.note
        #expect((told == nil) == (note == nil) && told?.contains(note ?? "") != false, "\(told ?? "nothing")")
    }

    // MARK: In a cluster

    static func label(_ life: UpgradeLife, _ value: String) async throws {
        let patch: Tree = ["metadata": ["labels": ["istio.io/rev": .string(value)]]]
        _ = try await life.cluster.admin.patch(.namespaces, ObjectKey(name: "pay"), .merge(patch))
    }

    @Test(
        "A slip is set right and told, what came up without a sidecar is restarted, and nothing drops out of the upgrade"
    )
    func slip() async throws {
        let life = try await NamespaceByHandTests.waiting()
        try await Self.label(life, "1-30-3")
        try await UpgradeByHandTests.removePods(life, "pay", "bank")
        _ = try await life.world.step()
        #expect(try await life.world.revisions()["pay/bank"] == ["none"])
        for _ in 0..<70 {
            try await life.round()
            let text = try await life.status().plan?.progress.waitingFor ?? ""
            #expect(!text.contains("of 2 moved"), "\(text)")
        }
        #expect(try await life.world.namespaceLabels("pay")["istio.io/rev"] == "1-30-2")
        #expect(try await life.world.revisions()["pay/bank"] == ["1-30-2"])
        let told = try await life.life.events().filter { $0.hasPrefix("SetRight") }
        #expect(
            told.count == 1 && told.allSatisfy { $0.contains("somebody else labelled it istio.io/rev=1-30-3") },
            "\(told)"
        )
        try await life.until(step: 1, "AwaitingApproval")
        try await life.annotate(RolloutNames.Command.approve, "1")
        try await life.until("upgraded", limit: 600) { try await $0.status().version == "1.30.2" }
        try await life.expectAll("1-30-2")
    }

    @Test("Somebody who does it again and again has it put back once a minute, and restarts follow no faster")
    func again() async throws {
        let life = try await NamespaceByHandTests.waiting()
        life.life.transport.forget()
        for _ in 0..<240 {
            try await Self.label(life, "1-30-3")
            try await life.round()
        }
        let writes = life.life.transport.writes.count { $0.path.hasSuffix("/namespaces/pay") }
        #expect((3...5).contains(writes), "\(writes) in 240 s")
        #expect(NamespaceByHandTests.restarts(life, "bank") <= 5)
    }

    @Test(
        "A namespace that somebody takes the sidecars from stays so, told once, to the end",
        arguments: [true, false]
    )
    func refused(isPromoted: Bool) async throws {
        let life = try await NamespaceByHandTests.waiting()
        let patch: Tree = ["metadata": ["labels": ["istio-injection": "disabled"]]]
        _ = try await life.cluster.admin.patch(.namespaces, ObjectKey(name: "pay"), .merge(patch))
        life.life.transport.forget()
        for _ in 0..<20 { try await life.round() }
        let writes = life.life.transport.writes.count { $0.path.hasSuffix("/namespaces/pay") }
        #expect(writes == 1, "\(writes) writes")
        let told = try await NamespaceByHandTests.told(life)
        #expect(
            told.count == 1 && told.allSatisfy { $0.contains("istio-injection=disabled by somebody else") },
            "\(told)"
        )
        let order = isPromoted ? RolloutNames.Command.approve : RolloutNames.Command.abort
        if isPromoted { try await life.until(step: 1, "AwaitingApproval") }
        try await life.annotate(order, "1")
        try await life.until("at its end", limit: 600) { life in
            let status = try await life.status()
            return isPromoted ? status.version == "1.30.2" : status.plan?.progress.reason == "RolledBack"
        }
        try await life.settle()
        let pay = try await life.cluster.admin.get(.namespaces, ObjectKey(name: "pay"))
        #expect(
            pay.labels["istio-injection"] == "disabled" && pay.annotations.isEmpty,
            "\(pay.labels) \(pay.annotations)"
        )
    }

    @Test(
        "What somebody gives to another mesh stays there, told and counted out, to the end",
        arguments: [true, false]
    )
    func left(isPromoted: Bool) async throws {
        let life = try await NamespaceByHandTests.waiting()
        let webhook = KubeObject(
            kind: .mutatingWebhookConfiguration,
            key: ObjectKey(name: "istio-sidecar-injector-theirs"),
            labels: ["istio.io/rev": "theirs", "app": "sidecar-injector"]
        )
        _ = try await life.cluster.admin.create(.mutatingWebhookConfigurations, webhook)
        try await Self.label(life, "theirs")
        try await life.settle()
        let told = try await NamespaceByHandTests.told(life)
        let text =
            "Namespace pay had moved and was labelled istio.io/rev=theirs by somebody else, which leads to neither"
        #expect(
            told.count == 1 && told.allSatisfy { $0.contains(text) && $0.contains("its 1 workload counts no more") },
            "\(told)"
        )
        let order = isPromoted ? RolloutNames.Command.approve : RolloutNames.Command.abort
        if isPromoted { try await life.until(step: 1, "AwaitingApproval") }
        try await life.annotate(order, "1")
        try await life.until("at its end", limit: 600) { life in
            let status = try await life.status()
            return isPromoted ? status.version == "1.30.2" : status.plan?.progress.reason == "RolledBack"
        }
        try await life.settle()
        let pay = try await life.cluster.admin.get(.namespaces, ObjectKey(name: "pay"))
        #expect(pay.labels["istio.io/rev"] == "theirs" && pay.annotations.isEmpty, "\(pay.labels) \(pay.annotations)")
    }
}
