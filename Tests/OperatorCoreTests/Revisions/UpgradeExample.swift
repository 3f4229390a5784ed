internal import DataTree
internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI
internal import Testing

@testable internal import OperatorCore

/// A mesh on its way from 1.29.6 to 1.30.2, and what the tests look at.
struct UpgradeExample: Sendable, CustomTestStringConvertible {
    static let old = RevisionSlot(name: "default", version: "1.29.6")
    static let new = RevisionSlot(name: "1-30-2", version: "1.30.2")

    var name: String
    var spec: Tree

    var testDescription: String { name }

    static let all = [
        UpgradeExample(name: "default", spec: ["profile": "default", "components": ["cni": ["enabled": true]]]),
        UpgradeExample(name: "demo", spec: ["profile": "demo", "components": ["cni": ["enabled": true]]]),
    ]

    /// All revisions are asked at one URL, so that no Service tells them apart.
    static let byURL = UpgradeExample(
        name: "by URL",
        spec: [
            "values": [
                "istiodRemote": ["injectionURL": "https://mesh.example.com/inject", "injectionCABundle": "Y2E="]
            ]
        ]
    )

    static let options: RenderOptions = {
        var options = RenderOptions()
        options.labels = .own(owner: "mesh")
        options.crds = [
            KubeObject(
                kind: GroupVersionKind(
                    group: "apiextensions.k8s.io",
                    version: "v1",
                    kind: "CustomResourceDefinition"
                ),
                key: ObjectKey(name: "gateways.networking.istio.io")
            )
        ]
        return options
    }()

    func decoded(version: String = "1.30.2") throws -> MeshOperatorSpec {
        var tree = spec
        tree["version"] = .string(version)
        return try MeshOperatorSpec(decoding: tree)
    }

    /// Rendering without an upgrade.
    func plain(_ version: String) throws -> MeshBlueprint {
        try Self.renderer()(decoded(version: version), Self.options)
    }

    /// Rendering with one.
    func composed(_ composition: RevisionComposition) throws -> MeshBlueprint {
        try RevisionComposer(renderer: Self.renderer()).blueprint(decoded(), composition, Self.options)
    }

    static func renderer() throws -> MeshOperatorReconciler.Renderer { try builtIn.get() }

    /// Reading the catalogue and its manifests takes longer than rendering from them.
    private static let builtIn = Result { MeshOperatorService.renderer(try VersionCatalogue.builtIn()) }

    /// The mesh before anything moves.
    static let before = RevisionComposition(stable: old)

    /// The new revision beside the old one.
    static let beside: RevisionComposition = {
        var composition = before
        composition.target = new
        return composition
    }()
}
