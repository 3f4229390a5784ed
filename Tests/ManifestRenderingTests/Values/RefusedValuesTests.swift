internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import MeshTestKit
internal import Testing

@testable internal import ManifestRendering

@Suite("Values that are refused or warned about")
struct RefusedValuesTests {
    private func render(_ values: Tree) throws -> RenderedManifests {
        try RenderExample(name: "", spec: ["values": values]).render()
    }

    @Test(
        "A value of the wrong kind is refused with its path and what to write",
        arguments: [
            (["global": ["imagePullSecrets": "one"]], "spec.values.global.imagePullSecrets", "write a list"),
            (["pilot": ["autoscaleEnabled": "false"]], "spec.values.pilot.autoscaleEnabled", "without quotes"),
            (["pilot": ["env": ["A=1"]]], "spec.values.pilot.env", "write fields"),
            (["global": ["proxy": ["logLevel": ["debug"]]]], "spec.values.global.proxy.logLevel", "write one value"),
            (["global": ["proxy": "x"]], "spec.values.global.proxy", "write fields"),
            (
                ["gateways": ["istio-ingressgateway": ["ports": ["http": 80]]]],
                "spec.values.gateways.istio-ingressgateway.ports", "write a list"
            ),
        ] as [(Tree, String, String)]
    )
    func kinds(_ values: Tree, _ path: String, _ remedy: String) throws {
        let error = try #require(throws: SpecError.self) { try render(values) }
        #expect(error.message.hasPrefix("\(path): ") && error.message.contains(remedy), "\(error.message)")
    }

    @Test(
        "Numbers and texts stand in for each other, and null and empty text are not set",
        arguments: [
            ["pilot": ["autoscaleMin": "2", "traceSampling": "50", "tag": 1.5]], ["global": ["imagePullSecrets": ""]],
            ["pilot": ["env": .null]], ["global": ["unheardOf": ["a": [1]]]], ["meshConfig": ["anything": [1]]],
            ["pilot": ["env": [], "podLabels": [:], "autoscaleMax": ""]],
        ] as [Tree]
    )
    func tolerated(_ values: Tree) throws {
        _ = try render(values)
    }

    @Test(
        "Values no release takes any more are refused",
        arguments: [
            (["global": ["pilotCertProvider": "kubernetes"]], "spec.values.global.pilotCertProvider"),
            (["global": ["tracer": ["stackdriver": ["debug": true]]]], "spec.values.global.tracer.stackdriver.debug"),
            (
                ["telemetry": ["v2": ["prometheus": ["configOverride": ["a": 1]]]]],
                "spec.values.telemetry.v2.prometheus.configOverride"
            ),
        ] as [(Tree, String)]
    )
    func removed(_ values: Tree, _ path: String) throws {
        let error = try #require(throws: RenderError.self) { try render(values) }
        #expect(error.message.hasPrefix("\(path): "), "\(error.message)")
    }

    @Test("Values of earlier releases that still work are named with their replacement")
    func ageing() throws {
        let warnings = try render(["global": ["proxy": ["concurrency": 2], "mtls": ["auto": false]]]).warnings
        #expect(warnings.count == 2)
        #expect(warnings.contains { $0.contains("global.proxy.concurrency") && $0.contains("meshConfig") })
        #expect(try render([:]).warnings == [])
    }
}
