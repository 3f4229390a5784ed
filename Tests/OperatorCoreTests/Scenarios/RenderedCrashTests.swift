internal import ControllerKit
internal import CrashKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshTestKit
internal import SandboxStore
internal import Testing

@testable internal import OperatorCore

/// Crash anywhere with the mesh as the renderer makes it: what the sample mesh of ``CrashAnywhereTests`` shows for every write in few
/// seconds, holds for the real objects as well, with their autoscalers, budgets, webhooks and sizes.
///
/// Each story is played once, with a copy of the cluster kept right before and right after each write: that is what an operator leaves
/// that dies there. A new one goes on from it.
@Suite struct RenderedCrashTests {
    static let stories: [Scenario] = [
        Scenario(name: "install", before: nil) { try await $0.create("{profile: default}") },
        Scenario(name: "change of profile", before: "{profile: default}") { try await $0.change("{profile: minimal}") },
        Scenario(name: "upgrade in place", before: "{version: 1.29.6, upgrade: {strategy: InPlace}}") {
            try await $0.change("{version: 1.30.3}")
        },
        Scenario(name: "repair of drift", before: "{profile: default}") { try await $0.spoilRendered() },
        Scenario(name: "uninstall", before: "{profile: default}") {
            _ = try await $0.admin.delete(MeshNames.resource, TestCluster.key)
        },
    ]

    /// A moment at which an operator dies.
    struct Death {
        var label: String
        var cluster: TestCluster
        /// The writes before it.
        var writes: [String]
    }

    /// A story, undisturbed.
    struct Tale {
        var deaths: [Death]
        var writes: [String: Int]
        var end: [String: String]
    }

    static func count(_ writes: [String]) -> [String: Int] {
        writes.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    /// The cluster at the start of a story, with the mesh at rest where it begins with one.
    static func start(_ story: Scenario) async throws -> TestCluster {
        let cluster = try await TestCluster()
        if let before = story.before {
            try await cluster.create(before)
            let accepting: Tree = ["metadata": ["annotations": [MeshNames.Annotation.acceptKubernetes: "true"]]]
            _ = try await cluster.admin.patch(MeshNames.resource, TestCluster.key, .merge(accepting))
            try await RenderedMeshTests.life(cluster).settle()
        }
        try await story.change(cluster)
        return cluster
    }

    static func tell(_ story: Scenario) async throws -> Tale {
        let cluster = try await start(story)
        let film = WriteFilm(InProcessTransport(cluster.core)) { TestCluster(copying: cluster) }
        try await RenderedMeshTests.life(cluster, server: film).settle()
        var deaths: [Death] = []
        var writes: [String] = []
        for (index, take) in film.takes().enumerated() {
            let label = "\(story.name), write \(index + 1), \(take.write)"
            deaths.append(Death(label: "killed before \(label)", cluster: take.before, writes: writes))
            writes.append(take.write)
            deaths.append(Death(label: "killed after \(label)", cluster: take.after, writes: writes))
        }
        return Tale(deaths: deaths, writes: count(writes), end: try await cluster.endState())
    }

    /// What is wrong with how a new process goes on from a death.
    static func complaints(_ death: Death, _ tale: Tale) async throws -> [String] {
        let life = try RenderedMeshTests.life(death.cluster)
        try await life.settle()
        let state = try await death.cluster.endState()
        var found: [String] = []
        for id in Set(state.keys).union(tale.end.keys).sorted() where state[id] != tale.end[id] {
            found.append("\(death.label): \(id)\n\(tale.end[id] ?? "is left over")\n\(state[id] ?? "is missing")")
        }
        let later = life.transport.writes.filter(\.isChange).map { "\($0.method.rawValue) \($0.path)" }
        for (write, times) in count(death.writes + later)
        where times > tale.writes[write, default: 0] + 1 && !write.hasSuffix("/status") {
            found.append("\(death.label): \(write) was written \(times) times, not \(tale.writes[write, default: 0])")
        }
        return found
    }

    /// How many ends of each story are tried; all of them with `CRASH_EVERYWHERE=1`.
    static let sample = 12

    @Test(arguments: stories, propertySeeds(1))
    func reachesTheSameEndAfterAKill(_ story: Scenario, seed: UInt64) async throws {
        let tale = try await Self.tell(story)
        try #require(tale.writes.count > 5, "the story must write something: \(tale.writes)")
        var deaths = tale.deaths
        if environmentValue("CRASH_EVERYWHERE") == nil {
            var random = SeededRandom(seed: seed)
            deaths = Array(deaths.shuffled(using: &random).prefix(Self.sample))
        }
        print("crashes of the rendered mesh, \(story.name): \(deaths.count) of \(tale.deaths.count) ends, seed \(seed)")
        for death in deaths {
            for complaint in try await Self.complaints(death, tale) { Issue.record("seed \(seed): \(complaint)") }
        }
    }

    /// That the stories are what they are called.
    @Test func endsWithWhatTheSpecSays() async throws {
        let istiod = "Deployment istio-system/istiod"
        let gateway = "Deployment istio-system/istio-ingressgateway"
        let upgraded = try await Self.tell(Self.stories[2]).end
        #expect(upgraded[istiod]?.contains("pilot:1.30.3") == true)
        let changed = try await Self.tell(Self.stories[1]).end
        #expect(changed[istiod] != nil && changed[gateway] == nil)
        let repaired = try await Self.tell(Self.stories[3]).end
        #expect(repaired[istiod]?.contains("evil:1") == false && repaired[gateway] != nil)
        #expect(repaired["ConfigMap istio-system/istio"] != nil)
        let removed = try await Self.tell(Self.stories[4]).end
        #expect(removed[istiod] == nil && !removed.keys.contains { $0.hasPrefix("MutatingWebhook") })
    }
}

extension TestCluster {
    /// Changes and deletes objects of a mesh of profile default as people in a hurry do.
    func spoilRendered() async throws {
        let namespace = "istio-system"
        _ = try await admin.delete(.configMaps, ObjectKey(namespace: namespace, name: "istio"))
        _ = try await admin.delete(.deployments, ObjectKey(namespace: namespace, name: "istio-ingressgateway"))
        let image: Tree = ["spec": ["template": ["spec": ["containers": [["name": "discovery", "image": "evil:1"]]]]]]
        _ = try await admin.patch(.deployments, ObjectKey(namespace: namespace, name: "istiod"), .strategic(image))
        let labels: Tree = ["metadata": ["labels": ["meshoperator.io/owner": .null, "mine": "stays"]]]
        _ = try await admin.patch(.services, ObjectKey(namespace: namespace, name: "istiod"), .merge(labels))
        let most: Tree = ["spec": ["maxReplicas": 50]]
        _ = try await admin.patch(
            .horizontalPodAutoscalers,
            ObjectKey(namespace: namespace, name: "istiod"),
            .merge(most)
        )
        let injector: Tree = ["webhooks": .null]
        _ = try await admin.patch(
            .mutatingWebhookConfigurations,
            ObjectKey(name: "istio-sidecar-injector"),
            .merge(injector)
        )
    }
}
