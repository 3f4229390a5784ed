internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import MeshTestKit
internal import Testing

@testable internal import ManifestRendering

@Suite("Objects are looked at before they are written")
struct ObjectCheckTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var spec: Tree
        /// Where the first issue stands.
        var path: String
        var words: [String] = []
    }

    static func overlay(_ kind: String, _ name: String, _ path: String, _ value: Tree) -> Tree {
        let overlay: Tree = [
            "kind": .string(kind), "name": .string(name), "patches": [["path": .string(path), "value": value]],
        ]
        return ["profile": "minimal", "components": ["pilot": ["k8s": ["overlays": [overlay]]]]]
    }

    static let overlayPath = "spec.components.pilot.k8s.overlays[0].patches[0].value"

    static let cases = [
        Case(
            testDescription: "gateway named as the control plane",
            spec: ["components": ["ingressGateways": [["name": "istiod", "enabled": true]]]],
            path: "spec.components.ingressGateways[0].name",
            words: ["istiod", "two parts of the mesh", "no other gateway"]
        ),
        Case(
            testDescription: "gateways of both lists with one name",
            spec: [
                "components": [
                    "ingressGateways": [["name": "a", "enabled": true]],
                    "egressGateways": [["name": "a", "enabled": true]],
                ]
            ],
            path: "spec.components.egressGateways[0].name",
            words: ["\"a\"", "two parts of the mesh"]
        ),
        Case(
            testDescription: "overlay of a negative number",
            spec: overlay("Deployment", "istiod", "spec.replicas", -1),
            path: overlayPath,
            words: ["-1", "spec.replicas of Deployment istio-system/istiod", "at least 0"]
        ),
        Case(
            testDescription: "overlay of another kind",
            spec: overlay("Deployment", "istiod", "spec.replicas", "two"),
            path: overlayPath,
            words: ["spec.replicas of Deployment"]
        ),
        Case(
            testDescription: "overlay of the pods' label that the selector wants",
            spec: overlay("Deployment", "istiod", "spec.template.metadata.labels.istio", "mine"),
            path: overlayPath,
            words: ["spec.selector.matchLabels.istio of Deployment istio-system/istiod", "has the label mine"]
        ),
        Case(
            testDescription: "overlay of the selector",
            spec: overlay("Deployment", "istiod", "spec.selector.matchLabels.app", "mine"),
            path: overlayPath,
            words: ["\"mine\"", "has the label istiod"]
        ),
        Case(
            testDescription: "autoscaler's utilisation in k8s",
            spec: [
                "profile": "minimal",
                "components": [
                    "pilot": [
                        "k8s": [
                            "hpaSpec": [
                                "metrics": [
                                    [
                                        "type": "Resource",
                                        "resource": [
                                            "name": "cpu",
                                            "target": ["type": "Utilization", "averageUtilization": "abc"],
                                        ],
                                    ]
                                ]
                            ]
                        ]
                    ]
                ],
            ],
            path: "spec.components.pilot.k8s.hpaSpec.metrics[0].resource.target.averageUtilization",
            words: ["\"abc\""]
        ),
        Case(
            testDescription: "port of a gateway's Service",
            spec: [
                "profile": "default",
                "components": [
                    "ingressGateways": [
                        [
                            "name": "istio-ingressgateway", "enabled": true,
                            "k8s": ["service": ["ports": [["name": "http", "port": 70_000, "targetPort": 8080]]]],
                        ]
                    ]
                ],
            ],
            path: "spec.components.ingressGateways[0].k8s.service.ports[0].port",
            words: ["70000", "from 1 to 65535"]
        ),
        Case(
            testDescription: "label that is none",
            spec: ["profile": "minimal", "values": ["pilot": ["podLabels": ["team": "a b"]]]],
            path: "spec.values.pilot.podLabels.team",
            words: ["a b", "63 letters"]
        ),
        Case(
            testDescription: "more at least than at most",
            spec: ["profile": "minimal", "values": ["pilot": ["autoscaleMin": 7]]],
            path: "spec.values.pilot.autoscaleMin",
            words: ["7: is more than the most, 5", "raise spec.values.pilot.autoscaleMax"]
        ),
        Case(
            testDescription: "the same of k8s",
            spec: [
                "profile": "minimal",
                "components": ["pilot": ["k8s": ["hpaSpec": ["minReplicas": 3, "maxReplicas": 2]]]],
            ],
            path: "spec.components.pilot.k8s.hpaSpec.minReplicas",
            words: ["3: is more than the most, 2", "spec.components.pilot.k8s.hpaSpec.maxReplicas"]
        ),
        Case(
            testDescription: "the same of a gateway",
            spec: ["values": ["gateways": ["istio-ingressgateway": ["autoscaleMin": 9, "autoscaleMax": "8"]]]],
            path: "spec.values.gateways.istio-ingressgateway.autoscaleMin",
            words: ["9"]
        ),
        Case(
            testDescription: "a template too large for a ConfigMap",
            spec: [
                "profile": "minimal",
                "values": [
                    "sidecarInjectorWebhook": ["templates": ["big": .string(String(repeating: "x", count: 1_400_000))]]
                ],
            ],
            path: "spec.values.sidecarInjectorWebhook.templates.big",
            words: ["ConfigMap istio-system/istio-sidecar-injector", "1048576", "1400000 bytes"]
        ),
        Case(
            testDescription: "annotations beyond the limit",
            spec: [
                "profile": "minimal",
                "components": [
                    "pilot": [
                        "k8s": [
                            "overlays": [
                                [
                                    "kind": "Service", "name": "istiod",
                                    "patches": [
                                        [
                                            "path": "metadata.annotations.note",
                                            "value": .string(String(repeating: "y", count: 300_000)),
                                        ]
                                    ],
                                ]
                            ]
                        ]
                    ]
                ],
            ],
            path: overlayPath,
            words: ["Service istio-system/istiod", "its annotations", "262144"]
        ),
    ]

    @Test(arguments: cases) func refuses(_ example: Case) throws {
        let error = try #require(throws: RenderError.self) { try RenderExample(name: "", spec: example.spec).render() }
        #expect(error.code == .invalidSetting)
        #expect(error.issues.first?.path.description == example.path, "\(error.message)")
        for word in example.words { #expect(error.message.contains(word), "\(error.message)") }
        #expect(error.message.utf8.count < 8_000)
    }

    /// Patches that make of an object another one, with the words that are said.
    static let identities: [(path: String, value: Tree?, words: [String])] = [
        ("apiVersion", "apps/v1beta1", ["apps/v1beta1", "changes apiVersion from apps/v1 of Deployment istiod"]),
        ("kind", "StatefulSet", ["StatefulSet", "changes kind from Deployment"]),
        ("metadata.name", "mine", ["mine", "changes metadata.name from istiod", "leave it out"]),
        ("metadata.name", nil, ["takes off metadata.name of Deployment istiod"]),
        ("metadata", nil, ["takes off metadata.name"]),
        ("metadata.namespace", "other", ["changes metadata.namespace from istio-system", "set spec.namespace"]),
        ("metadata.labels.istio\\.io/rev", "other", ["istio.io/rev", "from default", "set spec.revision"]),
        ("metadata.labels", nil, ["takes off metadata.labels[istio.io/rev]"]),
        ("metadata.labels.meshoperator\\.io/owner", "me", ["meshoperator.io/owner", "the operator sets it"]),
        ("metadata.annotations.meshoperator\\.io/owner-uid", "u1", ["meshoperator.io/owner-uid", "from nothing"]),
        (
            "metadata.annotations.meshoperator\\.io/ignore", "true",
            ["meshoperator.io/ignore", "annotate the object itself"]
        ),
        ("metadata.uid", "u1", ["changes metadata.uid from nothing", "the API server sets it"]),
        ("metadata.resourceVersion", "5", ["metadata.resourceVersion", "the API server sets it"]),
        ("metadata.generation", 5, ["metadata.generation", "the API server sets it"]),
        ("metadata.managedFields", [["manager": "me"]], ["metadata.managedFields", "the API server sets it"]),
        ("metadata.generateName", "istiod-", ["metadata.generateName", "fixed names"]),
        ("metadata.ownerReferences", [["name": "a"]], ["metadata.ownerReferences", "go with their MeshOperator"]),
        ("status.replicas", 3, ["changes status from nothing", "controllers write it"]),
    ]

    @Test("An overlay may not make another object of the one it changes", arguments: identities)
    func identity(_ example: (path: String, value: Tree?, words: [String])) throws {
        var patch: Tree = ["path": .string(example.path)]
        patch["value"] = example.value
        let harmless: Tree = ["path": "spec.replicas", "value": 2]
        let overlay: Tree = ["kind": "Deployment", "name": "istiod", "patches": [harmless, patch]]
        let spec: Tree = ["profile": "minimal", "components": ["pilot": ["k8s": ["overlays": [overlay]]]]]
        let error = try #require(throws: RenderError.self) { try RenderExample(name: "", spec: spec).render() }
        #expect(error.code == .invalidSetting)
        let place = "spec.components.pilot.k8s.overlays[0].patches[1]"
        #expect(error.issues.map(\.path.description) == [example.value == nil ? place : "\(place).value"])
        for word in example.words { #expect(error.message.contains(word), "\(error.message)") }
    }

    @Test("An overlay may say what is so already, and change selector and labels together")
    func sameIdentity() throws {
        let patches: [Tree] = [
            ["path": "metadata.name", "value": "istiod"], ["path": "metadata.namespace", "value": "istio-system"],
            ["path": "spec.selector.matchLabels.app", "value": "mine"],
            ["path": "spec.template.metadata.labels.app", "value": "mine"],
            ["path": "metadata.labels.team", "value": "a"],
        ]
        let overlay: Tree = ["kind": "Deployment", "name": "istiod", "patches": .array(patches)]
        let spec: Tree = ["profile": "minimal", "components": ["pilot": ["k8s": ["overlays": [overlay]]]]]
        #expect(throws: Never.self) { try RenderExample(name: "", spec: spec).render() }
    }

    @Test("A field that a kind does not have is told of")
    func unknownField() throws {
        let spec = Self.overlay("Deployment", "istiod", "spec.replicaz", 1)
        let warnings = try RenderExample(name: "", spec: spec).render().warnings
        #expect(warnings.count == 1 && warnings.first?.contains("spec.replicaz") == true, "\(warnings)")
        #expect(warnings.first?.hasPrefix("\(Self.overlayPath): ") == true, "\(warnings)")
    }

    @Test(
        "Settings of an object that is not made are told of",
        arguments: [
            ("podDisruptionBudget", 1, true), ("podDisruptionBudget", 2, false), ("hpaSpec", 1, false),
            ("hpaSpec", 0, true),
        ]
    )
    func nowhere(_ field: String, _ least: Int64, _ isTold: Bool) throws {
        var settings: Tree = ["podDisruptionBudget": ["minAvailable": 1], "hpaSpec": ["minReplicas": .integer(least)]]
        if field == "hpaSpec" { settings["podDisruptionBudget"] = nil }
        let spec: Tree = ["profile": "minimal", "components": ["pilot": ["k8s": settings]]]
        let warnings = try RenderExample(name: "", spec: spec).render().warnings
        let told = warnings.filter { $0.hasPrefix("spec.components.pilot.k8s.\(field): has no effect") }
        #expect(told.count == (isTold ? 1 : 0), "\(warnings)")
    }

    @Test("Misspelt values are told of, with the name meant")
    func misspelt() throws {
        let spec: Tree = ["profile": "minimal", "values": ["pilot": ["autoscalMin": 2]]]
        let warnings = try RenderExample(name: "", spec: spec).render().warnings
        #expect(
            warnings == [
                "spec.values.pilot.autoscalMin: no chart of Istio reads it, so it has no effect; "
                    + "did you mean autoscaleMin?"
            ]
        )
    }

    @Test("Nothing is found in what is rendered from profiles and examples", arguments: RenderExample.all)
    func examples(_ example: RenderExample) throws {
        let warnings = try example.render().warnings
        #expect(!warnings.contains { $0.contains("no field of") || $0.contains("did you mean") }, "\(warnings)")
    }

    @Test(
        "Every key that a profile or a component starts from is known",
        arguments: EmbeddedManifests.profiles.keys.sorted()
    )
    func profileKeys(_ name: String) throws {
        let text = try #require(EmbeddedManifests.profiles[name])
        let tree = try EmbeddedManifests.tree(text, name: name)
        var values: [Tree] = [tree["values"], tree["defaults"]].compactMap(\.self)
        if name.hasPrefix("component-") { values = [tree] }
        if name == "platforms" { values = tree.sortedEntries.map(\.value) }
        for value in values {
            let found = ValuesShape.current.findings(in: value, at: TreePath(keys: "values"))
            #expect(found.issues.map(\.description) == [], "\(name)")
            #expect(found.unknown.map(\.description) == [], "\(name)")
        }
    }

    @Test(
        "Paths are read as Kubernetes writes them",
        arguments: [
            "spec.template.spec.containers[0].env[1].value", "metadata.labels[app.kubernetes.io/name]", "spec", "",
        ]
    )
    func fieldText(_ text: String) {
        #expect(TreePath(fieldText: text).description == text)
        #expect(TreePath(fieldText: ".\(text)").description == text)
    }
}
