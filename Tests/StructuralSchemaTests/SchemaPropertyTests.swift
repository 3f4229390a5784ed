internal import DataTree
internal import MeshTestKit
internal import StructuralSchema
internal import Testing

/// Makes schemas that are structural, and values of any shape over the same few keys.
private struct Maker {
    var random: SeededRandom
    static let keys = ["a", "b", "c", "d"]

    mutating func schema(depth: Int = 0) -> Tree {
        let choice = random.int(below: depth > 3 ? 4 : 7)
        var node: Tree
        switch choice {
        case 0: node = ["type": "string", "maxLength": 3]
        case 1: node = ["type": "integer", "minimum": 0]
        case 2: node = ["x-kubernetes-int-or-string": true]
        case 3: node = ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
        case 4: node = ["type": "array", "items": schema(depth: depth + 1)]
        case 5: node = ["type": "object", "additionalProperties": schema(depth: depth + 1)]
        default: node = object(depth: depth)
        }
        if random.oneIn(4) { node["nullable"] = true }
        if choice < 2, random.oneIn(3) { node["default"] = choice == 0 ? "x" : 1 }
        return node
    }

    mutating func object(depth: Int) -> Tree {
        var properties: Tree = [:]
        for key in Self.keys where !random.oneIn(3) { properties[key] = schema(depth: depth + 1) }
        var node: Tree = ["type": "object", "properties": properties]
        if random.oneIn(3) { node["required"] = ["a"] }
        if random.oneIn(3) { node["x-kubernetes-validations"] = [["rule": "self == self"]] }
        return node
    }

    mutating func value(depth: Int = 0) -> Tree {
        switch random.int(below: depth > 3 ? 5 : 8) {
        case 0: return .null
        case 1: return .bool(random.oneIn(2))
        case 2: return .integer(Int64(random.int(below: 9)) - 2)
        case 3: return .double(1.5)
        case 4: return .string(random.pick(["", "x", "abcdef"]))
        case 5: return .array((0..<random.int(below: 4)).map { _ in value(depth: depth + 1) })
        default:
            var result: Tree = [:]
            for key in Self.keys + ["e"] where random.oneIn(2) { result[key] = value(depth: depth + 1) }
            return result
        }
    }

    /// A schema with one part replaced by something else.
    mutating func damaged(_ tree: Tree) -> Tree {
        switch tree {
        case .object(let object) where !object.isEmpty && !random.oneIn(4):
            var copy = tree
            let key = random.pick(object.keys)
            copy[key] = damaged(object[key] ?? .null)
            return copy
        case .array(let elements) where !elements.isEmpty:
            return .array(elements.map { damaged($0) })
        default: return value(depth: 3)
        }
    }
}

@Suite("Laws of schemas") struct SchemaPropertyTests {
    @Test("pruning and defaulting settle at once, and what is written reads back", arguments: propertySeeds(60))
    func settling(seed: UInt64) throws {
        var maker = Maker(random: SeededRandom(seed: seed))
        let tree = maker.object(depth: 0)
        let schema = try CustomResourceSchema(parsing: tree)
        #expect(try SchemaNode(parsing: schema.node.tree).tree == schema.node.tree, "seed \(seed)")
        for _ in 0..<20 {
            var value = maker.value()
            schema.prune(&value)
            schema.applyDefaults(&value)
            var again = value
            #expect(schema.prune(&again).isEmpty, "seed \(seed): \(value)")
            schema.applyDefaults(&again)
            #expect(again == value, "seed \(seed)")
            // What was stored is accepted as it is, whatever is wrong with it below the root.
            let first = schema.validate(value)
            let update = schema.validate(value, replacing: value)
            #expect(update.count <= first.count, "seed \(seed): \(update)")
        }
    }

    @Test("damaged schemas are refused or used, but never trap", arguments: propertySeeds(60, from: 1000))
    func damage(seed: UInt64) {
        var maker = Maker(random: SeededRandom(seed: seed))
        for _ in 0..<20 {
            let tree = maker.damaged(maker.object(depth: 0))
            var value = maker.value()
            do {
                let schema = try CustomResourceSchema(parsing: tree)
                schema.prune(&value)
                _ = schema.validate(value)
            } catch {
                #expect(!error.issues.isEmpty, "seed \(seed)")
            }
        }
    }
}
