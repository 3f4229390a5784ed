internal import MeshTestKit
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
        #expect(StepInference(policy, gates: []).place(of: [part]) == .init(step: step, isCut: false))
    }

    @Test("What has moved proves no hold: the first one is begun anew", arguments: propertySeeds(200, from: 9_000))
    func inferenceStopsWhereSomethingHolds(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var steps = [5, 25, 25, 50, 100].map { RolloutStep(weight: $0) }
        let holding = random.int(below: steps.count)
        for index in holding..<steps.count where index == holding || random.oneIn(2) {
            steps[index].hold = .duration(.seconds(60))
        }
        let parts = [RolloutPart(name: "p", total: 100, moved: 1 + random.int(below: 100))]
        let covering = steps.firstIndex { parts[0].moved <= $0.weight } ?? steps.count - 1
        let place = StepInference(RolloutPolicy(steps: steps), gates: []).place(of: parts)
        #expect(place == .init(step: min(covering, holding), isCut: holding < covering), "seed \(seed)")
    }

    @Test("What has moved proves no approval and no gate", arguments: propertySeeds(200, from: 7_000))
    func inferenceStopsWhereSomethingIsAsked(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var steps = [5, 25, 25, 50, 100].map { RolloutStep(weight: $0) }
        let asking = random.int(below: steps.count)
        let kind = random.int(below: 4)
        if kind == 0 { steps[asking].needsApproval = true }
        if kind == 1 { steps[asking].hold = .untilApproved }
        for index in steps.indices where kind > 1 && index != asking { steps[index].gates = ["other"] }
        let gates = kind > 1 ? [GateState(name: "rate", isDryRun: kind == 3)] : []
        let isAsked = kind < 3
        let parts = [RolloutPart(name: "p", total: 100, moved: 1 + random.int(below: 100))]
        let covering = steps.firstIndex { parts[0].moved <= $0.weight } ?? steps.count - 1
        let place = StepInference(RolloutPolicy(steps: steps), gates: gates).place(of: parts)
        #expect(place.step == (isAsked ? min(covering, asking) : covering), "seed \(seed)")
        #expect(place.isCut == (isAsked && asking < covering), "seed \(seed)")
    }
}
