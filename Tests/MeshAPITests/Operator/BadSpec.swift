internal import DataTree
internal import Testing

/// A MeshOperator's `spec` that must be refused, and where.
struct BadSpec: Sendable, CustomTestStringConvertible {
    let name: String
    let spec: Tree
    /// The path of the field at fault, in the decoder's words.
    let path: String
    /// Whether the CRD's schema refuses it as well; unknown fields are pruned there instead.
    var schemaRefuses = true

    var testDescription: String { name }

    static let all: [BadSpec] = [
        BadSpec(name: "unknown field", spec: ["profil": "demo"], path: "spec.profil", schemaRefuses: false),
        BadSpec(
            name: "unknown nested field",
            spec: ["components": ["pilot": ["replicas": 2]]],
            path: "spec.components.pilot.replicas",
            schemaRefuses: false
        ),
        BadSpec(name: "wrong kind", spec: ["paused": "yes"], path: "spec.paused"),
        BadSpec(name: "spec is a list", spec: [1, 2], path: "spec"),
        BadSpec(name: "unknown profile", spec: ["profile": "ambient"], path: "spec.profile"),
        BadSpec(name: "version without patch", spec: ["version": "1.30"], path: "spec.version"),
        BadSpec(name: "version not a text", spec: ["version": 1.30], path: "spec.version"),
        BadSpec(name: "upper-case revision", spec: ["revision": "Canary"], path: "spec.revision"),
        BadSpec(
            name: "long revision",
            spec: ["revision": .string(String(repeating: "a", count: 57))],
            path: "spec.revision"
        ),
        BadSpec(name: "NUL in a name", spec: ["namespace": "istio\u{0}system"], path: "spec.namespace"),
        BadSpec(name: "emoji in a name", spec: ["revision": "🚀"], path: "spec.revision"),
        BadSpec(
            name: "weight 101",
            spec: ["upgrade": ["steps": [["weight": 101]]]],
            path: "spec.upgrade.steps[0].weight"
        ),
        BadSpec(
            name: "weight -1",
            spec: ["upgrade": ["steps": [["weight": -1], ["weight": 100]]]],
            path: "spec.upgrade.steps[0].weight"
        ),
        BadSpec(
            name: "weights fall",
            spec: ["upgrade": ["steps": [["weight": 50], ["weight": 20], ["weight": 100]]]],
            path: "spec.upgrade.steps[1].weight"
        ),
        BadSpec(
            name: "weights repeat",
            spec: ["upgrade": ["steps": [["weight": 50], ["weight": 50], ["weight": 100]]]],
            path: "spec.upgrade.steps[1].weight"
        ),
        BadSpec(
            name: "last weight below 100",
            spec: ["upgrade": ["steps": [["weight": 50]]]],
            path: "spec.upgrade.steps[0].weight"
        ),
        BadSpec(name: "no steps", spec: ["upgrade": ["steps": []]], path: "spec.upgrade.steps"),
        BadSpec(
            name: "weight missing",
            spec: ["upgrade": ["steps": [["hold": "1m"]]]],
            path: "spec.upgrade.steps[0].weight"
        ),
        BadSpec(
            name: "weight of 2^63",
            spec: ["upgrade": ["steps": [["weight": .bigInteger("9223372036854775808")]]]],
            path: "spec.upgrade.steps[0].weight"
        ),
        BadSpec(
            name: "hold without unit",
            spec: ["upgrade": ["steps": [["weight": 100, "hold": "5"]]]],
            path: "spec.upgrade.steps[0].hold"
        ),
        BadSpec(name: "negative hold", spec: ["upgrade": ["retireAfter": "-5m"]], path: "spec.upgrade.retireAfter"),
        BadSpec(name: "hop of three", spec: ["upgrade": ["maxMinorHop": 3]], path: "spec.upgrade.maxMinorHop"),
        BadSpec(name: "unknown strategy", spec: ["upgrade": ["strategy": "BlueGreen"]], path: "spec.upgrade.strategy"),
        BadSpec(
            name: "aggression below 1",
            spec: ["slowStart": ["aggression": 0.5]],
            path: "spec.slowStart.aggression"
        ),
        BadSpec(
            name: "percentage above 100",
            spec: ["slowStart": ["minWeightPercent": 100.5]],
            path: "spec.slowStart.minWeightPercent"
        ),
        BadSpec(
            name: "negative replicas",
            spec: ["components": ["pilot": ["k8s": ["replicaCount": -1]]]],
            path: "spec.components.pilot.k8s.replicaCount"
        ),
        BadSpec(
            name: "negative amount",
            spec: ["components": ["pilot": ["k8s": ["resources": ["limits": ["cpu": "-5"]]]]]],
            path: "spec.components.pilot.k8s.resources.limits.cpu"
        ),
        BadSpec(
            name: "negative whole amount",
            spec: ["components": ["cni": ["k8s": ["resources": ["requests": ["memory": -1]]]]]],
            path: "spec.components.cni.k8s.resources.requests.memory"
        ),
        BadSpec(
            name: "amount that is none",
            spec: ["components": ["pilot": ["k8s": ["resources": ["limits": ["memory": "1GB"]]]]]],
            path: "spec.components.pilot.k8s.resources.limits.memory"
        ),
        BadSpec(
            name: "negative autoscaling",
            spec: ["components": ["pilot": ["k8s": ["hpaSpec": ["minReplicas": -1]]]]],
            path: "spec.components.pilot.k8s.hpaSpec.minReplicas"
        ),
        BadSpec(
            name: "gateway without name",
            spec: ["components": ["ingressGateways": [["enabled": true]]]],
            path: "spec.components.ingressGateways[0].name"
        ),
        BadSpec(
            name: "gateways of one name",
            spec: ["components": ["ingressGateways": [["name": "a"], ["name": "a"]]]],
            path: "spec.components.ingressGateways[1]"
        ),
        BadSpec(
            name: "65 gateways",
            spec: ["components": ["ingressGateways": .array((0..<65).map { ["name": .string("g\($0)")] })]],
            path: "spec.components.ingressGateways"
        ),
        BadSpec(
            name: "overlay without kind",
            spec: ["components": ["base": ["k8s": ["overlays": [["name": "x"]]]]]],
            path: "spec.components.base.k8s.overlays[0].kind"
        ),
        BadSpec(
            name: "label that is no text",
            spec: ["components": ["cni": ["k8s": ["nodeSelector": ["a": 1]]]]],
            path: "spec.components.cni.k8s.nodeSelector.a"
        ),
        BadSpec(
            name: "metric without bound",
            spec: [
                "upgrade": [
                    "analysis": ["prometheus": ["address": "http://p"], "metrics": [["name": "m", "query": "up"]]]
                ]
            ],
            path: "spec.upgrade.analysis.metrics[0]"
        ),
        BadSpec(
            name: "metric without a source",
            spec: ["upgrade": ["analysis": ["metrics": [["name": "m", "max": 1]]]]],
            path: "spec.upgrade.analysis.metrics[0]"
        ),
        BadSpec(
            name: "query without a metrics server",
            spec: ["upgrade": ["analysis": ["metrics": [["name": "m", "builtIn": "ErrorRate", "max": 1]]]]],
            path: "spec.upgrade.analysis.metrics[0]"
        ),
        BadSpec(
            name: "a time of day that is none",
            spec: ["upgrade": ["workloads": ["window": ["opens": "24:00", "closes": "04:00"]]]],
            path: "spec.upgrade.workloads.window.opens"
        ),
        BadSpec(
            name: "gate that is no address",
            spec: ["upgrade": ["analysis": ["gates": [["name": "g", "url": "ftp://x"]]]]],
            path: "spec.upgrade.analysis.gates[0].url"
        ),
    ]
}
