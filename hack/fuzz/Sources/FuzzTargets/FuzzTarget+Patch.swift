#if canImport(DataTree)
    internal import DataTree
#endif

extension FuzzTarget {
    static let patchSeeds = [
        #"[{"a":[1,{"b":2}],"c":"x"},[{"op":"add","path":"/a/-","value":{}},{"op":"move","from":"/a/0","path":"/c"},{"op":"test","path":"/c","value":1}]]"#,
        #"[{"a":{"b":1}},[{"op":"copy","from":"","path":"/a/c"},{"op":"remove","path":"/a/b"},{"op":"replace","path":"","value":[]}]]"#,
        #"[{"list":[{"name":"a","x":1},{"name":"b"}],"set":[1,2]},{"list":[{"name":"a","$patch":"delete"},{"name":"c"}],"set":[3],"$setElementOrder/list":[{"name":"c"},{"name":"b"}]}]"#,
        #"[{"nested":{"a":1,"b":2}},{"nested":{"$retainKeys":["a"],"a":3},"$deleteFromPrimitiveList/set":[1],"replaced":{"$patch":"replace"}}]"#,
    ]

    static func patch(_ input: [UInt8]) throws(Broken) {
        let options = JSONParser.Options(maxDepth: 64, duplicateKeys: .lastWins)
        guard case .array(let pair)? = try? JSONParser.parse(input, options: options), pair.count == 2 else { return }
        let (document, change) = (pair[0], pair[1])
        if let patch = try? JSONPatch(change), let result = try? patch.apply(to: document) {
            let again = try? JSONPatch(patch.tree).apply(to: document)
            try require(again == result, "a patch written down does something else")
        }
        let merged = MergePatch.apply(change, to: document)
        try require(MergePatch.apply(change, to: merged) == merged, "a merge patch is not idempotent")
        let difference = MergePatch.diff(from: document, to: merged)
        try require(MergePatch.apply(difference, to: document) == merged, "the difference does not lead to the result")
        _ = try? StrategicMergePatch.apply(change, to: document, schema: FuzzSchema())
        _ = TreeDiff.text(document, change)
    }
}
