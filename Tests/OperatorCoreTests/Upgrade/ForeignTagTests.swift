internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import Testing

@testable internal import OperatorCore

/// Revision tags that others made: they are not moved, hold the revision they lead to, and are told of.
@Suite struct ForeignTagTests {
    /// What `istioctl tag set stable --revision REVISION` makes, cut to what is looked at.
    private func tag(_ revision: String) -> KubeObject {
        var object = KubeObject(
            kind: .mutatingWebhookConfiguration,
            key: ObjectKey(name: "istio-revision-tag-stable"),
            labels: ["istio.io/tag": "stable", "istio.io/rev": revision, "app": "sidecar-injector"]
        )
        let rules: Tree = ["key": "istio.io/rev", "operator": "In", "values": ["stable"]]
        let service: Tree = [
            "name": .string(revision == "default" ? "istiod" : "istiod-\(revision)"), "namespace": "istio-system",
            "path": "/inject", "port": 443,
        ]
        object.tree["webhooks"] = [
            [
                "name": "rev.namespace.sidecar-injector.istio.io", "clientConfig": ["service": service],
                "namespaceSelector": ["matchExpressions": [rules]], "sideEffects": "None",
                "admissionReviewVersions": ["v1"], "failurePolicy": "Fail",
                "rules": [
                    ["operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]]
                ],
            ]
        ]
        return object
    }

    @Test("A tag set by hand keeps its revision though nothing runs behind it, until somebody moves it")
    func holds() async throws {
        let life = try await UpgradeLife.start(
            "{version: 1.29.2, profile: minimal, upgrade: {steps: [{weight: 50, approve: true}, {weight: 100}], "
                + "retireAfter: 60s}}"
        )
        try await life.world.makeNamespace("tagged", ["istio.io/rev": "stable"])
        _ = try await life.cluster.admin.create(.mutatingWebhookConfigurations, tag("default"))
        try await life.world.makeApp("tagged", "asleep", replicas: 0)
        try await life.settle()
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "AwaitingApproval")
        let findings = try #require(try await life.status().plan?.outline?.findings)
        let words = ["tag stable", "Deployment tagged/asleep"]
        #expect(findings.contains { text in words.allSatisfy { text.contains($0) } }, "\(findings)")
        try await life.annotate("meshoperator.io/rollout-approve", "1")
        try await life.until("upgraded", limit: 600) { try await $0.status().version == "1.30.2" }
        try await life.pass(200)
        #expect(try await life.istiods() == ["istiod", "istiod-1-30-2"], "the tag holds the old one")
        let ready = try #require(try await life.status().condition(.ready))
        let reasons = ["namespace label of tagged", "istioctl tag set stable --revision 1-30-2 --overwrite"]
        for word in reasons { #expect(ready.message.contains(word), "\(word) in \(ready.message)") }
        let labels = try await life.world.namespaceLabels("tagged")
        #expect(labels["istio.io/rev"] == "stable", "what follows it is not moved")
        // What `--overwrite` does.
        let key = ObjectKey(name: "istio-revision-tag-stable")
        let moved = tag("1-30-2")
        let change: Tree = [
            "metadata": ["labels": ["istio.io/rev": "1-30-2"]], "webhooks": moved.tree["webhooks"] ?? [],
        ]
        _ = try await life.cluster.admin.patch(.mutatingWebhookConfigurations, key, .merge(change))
        try await life.pass(200)
        #expect(try await life.istiods() == ["istiod-1-30-2"], "nothing refers to it any more")
    }
}
