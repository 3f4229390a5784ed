internal import DataTree
internal import MeshTestKit
internal import Testing

@Suite struct PackedTreeTests {
    private static func tree(_ random: inout SeededRandom, depth: Int) -> Tree {
        let long = "a string of more than twenty-four bytes \(random.int(below: 3))"
        switch random.int(below: depth > 0 ? 10 : 7) {
        case 0: return .null
        case 1: return .bool(random.oneIn(2))
        case 2: return .integer(random.pick([0, -1, 5, .max, .min]))
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

    @Test("what comes out is what went in, to the order of keys, however much is shared", arguments: propertySeeds(100))
    func faithful(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var packer = TreePacker(capacity: random.pick([16, 256]))
        var kept: [(Tree, PackedTree)] = []
        for _ in 0..<40 {
            let tree = kept.isEmpty || !random.oneIn(3) ? Self.tree(&random, depth: 4) : random.pick(kept).0
            kept.append((tree, packer.pack(tree)))
        }
        for (tree, packed) in kept {
            let unpacked = packed.unpack(packer.keys)
            #expect(unpacked == tree, "seed \(seed)")
            #expect(unpacked.json(.compact) == tree.json(.compact), "seed \(seed)")
        }
    }

    @Test("strings by their path, without unpacking the rest")
    func paths() {
        var packer = TreePacker()
        let tree: Tree = [
            "kind": "Pod", "spec": ["containers": [["name": "a", "n": 7, "d": 1.5, "z": .null, "t": true]]],
            "metadata": ["labels": ["app": "web"], "name": "web-1", "uid": "u"],
        ]
        for _ in 0..<2 {
            let packed = packer.pack(tree)
            let found = packed.strings(
                at: [
                    ["metadata", "name"], ["kind"], ["metadata", "labels", "app"], ["metadata", "none"], ["spec"],
                    ["kind", "x"],
                ],
                packer.keys
            )
            #expect(found == ["web-1", "Pod", "web", nil, nil, nil])
        }
    }

    @Test("texts that Unicode holds to be equal, but whose bytes differ, stay apart, also as keys")
    func bytes() {
        var packer = TreePacker()
        let composed = "a long caf\u{E9} with more than twenty-four bytes"
        let decomposed = "a long cafe\u{301} with more than twenty-four bytes"
        for text in [composed, decomposed, composed, decomposed] {
            let tree: Tree = [text: .array([.string(text), .string(text)])]
            #expect(packer.pack(tree).unpack(packer.keys).json(.compact) == tree.json(.compact))
        }
    }

    @Test("more keys than the table takes are carried along")
    func manyKeys() {
        var packer = TreePacker(capacity: 16)
        for block in 0..<6 {
            var object = TreeObject()
            for key in 0..<1_000 { object["key-\(block)-\(key)"] = .integer(Int64(key)) }
            let tree = Tree.object(object)
            #expect(packer.pack(tree).unpack(packer.keys) == tree)
        }
    }

    @Test("a tree deeper than any object of Kubernetes is kept all the same")
    func deep() {
        var packer = TreePacker()
        var tree: Tree = "end"
        for _ in 0..<200 { tree = ["next": .array([tree])] }
        #expect(packer.pack(tree).unpack(packer.keys) == tree)
    }
}
