internal import DataTree
internal import MeshTestKit
internal import Testing

struct StructuredMergePropertyTests {
    /// A random configuration within the test schema.
    private func configuration(_ random: inout SeededRandom) -> Tree {
        var tree: Tree = [:]
        for label in ["a", "b", "c"] where random.oneIn(2) {
            tree.set(.string(String(random.int(below: 3))), at: ["metadata", "labels", label])
        }
        if random.oneIn(2) {
            let all = ["x", "y", "z"].filter { _ in random.oneIn(2) }
            tree.set(.array(all.shuffled(using: &random).map { .string($0) }), at: ["metadata", "finalizers"])
        }
        if random.oneIn(2) { tree.set(.integer(Int64(random.int(below: 3))), at: ["spec", "replicas"]) }
        if random.oneIn(3) {
            tree.set(["k": .integer(Int64(random.int(below: 2)))], at: ["spec", "template", "spec", "nodeSelector"])
        }
        var containers: [Tree] = []
        for name in ["p", "q", "r"].shuffled(using: &random) where random.oneIn(2) {
            var container: Tree = ["name": .string(name)]
            if random.oneIn(2) { container["image"] = .string(String(random.int(below: 3))) }
            if random.oneIn(2) { container["args"] = .array([.integer(Int64(random.int(below: 2)))]) }
            containers.append(container)
        }
        if !containers.isEmpty { tree.set(.array(containers), at: ["spec", "template", "spec", "containers"]) }
        return tree
    }

    /// Whether `object` has everything that `part` has.
    private func contains(_ object: Tree?, _ part: Tree, _ schema: any MergeSchema) -> Bool {
        switch (object, part) {
        case (.object(let whole), .object(let part)) where schema.mapKind == .granular:
            return part.entries.allSatisfy {
                contains(whole[$0.key], $0.value, schema.field($0.key) ?? DeducedSchema())
            }
        case (.array(let whole), .array(let part)) where schema.listKind != .atomic:
            return part.allSatisfy { element in
                whole.contains { candidate in
                    (element.object == nil || candidate["name"] == element["name"])
                        && contains(candidate, element, schema.items ?? DeducedSchema())
                }
            }
        default: return object == part
        }
    }

    private let schema = TestSchema.deployment

    @Test(arguments: propertySeeds(300))
    func forcedAppliesHoldWhatWasAppliedLast(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var object: Tree?
        var managers: [ManagedFieldsEntry] = []
        for step in 0..<12 {
            let name = random.pick(["one", "two", "three"])
            let applied = configuration(&random)
            let isApply = random.oneIn(3) == false
            let writer = ManagedFieldsEntry(
                manager: name,
                operation: isApply ? .apply : .update,
                apiVersion: "v1",
                time: "t\(10 + step)"
            )
            let outcome =
                isApply
                ? try StructuredMerge.apply(
                    applied,
                    to: object,
                    as: writer,
                    managers: managers,
                    schema: schema,
                    force: true
                )
                : StructuredMerge.update(applied, from: object, as: writer, managers: managers, schema: schema)
            #expect(contains(outcome.object, applied, schema), "seed \(seed), step \(step)")
            if !isApply { #expect(outcome.object == applied, "seed \(seed), step \(step)") }
            // Once more changes nothing.
            let again =
                isApply
                ? try StructuredMerge.apply(
                    applied,
                    to: outcome.object,
                    as: writer,
                    managers: outcome.managers,
                    schema: schema
                )
                : StructuredMerge.update(
                    applied,
                    from: outcome.object,
                    as: writer,
                    managers: outcome.managers,
                    schema: schema
                )
            #expect(again == outcome, "seed \(seed), step \(step)")
            (object, managers) = (outcome.object, outcome.managers)
        }
    }

    @Test(arguments: propertySeeds(200))
    func applyingNothingGivesEverythingBack(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let base = configuration(&random)
        let owner = ManagedFieldsEntry(manager: "base", operation: .apply, apiVersion: "v1", time: "1")
        let first = try StructuredMerge.apply(base, to: nil, as: owner, managers: [], schema: schema)
        let guest = ManagedFieldsEntry(manager: "guest", operation: .apply, apiVersion: "v1", time: "2")
        let addition = configuration(&random)
        guard
            let second = try? StructuredMerge.apply(
                addition,
                to: first.object,
                as: guest,
                managers: first.managers,
                schema: schema
            )
        else { return }
        let third = try StructuredMerge.apply(
            [:],
            to: second.object,
            as: guest,
            managers: second.managers,
            schema: schema
        )
        #expect(contains(third.object, base, schema) && contains(base, third.object, schema), "seed \(seed)")
        #expect(third.managers.map(\.manager) == (base == [:] ? [] : ["base"]), "seed \(seed)")
    }
}
