internal import DataTree
internal import KubeAPI
internal import MeshBase
internal import MeshTestKit
internal import Testing

@testable internal import ManifestRendering

@Suite struct ObjectSizeTests {
    @Test("what decides that no text is needed is never less than the text", arguments: 0..<50)
    func bound(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let tree = Self.tree(&random, depth: 4)
        #expect(
            ObjectSize.atMost(tree) >= tree.jsonText(.compact).utf8.count,
            "seed \(seed): \(tree.jsonText(.compact))"
        )
    }

    @Test("an object that etcd does not take is told of, one just below is not")
    func stored() {
        func object(_ bytes: Int) -> KubeObject {
            KubeObject(["kind": "Service", "spec": ["x": .string(String(repeating: "x", count: bytes))]])
        }
        let rest = object(0).tree.jsonText(.compact).utf8.count
        #expect(ObjectSize.excess(of: object(ObjectSize.stored - rest)) == nil)
        #expect(ObjectSize.excess(of: object(ObjectSize.stored - rest + 1))?.bytes == ObjectSize.stored + 1)
    }

    private static func tree(_ random: inout SeededRandom, depth: Int) -> Tree {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &random) {
        case 0: .null
        case 1: .bool(.random(using: &random))
        case 2: .integer(.random(in: .min ... .max, using: &random))
        case 3: .double(Double(bitPattern: .random(in: 0..<0x7FF0_0000_0000_0000, using: &random)))
        case 4: .bigInteger("-" + String(repeating: "9", count: .random(in: 20..<60, using: &random)))
        case 5: .string(text(&random))
        case 6: .array((0..<3).map { _ in tree(&random, depth: depth - 1) })
        default:
            .object(TreeObject((0..<3).map { ("\($0)" + text(&random), tree(&random, depth: depth - 1)) }))
        }
    }

    private static func text(_ random: inout SeededRandom) -> String {
        let scalars: [Unicode.Scalar] = [
            "a", "\"", "\\", "\n", "\u{0}", "\u{1F}", "é", "\u{2028}", "\u{1F600}", "\u{7F}", "/",
        ]
        var result = ""
        for _ in 0..<Int.random(in: 0..<12, using: &random) {
            result.unicodeScalars.append(scalars.randomElement(using: &random) ?? "a")
        }
        return result
    }
}
