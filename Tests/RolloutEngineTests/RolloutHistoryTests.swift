internal import MeshBase
internal import MeshTestKit
internal import RolloutEngine
internal import Testing

/// Whatever happens, no step is jumped, no gate passed over, and every rollout comes to an end.
struct RolloutHistoryTests {
    private func run(
        _ world: inout SimulatedRollout,
        crashes: Bool,
        limit: Int = 4_000,
        until isEnough: (SimulatedRollout) -> Bool = { _ in false }
    ) {
        for _ in 0..<limit where !world.isOver && world.breaches.isEmpty && !isEnough(world) {
            world.step(crashes: crashes)
        }
    }

    @Test("Histories end, and break no rule", arguments: propertySeeds(400))
    func histories(_ seed: UInt64) {
        var world = SimulatedRollout(seed: seed)
        run(&world, crashes: false)
        #expect(world.breaches.isEmpty, "seed \(seed): \(world.breaches)")
        #expect(world.isOver, "seed \(seed): stands at \(String(describing: world.last))")
        if world.observation.record?.verdict != nil {
            expectAsBefore(world)
        }
    }

    /// A rollout that was turned back has left everything as it was, says that it is over, and still knows why.
    private func expectAsBefore(_ world: SimulatedRollout) {
        let seed = world.random.seed
        #expect(world.isAsBefore, "seed \(seed): \(world.units), not \(world.start.units)")
        #expect(world.last?.action == .restored, "seed \(seed)")
        #expect(world.observation.record?.target == world.observation.target, "seed \(seed)")
    }

    @Test(
        "A process that dies all the time comes to an end when gates are healthy",
        arguments: propertySeeds(200, from: 9_000)
    )
    func crashing(_ seed: UInt64) {
        var world = SimulatedRollout(seed: seed, mood: .healthy)
        for _ in 0..<300 where !world.isOver { world.step(crashes: true) }
        run(&world, crashes: false)
        #expect(world.breaches.isEmpty, "seed \(seed): \(world.breaches)")
        #expect(world.isOver, "seed \(seed): stands at \(String(describing: world.last))")
    }

    @Test(
        "A way back on which the process dies all the time ends in a world as it was",
        arguments: propertySeeds(200, from: 12_000)
    )
    func crashingOnTheWayBack(_ seed: UInt64) {
        var world = SimulatedRollout(seed: seed, mood: .failing)
        world.observation.gates = [GateState(name: "always red")]
        // What died forgets how often a gate failed: it has to live until it knows.
        run(&world, crashes: false, until: { $0.observation.record?.verdict != nil })
        for _ in 0..<300 where !world.isOver { world.step(crashes: true) }
        run(&world, crashes: false)
        #expect(world.breaches.isEmpty, "seed \(seed): \(world.breaches)")
        expectAsBefore(world)
    }

    @Test("Failing gates end in a world as it was", arguments: propertySeeds(100, from: 20_000))
    func failing(_ seed: UInt64) {
        var world = SimulatedRollout(seed: seed, mood: .failing)
        world.observation.gates = [GateState(name: "always red")]
        run(&world, crashes: false)
        #expect(world.observation.record?.verdict?.cause == .gateFailed, "seed \(seed)")
        expectAsBefore(world)
    }

    @Test("A record lost in the middle leads back into the rollout", arguments: propertySeeds(200, from: 40_000))
    func lostRecord(_ seed: UInt64) {
        var world = SimulatedRollout(seed: seed, mood: .healthy)
        for _ in 0..<20 where !world.isOver { world.step(crashes: false) }
        let moved = world.observation.parts.map(\.moved)
        world.observation.record = nil
        world.forget()
        if !world.isOver { world.step(crashes: false) }
        #expect(world.observation.parts.map(\.moved) == moved, "seed \(seed)")
        run(&world, crashes: false)
        #expect(world.isOver, "seed \(seed): stands at \(String(describing: world.last))")
        #expect(world.observation.parts.allSatisfy { $0.moved == $0.total }, "seed \(seed)")
    }

    @Test(
        "While others disturb it nothing goes forward, and it ends all the same",
        arguments: propertySeeds(200, from: 80_000)
    )
    func disturbed(_ seed: UInt64) {
        var world = SimulatedRollout(seed: seed, mood: .healthy)
        var random = SeededRandom(seed: seed)
        for _ in 0..<4_000 where !world.isOver && world.breaches.isEmpty {
            if random.oneIn(3) { world.observation.disturbance = nil }
            if random.oneIn(5), world.observation.disturbance == nil {
                let kind: RolloutObservation.Disturbance.Kind = random.pick([.contested, .routeDeleted])
                world.observation.disturbance = .init(kind, "others", since: world.now)
                world.observation.disturbance?.isHarmful = random.oneIn(40)
            }
            let (before, isDisturbed) = (world.observation, world.observation.disturbance != nil)
            world.step(crashes: false)
            guard isDisturbed else { continue }
            let moved = zip(before.parts, world.observation.parts).contains { $0.moved < $1.moved }
            let entered = world.observation.record?.step != before.record?.step
            #expect(!moved && !entered, "seed \(seed): \(String(describing: world.last))")
        }
        #expect(world.breaches.isEmpty, "seed \(seed): \(world.breaches)")
        #expect(world.isOver, "seed \(seed): stands at \(String(describing: world.last))")
        let isBack = world.observation.record?.verdict != nil
        #expect(world.observation.parts.allSatisfy { $0.moved == (isBack ? 0 : $0.total) }, "seed \(seed)")
    }

    @Test(
        "Steps edited in the middle raise nothing past an approval that was not given",
        arguments: propertySeeds(400, from: 90_000)
    )
    func editedSteps(_ seed: UInt64) {
        var world = SimulatedRollout(seed: seed, mood: .healthy)
        var random = SeededRandom(seed: seed)
        for _ in 0..<400 where !world.isOver && world.breaches.isEmpty {
            if random.oneIn(8) { world.edit() }
            world.step(crashes: random.oneIn(4))
        }
        run(&world, crashes: false)
        #expect(world.breaches.isEmpty, "seed \(seed): \(world.breaches)")
        #expect(world.isOver, "seed \(seed): stands at \(String(describing: world.last))")
        #expect(world.observation.parts.allSatisfy { $0.moved == $0.total }, "seed \(seed)")
    }

    @Test("More moved by hand goes back to the step's share", arguments: propertySeeds(100, from: 60_000))
    func byHand(_ seed: UInt64) {
        var world = SimulatedRollout(seed: seed, mood: .healthy)
        var random = SeededRandom(seed: seed)
        for _ in 0..<random.int(below: 15) where !world.isOver { world.step(crashes: false) }
        guard !world.isOver, let record = world.observation.record, record.step >= 0 else { return }
        let weight = world.policy.steps[record.step].weight
        guard let index = world.observation.parts.firstIndex(where: { $0.need(at: weight) < $0.total }) else { return }
        world.observation.parts[index].moved = world.observation.parts[index].total
        #expect(world.decider.decide().reason == .movedByHand, "seed \(seed)")
        run(&world, crashes: false)
        #expect(world.breaches.isEmpty, "seed \(seed): \(world.breaches)")
        #expect(world.isOver, "seed \(seed)")
    }
}
