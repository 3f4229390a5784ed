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
        return MeshWorkload(
            id: ResourceID(group: "apps", kind: "Deployment", key: key),
            pods: [pod],
            restart: .possible,
            directedTo: directedTo,
            isRolledOut: true
        )
    }

    private func names(_ turn: WorkloadMoves.Turn) -> [String] {
        turn.moves.map { move in
            switch move {
            case .label(let namespace): "label \(namespace)"
            case .restart(let id): "restart \(id.key)"
            }
        }
    }

    @Test("Workloads move wave by wave, one at a time, after their namespace was labelled")
    func order() {
        var moves = WorkloadMoves(["b/1", "a/2", "a/1", "c/1"].map { workload($0) }, to: "new") {
            ["c": 0, "a": 1, "b": 1][$0]
        }
        moves.isLabelled = { $0 == "a" }
        #expect(moves.order.map(\.id.key.description) == ["c/1", "a/1", "a/2", "b/1"])
        #expect(names(moves.turn(towards: 4)) == ["label c", "restart c/1"])
        moves.maxInMotion = 3
        #expect(names(moves.turn(towards: 4)) == ["label c", "restart c/1", "restart a/1", "restart a/2"])
        #expect(names(moves.turn(towards: 1)) == ["label c", "restart c/1"])
        #expect(names(moves.turn(towards: 0)) == [])
    }

    @Test("What is under way is waited for, and a budget that allows nothing passes the turn on")
    func obstacles() {
        let all = [workload("a/1", directedTo: "new"), workload("a/2"), workload("a/3")]
        var moves = WorkloadMoves(all, to: "new") { _ in 0 }
        #expect(moves.part.moved == 1 && moves.part.settled == 0)
        #expect(names(moves.turn(towards: 3)) == [])
        #expect(moves.turn(towards: 3).obstacle == "waiting for Deployment a/1")
        moves.maxInMotion = 2
        moves.budget = { $0.id.key.name == "2" ? "PodDisruptionBudget a/x allows no disruption" : nil }
        #expect(names(moves.turn(towards: 3)) == ["restart a/3"])
        #expect(moves.turn(towards: 3).obstacle == "PodDisruptionBudget a/x allows no disruption")
    }

    @Test("Turn after turn everything moves, and never more at a time than allowed", arguments: propertySeeds(100))
    func terminates(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var world = (0..<random.int(below: 30)).map { workload("n\(random.int(below: 5))/\($0)") }
        let limit = 1 + random.int(below: 4)
        for _ in 0..<400 {
            var moves = WorkloadMoves(world, to: "new") { _ in 0 }
            moves.maxInMotion = limit
            #expect(moves.inMotion.count <= limit, "seed \(seed)")
            for case .restart(let id) in moves.turn(towards: world.count).moves {
                guard let index = world.firstIndex(where: { $0.id == id }) else { continue }
                world[index].directedTo = "new"
            }
            for index in world.indices where world[index].directedTo == "new" && random.oneIn(3) {
                world[index].pods[0].revision = "new"
            }
        }
        #expect(world.allSatisfy { $0.isSettled(at: "new") }, "seed \(seed)")
    }
}
