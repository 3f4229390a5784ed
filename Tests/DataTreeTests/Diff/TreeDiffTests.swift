internal import DataTree
internal import MeshTestKit
internal import Testing

struct TreeDiffTests {
    @Test func showsWhatDiffersWithContext() {
        let old: Tree = [
            "spec": ["replicas": 1, "a": 1, "b": 2, "c": 3, "d": 4, "e": 5], "kind": "X", "list": [1, 2],
        ]
        let new: Tree = [
            "kind": "X", "list": [1, 3], "spec": ["replicas": 2, "a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6],
        ]
        #expect(
            TreeDiff.text(old, new, context: 1) == """
                @@ -3,3 +3,3 @@
                 - 1
                -- 2
                +- 3
                 spec:
                @@ -10,2 +10,3 @@
                   e: 5
                -  replicas: 1
                +  f: 6
                +  replicas: 2

                """
        )
    }

    @Test func isEmptyForEqualValuesInWhateverOrder() {
        #expect(TreeDiff.text(["a": 1, "b": 2], ["b": 2, "a": 1]).isEmpty)
    }

    @Test func copesWithTextsThatHaveNothingInCommon() {
        let old = Tree.array((0..<4_000).map { .integer($0) })
        let new = Tree.array((4_000..<8_000).map { .integer($0) })
        let text = TreeDiff.text(old, new)
        #expect(text.utf8.count { $0 == UInt8(ascii: "\n") } == 8_001)
    }

    /// Applies a diff with whole context to the lines of the old text.
    @Test(arguments: propertySeeds(150))
    func holdsBothTexts(seed: UInt64) {
        var generator = TreeGenerator(seed: seed)
        let (old, new) = (generator.object(depth: 3), generator.object(depth: 3))
        guard old != new else { return }
        let lines = TreeDiff.text(old, new, context: .max).split(separator: "\n", omittingEmptySubsequences: false)
            .dropFirst().dropLast()
        let before = lines.filter { !$0.hasPrefix("+") }.map { $0.dropFirst() + "\n" }.joined()
        let after = lines.filter { !$0.hasPrefix("-") }.map { $0.dropFirst() + "\n" }.joined()
        #expect(before == old.sortedByKey.yaml(), "seed \(seed)")
        #expect(after == new.sortedByKey.yaml(), "seed \(seed)")
    }
}
