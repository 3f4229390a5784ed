internal import DataTree
internal import MeshTestKit
internal import Testing

struct FieldSetTests {
    @Test func readsAndWritesFieldsV1() throws {
        let tree: Tree = [
            "f:metadata": ["f:labels": [".": [:], "f:app": [:]], "f:finalizers": [".": [:], "v:\"x\"": [:]]],
            "f:spec": ["f:containers": ["k:{\"name\":\"a\"}": [".": [:], "f:image": [:]]], "f:list": ["i:2": [:]]],
        ]
        let set = try FieldSet(fieldsV1: tree)
        #expect(set.fieldsV1 == tree)
        #expect(
            set.paths.map(\.description) == [
                ".metadata.finalizers", ".metadata.finalizers[=\"x\"]", ".metadata.labels", ".metadata.labels.app",
                ".spec.containers[name=\"a\"]", ".spec.containers[name=\"a\"].image", ".spec.list[2]",
            ]
        )
        #expect(set.contains(FieldPath(fields: "metadata", "labels")))
        #expect(!set.contains(FieldPath(fields: "metadata")))
        #expect(set.contains(FieldPath([.field("spec"), .field("containers"), .key(["name": "a"]), .field("image")])))
    }

    @Test func readsKeysWhateverTheirOrder() throws {
        let left = try FieldSet(fieldsV1: ["k:{\"a\":1,\"b\":2}": [:]])
        let right = try FieldSet(fieldsV1: ["k:{\"b\":2,\"a\":1}": [:]])
        #expect(left == right)
        #expect(left.fieldsV1.jsonText() == #"{"k:{\"a\":1,\"b\":2}":{}}"#)
    }

    static let malformed: [Tree] = [
        [], "x", ["x": [:]], ["f:a": 1], ["x:a": [:]], ["k:a": [:]], ["k:[]": [:]], ["k:{}": [:]], ["v:": [:]],
        ["i:x": [:]],
        ["i:99999999999999999999": [:]], ["f:a": ["b": [:]]], ["": [:]],
    ]

    @Test(arguments: malformed)
    func refuses(tree: Tree) {
        #expect(throws: FieldSet.DecodingFailure.self) { try FieldSet(fieldsV1: tree) }
    }

    @Test func refusesDeepSets() {
        var tree: Tree = [:]
        for _ in 0..<400 { tree = ["f:a": tree] }
        #expect(throws: FieldSet.DecodingFailure.self) { try FieldSet(fieldsV1: tree) }
    }

    private func randomSet(_ random: inout SeededRandom) -> FieldSet {
        let steps: [FieldStep] = [
            .field("a"), .field("b"), .key(["name": "x"]), .key(["name": "y", "port": 1]), .value("v"), .value(7),
            .index(3),
        ]
        return FieldSet(
            (0..<random.int(below: 12)).map { _ in FieldPath((0...random.int(below: 3)).map { _ in random.pick(steps) })
            }
        )
    }

    @Test(arguments: propertySeeds(300))
    func obeysTheLawsOfSets(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let (a, b) = (randomSet(&random), randomSet(&random))
        let (left, right) = (Set(a.paths), Set(b.paths))
        #expect(Set(a.union(b).paths) == left.union(right), "seed \(seed)")
        #expect(Set(a.intersection(b).paths) == left.intersection(right), "seed \(seed)")
        #expect(Set(a.difference(b).paths) == left.subtracting(right), "seed \(seed)")
        let expected = left.filter { path in !right.contains { path.steps.starts(with: $0.steps) } }
        #expect(Set(a.recursiveDifference(b).paths) == expected, "seed \(seed)")
        #expect(a.difference(a).isEmpty && a.count == left.count, "seed \(seed)")
        #expect(try FieldSet(fieldsV1: a.fieldsV1) == a, "seed \(seed)")
        #expect(FieldSet(a.paths) == a, "seed \(seed)")
    }

    @Test func entriesReadBack() throws {
        let entry = ManagedFieldsEntry(
            manager: "m",
            operation: .apply,
            apiVersion: "apps/v1",
            subresource: "scale",
            time: "2026-11-21T00:00:00Z",
            fields: FieldSet([FieldPath(fields: "spec", "replicas")])
        )
        let object = ManagedFields.setting([entry], on: ["metadata": ["name": "x"]])
        #expect(try ManagedFields.entries(of: object) == [entry])
        #expect(ManagedFields.setting([], on: object) == ["metadata": ["name": "x"]])
        #expect(throws: FieldSet.DecodingFailure.self) { try ManagedFieldsEntry(["operation": "Patch"]) }
        #expect(throws: FieldSet.DecodingFailure.self) {
            try ManagedFieldsEntry(["operation": "Apply", "fieldsType": "FieldsV2"])
        }
    }
}
