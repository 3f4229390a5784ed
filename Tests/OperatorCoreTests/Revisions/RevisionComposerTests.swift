internal import DataTree
internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI
internal import Testing

@testable internal import OperatorCore

@Suite struct RevisionComposerTests {
    @Test("One revision gives what rendering the spec gives", arguments: UpgradeExample.all)
    func settled(_ example: UpgradeExample) throws {
        let plain = try example.plain("1.29.6")
        let composed = try example.composed(UpgradeExample.before)
        #expect(composed.phases.map(texts) == plain.phases.map(texts))
        #expect(composed.components == plain.components)
    }

    @Test("Starting an upgrade changes no byte of the old revision", arguments: UpgradeExample.all)
    func untouched(_ example: UpgradeExample) throws {
        let plain = try example.plain("1.29.6").objects
        let composed = try example.composed(UpgradeExample.beside)
        let byID = Dictionary(uniqueKeysWithValues: composed.objects.map { (ResourceID($0), $0) })
        #expect(byID.count == composed.objects.count)
        for object in plain where object.kind.kind != "CustomResourceDefinition" {
            let id = ResourceID(object)
            let now = try #require(byID[id], "\(id)")
            #expect(now.tree.jsonText(.compact) == object.tree.jsonText(.compact), "\(id)")
            #expect(composed.versions[id] == "1.29.6", "\(id)")
        }
        let added = Set(byID.keys).subtracting(plain.map { ResourceID($0) })
        #expect(added.contains { $0.kind == "Deployment" && $0.key.name == "istiod-1-30-2" })
        for id in added {
            #expect(id.key.name.contains("1-30-2"), "\(id)")
            #expect(composed.versions[id] == "1.30.2", "\(id)")
        }
    }

    private func texts(_ phase: [KubeObject]) -> [String] { phase.map { $0.tree.jsonText(.compact) } }
}
