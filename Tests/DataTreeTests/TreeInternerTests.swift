internal import DataTree
internal import MeshTestKit
internal import Testing

@Suite struct TreeInternerTests {
    private static func tree(_ random: inout SeededRandom, depth: Int) -> Tree {
        let long = "a string of more than fifteen bytes \(random.int(below: 3))"
        switch random.int(below: depth > 0 ? 10 : 7) {
        case 0: return .null
        case 1: return .bool(random.oneIn(2))
        case 2: return .integer(Int64(random.int(below: 5)))
        case 3: return .double(Double(random.int(below: 5)) / 4)
        case 4: return .bigInteger("12345678901234567890\(random.int(below: 2))")
        case 5: return .string("s\(random.int(below: 3))")
        case 6: return .string(long)
        case 7: return .array((0..<random.int(below: 4)).map { _ in tree(&random, depth: depth - 1) })
        default:
            var object = TreeObject()
            for _ in 0..<random.int(below: 30) {
                object[random.oneIn(3) ? long : "k\(random.int(below: 40))"] = tree(&random, depth: depth - 1)
            }
            return .object(object)
        }
    }

    @Test("what comes out is what went in, to the order of keys", arguments: propertySeeds(100))
    func faithful(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var interner = TreeInterner(capacity: 16)
        for _ in 0..<50 {
            let tree = Self.tree(&random, depth: 4)
            let interned = interner.intern(tree)
            #expect(interned == tree, "seed \(seed)")
            #expect(interned.json(.compact) == tree.json(.compact), "seed \(seed)")
        }
    }

    @Test("texts that Unicode holds to be equal, but whose bytes differ, stay apart")
    func bytes() {
        var interner = TreeInterner()
        let composed: Tree = .string("a long caf\u{E9} with more bytes than fifteen")
        let decomposed: Tree = .string("a long cafe\u{301} with more bytes than fifteen")
        for tree in [composed, decomposed, composed] {
            #expect(interner.intern(tree).json(.compact) == tree.json(.compact))
        }
    }

    @Test("numbers of one value but another kind stay what they are")
    func kinds() {
        var interner = TreeInterner()
        for tree: Tree in [["a": 1], ["a": 1.0], ["a": "1"], ["a": true], ["a": .null], ["a": 0.0], ["a": -0.0]] {
            #expect(interner.intern(tree).json(.compact) == tree.json(.compact))
        }
    }
}
