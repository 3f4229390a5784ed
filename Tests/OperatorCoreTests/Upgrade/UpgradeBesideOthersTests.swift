internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshTestKit
internal import Testing

@testable internal import OperatorCore

/// An upgrade beside another mesh: what belongs to that one is neither counted, listed, moved nor waited for.
@Suite struct UpgradeBesideOthersTests {
    /// A mesh, another one, and the labels by which namespaces and pods choose the other.
    struct Pair: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var first: String
        var second: String
        /// The label of the namespaces of the first.
        var own: [String: String]
        var namespaces: [[String: String]]
        var pods: [[String: String]]
        /// Whether the webhooks of the other are taken away, as where somebody else keeps them.
        var isWithoutWebhooks = false
    }

    private static let rules =
        "profile: minimal, upgrade: {steps: [{weight: 50}, {weight: 100}], retireAfter: 60s, workloads: {waves: "
        + "[{namespaceSelector: {matchLabels: {wave: first}}}, {namespaceSelector: {}}]}}"

    static let pairs = [
        Pair(
            testDescription: "a revision and a tag of another mesh",
            first: "{version: 1.29.2, \(rules)}",
            second: "{version: 1.29.1, revision: canary-team, values: {revisionTags: [team]}, \(rules)}",
            own: ["istio-injection": "enabled"],
            namespaces: [["istio.io/rev": "canary-team"], ["istio.io/rev": "team", "wave": "first"]],
            pods: [["istio.io/rev": "canary-team"], ["istio.io/rev": "team"]]
        ),
        Pair(
            testDescription: "a mesh beside the one that istio-injection=enabled leads to",
            first: "{version: 1.29.2, revision: blue, \(rules)}",
            second: "{version: 1.29.1, \(rules)}",
            own: ["istio.io/rev": "blue"],
            namespaces: [["istio-injection": "enabled"], ["istio.io/rev": "default", "wave": "first"]],
            pods: [["istio.io/rev": "default"]]
        ),
        Pair(
            testDescription: "another mesh whose webhooks are not there",
            first: "{version: 1.29.2, \(rules)}",
            second: "{version: 1.29.1, revision: canary-team, \(rules)}",
            own: ["istio-injection": "enabled"],
            namespaces: [["istio.io/rev": "canary-team"]],
            pods: [["istio.io/rev": "canary-team"]],
            isWithoutWebhooks: true
        ),
    ]

    /// The first mesh with four pods, and where asked for the other with whatever `chance` gives it.
    private static func start(_ pair: Pair, _ chance: inout SeededRandom, isAlone: Bool) async throws -> UpgradeLife {
        let life = try UpgradeLife(UpgradeWorld(try await TestCluster()))
        try await life.cluster.create(pair.first)
        try await life.settle()
        if !isAlone {
            try await NeighbourTests.make(life.cluster, "second", pair.second)
            try await settleSecond(life)
        }
        try await life.world.makeNamespace("shop", pair.own.merging(["wave": "first"]) { old, _ in old })
        try await life.world.makeNamespace("pay", pair.own)
        try await life.world.makeApp("shop", "cart", replicas: 2)
        try await life.world.makeApp("shop", "web", resource: .statefulSets)
        try await life.world.makeApp("pay", "bank")
        if !isAlone { try await populate(life, pair, &chance) }
        try await life.settle()
        if !isAlone, pair.isWithoutWebhooks {
            let named = Selection(labels: LabelSelector(matching: ["meshoperator.io/owner": "second"]))
            for webhook in try await life.cluster.admin.list(.mutatingWebhookConfigurations, named).objects {
                _ = try await life.cluster.admin.delete(.mutatingWebhookConfigurations, webhook.key)
            }
        }
        return life
    }

    private static func settleSecond(_ life: UpgradeLife) async throws {
        for _ in 0..<12 {
            try await life.life.synchronize()
            try await life.life.reconcile(NeighbourTests.second)
            _ = try await life.world.step()
            life.cluster.pass(.seconds(1))
        }
        #expect(try await NeighbourTests.isReady(life.cluster, NeighbourTests.second))
    }

    /// Workloads of the other mesh of all kinds, and pods that lack its sidecar.
    private static func populate(_ life: UpgradeLife, _ pair: Pair, _ chance: inout SeededRandom) async throws {
        let kinds: [APIResource] = [.deployments, .statefulSets, .daemonSets]
        for (index, labels) in pair.namespaces.enumerated() {
            let name = "team-\(index)"
            try await life.world.makeNamespace(name, labels)
            for number in 0..<Int.random(in: 1...3, using: &chance) {
                let kind = try #require(kinds.randomElement(using: &chance))
                try await life.world.makeApp(
                    name,
                    "app-\(number)",
                    replicas: Int.random(in: 1...3, using: &chance),
                    resource: kind
                )
            }
            var bare = KubeObject(kind: .pod, key: ObjectKey(namespace: name, name: "bare"))
            bare.tree["spec"] = ["containers": [["name": "app", "image": "app:1"]]]
            _ = try await life.cluster.admin.create(.pods, bare)
        }
        try await life.world.makeNamespace("mixed", [:])
        for (index, labels) in pair.pods.enumerated() {
            try await life.world.makeApp(
                "mixed",
                "own-\(index)",
                replicas: Int.random(in: 1...2, using: &chance),
                extra: labels
            )
        }
    }

    /// Everything that the status told on the way to 1.30.2, without times and the numbers of pods.
    private static func told(_ life: UpgradeLife) async throws -> [String] {
        try await life.cluster.change("{version: 1.30.2}")
        var told: [String] = []
        func note(_ life: UpgradeLife) async throws {
            let text = try await life.summary()
                .replacing(/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/, with: "TIME").replacing(/-[0-9]+/, with: "-N")
            if told.last != text { told.append(text) }
        }
        try await life.until("upgraded", limit: 600) { life in
            try await note(life)
            return try await life.status().version == "1.30.2"
        }
        for _ in 0..<12 {
            try await life.pass(10)
            try await note(life)
        }
        return told
    }

    @Test(
        "Another mesh with any workloads changes nothing of what the status and the plan of an upgrade tell",
        arguments: pairs,
        [1, 2] as [UInt64]
    )
    func isAsIfAlone(_ pair: Pair, _ seed: UInt64) async throws {
        var chance = SeededRandom(seed: seed)
        let alone = try await Self.start(pair, &chance, isAlone: true)
        let expected = try await Self.told(alone)
        let life = try await Self.start(pair, &chance, isAlone: false)
        let before = try await life.world.revisions().filter { !$0.key.hasPrefix("shop/") && !$0.key.hasPrefix("pay/") }
        let told = try await Self.told(life)
        #expect(told.count == expected.count)
        for (said, wanted) in zip(told, expected) where said != wanted {
            Issue.record("seed \(seed): \(said)\ninstead of \(wanted)")
            break
        }
        #expect(told.contains { $0.contains("\"proxies\":\"2/4\"") || $0.contains("\"proxies\":\"3/4\"") })
        #expect(try await life.status().proxies == "4/4")
        let after = try await life.world.revisions().filter { before[$0.key] != nil }
        #expect(after == before, "what is the other's keeps its revision")
    }

    @Test("Of two meshes that are upgraded at the same time each counts its own pods, waves and shares")
    func bothMove() async throws {
        var chance = SeededRandom(seed: 3)
        let pair = Self.pairs[0]
        let life = try await Self.start(pair, &chance, isAlone: false)
        let theirs = try await life.cluster.admin.list(.pods).objects
            .count { $0.annotations["sidecar.istio.io/status"]?.contains("canary-team") == true }
        try await life.cluster.change("{version: 1.30.2}")
        let patch: Tree = ["spec": ["version": "1.29.2"]]
        _ = try await life.cluster.admin.patch(MeshNames.resource, NeighbourTests.second, .merge(patch))
        func second() async throws -> MeshOperatorStatus {
            let object = try await life.cluster.admin.get(MeshNames.resource, NeighbourTests.second)
            return MeshOperatorStatus(lenient: object.tree["status"] ?? .null)
        }
        var waves: [[Int]] = [[], []]
        for _ in 0..<600 {
            try await life.round()
            try await life.life.synchronize()
            try await life.life.reconcile(NeighbourTests.second)
            let both = [try await life.status(), try await second()]
            for (index, status) in both.enumerated() where status.plan?.outline != nil {
                waves[index] = status.plan?.outline?.waves.map(\.pods) ?? []
                let shares = status.revisions.reduce(0) { $0 + $1.weight }
                #expect(shares == 100, "no share is that of the other: \(status.revisions)")
            }
            if both.map(\.version) == ["1.30.2", "1.29.2"] { break }
        }
        for _ in 0..<5 {
            try await life.round()
            try await life.life.synchronize()
            try await life.life.reconcile(NeighbourTests.second)
        }
        #expect(waves[0] == [3, 1], "\(waves)")
        #expect(waves[1].reduce(0, +) == theirs, "\(waves)")
        #expect(try await life.status().proxies == "4/4")
        #expect(try await second().proxies == "\(theirs)/\(theirs)")
    }
}
