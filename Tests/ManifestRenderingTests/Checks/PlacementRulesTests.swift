internal import DataTree
internal import MeshAPI
internal import MeshTestKit
internal import Testing

@testable internal import ManifestRendering

/// Settings of how pods are replaced, placed and secured that an API server refuses, told before the first write.
@Suite struct PlacementRulesTests {
    /// Below `spec.components.pilot.k8s`: the settings, the place told first, and what is said.
    static let refused: [(settings: String, path: String, word: String)] = [
        (
            "{strategy: {rollingUpdate: {maxSurge: x%}}}", "strategy.rollingUpdate.maxSurge",
            "must be a number of pods, or a share"
        ),
        ("{strategy: {rollingUpdate: {maxUnavailable: -5%}}}", "strategy.rollingUpdate.maxUnavailable", "-5%"),
        ("{strategy: {rollingUpdate: {maxUnavailable: 101%}}}", "strategy.rollingUpdate.maxUnavailable", "101%"),
        ("{strategy: {rollingUpdate: {maxSurge: +5%}}}", "strategy.rollingUpdate.maxSurge", "+5%"),
        (
            "{strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0%}}}", "strategy.rollingUpdate.maxUnavailable",
            "must not be 0 when maxSurge is 0"
        ),
        (
            "{strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}}", "strategy",
            "must not stand beside type Recreate"
        ),
        ("{nodeSelector: {a b: c}}", "nodeSelector[a b]", "its key is refused"),
        ("{nodeSelector: {disk: c d}}", "nodeSelector.disk", "c d"),
        ("{podAnnotations: {a b: c}}", "podAnnotations[a b]", "its key is refused"),
        ("{serviceAnnotations: {a b: c}}", "serviceAnnotations[a b]", "its key is refused"),
        ("{securityContext: {runAsUser: -1}}", "securityContext.runAsUser", "must be from 0 to 2147483647"),
        (
            "{tolerations: [{key: a, operator: Exists, effect: NoSchedule, tolerationSeconds: 5}]}",
            "tolerations[0].effect", "must be NoExecute"
        ),
        ("{tolerations: [{key: a, operator: Exists, value: v}]}", "tolerations[0].value", "must be empty"),
        ("{tolerations: [{value: v}]}", "tolerations", "must be Exists where key is empty"),
        (
            "{affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 101, preference: {}}]}}}",
            "affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight", "must be from 1 to 100"
        ),
        (
            "{resources: {requests: {cpu: 2}, limits: {cpu: 1500m}}}", "resources.requests.cpu",
            "must not be more than its limit, 1500m"
        ),
        (
            "{env: [{name: A, value: b, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]}", "env",
            "must not stand beside value"
        ),
    ]

    private static func warnings(_ settings: String) throws -> [String] {
        let settings = try YAML.documents(settings).first ?? .null
        let spec: Tree = ["profile": "minimal", "components": ["pilot": ["k8s": settings]]]
        return try RenderExample(name: "", spec: spec).render().warnings
    }

    @Test(arguments: refused) func tells(_ example: (settings: String, path: String, word: String)) throws {
        let warnings = try Self.warnings(example.settings)
        let told = warnings.first { $0.hasPrefix("spec.components.pilot.k8s.\(example.path): ") }
        #expect(told?.contains(example.word) == true && told?.contains("API server refuses") == true, "\(warnings)")
    }

    @Test(
        "Of what an API server takes nothing is said",
        arguments: [
            "{strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}}",
            "{strategy: {rollingUpdate: {maxSurge: 250%, maxUnavailable: 100%}}}",
            "{strategy: {type: Recreate, rollingUpdate: null}}", "{nodeSelector: {disk: '', example.com/a: b}}",
            "{podAnnotations: {Example.com/A: b}}", "{securityContext: {runAsUser: 0, fsGroup: 1337}}",
            "{tolerations: [{operator: Exists}, {key: a, value: b}, {key: a, operator: Exists, effect: NoExecute, "
                + "tolerationSeconds: 5}]}",
            "{resources: {requests: {cpu: 1500m}, limits: {cpu: '1.5'}}}",
        ]
    )
    func takes(_ settings: String) throws {
        #expect(try Self.warnings(settings) == [])
    }
}
