internal import MeshTestKit
internal import Testing

@testable internal import KubeRuntime

@Suite struct SlotIndexTests {
    @Test("agrees with a dictionary, also when hashes clash", .tags(.property), arguments: propertySeeds(100))
    func agrees(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var index = SlotIndex()
        var model: [UInt32: UInt32] = [:]
        let spread = random.pick([3, 17, 1_000])
        for step in 0..<600 {
            let slot = UInt32(random.int(below: 80))
            if let hash = model[slot], random.oneIn(2) {
                index.remove(slot, hash: hash)
                model[slot] = nil
            } else if model[slot] == nil {
                let hash = UInt32(random.int(below: spread)) &* (random.oneIn(2) ? 1 : 0x0101_0101)
                index.insert(slot, hash: hash)
                model[slot] = hash
            }
            index.remove(200, hash: UInt32(random.int(below: spread)))
            #expect(index.count == model.count, "seed \(seed) step \(step)")
        }
        for (slot, hash) in model {
            #expect(index.find(hash) { $0 == slot } == slot, "seed \(seed)")
            #expect(index.find(hash) { _ in false } == nil, "seed \(seed)")
        }
    }
}
