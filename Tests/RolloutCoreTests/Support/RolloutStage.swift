internal import ControllerKit
internal import CrashKit
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine
internal import SandboxStore

@testable internal import RolloutCore

/// A MeshRollout under way, as a search for crashes needs it.
struct RolloutStage: CrashStage {
    /// The cluster and its gates at a moment.
    struct Scene: Sendable {
        let cluster: TestCluster
        let gates: GateWitness

        init(copying cluster: TestCluster, _ gates: GateWitness) {
            let copy = TestCluster(copying: cluster)
            self.cluster = copy
            self.gates = GateWitness(
                copying: gates,
                now: { copy.now },
                isReached: { await RolloutStage.isReached($0, copy) }
            )
        }
    }

    let story: RolloutStory
    let cluster: TestCluster
    let gates: GateWitness
    let life: DirectRollout
    private let film: WriteFilm<Scene>?
    private var isInterrupted: Bool
    /// Longer than a rollout may be without progress.
    private var pictures = ClusterPicture(horizon: .seconds(620))
    /// The last change that was looked at.
    private var looked: UInt64
    private var record: RolloutRecord?

    private init(_ story: RolloutStory, _ scene: Scene, isFilmed: Bool, replacedAt fatal: Int?) throws {
        self.story = story
        (cluster, gates) = (scene.cluster, scene.gates)
        isInterrupted = story.interruption == nil
        looked = cluster.core.storage.revision
        film =
            isFilmed
            ? WriteFilm(InProcessTransport(cluster.core)) { Scene(copying: scene.cluster, scene.gates) } : nil
        life = try DirectRollout(cluster, server: film, gates: gates) { _, write in
            // What a replaced process is refused is as if it were dead.
            write == fatal ? .killBefore : nil
        }
    }

    /// Version 1 serving, version 2 just deployed, and an operator that does not know of it yet.
    static func start(_ story: RolloutStory) async throws -> RolloutStage {
        let isMade = !story.spec.contains("virtualServices")
        let cluster = isMade ? try await TestCluster() : try await SampleRollout.cluster(story.spec)
        if isMade {
            try await cluster.deploy("reviews-v1", version: "v1")
            _ = try await cluster.step()
            try await cluster.rollOut(story.spec)
        }
        let gates = GateWitness(
            now: { cluster.now },
            isReached: { await Self.isReached($0, cluster) },
            answer: story.answer
        )
        try await DirectRollout(cluster, gates: gates).run(2)
        try await cluster.deploy("reviews-v2", version: "v2", replicas: 1)
        return try RolloutStage(story, Scene(copying: cluster, gates), isFilmed: true, replacedAt: nil)
    }

    func copy(_ next: NextLife, replacedAt write: Int?) async throws -> RolloutStage {
        let copy = try copy(Scene(copying: cluster, gates), replacedAt: write)
        if next == .same { try await copy.life.remember(life) }
        return copy
    }

    func copy(at scene: Scene) throws -> RolloutStage { try copy(scene, replacedAt: nil) }

    private func copy(_ scene: Scene, replacedAt write: Int?) throws -> RolloutStage {
        var copy = try RolloutStage(story, scene, isFilmed: false, replacedAt: write)
        (copy.isInterrupted, copy.pictures, copy.looked, copy.record) = (isInterrupted, pictures, looked, record)
        return copy
    }

    func takes() -> [WriteFilm<Scene>.Take] { film?.takes() ?? [] }

    mutating func round() async throws -> Bool {
        let before = life.transport.writes.count
        do {
            try await life.reconcile()
        } catch {
            // Time heals the others.
            if life.transport.isDead { throw error }
        }
        let changed = try await cluster.step()
        cluster.pass(.seconds(1))
        let wasInterrupted = isInterrupted
        if !isInterrupted { isInterrupted = try await story.interruption?(cluster) ?? true }
        return changed || isInterrupted != wasInterrupted || life.transport.writes.count > before
    }

    var isDead: Bool { life.transport.isDead }

    var writes: [String] {
        life.transport.writes.filter(\.isChange).map { "\($0.method.rawValue) \($0.path)" }
    }

    mutating func picture() async throws -> [String] {
        let more = gates.lines + ["interrupted: \(isInterrupted)"] + (try await life.lines())
        return pictures.take(cluster.core.storage, now: cluster.now, and: more)
    }

    // MARK: The rules

    mutating func breaches() async throws -> [String] {
        var found: [String] = []
        let rules = StepRules(gates: story.gates)
        let gates = gates
        func hasPassed(_ gate: String, _ step: Int) -> Bool {
            gates.hasPassed(.init(version: "v2", step: step, gate: gate))
        }
        for (resource, change) in changes() {
            looked = change.revision
            let name =
                resource == RolloutNames.resource ? RolloutNames.Annotation.serving : RolloutNames.Annotation.record
            let after = change.after.map { KubeObject($0.tree) }?.annotations[name]
            let before = change.before.map { KubeObject($0.tree) }?.annotations[name]
            guard after != before else { continue }
            if resource == RolloutNames.resource {
                found += rules.breaches(from: record, to: record, isPromoted: true, hasPassed: hasPassed)
            } else {
                let (old, written) = (WrittenRecord(before), WrittenRecord(after))
                let new = written?.record
                // A copy of the template is a promotion whose parts are written down on the routes.
                let isPromoting = written?.isPromoting == true
                found += rules.breaches(
                    from: record,
                    to: new,
                    isPromoted: isPromoting && old?.isPromoting != true,
                    isPromoting: isPromoting,
                    hasPassed: hasPassed
                )
                record = new
            }
        }
        return found
    }

    /// What changed of VirtualServices and MeshRollouts, in order.
    private func changes() -> [(APIResource, StorageChange)] {
        [TrafficResources.virtualServices, RolloutNames.resource].flatMap { resource in
            let name = GroupResource(group: resource.kind.group, resource: resource.plural)
            return cluster.core.storage.changes(in: name, after: looked).map { (resource, $0) }
        }
        .sorted { $0.1.revision < $1.1.revision }
    }

    /// Whether the routes are as the step wants them.
    private static func isReached(_ question: GateQuestion, _ cluster: TestCluster) async -> Bool {
        do {
            guard let object = try await cluster.find(RolloutNames.resource, "reviews"),
                let service = try await cluster.service()
            else { return false }
            let plan = StepPlan(try MeshRolloutResource(decoding: object).spec)
            let weight = try await cluster.weights()["v2"] ?? 0
            let shape = plan.shape(at: question.step - 1)
            return Int(weight) == shape.weight && RouteObject(service, selection: []).mark?.written == shape
        } catch {
            return false
        }
    }

    func endState() async throws -> [String: String] {
        var state = try await cluster.endState()
        state["phase"] = try await cluster.status().phase?.rawValue
        return state
    }
}
