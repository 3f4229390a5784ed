internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import Testing

@testable internal import OperatorCore

/// What becomes of a decision when the object it was made about changes before it is written.
@Suite struct WriteBasisTests {
    private static func object() throws -> KubeObject {
        KubeObject(
            try requireDocument(
                """
                {apiVersion: apps/v1, kind: Deployment, metadata: {name: istiod, namespace: istio-system, uid: a, generation: 2,
                 resourceVersion: "7", labels: {meshoperator.io/owner: mesh}, annotations: {meshoperator.io/rollout: "{}"},
                 managedFields: [{manager: mesh-operator, operation: Apply, time: "2026-01-01T00:00:00Z"},
                 {manager: kube-controller-manager, operation: Update, subresource: status, time: "2026-01-01T00:00:00Z"}]},
                 spec: {replicas: 1}, status: {observedGeneration: 2, replicas: 0, updatedReplicas: 0}}
                """
            )
        )
    }

    private static func basis(_ change: (inout KubeObject) -> Void) throws -> WriteBasis {
        let seen = try object()
        var fresh = seen
        fresh.resourceVersion = "9"
        change(&fresh)
        return WriteBasis(seen, now: fresh, trimming: MeshProjection.owned)
    }

    @Test("A status that changes leaves a decision as it is, unless the object is good for more or less by it")
    func status() throws {
        let basis = try Self.basis { object in
            object.tree.set("no room", at: ["status", "reason"])
            var entries = object.tree.value(at: "metadata", "managedFields")?.array ?? []
            entries[1]["time"] = "2026-01-01T00:00:05Z"
            object.tree.set(.array(entries), at: ["metadata", "managedFields"])
        }
        #expect(basis == .same)
        let ready: Tree = ["observedGeneration": 2, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1]
        #expect(try Self.basis { $0.tree.set(ready, at: ["status"]) } == .judged)
    }

    @Test("Everything else has it decided anew", arguments: ["spec", "label", "annotation", "owner", "uid", "nothing"])
    func others(_ what: String) throws {
        let basis = try Self.basis { object in
            switch what {
            case "spec": object.tree.set(3, at: ["spec", "replicas"])
            case "label": object.labels["team"] = "a"
            case "annotation": object.annotations["meshoperator.io/rollout"] = "{}}"
            case "owner":
                var entries = object.tree.value(at: "metadata", "managedFields")?.array ?? []
                entries[0]["manager"] = "kubectl"
                object.tree.set(.array(entries), at: ["metadata", "managedFields"])
            case "uid": object.tree.set("b", at: ["metadata", "uid"])
            default: object.resourceVersion = "7"
            }
        }
        #expect(basis == .changed)
    }
}
