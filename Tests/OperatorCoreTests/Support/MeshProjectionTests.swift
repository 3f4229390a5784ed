internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import OperatorStart
internal import Testing

@testable internal import OperatorCore

@Suite struct MeshProjectionTests {
    @Test("Schemas of definitions are decoded only where definitions are rendered", arguments: [true, false])
    func schemas(_ keepsSchemas: Bool) throws {
        let definition = try #require(IstioKindObjects.byName["virtualservices.networking.istio.io"])
        let projection = MeshProjection.decoding(.customResourceDefinitions, keepsSchemas: keepsSchemas)
        let bytes = Array(definition.tree.jsonText().utf8)
        let read = try JSONParser.parse(bytes, options: .init(projection: projection))
        let versions = try #require(read.value(at: "spec", "versions")?.array)
        #expect(versions.count == 3)
        #expect(versions.allSatisfy { $0["name"] != nil && $0["storage"] != nil })
        #expect(versions.allSatisfy { ($0["schema"] != nil) == keepsSchemas })
        #expect(read.value(at: "spec", "names", "kind")?.string == "VirtualService")
    }
}
