internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI

@testable internal import OperatorCore

/// A small mesh with revisions and tags as the real renderer makes them, quick to apply.
enum UpgradeMesh {
    static let catalogueText = """
        defaultVersion: 1.30.2
        minors:
          "1.27": {kubernetes: ["1.36"], versions: ["1.27.9"]}
          "1.28": {kubernetes: ["1.36"], versions: ["1.28.4"]}
          "1.29": {kubernetes: ["1.36"], versions: ["1.29.1", "1.29.2"]}
          "1.30": {kubernetes: ["1.36"], versions: ["1.30.2"]}
        """

    static func catalogue() throws -> VersionCatalogue { try VersionCatalogue(reading: requireDocument(catalogueText)) }

    static let namespace = "istio-system"

    /// `minimal` has no gateway, `demo` has two, every other profile has one.
    static func render(_ spec: MeshOperatorSpec, _ options: RenderOptions) throws -> MeshBlueprint {
        let version = spec.version ?? "1.30.2"
        let revision = spec.revision ?? "default"
        let suffix = revision == "default" ? "" : "-\(revision)"
        var blueprint = MeshBlueprint(phases: [])
        func labelled(_ object: KubeObject, _ component: String, _ name: String? = nil) -> KubeObject {
            var object = object
            object.labels["istio.io/rev"] = revision
            object.labels["meshoperator.io/component"] = component
            object.labels["app.kubernetes.io/version"] = version
            blueprint.components[ResourceID(object)] = name ?? component
            return object
        }
        let account = object("v1", "ServiceAccount", "istiod\(suffix)", [:])
        let configuration = object(
            "v1",
            "ConfigMap",
            "istio\(suffix)",
            ["data": ["mesh": .string("version: \(version)")]]
        )
        var istiod = labelled(
            deployment("istiod\(suffix)", ["app": "istiod"], image: "pilot:\(version)", replicas: 1),
            "pilot"
        )
        for (name, value) in [("istio.io/rev", revision), ("sidecar.istio.io/inject", "false")] {
            istiod.tree.set(.string(value), at: ["spec", "template", "metadata", "labels", name])
        }
        let service = object(
            "v1",
            "Service",
            "istiod\(suffix)",
            ["spec": ["selector": ["app": "istiod", "istio.io/rev": .string(revision)], "ports": [["port": 15012]]]]
        )
        var webhooks = [labelled(injector(revision, suffix), "pilot")]
        for tag in spec.values["revisionTags"]?.array?.compactMap(\.string) ?? [] {
            webhooks.append(labelled(self.tag(tag, revision, suffix), "pilot"))
        }
        blueprint.phases = [
            [], [labelled(account, "pilot"), labelled(configuration, "pilot")], [istiod, labelled(service, "pilot")],
            webhooks,
        ]
        for (name, component, pods) in gateways(spec.profile) {
            let selector: Tree = ["app": .string(component)]
            let gateway = deployment(name, selector, image: "proxyv2:\(version)", replicas: pods)
            let entry = object("v1", "Service", name, ["spec": ["selector": selector, "ports": [["port": 80]]]])
            blueprint.phases.append([
                labelled(gateway, component, "\(component)/\(name)"),
                labelled(entry, component, "\(component)/\(name)"),
            ])
        }
        return blueprint
    }

    /// Name, component and pods of the gateways of a profile.
    private static func gateways(_ profile: String) -> [(String, String, Int64)] {
        let all: [(String, String, Int64)] = [
            ("istio-ingressgateway", "ingressGateways", 4), ("istio-egressgateway", "egressGateways", 2),
        ]
        return Array(all.prefix(["minimal": 0, "demo": 2][profile] ?? 1))
    }

    private static func object(_ version: String, _ kind: String, _ name: String, _ body: Tree) -> KubeObject {
        var tree: Tree = ["apiVersion": .string(version), "kind": .string(kind), "metadata": ["name": .string(name)]]
        if !kind.hasSuffix("WebhookConfiguration") { tree.set(.string(namespace), at: ["metadata", "namespace"]) }
        for entry in body.object?.entries ?? [] { tree[entry.key] = entry.value }
        return KubeObject(tree)
    }

    private static func deployment(_ name: String, _ labels: Tree, image: String, replicas: Int64) -> KubeObject {
        object(
            "apps/v1",
            "Deployment",
            name,
            [
                "spec": [
                    "replicas": .integer(replicas), "selector": ["matchLabels": labels],
                    "template": [
                        "metadata": ["labels": labels],
                        "spec": ["containers": [["name": "main", "image": .string(image)]]],
                    ],
                ]
            ]
        )
    }

    private static func injector(_ revision: String, _ suffix: String) -> KubeObject {
        var webhooks = [
            webhook("rev.namespace", suffix, ["istio.io/rev": .string(revision)]), byPod(revision, suffix),
        ]
        if revision == "default" { webhooks.append(webhook("namespace", suffix, ["istio-injection": "enabled"])) }
        return object(
            "admissionregistration.k8s.io/v1",
            "MutatingWebhookConfiguration",
            "istio-sidecar-injector\(suffix)",
            ["webhooks": .array(webhooks)]
        )
    }

    private static func tag(_ tag: String, _ revision: String, _ suffix: String) -> KubeObject {
        var webhooks = [webhook("rev.namespace", suffix, ["istio.io/rev": .string(tag)]), byPod(tag, suffix)]
        if tag == "default" { webhooks.append(webhook("namespace", suffix, ["istio-injection": "enabled"])) }
        var result = object(
            "admissionregistration.k8s.io/v1",
            "MutatingWebhookConfiguration",
            "istio-revision-tag-\(tag)",
            ["webhooks": .array(webhooks)]
        )
        result.labels["istio.io/tag"] = tag
        return result
    }

    /// Asked about pods that choose by their own label, where their namespace says nothing.
    private static func byPod(_ name: String, _ suffix: String) -> Tree {
        var result = webhook("rev.object", suffix, [:])
        result["namespaceSelector"] = [
            "matchExpressions": [
                ["key": "istio.io/rev", "operator": "DoesNotExist"],
                ["key": "istio-injection", "operator": "DoesNotExist"],
            ]
        ]
        result["objectSelector"] = [
            "matchExpressions": [
                ["key": "sidecar.istio.io/inject", "operator": "NotIn", "values": ["false"]],
                ["key": "istio.io/rev", "operator": "In", "values": [.string(name)]],
            ]
        ]
        return result
    }

    private static func webhook(_ name: String, _ suffix: String, _ label: [String: Tree]) -> Tree {
        var rules: [Tree] = label.map { ["key": .string($0.key), "operator": "In", "values": [$0.value]] }
        if label["istio-injection"] == nil { rules.append(["key": "istio-injection", "operator": "DoesNotExist"]) }
        return [
            "name": .string("\(name).sidecar-injector.istio.io"), "admissionReviewVersions": ["v1"],
            "sideEffects": "None", "failurePolicy": "Fail",
            "clientConfig": [
                "service": [
                    "name": .string("istiod\(suffix)"), "namespace": .string(namespace), "path": "/inject", "port": 443,
                ]
            ],
            "namespaceSelector": ["matchExpressions": .array(rules)],
            "objectSelector": [
                "matchExpressions": [["key": "sidecar.istio.io/inject", "operator": "NotIn", "values": ["false"]]]
            ],
            // Pods of these tests are made by the world, which asks the selectors itself.
            "rules": [
                ["operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["bindings"]]
            ],
        ]
    }
}
