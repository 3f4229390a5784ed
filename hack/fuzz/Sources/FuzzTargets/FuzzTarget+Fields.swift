#if canImport(DataTree)
    internal import DataTree
#endif

extension FuzzTarget {
    static let fieldSeeds = [
        #"[{"f:metadata":{".":{},"f:labels":{"f:a":{}}},"f:list":{"k:{\"name\":\"a\"}":{".":{},"f:x":{}},"v:1":{},"i:3":{}}},{},{}]"#,
        #"[{},{"list":[{"name":"a","x":1},{"name":"b","port":1}],"set":[1,2],"atomic":{"a":1}},{"list":[{"name":"b"},{"name":"c"}],"set":[2,3],"nested":{"set":["x"]}}]"#,
        #"[{},{"nested":{"nested":{"a":{"b":1}}},"other":{"c":[]}},{"nested":{"set":[],"a":null},"other":{}}]"#,
    ]

    static func fields(_ input: [UInt8]) throws(Broken) {
        let options = JSONParser.Options(maxDepth: 64, duplicateKeys: .lastWins)
        guard case .array(let parts)? = try? JSONParser.parse(input, options: options), parts.count == 3 else { return }
        if let set = try? FieldSet(fieldsV1: parts[0]) {
            let again = try? FieldSet(fieldsV1: set.fieldsV1)
            try require(again == set, "a field set does not read back")
            try require(set.difference(set).isEmpty && set.union(set) == set, "the laws of sets")
        }
        guard parts[1].object != nil, parts[2].object != nil else { return }
        let schema = FuzzSchema()
        let one = ManagedFieldsEntry(manager: "one", operation: .update, apiVersion: "v1", time: "1")
        let first = StructuredMerge.update(parts[1], from: nil, as: one, managers: [], schema: schema)
        let same = StructuredMerge.update(
            first.object,
            from: first.object,
            as: one,
            managers: first.managers,
            schema: schema
        )
        try require(same == first, "an update that changes nothing changes owners")
        let two = ManagedFieldsEntry(manager: "two", operation: .apply, apiVersion: "v1", time: "2")
        guard
            let applied = try? StructuredMerge.apply(
                parts[2],
                to: first.object,
                as: two,
                managers: first.managers,
                schema: schema,
                force: true
            )
        else { return }
        let again = try? StructuredMerge.apply(
            parts[2],
            to: applied.object,
            as: two,
            managers: applied.managers,
            schema: schema
        )
        try require(again == applied, "applying once more changes something")
    }
}
