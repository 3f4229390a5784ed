internal import RolloutEngine
internal import Testing

struct RolloutPartTests {
    @Test(
        "Shares are rounded up, and whole at 100",
        arguments: [
            (3, 5, 1), (3, 25, 1), (3, 50, 2), (3, 100, 3), (100, 5, 5), (7, 0, 0), (0, 50, 0), (1, 1, 1),
            (200, 99, 198),
        ]
    )
    func need(_ total: Int, _ weight: Int, _ need: Int) {
        #expect(RolloutPart(name: "p", total: total).need(at: weight) == need)
    }

    @Test("A share of very many units does not overflow")
    func large() {
        #expect(RolloutPart(name: "p", total: .max).need(at: 50) > Int.max / 2 - 100)
    }

    @Test(
        "A world without a record is in the first step that covers what has moved",
        arguments: [(0, -1), (1, 0), (2, 2), (3, 3)]
    )
    func inference(_ moved: Int, _ step: Int) {
        let policy = RolloutPolicy(steps: [5, 25, 50, 100].map { RolloutStep(weight: $0) })
        let part = RolloutPart(name: "p", total: 3, moved: moved, settled: moved)
        #expect(StepInference(policy).step(of: [part]) == step)
    }
}
