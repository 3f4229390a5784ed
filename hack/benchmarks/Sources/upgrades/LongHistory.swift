internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import ManifestRendering
internal import MeshAPI

/// The cost of a reconcile, and of an upgrade, after 1 and after many finished upgrades: history must not make it grow.
enum LongHistory {
    private struct Cost {
        var calls = 0
        var reconciles = 0
        var seconds = 0.0
    }

    static func run(rollouts: Int) async throws -> Bool {
        let mesh = try await BenchMesh(try catalogue(rollouts))
        let world = BenchWorld(mesh, podsPerWorkload: 1)
        var object = KubeObject(kind: MeshNames.kind, key: BenchMesh.key)
        object.tree["spec"] = [
            "version": "1.30.0", "profile": "default",
            "upgrade": ["steps": [["weight": 50], ["weight": 100]], "retireAfter": "1s"],
        ]
        _ = try await mesh.admin.create(MeshNames.resource, object)
        try await mesh.synchronize()
        try await LargeUpgrade.settle(mesh, world) { $0.phase == .ready }
        try await world.fill(namespaces: 2, workloads: 4, waves: 1)
        try await mesh.synchronize()
        var costs: [Cost] = []
        var quiet: [Cost] = []
        for number in 1...rollouts {
            costs.append(try await upgrade(mesh, world, to: "1.30.\(number)"))
            if [2, rollouts].contains(number) { quiet.append(try await rest(mesh)) }
        }
        let few = min(10, rollouts / 2)
        let (early, late) = (mean(costs.dropFirst().prefix(few)), mean(costs.suffix(few)))
        let revisions = mesh.status().revisions.count
        print("| | calls per upgrade | reconciles | processor time | calls of 100 quiet reconciles | time of one |")
        print("|---|---|---|---|---|---|")
        for (name, cost, rest) in [("first", early, quiet[0]), ("last", late, quiet[1])] {
            let (all, one) = (milli(cost.seconds), milli(rest.seconds / Double(rest.reconciles)))
            let counts = "\(cost.calls) | \(cost.reconciles) | \(all) ms | \(rest.calls) | \(one) ms"
            print("| \(name) \(few) of \(rollouts) | \(counts) |")
        }
        print("")
        let figures = [
            Figure(name: "revisions left", value: Double(revisions), unit: "", atMost: 1),
            Figure(
                name: "calls of an upgrade, last to first",
                value: ratio(late.calls, early.calls),
                unit: "x",
                atMost: 1.02
            ),
            Figure(
                name: "time of an upgrade, last to first",
                value: late.seconds / early.seconds,
                unit: "x",
                atMost: 1.3
            ),
            Figure(name: "calls of a quiet reconcile", value: Double(quiet[1].calls), unit: "", atMost: 0),
            Figure(
                name: "time of a quiet reconcile, last to first",
                value: quiet[1].seconds / quiet[0].seconds,
                unit: "x",
                atMost: 1.3
            ),
        ]
        return Figure.show("after \(rollouts) upgrades", figures)
    }

    private static func upgrade(_ mesh: BenchMesh, _ world: BenchWorld, to version: String) async throws -> Cost {
        let patch: Tree = ["spec": ["version": .string(version)]]
        mesh.show(MeshNames.resource, try await mesh.admin.patch(MeshNames.resource, BenchMesh.key, .merge(patch)))
        let rounds = try await LargeUpgrade.settle(mesh, world) { status in
            status.version == version && status.plan == nil && status.revisions.count == 1
        }
        return Cost(
            calls: rounds.reduce(0) { $0 + $1.counts.all },
            reconciles: rounds.count,
            seconds: rounds.reduce(0) { $0 + $1.seconds }
        )
    }

    private static func rest(_ mesh: BenchMesh) async throws -> Cost {
        var cost = Cost()
        for _ in 0..<100 {
            mesh.pass(60)
            let (counts, seconds) = try await mesh.reconcile()
            (cost.calls, cost.seconds) = (cost.calls + counts.all, cost.seconds + seconds)
            cost.reconciles += 1
        }
        return cost
    }

    private static func mean(_ costs: some Collection<Cost>) -> Cost {
        var result = Cost()
        for cost in costs {
            result.calls += cost.calls
            result.reconciles += cost.reconciles
            result.seconds += cost.seconds
        }
        let count = max(1, costs.count)
        return Cost(
            calls: result.calls / count,
            reconciles: result.reconciles / count,
            seconds: result.seconds / Double(count)
        )
    }

    private static func ratio(_ one: Int, _ other: Int) -> Double { Double(one) / Double(max(1, other)) }
    private static func milli(_ seconds: Double) -> Double { (seconds * 100_000).rounded() / 100 }

    /// One minor with as many patch releases as are rolled out.
    private static func catalogue(_ rollouts: Int) throws -> VersionCatalogue {
        let names = (0...rollouts).map { Tree.string("1.30.\($0)") }
        return try VersionCatalogue(reading: [
            "defaultVersion": "1.30.0", "minors": ["1.30": ["kubernetes": ["1.33"], "versions": .array(names)]],
        ])
    }
}
