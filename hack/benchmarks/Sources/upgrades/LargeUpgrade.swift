internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import ManifestRendering
internal import MeshAPI

/// A canary of a mesh with 500 namespaces and 5,000 workloads: requests, processor time and memory of the operator.
enum LargeUpgrade {
    /// What one step took.
    private struct Step {
        var counts = CountingTransport.Counts()
        var reconciles = 0
        var seconds = 0.0
        var moved = 0
        var slowest = 0.0

        mutating func add(_ round: Round) {
            counts.add(round.counts)
            reconciles += 1
            seconds += round.seconds
            moved += round.moved
            slowest = max(slowest, round.seconds)
        }
    }

    /// What one reconcile took.
    struct Round {
        /// The step of the plan afterwards; 0 without one.
        let step: Int
        let counts: CountingTransport.Counts
        let seconds: Double
        /// How many workloads got other pods.
        let moved: Int
    }

    static func run(namespaces: Int, workloads: Int) async throws -> Bool {
        let mesh = try await BenchMesh(.builtIn())
        let world = BenchWorld(mesh, podsPerWorkload: 2)
        var object = KubeObject(kind: MeshNames.kind, key: BenchMesh.key)
        object.tree["spec"] = [
            "version": "1.29.6", "profile": "default",
            "upgrade": [
                "steps": [["weight": 5], ["weight": 25], ["weight": 50], ["weight": 100]], "retireAfter": "60s",
                "workloads": [
                    "maxUnavailable": "2%",
                    "waves": .array(
                        (0..<5).map { ["namespaceSelector": ["matchLabels": ["wave": .string("\($0)")]]] }
                    ),
                ],
            ],
        ]
        _ = try await mesh.admin.create(MeshNames.resource, object)
        try await mesh.synchronize()
        try await settle(mesh, world) { $0.phase == .ready }
        try await world.fill(namespaces: namespaces, workloads: workloads, waves: 5)
        let before = ProcessFigures.resident
        try await mesh.synchronize()
        let cached = ProcessFigures.resident
        ProcessFigures.forgetPeak()
        let patch: Tree = ["spec": ["version": "1.30.3"]]
        mesh.show(MeshNames.resource, try await mesh.admin.patch(MeshNames.resource, BenchMesh.key, .merge(patch)))
        let rounds = try await settle(mesh, world, limit: 3_000) { status in
            status.version == "1.30.3" && status.plan == nil
        }
        var steps: [Int: Step] = [:]
        for round in rounds { steps[round.step, default: Step()].add(round) }
        let missing = world.running.values.count { $0 != "1-30-3" }
        guard missing == 0 else { fatal("\(missing) workloads did not move") }
        return show(steps, memory: (before, cached, ProcessFigures.peak), namespaces, workloads)
    }

    /// Reconciles and lets the world act until a status says what is wanted, and nothing is written any more.
    @discardableResult
    static func settle(
        _ mesh: BenchMesh,
        _ world: BenchWorld,
        limit: Int = 400,
        until isDone: (MeshOperatorStatus) -> Bool
    ) async throws -> [Round] {
        var rounds: [Round] = []
        for _ in 0..<limit {
            let (counts, seconds) = try await mesh.reconcile()
            let moved = try await world.act(counts.written)
            // What the promotion writes once all has moved belongs to no step.
            let isOver = moved == 0 && world.isMoved
            let step = isOver ? 0 : mesh.status().plan?.progress.step ?? 0
            rounds.append(Round(step: step, counts: counts, seconds: seconds, moved: moved))
            mesh.pass(1)
            if counts.written.isEmpty, isDone(mesh.status()) { return rounds }
        }
        fatal("not settled: \(try await mesh.mesh().tree["status"]?.jsonText() ?? "")")
    }

    private static func show(
        _ steps: [Int: Step],
        memory: (before: Int, cached: Int, peak: Int),
        _ namespaces: Int,
        _ workloads: Int
    ) -> Bool {
        print("| step | workloads moved | reconciles | reads | dry runs | writes | processor time | slowest |")
        print("|---|---|---|---|---|---|---|---|")
        var figures: [Figure] = []
        for (number, step) in steps.sorted(by: { $0.key < $1.key }) {
            let reads = step.counts.calls["GET"] ?? 0
            let dry = step.counts.calls["DRY-RUN"] ?? 0
            let writes = step.counts.all - reads - dry
            func seconds(_ value: Double) -> Double { (value * 100).rounded() / 100 }
            print(
                "| \(number) | \(step.moved) | \(step.reconciles) | \(reads) | \(dry) | \(writes) | "
                    + "\(seconds(step.seconds)) s | \(seconds(step.slowest)) s |"
            )
            guard step.moved > 0 else { continue }
            let calls = Double(step.counts.all) / Double(step.moved)
            figures.append(Figure(name: "step \(number), calls per workload", value: calls, unit: "", atMost: 1.5))
        }
        print("")
        let mega = 1_048_576.0
        figures += [
            Figure(name: "caches", value: Double(memory.cached - memory.before) / mega, unit: "MB"),
            Figure(
                name: "peak above the server's",
                value: Double(memory.peak - memory.before) / mega,
                unit: "MB",
                atMost: 400
            ),
            Figure(name: "slowest reconcile", value: steps.values.map(\.slowest).max() ?? 0, unit: "s", atMost: 2),
        ]
        return Figure.show("upgrade of \(namespaces) namespaces, \(workloads) workloads", figures)
    }
}
