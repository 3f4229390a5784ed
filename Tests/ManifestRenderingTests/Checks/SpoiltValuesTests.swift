internal import DataTree
internal import MeshAPI
internal import MeshTestKit
internal import Testing

@testable internal import ManifestRendering

/// Any known key of values or MeshConfig with any value: rendered, or refused with the path of the key.
@Suite("Spoilt values")
struct SpoiltValuesTests {
    static let values: [Tree] = [
        -1, 0, 9_223_372_036_854_775_807, .double(-2.5), .double(1e300), true, false, "", "abc", "-1", "NaN", "5%",
        "x\u{0}y", [], [1, "a"], [["a": 1]], [:], ["a": "b"], ["a": ["b": [1]]], .null, .string("\u{202e}"),
        .string(String(repeating: "9", count: 400)),
    ]

    /// A spec with a few keys spoilt, and the paths of these.
    static func spec(_ random: inout SeededRandom) -> (spec: Tree, paths: [TreePath]) {
        var spec: Tree = ["version": "1.30.2", "profile": random.oneIn(2) ? "demo" : "minimal"]
        if random.oneIn(3) { spec["components"] = ["cni": ["enabled": true]] }
        let leaves =
            ValuesShape.current.leaves.map { TreePath(TreePath(keys: "spec", "values").steps + $0.steps) }
            + MeshConfigShape.current.leaves.map { TreePath(TreePath(keys: "spec", "meshConfig").steps + $0.steps) }
        var paths: [TreePath] = []
        for _ in 0...random.int(below: 3) {
            let path = random.pick(leaves)
            guard !paths.contains(where: { $0.steps[1...2] == path.steps[1...2] }) else { continue }
            spec = Self.set(spec, path.steps.dropFirst(), random.pick(values))
            paths.append(path)
        }
        return (spec, paths)
    }

    private static func set(_ tree: Tree, _ steps: ArraySlice<TreePath.Step>, _ value: Tree) -> Tree {
        guard let step = steps.first else { return value }
        switch step {
        case .index: return [set(.null, steps.dropFirst(), value)]
        case .key(let key):
            var object = tree.object.map { Tree.object($0) } ?? [:]
            object[key] = set(object[key] ?? .null, steps.dropFirst(), value)
            return object
        }
    }

    @Test("are rendered, or refused with the path of a spoilt key", arguments: propertySeeds(100, from: 90_000))
    func spoilt(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let (spec, paths) = Self.spec(&random)
        let message: String
        do {
            _ = try RenderExample(name: "", spec: spec).render()
            return
        } catch let error as SpecError {
            message = error.message
        } catch let error as RenderError {
            message = error.message
        }
        let named = paths.contains { path in
            // The key itself, or one around it that holds what it must not.
            (3...path.steps.count).contains { message.contains(TreePath(Array(path.steps.prefix($0))).description) }
        }
        #expect(named, "seed \(seed): \(message) of \(paths)")
        #expect(message.contains("; "), "seed \(seed): no remedy in \(message)")
        #expect(!message.unicodeScalars.contains { $0.value < 32 }, "seed \(seed)")
    }
}
