internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import MeshTestKit
internal import Testing

@testable internal import ManifestRendering

/// Every field of the `k8s` settings: whatever is refused of it names that field.
@Suite struct SettingOriginTests {
    static let components = ["pilot", "ingressGateways", "cni"]

    static let fields = [
        "affinity", "nodeSelector", "priorityClassName", "tolerations", "securityContext", "env", "imagePullPolicy",
        "readinessProbe", "resources", "volumeMounts", "volumes", "podAnnotations", "replicaCount", "strategy",
        "hpaSpec", "podDisruptionBudget", "serviceAnnotations", "service",
    ]

    private static func spec(_ component: String, _ settings: Tree) -> (tree: Tree, home: String) {
        let isGateway = component.hasSuffix("Gateways")
        var instance: Tree = ["enabled": true, "k8s": settings]
        if isGateway { instance["name"] = "gw" }
        let home = "spec.components.\(component)\(isGateway ? "[0]" : "").k8s"
        return (["profile": "minimal", "components": [component: isGateway ? [instance] : instance]], home)
    }

    /// Values of kinds that no field, or hardly any, takes.
    static let odd: [Tree] = [
        -1, ["a"], ["a": ["b": [1]]],
    ]

    @Test("A value of another kind is refused under its field, or told of", arguments: components)
    func kinds(component: String) throws {
        var refused = 0
        for field in Self.fields {
            for value in Self.odd {
                let (tree, home) = Self.spec(component, [field: value])
                do {
                    _ = try RenderExample(name: "", spec: tree).render()
                } catch {
                    refused += 1
                    #expect("\(error)".contains("\(home).\(field)"), "\(field) \(value): \(error)")
                }
            }
        }
        #expect(refused > 30, "\(refused)")
    }

    /// Settings of the right form with one value that is wrong, and what names it.
    static let nested: [(field: String, value: Tree, path: String)] = [
        ("tolerations", [["key": "a", "tolerationSeconds": "long"]], "tolerations[0].tolerationSeconds"),
        ("env", [["name": "A", "value": "b"], ["name": "B", "value": ["c": "d"]]], "env[1].value"),
        ("env", [["name": "", "value": "b"]], "env[0].name"),
        ("resources", ["requests": ["cpu": "-1"]], "resources.requests.cpu"),
        ("resources", ["limits": ["memory": "much"]], "resources.limits.memory"),
        ("readinessProbe", ["periodSeconds": -7], "readinessProbe.periodSeconds"),
        ("readinessProbe", ["httpGet": ["path": 12]], "readinessProbe.httpGet.path"),
        ("volumes", [["name": "v", "configMap": ["defaultMode": "rw-"]]], "volumes[0].configMap.defaultMode"),
        ("volumeMounts", [["name": "v", "mountPath": "/v", "readOnly": "often"]], "volumeMounts[0].readOnly"),
        ("securityContext", ["runAsUser": "root"], "securityContext.runAsUser"),
        ("nodeSelector", ["disk": ["ssd"]], "nodeSelector.disk"),
        ("podAnnotations", ["a/b": 7_001], "podAnnotations[a/b]"),
        ("serviceAnnotations", ["a.b/c": true], "serviceAnnotations[a.b/c]"),
        ("service", ["externalIPs": "10.0.0.1"], "service.externalIPs"),
        (
            "service", ["sessionAffinityConfig": ["clientIP": ["timeoutSeconds": "long"]]],
            "service.sessionAffinityConfig.clientIP.timeoutSeconds"
        ),
        (
            "hpaSpec", ["behavior": ["scaleDown": ["stabilizationWindowSeconds": "long"]]],
            "hpaSpec.behavior.scaleDown.stabilizationWindowSeconds"
        ),
        ("hpaSpec", ["metrics": "cpu"], "hpaSpec.metrics"),
        ("replicaCount", -2, "replicaCount"),
        (
            "affinity",
            [
                "nodeAffinity": [
                    "preferredDuringSchedulingIgnoredDuringExecution": [["weight": "heavy", "preference": [:]]]
                ]
            ], "affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight"
        ),
    ]

    @Test("What is wrong within a setting is named in full", arguments: nested)
    func within(_ example: (field: String, value: Tree, path: String)) throws {
        for component in ["pilot", "ingressGateways"] {
            let (tree, home) = Self.spec(component, [example.field: example.value])
            let error = try #require(throws: (any Error).self, "\(component) \(example.field)") {
                try RenderExample(name: "", spec: tree).render()
            }
            let message = (error as? RenderError)?.message ?? (error as? SpecError)?.message ?? ""
            #expect(message.hasPrefix("\(home).\(example.path): "), "\(component): \(message)")
        }
    }

    /// Fields as API servers name them when they refuse an object (`pkg/apis/*/validation` of Kubernetes), and the setting.
    static let refusals: [(kind: String, field: String, settings: Tree, path: String)] = [
        ("Deployment", "spec.template.annotations", ["podAnnotations": ["a b": "c"]], "podAnnotations"),
        ("Deployment", "spec.template.annotations[a b]", ["podAnnotations": ["a b": "c"]], "podAnnotations[a b]"),
        ("Service", "metadata.annotations", ["serviceAnnotations": ["a b": "c"]], "serviceAnnotations"),
        ("Service", "spec.clusterIPs[0]", ["service": ["clusterIP": "1.2.3"]], "service.clusterIP"),
        (
            "Service", "spec.externalTrafficPolicy", ["service": ["externalTrafficPolicy": "Far"]],
            "service.externalTrafficPolicy"
        ),
        (
            "Deployment", "spec.template.spec.containers[0].imagePullPolicy", ["imagePullPolicy": "Always"],
            "imagePullPolicy"
        ),
        (
            "Deployment", "spec.template.spec.containers[0].env[0].name", ["env": [["name": "A=B", "value": "c"]]],
            "env"
        ),
        (
            "Deployment", "spec.template.spec.containers[0].volumeMounts[9].name",
            ["volumeMounts": [["name": "none", "mountPath": "/n"]]], "volumeMounts"
        ),
        (
            "Deployment", "spec.template.spec.tolerations[0].operator", ["tolerations": [["operator": "Is"]]],
            "tolerations[0].operator"
        ),
        (
            "Deployment", "spec.template.spec.containers[0].resources.requests",
            ["resources": ["requests": ["cpu": "2"], "limits": ["cpu": "1"]]], "resources"
        ),
        ("Deployment", "spec.template.spec.nodeSelector", ["nodeSelector": ["a b": "c"]], "nodeSelector"),
        (
            "Deployment", "spec.strategy.rollingUpdate.maxUnavailable",
            ["strategy": ["rollingUpdate": ["maxUnavailable": "x%"]]], "strategy.rollingUpdate.maxUnavailable"
        ),
        ("Deployment", ".spec.strategy.kind", ["strategy": ["kind": "x"]], "strategy.kind"),
        (
            "PodDisruptionBudget", "spec", ["podDisruptionBudget": ["minAvailable": 1, "maxUnavailable": 1]],
            "podDisruptionBudget"
        ),
        (
            "HorizontalPodAutoscaler", "spec.metrics[0].type", ["hpaSpec": ["metrics": [["type": "Some"]]]],
            "hpaSpec.metrics[0].type"
        ),
        (
            "HorizontalPodAutoscaler", "spec.behavior.scaleUp.policies",
            ["hpaSpec": ["behavior": ["scaleUp": ["policies": []]]]], "hpaSpec"
        ),
    ]

    @Test("What API servers refuse leads to the setting", arguments: refusals)
    func refused(_ example: (kind: String, field: String, settings: Tree, path: String)) throws {
        for component in ["pilot", "ingressGateways"] {
            let (tree, home) = Self.spec(component, example.settings)
            let name = component == "pilot" ? "istiod" : "gw"
            let spec = try MeshOperatorSpec(decoding: tree)
            let rendered = try? RenderExample(name: "", spec: tree).render()
            var object = KubeObject(["kind": .string(example.kind), "metadata": ["name": .string(name)]])
            object.labels[MeshNames.Label.component] = component
            object = rendered?.objects.first { $0.kind.kind == example.kind && $0.name == name } ?? object
            let found = SettingOrigin(spec).path(of: example.field, in: object)?.description ?? "spec"
            #expect(found.hasPrefix("\(home).\(example.path)"), "\(component): \(found)")
        }
    }
}
