internal import ControllerKit
internal import CrashKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import MeshTestKit
internal import RolloutControl
internal import RolloutEngine
internal import SandboxStore

@testable internal import KubeRuntime
@testable internal import OperatorCore

/// An upgrade under way, as a search for crashes needs it.
struct UpgradeStage: CrashStage {
    /// The cluster, its applications and its gates at a moment.
    struct Scene: Sendable {
        let world: UpgradeWorld
        let gates: GateWitness

        init(copying world: UpgradeWorld, _ gates: GateWitness) {
            let copy = UpgradeWorld(copying: world)
            self.world = copy
            self.gates = GateWitness(
                copying: gates,
                now: { copy.cluster.now },
                isReached: { await UpgradeStage.isReached($0, copy) }
            )
        }
    }

    /// What is upgraded, how, and how its gates behave.
    struct Course: Sendable {
        var name: String
        var spec: String
        /// What is changed to begin with.
        var change: String
        /// Apps that never come up with these revisions.
        var broken: Set<String> = []
        /// Namespaces with their labels, besides `shop`.
        var namespaces: [(name: String, labels: [String: String])] = []
        /// Namespace, name and pods of applications.
        var apps: [(namespace: String, name: String, pods: Int)] = [("shop", "cart", 1), ("shop", "web", 1)]
        /// The metrics and gates that every step waits for.
        var gates: [String] = []
        /// What they answer.
        var answer: GateWitness.Answer = { _, _, _ in .passed }
    }

    let course: Course
    let world: UpgradeWorld
    let gates: GateWitness
    let life: UpgradeLife
    /// What people do after some more rounds.
    var later: [(rounds: Int, change: @Sendable (TestCluster) async throws -> Void)] = []
    private let film: WriteFilm<Scene>?
    private let fence: LeadershipFence
    /// An operator that has lost its leadership and still lives, for some rounds.
    private var former: (life: UpgradeLife, rounds: Int)?
    private var pictures = ClusterPicture(horizon: .seconds(65), silent: ["outline"])
    /// The last change of a Deployment that was looked at.
    private var looked: UInt64

    var cluster: TestCluster { world.cluster }

    private init(_ course: Course, _ scene: Scene, isFilmed: Bool, replacedAt fatal: Int?) throws {
        self.course = course
        (world, gates) = (scene.world, scene.gates)
        looked = world.cluster.core.storage.revision
        let fence = Self.fence(isOpen: true)
        self.fence = fence
        let server = FencedTransport(InProcessTransport(world.cluster.core), fence: fence)
        film = isFilmed ? WriteFilm(server) { Scene(copying: scene.world, scene.gates) } : nil
        life = try UpgradeLife(world, gates: gates, server: film ?? server) { _, write in
            if write == fatal { fence.open(until: nil, margin: .zero) }
            return nil
        }
    }

    private static func fence(isOpen: Bool) -> LeadershipFence {
        let fence = LeadershipFence(time: MonotonicTime(VirtualClock()))
        fence.open(until: isOpen ? .seconds(1_000_000) : nil, margin: .seconds(60))
        return fence
    }

    /// The mesh at rest, the change made that begins the upgrade, and an operator that does not know of it yet.
    static func start(_ course: Course) async throws -> UpgradeStage {
        let world = UpgradeWorld(try await TestCluster())
        let gates = witness(course, world)
        try await world.cluster.create(course.spec)
        let first = try UpgradeLife(world, gates: gates)
        try await first.settle()
        try await world.makeNamespace("shop", ["istio-injection": "enabled", "wave": "first"])
        for namespace in course.namespaces { try await world.makeNamespace(namespace.name, namespace.labels) }
        for app in course.apps { try await world.makeApp(app.namespace, app.name, replicas: app.pods) }
        try await first.settle()
        if !course.broken.isEmpty { world.breakPods("web", with: course.broken) }
        try await world.cluster.change(course.change)
        return try UpgradeStage(course, Scene(copying: world, gates), isFilmed: true, replacedAt: nil)
    }

    private static func witness(_ course: Course, _ world: UpgradeWorld) -> GateWitness {
        let cluster = world.cluster
        return GateWitness(
            now: { cluster.now },
            isReached: { await Self.isReached($0, world) },
            answer: course.answer
        )
    }

    func copy(_ next: NextLife, replacedAt write: Int?) async throws -> UpgradeStage {
        var copy = try copy(Scene(copying: world, gates), replacedAt: write)
        if next == .same { try await copy.life.life.remember(life.life) }
        if next == .fresh, !fence.isOpen {
            let server = FencedTransport(InProcessTransport(copy.cluster.core), fence: Self.fence(isOpen: false))
            let old = try UpgradeLife(copy.world, gates: copy.gates, server: server)
            try await old.life.remember(life.life)
            copy.former = (old, 2)
        }
        return copy
    }

    func copy(at scene: Scene) throws -> UpgradeStage { try copy(scene, replacedAt: nil) }

    private func copy(_ scene: Scene, replacedAt write: Int?) throws -> UpgradeStage {
        var copy = try UpgradeStage(course, scene, isFilmed: false, replacedAt: write)
        (copy.pictures, copy.looked, copy.later) = (pictures, looked, later)
        return copy
    }

    func takes() -> [WriteFilm<Scene>.Take] { film?.takes() ?? [] }

    mutating func round() async throws -> Bool {
        if let (old, rounds) = former {
            try await old.life.synchronize()
            // All its writes are refused, which it may well call a failure.
            _ = try? await old.life.reconcile()
            former = rounds > 1 ? (old, rounds - 1) : nil
        }
        let changed = try await life.round()
        for index in later.indices { later[index].rounds -= 1 }
        for due in later where due.rounds <= 0 { try await due.change(cluster) }
        later.removeAll { $0.rounds <= 0 }
        return changed || !later.isEmpty
    }

    var isDead: Bool { !fence.isOpen }

    var writes: [String] {
        life.life.transport.writes.filter(\.isChange).map { "\($0.method.rawValue) \($0.path)" }
    }

    mutating func picture() async throws -> [String] {
        var more = world.lines + gates.lines
        more.append("later: \(later.map(\.rounds)), former: \(former?.rounds ?? 0)")
        more += try await life.life.lines()
        return pictures.take(cluster.core.storage, now: cluster.now, and: more)
    }

    // MARK: The rules

    /// What was broken: no step is passed over or taken twice, none is left before its gates have let it go.
    mutating func breaches() async throws -> [String] {
        var found: [String] = world.doubled.map { "two revisions would inject a pod: \($0)" }
        let late = former?.life.life.transport.writes ?? []
        if !late.isEmpty { found.append("a write of an operator that was replaced came through: \(late)") }
        let deployments = GroupResource(group: "apps", resource: "deployments")
        for change in cluster.core.storage.changes(in: deployments, after: looked) {
            looked = change.revision
            guard let after = change.after.map({ KubeObject($0.tree) }), ControlPlaneRevision.isControlPlane(after),
                let new = RevisionMarks(reading: after.annotations).record
            else { continue }
            let before = change.before.map { RevisionMarks(reading: KubeObject($0.tree).annotations) }
            let isPromoted = RevisionMarks(reading: after.annotations).promoted != nil && before?.promoted == nil
            found += StepRules(gates: course.gates).breaches(
                from: before?.record,
                to: new,
                isPromoted: isPromoted
            ) { gate, step in gates.hasPassed(.init(version: new.target, step: step, gate: gate)) }
        }
        return found
    }

    /// Whether as many applications, and pods of each gateway, as the step wants are up with the new revision.
    private static func isReached(_ question: GateQuestion, _ world: UpgradeWorld) async -> Bool {
        guard let revision = question.new.values["revision"] else { return false }
        do {
            let apps = try await world.revisions()
            var moved = RolloutPart(name: "apps", total: apps.count)
            moved.moved = apps.values.count { $0 == [revision] }
            guard moved.moved >= moved.need(at: question.weight) else { return false }
            var pods: [String: (all: Int, new: Int)] = [:]
            for object in try await world.cluster.admin.list(.deployments).objects {
                let component = object.labels[MeshNames.Label.component] ?? ""
                guard component.hasSuffix("Gateways") else { continue }
                let ready = Int(object.tree.value(at: "status", "readyReplicas")?.integer ?? 0)
                pods[component, default: (0, 0)].all += ready
                if object.labels[MeshNames.Label.revision] == revision { pods[component]?.new += ready }
            }
            return pods.allSatisfy {
                $0.value.new >= RolloutPart(name: "", total: $0.value.all).need(at: question.weight)
            }
        } catch {
            return false
        }
    }

    // MARK: The end

    /// What counts of the end: objects of the mesh, labels of namespaces, revisions of pods, and where the MeshOperator stands.
    func endState() async throws -> [String: String] {
        var state: [String: String] = [:]
        for kind in TestCluster.servedKinds where kind.resource != .namespaces {
            for object in try await cluster.admin.list(kind.resource).objects {
                guard object.labels[MeshNames.Label.owner] != nil else { continue }
                var marks = RevisionMarks(reading: object.annotations)
                // Times differ, what is written down does not.
                if marks.promoted != nil { marks.promoted = .epoch }
                if marks.unused != nil { marks.unused = .epoch }
                marks.failure?.began = .epoch
                marks.failure?.started = .epoch
                marks.failure?.verdict?.message = ""
                var content = object.tree["spec"] ?? object.tree["webhooks"] ?? object.tree["data"] ?? .null
                // Addresses are the cluster's choice.
                for field in ["clusterIP", "clusterIPs"] where content[field] != nil { content.set(nil, at: [field]) }
                let labels = object.labels.sorted { $0 < $1 }
                state["\(ResourceID(object))"] = "\(content.jsonText(.canonical)) \(labels) \(marks)"
            }
        }
        for namespace in try await cluster.admin.list(.namespaces).objects {
            let notes = namespace.annotations.filter { $0.key.contains("meshoperator") }
            state["namespace \(namespace.name)"] = "\(namespace.labels.sorted { $0 < $1 }) \(notes.sorted { $0 < $1 })"
        }
        for (name, revisions) in try await world.revisions() { state["pods of \(name)"] = "\(revisions.sorted())" }
        let status = try await life.status()
        let reasons = status.conditions.map { "\($0.type)=\($0.state.rawValue) \($0.reason)" }.sorted()
        let names = status.revisions.map(\.name)
        state["status"] = "\(status.phase?.rawValue ?? "") \(status.version ?? "") \(names) \(reasons)"
        return state
    }
}
