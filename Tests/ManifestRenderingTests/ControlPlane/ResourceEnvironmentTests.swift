internal import DataTree
internal import KubeAPI
internal import MeshTestKit
internal import Testing

@testable internal import ManifestRendering

/// Go programs read how much they may use from `GOMAXPROCS` and `GOMEMLIMIT`; istiod's later versions find out by
/// themselves.
@Suite("Resource limits in the environment")
struct ResourceEnvironmentTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var spec: Tree
        var processors: Bool
        var memory: Bool
        var testDescription: String { spec.jsonText(.compact) }
    }

    static let samples: [Sample] = [
        // By version: memory is told up to 1.28, processors up to 1.28 (Go 1.25 reads them from the container's group).
        Sample(spec: ["version": "1.27.9"], processors: true, memory: true),
        Sample(spec: ["version": "1.28.10"], processors: true, memory: true),
        Sample(spec: ["version": "1.29.0"], processors: false, memory: false),
        Sample(spec: ["version": "1.30.3"], processors: false, memory: false),
        Sample(spec: [:], processors: false, memory: false),
        // An image of another version than the one rendered may be older, and is told.
        Sample(spec: ["tag": "1.1.4"], processors: true, memory: false),
        Sample(spec: ["values": ["pilot": ["tag": "1.24.0"]]], processors: true, memory: false),
        Sample(spec: ["tag": "1.30.99"], processors: false, memory: false),
        Sample(spec: ["tag": "latest"], processors: false, memory: false),
        Sample(spec: ["version": "1.28.10", "tag": "1.30.3"], processors: true, memory: true),
    ]

    @Test("istiod is told its limits where it does not find out by itself", arguments: samples)
    func controlPlane(_ sample: Sample) throws {
        let names = try environment(of: "istiod", spec: sample.spec)
        #expect(names.contains("GOMAXPROCS") == sample.processors)
        #expect(names.contains("GOMEMLIMIT") == sample.memory)
    }

    @Test("The node agent is always told both", arguments: ["1.27.9", "1.28.10", "1.29.6", "1.30.3"])
    func nodeAgent(_ version: String) throws {
        let spec: Tree = ["version": .string(version), "components": ["cni": ["enabled": true]]]
        let names = try environment(of: "istio-cni-node", spec: spec)
        #expect(names.contains("GOMAXPROCS") && names.contains("GOMEMLIMIT"))
    }

    private func environment(of name: String, spec: Tree) throws -> [String] {
        let objects = try RenderExample(name: "", spec: spec).render().objects
        let workload = try #require(objects.first { $0.name == name && $0.tree.at("spec.template").isSet })
        let container = try #require(workload.tree.at("spec.template.spec.containers").elements.first)
        return container.at("env").elements.map { $0.text("name") }
    }
}
