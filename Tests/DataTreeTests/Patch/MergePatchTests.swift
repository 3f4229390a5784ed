internal import DataTree
internal import MeshTestKit
internal import Testing

struct MergePatchTests {
    /// RFC 7386, appendix A: original, patch, result.
    static let vectors: [(Tree, Tree, Tree)] = [
        (["a": "b"], ["a": "c"], ["a": "c"]), (["a": "b"], ["b": "c"], ["a": "b", "b": "c"]),
        (["a": "b"], ["a": .null], [:]),
        (["a": "b", "b": "c"], ["a": .null], ["b": "c"]), (["a": ["b"]], ["a": "c"], ["a": "c"]),
        (["a": "c"], ["a": ["b"]], ["a": ["b"]]),
        (["a": ["b": "c"]], ["a": ["b": "d", "c": .null]], ["a": ["b": "d"]]),
        (["a": [["b": "c"]]], ["a": [1]], ["a": [1]]),
        (["a", "b"], ["c", "d"], ["c", "d"]), (["a": "b"], ["c"], ["c"]), (["a": "foo"], .null, .null),
        (["a": "foo"], "bar", "bar"),
        (["e": .null], ["a": 1], ["e": .null, "a": 1]), ([1, 2], ["a": "b", "c": .null], ["a": "b"]),
        ([:], ["a": ["bb": ["ccc": .null]]], ["a": ["bb": [:]]]),
    ]

    @Test(arguments: vectors)
    func followsTheRFC(original: Tree, patch: Tree, result: Tree) {
        #expect(MergePatch.apply(patch, to: original) == result)
    }

    /// The tree without nulls in objects, which a merge patch cannot make.
    private func withoutNulls(_ tree: Tree) -> Tree {
        guard case .object(let object) = tree else { return tree }
        var result = TreeObject()
        for entry in object where !entry.value.isNull { result[entry.key] = withoutNulls(entry.value) }
        return .object(result)
    }

    @Test(arguments: propertySeeds(300))
    func diffLeadsFromOneToTheOther(seed: UInt64) {
        var generator = TreeGenerator(seed: seed)
        let old = withoutNulls(generator.object(depth: 4))
        var new = withoutNulls(generator.object(depth: 4))
        for entry in old.object?.entries ?? [] where generator.random.oneIn(2) { new[entry.key] = entry.value }
        #expect(MergePatch.apply(MergePatch.diff(from: old, to: new), to: old) == new, "seed \(seed)")
        #expect(MergePatch.diff(from: old, to: old) == [:], "seed \(seed)")
    }

    @Test(arguments: propertySeeds(200))
    func applyingTwiceIsApplyingOnce(seed: UInt64) {
        var generator = TreeGenerator(seed: seed)
        let patch = generator.tree()
        let once = MergePatch.apply(patch, to: generator.tree())
        #expect(MergePatch.apply(patch, to: once) == once, "seed \(seed)")
    }
}
