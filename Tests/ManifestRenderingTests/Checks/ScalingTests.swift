internal import DataTree
internal import KubeAPI
internal import MeshTestKit
internal import Testing

@testable internal import ManifestRendering

@Suite("A number of pods of 0")
struct ScalingTests {
    private func render(_ spec: Tree) throws -> RenderedManifests { try RenderExample(name: "", spec: spec).render() }

    private func replicas(_ manifests: RenderedManifests, _ name: String) throws -> Tree? {
        let deployment = manifests.objects.first { $0.kind == .deployment && $0.name == name }
        return try #require(deployment).tree.value(at: "spec", "replicas")
    }

    @Test("Among values it counts as not set, as in Istio's charts, and that is said with what does it")
    func values() throws {
        let off: Tree = ["autoscaleEnabled": false, "replicaCount": 0]
        let manifests = try render(["values": ["pilot": off, "gateways": ["istio-ingressgateway": off]]])
        #expect(try replicas(manifests, "istiod") == nil)
        #expect(try replicas(manifests, "istio-ingressgateway") == nil)
        let notes = manifests.warnings.filter { $0.contains("counts as not set") }
        #expect(
            notes == [
                "spec.values.pilot.replicaCount: 0 counts as not set, as in Istio's charts, so 1 pod is asked for; "
                    + "set spec.components.pilot.k8s.replicaCount to 0 to run none",
                "spec.values.gateways.istio-ingressgateway.replicaCount: 0 counts as not set, as in Istio's charts, so 1 pod is "
                    + "asked for; set spec.components.ingressGateways[0].k8s.replicaCount to 0 to run none",
            ],
            "\(notes)"
        )
    }

    @Test("As a bound of an autoscaler it counts as not set too: there is no autoscaler, and that is said")
    func bounds() throws {
        for bound in ["autoscaleMin", "autoscaleMax"] {
            let values: Tree = ["autoscaleEnabled": true, bound: 0]
            let manifests = try render(["values": ["pilot": values]])
            #expect(!manifests.objects.contains { $0.kind.kind == "HorizontalPodAutoscaler" && $0.name == "istiod" })
            #expect(
                manifests.warnings.filter { $0.contains("counts as not set") } == [
                    "spec.values.pilot.\(bound): 0 counts as not set, as in Istio's charts, so no autoscaler is made and "
                        + "1 pod is asked for; set it to 1 or more, or autoscaleEnabled to false"
                ],
                "\(manifests.warnings)"
            )
        }
    }

    @Test("Among k8s settings it is taken")
    func settings() throws {
        let off: Tree = ["autoscaleEnabled": false]
        let manifests = try render([
            "values": ["pilot": off], "components": ["pilot": ["k8s": ["replicaCount": 0]]],
        ])
        #expect(try replicas(manifests, "istiod") == 0)
        #expect(!manifests.warnings.contains { $0.contains("counts as not set") }, "\(manifests.warnings)")
    }

    @Test("Where an autoscaler decides, or the number is another, nothing is said", arguments: [0, 1, 2])
    func silent(_ count: Int64) throws {
        let pilot: Tree = ["autoscaleEnabled": .bool(count == 0), "replicaCount": .integer(count)]
        let manifests = try render(["values": ["pilot": pilot]])
        let wanted: Tree? = count == 0 ? nil : .integer(count)
        #expect(try replicas(manifests, "istiod") == wanted)
        #expect(!manifests.warnings.contains { $0.contains("counts as not set") }, "\(manifests.warnings)")
    }
}
