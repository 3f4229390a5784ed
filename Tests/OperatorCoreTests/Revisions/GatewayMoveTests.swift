internal import MeshTestKit
internal import RolloutEngine
internal import Testing

@testable internal import OperatorCore

@Suite struct GatewayMoveTests {
    static let stable = GatewayShare.Side(revision: "default", home: .plain)
    static let target = GatewayShare.Side(revision: "1-30-2", home: .named)

    @Test("Goals: at least what a rollout needs, both sides alive in between, all or nothing at the ends")
    func goals() {
        for total in 1...40 {
            var last = (old: total, new: 0)
            for weight in 0...100 {
                let goal = GatewayMove.goal(weight, total)
                #expect(goal.new >= RolloutPart(name: "", total: total).need(at: weight), "\(weight)% of \(total)")
                #expect(goal.old + goal.new >= total && goal.old + goal.new <= total + 1, "\(weight)% of \(total)")
                #expect(goal.new >= last.new && goal.old <= last.old, "\(weight)% of \(total)")
                #expect((goal.old > 0) == (weight < 100) && (goal.new > 0) == (weight > 0), "\(weight)% of \(total)")
                last = goal
            }
            #expect(GatewayMove.goal(0, total) == (total, 0))
            #expect(GatewayMove.goal(100, total) == (0, total))
        }
        #expect(GatewayMove.goal(50, 0) == (0, 0))
        #expect(GatewayMove.goal(25, 4) == (3, 1))
        #expect(GatewayMove.goal(5, 1) == (1, 1))
    }

    @Test("The old side gives a pod up only for a ready one")
    func surge() {
        let bounds = GatewayBounds(replicas: 4)
        func step(_ old: (Int, Int), _ new: (Int, Int), _ weight: Int = 50) -> [Int] {
            let move = GatewayMove(
                weight: weight,
                bounds: bounds,
                old: .init(pods: old.0, ready: old.1),
                new: .init(pods: new.0, ready: new.1),
                plan: nil
            )
            return [move.step.old, move.step.new]
        }
        #expect(step((4, 4), (0, 0)) == [4, 2])
        #expect(step((4, 4), (2, 0)) == [4, 2])
        #expect(step((4, 4), (2, 1)) == [3, 2])
        #expect(step((3, 3), (2, 2)) == [2, 2])
        #expect(step((2, 2), (2, 2)) == [2, 2])
        #expect(step((2, 2), (2, 0)) == [2, 2], "what is given up does not come back by itself")
        #expect(step((2, 2), (2, 2), 0) == [4, 2], "back: the old side grows first")
        #expect(step((4, 3), (2, 2), 0) == [4, 1])
        #expect(step((4, 4), (1, 1), 0) == [4, 0])
        #expect(step((4, 0), (0, 0), 0) == [4, 0], "trouble of the old side starts no new one")
    }

    @Test("What is rendered: untouched before the first ready pod, held while it shrinks, free to grow on the new side")
    func rendered() {
        let bounds = GatewayBounds(least: 2, most: 6, scaling: .rendered)
        func share(_ old: (Int, Int), _ new: (Int, Int), _ weight: Int, _ plan: GatewayShare.Plan?) -> GatewayShare {
            GatewayMove(
                weight: weight,
                bounds: bounds,
                old: .init(pods: old.0, ready: old.1),
                new: .init(pods: new.0, ready: new.1),
                plan: plan
            ).share(stable: Self.stable, target: Self.target)
        }
        let plan = GatewayShare.Plan(weight: 50, total: 4)
        let first = share((4, 4), (0, 0), 50, nil)
        #expect(first.stable?.pods == .asRendered)
        #expect(first.target?.pods == .between(2, most: 2))
        #expect(first.plan == plan)
        let half = share((4, 4), (2, 2), 50, plan)
        #expect(half.stable?.pods == .exactly(2))
        #expect(half.target?.pods == .between(2, most: 4))
        let end = share((2, 2), (4, 4), 100, .init(weight: 100, total: 4))
        #expect(end.stable?.pods == .exactly(0))
        #expect(end.target?.pods == .between(4, most: 6))
        #expect(end.promoted() == GatewayShare(Self.target))
        #expect(share((4, 4), (1, 1), 0, .init(weight: 0, total: 4)) == GatewayShare(Self.stable))
        #expect(share((1, 1), (3, 3), 0, plan).stable?.pods == .exactly(4))
    }

    @Test("Where nothing rendered sets the number of pods, one of ours is never unsaid")
    func held() {
        let bounds = GatewayBounds(least: 1, most: GatewayBounds.most, scaling: .foreign)
        func share(_ isHeld: Bool) -> GatewayShare {
            var old = GatewayMove.Count(pods: 4, ready: 4)
            old.isHeld = isHeld
            return GatewayMove(weight: 0, bounds: bounds, old: old, new: .absent, plan: nil)
                .share(stable: Self.stable, target: Self.target)
        }
        #expect(share(false) == GatewayShare(Self.stable))
        #expect(share(true).stable?.pods == .exactly(4))
        var new = Self.target
        new.pods = .exactly(4)
        #expect(GatewayShare(stable: nil, target: new).promoted() == GatewayShare(new))
    }

    @Test("What our autoscaler adds to the new side within its bounds is no move beyond the step")
    func load() {
        func moved(_ bounds: GatewayBounds, _ old: Int, _ new: Int, _ weight: Int = 50) -> Int {
            let (old, new) = (GatewayMove.Count(pods: old, ready: old), GatewayMove.Count(pods: new, ready: new))
            let plan = GatewayShare.Plan(weight: weight, total: 4)
            return GatewayMove(weight: weight, bounds: bounds, old: old, new: new, plan: plan).part(name: "").moved
        }
        let scaled = GatewayBounds(least: 4, most: 6, scaling: .rendered)
        #expect(moved(scaled, 2, 2) == 2 && moved(scaled, 2, 3) == 2 && moved(scaled, 2, 4) == 2)
        #expect(moved(scaled, 2, 1) == 1, "what has not moved has not")
        #expect(moved(scaled, 2, 5) == 4, "beyond its bounds")
        #expect(moved(scaled, 1, 3) == 3, "the old side has given up more than the step has it")
        #expect(moved(scaled, 4, 2, 0) == 2, "on the way back all of them go")
        #expect(moved(scaled, 0, 6, 100) == 4)
        #expect(moved(GatewayBounds(replicas: 4), 2, 3) == 3, "where no autoscaler is, somebody did it")
    }

    @Test("The total of a step is kept, and load that came since counts for the next step")
    func totals() {
        let bounds = GatewayBounds(least: 2, most: 10, scaling: .rendered)
        func total(_ old: Int, _ new: Int, ready: Int, _ weight: Int, _ plan: GatewayShare.Plan?) -> Int {
            GatewayMove(
                weight: weight,
                bounds: bounds,
                old: .init(pods: old, ready: old),
                new: .init(pods: new, ready: ready),
                plan: plan
            ).total
        }
        #expect(total(4, 0, ready: 0, 50, nil) == 4)
        #expect(total(4, 2, ready: 2, 50, .init(weight: 50, total: 4)) == 4, "the surge is no load")
        #expect(total(2, 4, ready: 4, 75, .init(weight: 50, total: 4)) == 6, "the new side has grown")
        #expect(total(4, 2, ready: 0, 0, .init(weight: 50, total: 4)) == 4, "back in the middle of a surge")
        #expect(total(1, 1, ready: 1, 25, .init(weight: 5, total: 1)) == 2, "within bounds")
        #expect(total(90, 90, ready: 90, 25, nil) == 10)
        #expect(GatewayMove(weight: 7, bounds: .init(replicas: -3), old: .absent, new: .absent, plan: nil).total == 0)
        let huge = GatewayBounds(least: .max, most: .max, scaling: .foreign)
        let move = GatewayMove(
            weight: 99,
            bounds: huge,
            old: .init(pods: .max, ready: .max),
            new: .init(pods: .max, ready: .max),
            plan: .init(weight: 3, total: .max)
        )
        #expect(move.total == GatewayBounds.most)
        #expect(move.reached == 50)
    }

    @Test("Every way there and back keeps the capacity and ends exactly", arguments: propertySeeds(300))
    func ways(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var world = SimulatedGateway(&random)
        let start = world.old
        let weights = random.oneIn(3) ? [100] : [5, 25, 50, 75, 100]
        let turn = random.oneIn(2) ? weights[random.int(below: weights.count)] : nil
        for weight in weights {
            world.go(to: weight, &random, seed: seed)
            if weight == turn {
                world.go(to: 0, &random, seed: seed)
                #expect(world.new == .absent, "seed \(seed)")
                #expect(world.old.ready >= start.ready, "seed \(seed)")
                #expect(world.reached == 0, "seed \(seed)")
                return
            }
        }
        #expect(world.old.pods == 0 && world.old.ready == 0, "seed \(seed)")
        #expect(world.new.ready >= start.ready, "seed \(seed)")
        #expect(world.reached == 100, "seed \(seed)")
    }

    @Test(
        "Plans are read as they are written, and nothing else is",
        arguments: ["50 of 4", "101% of 3", "-1% of 3", ""]
    )
    func plans(_ bad: String) {
        #expect(GatewayShare.Plan(bad) == nil)
        let plan = GatewayShare.Plan(weight: 25, total: 7)
        #expect(GatewayShare.Plan(plan.text) == plan)
        #expect(GatewayShare.Plan("5% of 99999999999999999999") == nil)
    }
}

/// A gateway whose pods become ready late, in any order, and whose autoscaler follows a load that changes.
private struct SimulatedGateway {
    let bounds: GatewayBounds
    var old: GatewayMove.Count
    var new = GatewayMove.Count.absent
    var plan: GatewayShare.Plan?
    var reached: Int?

    init(_ random: inout SeededRandom) {
        let least = 1 + random.int(below: 8)
        if random.oneIn(2) {
            bounds = GatewayBounds(replicas: least)
            old = .init(pods: least, ready: least)
        } else {
            bounds = GatewayBounds(least: least, most: least + random.int(below: 9), scaling: .rendered)
            let pods = least + random.int(below: bounds.most - least + 1)
            old = .init(pods: pods, ready: pods)
        }
    }

    mutating func go(to weight: Int, _ random: inout SeededRandom, seed: UInt64) {
        var needed: Int?
        for _ in 0..<400 {
            let move = GatewayMove(weight: weight, bounds: bounds, old: old, new: new, plan: plan)
            reached = move.reached
            if move.isSettled {
                let part = move.part(name: "")
                #expect(weight == 0 ? part.moved == 0 : part.settled >= part.need(at: weight), "seed \(seed)")
                return
            }
            let floor = needed ?? min(move.total, old.ready + new.ready)
            needed = floor
            let share = move.share(stable: GatewayMoveTests.stable, target: GatewayMoveTests.target)
            plan = share.plan
            let before = (old.pods, new.pods)
            old = scaled(old, share.stable?.pods, &random)
            new = scaled(new, share.target?.pods ?? .exactly(0), &random)
            if weight > 0 { #expect(old.pods <= max(before.0, move.goal.old), "seed \(seed)") }
            if share.target == nil { new = .absent }
            #expect(old.ready + new.ready >= floor, "seed \(seed): \(old) \(new) at \(weight)%, needed \(floor)")
            #expect(old.pods + new.pods <= 2 * bounds.most + 1, "seed \(seed)")
            old.ready += random.int(below: old.pods - old.ready + 1)
            new.ready += random.int(below: new.pods - new.ready + 1)
        }
        Issue.record("seed \(seed): \(weight)% was never reached, \(old) \(new)")
    }

    /// A side as its Deployment and autoscaler make it: pods that are not ready go first.
    private func scaled(
        _ count: GatewayMove.Count,
        _ pods: GatewayShare.Pods?,
        _ random: inout SeededRandom
    ) -> GatewayMove.Count {
        let wanted: Int
        switch pods {
        case .none, .asRendered: wanted = bounds.scaling == .fixed ? bounds.least : max(count.pods, bounds.least)
        case .exactly(let exact): wanted = exact
        case .between(let least, let most):
            let drift = bounds.scaling == .fixed ? 0 : random.int(below: 2)
            wanted = min(max(count.pods + drift, least), most)
        }
        return .init(pods: wanted, ready: min(count.ready, wanted))
    }
}
