internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import Testing

@testable internal import ManifestRendering

@Suite struct RevisionedNameTests {
    @Test(arguments: [
        ("istiod", "", "istiod-1-30-3", true), ("istiod", "default", "istiod-1-30-3-2", true),
        ("istiod", "", "istiod-blue", false), ("istiod", "", "istiod-1-30", false), ("istiod", "", "istiod-", false),
        ("istiod-1-30-3", "1-30-3", "istiod", true), ("istiod-1-30-3", "1-30-3", "istiod-1-29-6", true),
        ("istiod-1-30-3", "1-30-3", "istio-cni", false), ("istiod-blue", "blue", "istiod", true),
        ("istiod-blue", "blue", "istiod-1-29-6", true), ("istiod-blue", "blue", "istiod-green", false),
        ("istiod-clusterrole-1-30-3-istio-system", "1-30-3", "istiod-clusterrole-istio-system", true),
        ("istiod-clusterrole-1-30-3-istio-system", "1-30-3", "istiod-clusterrole-1-29-6-istio-system", true),
        ("istiod-clusterrole-istio-system", "", "istiod-clusterrole-1-29-6-istio-system", true),
        ("istiod-clusterrole-1-30-3-istio-system", "1-30-3", "istiod-clusterrole-1-29-6-other", false),
        ("istiod-1-30-30", "1-30-3", "istiod", false),
    ]) func findsItsLike(_ object: String, _ revision: String, _ asked: String, _ isMeant: Bool) {
        #expect((RevisionedName(object, of: revision)?.isMeant(by: asked) ?? false) == isMeant)
    }

    private static func render(_ name: String, revision: String?) throws -> RenderedManifests {
        let patch: Tree = ["path": "spec.template.spec.priorityClassName", "value": "high"]
        let overlay: Tree = ["kind": "Deployment", "name": .string(name), "patches": [patch]]
        var spec: Tree = ["version": "1.30.2", "components": ["pilot": ["k8s": ["overlays": [overlay]]]]]
        if let revision { spec["revision"] = .string(revision) }
        return try ManifestRenderer(catalogue: .builtIn()).render(MeshOperatorSpec(decoding: spec))
    }

    @Test(arguments: [
        ("istiod", nil, true), ("istiod", "blue", true), ("istiod-blue", "blue", true),
        ("istiod-1-29-6", "1-30-2", true), ("istiod-1-29-6", nil, true), ("istiod-green", "blue", false),
    ]) func anOverlayForOneRevisionIsForAll(_ name: String, _ revision: String?, _ isTaken: Bool) throws {
        let result = try Self.render(name, revision: revision)
        let istiod = try #require(
            result.objects.first { $0.kind.kind == "Deployment" && $0.name.hasPrefix("istiod") }?.tree
        )
        #expect((istiod.value(at: "spec", "template", "spec", "priorityClassName") == "high") == isTaken)
        #expect(result.unmatched.isEmpty == isTaken)
        #expect(result.warnings.contains { $0.contains("no Deployment named \(name) is rendered") } == !isTaken)
    }
}
