internal import DataTree
internal import KubeAPI
internal import MeshTestKit
internal import RolloutEngine
internal import Testing

@testable internal import UpgradePlanning

struct WorkloadMovesTests {
    /// A workload named `namespace/name`, on a revision.
    private func workload(_ place: String, directedTo: String? = nil) -> MeshWorkload {
        let parts = place.split(separator: "/").map(String.init)
        let key = ObjectKey(namespace: parts.first ?? "", name: parts.last ?? "")
        let pod = MeshWorkload.Pod(key: key, revision: "old", proxyVersion: nil, wanted: "old", isReady: true)
        var result = MeshWorkload(
            id: ResourceID(group: "apps", kind: "Deployment", key: key),
            pods: [pod],
            restart: .possible,
            isRolledOut: true,
            labels: ["app": key.name]
        )
        if let directedTo { restart(&result, directedTo) }
        return result
    }

    /// Restarts a workload for a revision, as its controller shows it.
    private func restart(_ workload: inout MeshWorkload, _ revision: String) {
        (workload.directedTo, workload.isRolledOut) = (revision, false)
        for index in workload.pods.indices { workload.pods[index].wanted = revision }
    }

    @Test("A mark counts only while the restart it tells of is under way; then the pods tell")
    func marks() {
        var one = workload("a/1")
        one.directedTo = "new"
        #expect(!one.isMoved(to: "new"), "left from an upgrade that is over, or copied")
        one.isRolledOut = false
        #expect(!one.isMoved(to: "new"), "somebody else's rollout, and nothing directs its pods there")
        one.pods[0].wanted = "new"
        #expect(one.isMoved(to: "new") && !one.isSettled(at: "new"))
        one.isRolledOut = true
        #expect(!one.isMoved(to: "new"), "over, and its pods came up with another")
        one.isJustRestarted = true
        #expect(one.isMoved(to: "new") && !one.isSettled(at: "new"))
        (one.isJustRestarted, one.directedTo, one.pods[0].revision) = (false, "old", "new")
        #expect(one.isMoved(to: "new") && one.isSettled(at: "new") && !one.isMoved(to: "old"))
    }

    @Test("What came up with another revision moves again in its turn, under the limit and the budgets")
    func straying() {
        var all = ["a/1", "a/2", "a/3"].map { workload($0) }
        for index in all.indices {
            restart(&all[index], "new")
            all[index].isRolledOut = true
        }
        var moves = WorkloadMoves(all, to: "new") { _ in 0 }
        #expect(names(moves.turn(towards: 3)) == ["restart a/1"])
        moves.maxInMotion = 3
        moves.room = DisruptionRoom([budget("x", allowed: 1, over: "1", "2")])
        #expect(names(moves.turn(towards: 3)) == ["restart a/1", "restart a/3"])
    }

    private func names(_ turn: WorkloadMoves.Turn) -> [String] {
        turn.moves.map { move in
            switch move {
            case .label(let namespace): "label \(namespace)"
            case .restart(let id): "restart \(id.key)"
            case .relabel(let id): "relabel \(id.key)"
            }
        }
    }

    @Test("Workloads move wave by wave, one at a time, after their namespace was labelled")
    func order() {
        var moves = WorkloadMoves(["b/1", "a/2", "a/1", "c/1"].map { workload($0) }, to: "new") {
            ["c": 0, "a": 1, "b": 1][$0.id.key.namespace ?? ""]
        }
        moves.isLabelled = { $0 == "a" }
        #expect(moves.order.map(\.id.key.description) == ["c/1", "a/1", "a/2", "b/1"])
        #expect(names(moves.turn(towards: 4)) == ["label c", "restart c/1"])
        moves.maxInMotion = 3
        #expect(names(moves.turn(towards: 4)) == ["label c", "restart c/1"], "the rest is of later waves")
        #expect(names(moves.turn(towards: 1)) == ["label c", "restart c/1"])
        #expect(names(moves.turn(towards: 0)) == [])
    }

    /// Brings a workload up with a revision.
    private func settle(_ workload: inout MeshWorkload, _ revision: String) {
        (workload.pods[0].revision, workload.pods[0].isReady, workload.isRolledOut) = (revision, true, true)
    }

    @Test("A wave begins once all of the one before is up, however many may be under way")
    func waves() {
        var all = ["a/1", "a/2", "b/1", "b/2"].map { workload($0) }
        func moves() -> WorkloadMoves {
            var moves = WorkloadMoves(all, to: "new") { ["a": 0, "b": 1][$0.id.key.namespace ?? ""] }
            moves.maxInMotion = 4
            return moves
        }
        #expect(names(moves().turn(towards: 4)) == ["restart a/1", "restart a/2"])
        for index in 0...1 { restart(&all[index], "new") }
        #expect(moves().turn(towards: 4).moves.isEmpty)
        #expect(moves().turn(towards: 4).obstacle == "waiting for Deployment a/1, Deployment a/2")
        settle(&all[0], "new")
        settle(&all[1], "new")
        all[1].pods[0].isReady = false
        #expect(moves().turn(towards: 4).moves.isEmpty, "moved, and not up")
        #expect(moves().countPerWave == [0: .init(moved: 2, settled: 1)])
        all[1].pods[0].isReady = true
        #expect(names(moves().turn(towards: 4)) == ["restart b/1", "restart b/2"])
        #expect(names(moves().turn(towards: 3)) == ["restart b/1"])
        restart(&all[2], "new")
        all[0].pods[0].isReady = false
        #expect(moves().turn(towards: 4).moves.isEmpty, "what was up and is not any more holds the later waves too")
        #expect(moves().countPerWave == [0: .init(moved: 2, settled: 1), 1: .init(moved: 1, settled: 0)])
    }

    @Test("What a budget keeps in a wave keeps the later ones")
    func budgetOfAWave() {
        var moves = WorkloadMoves(["a/1", "a/2", "b/3"].map { workload($0) }, to: "new") {
            ["a": 0, "b": 1][$0.id.key.namespace ?? ""]
        }
        moves.maxInMotion = 4
        moves.room = DisruptionRoom([budget("x", allowed: 0, over: "2")])
        #expect(names(moves.turn(towards: 3)) == ["restart a/1"])
        #expect(moves.turn(towards: 3).obstacle == "PodDisruptionBudget a/x allows no disruption of Deployment a/2")
    }

    @Test("What is under way is waited for, and a budget that allows nothing passes the turn on")
    func obstacles() {
        let all = [workload("a/1", directedTo: "new"), workload("a/2"), workload("a/3")]
        var moves = WorkloadMoves(all, to: "new") { _ in 0 }
        #expect(moves.part.moved == 1 && moves.part.settled == 0)
        #expect(names(moves.turn(towards: 3)) == [])
        #expect(moves.turn(towards: 3).obstacle == "waiting for Deployment a/1")
        moves.maxInMotion = 2
        moves.room = DisruptionRoom([budget("x", allowed: 0, over: "2")])
        #expect(names(moves.turn(towards: 3)) == ["restart a/3"])
        let why = "PodDisruptionBudget a/x allows no disruption of Deployment a/2"
        #expect(moves.turn(towards: 3).obstacle == why)
    }

    private func budget(_ name: String, allowed: Int64, over app: String...) -> KubeObject {
        var budget = KubeObject(kind: .podDisruptionBudget, key: ObjectKey(namespace: "a", name: name))
        let values = Tree.array(app.map { .string($0) })
        budget.tree.set(
            ["matchExpressions": [["key": "app", "operator": "In", "values": values]]],
            at: ["spec", "selector"]
        )
        budget.tree.set(.integer(allowed), at: ["status", "disruptionsAllowed"])
        return budget
    }

    @Test("A turn takes from a budget what it starts, and leaves what is under way its share")
    func budgets() {
        var all = ["a/1", "a/2", "a/3", "a/4"].map { workload($0) }
        func turn(_ budgets: [KubeObject]) -> (names: [String], obstacle: String?) {
            var moves = WorkloadMoves(all, to: "new") { _ in 0 }
            moves.maxInMotion = 10
            moves.room = DisruptionRoom(budgets)
            let turn = moves.turn(towards: 4)
            return (names(turn), turn.obstacle)
        }
        let two = budget("x", allowed: 2, over: "1", "2", "3", "4")
        #expect(turn([two]).names == ["restart a/1", "restart a/2"])
        #expect(turn([two, budget("y", allowed: 1, over: "1", "2")]).names == ["restart a/1", "restart a/3"])
        all[0].restartTakes = 2
        #expect(turn([two]).names == ["restart a/1"])
        all[0].restartTakes = 3
        #expect(turn([two]).names == ["restart a/2", "restart a/3"])
        #expect(
            turn([two]).obstacle?.contains("a/x allows 2 disruptions, a restart of Deployment a/1 may take 3") == true
        )
        // Under way: it has its share, unless the budget shows already that a pod is missing.
        all[0].restartTakes = 1
        restart(&all[0], "new")
        #expect(turn([two]).names == ["restart a/2"])
        all[0].pods[0].isReady = false
        #expect(turn([budget("x", allowed: 1, over: "1", "2", "3", "4")]).names == ["restart a/2"])
        #expect(turn([]).names.count == 3)
    }

    @Test("Turn after turn everything moves, and never more at a time than allowed", arguments: propertySeeds(100))
    func terminates(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var world = (0..<random.int(below: 30)).map { workload("n\(random.int(below: 5))/\($0)") }
        let limit = 1 + random.int(below: 4)
        for _ in 0..<400 {
            var moves = WorkloadMoves(world, to: "new") { $0.id.key.namespace == "n0" ? 0 : 1 }
            moves.maxInMotion = limit
            #expect(moves.inMotion.count <= limit, "seed \(seed)")
            #expect(Set(moves.inMotion.map { $0.id.key.namespace == "n0" }).count <= 1, "seed \(seed): two waves")
            for case .restart(let id) in moves.turn(towards: world.count).moves {
                guard let index = world.firstIndex(where: { $0.id == id }) else { continue }
                restart(&world[index], "new")
            }
            for index in world.indices where world[index].directedTo == "new" && random.oneIn(3) {
                world[index].pods[0].revision = "new"
                world[index].isRolledOut = true
            }
        }
        #expect(world.allSatisfy { $0.isSettled(at: "new") }, "seed \(seed)")
    }
}
