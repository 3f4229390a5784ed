internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import Testing

/// Which changes matter, and to whom.
@Suite struct ChangeRoutingTests {
    private static func updated(_ change: (inout KubeObject) -> Void) -> StoreChange {
        let old = pod("a", version: 1, labels: ["app": "web"], generation: 1)
        var new = old
        new.resourceVersion = "2"
        change(&new)
        return .updated(old: old, new: new)
    }

    @Test("a write to the status is no change of the spec; deletion is")
    func specChanged() {
        let predicate = ChangePredicate.specChanged
        #expect(!predicate(Self.updated { $0.tree["status"] = ["phase": "Running"] }))
        #expect(!predicate(Self.updated { $0.labels["x"] = "y" }))
        #expect(predicate(Self.updated { $0.tree.set(2, at: ["metadata", "generation"]) }))
        #expect(predicate(Self.updated { $0.tree.set("2026-01-01T00:00:00Z", at: ["metadata", "deletionTimestamp"]) }))
        #expect(predicate(.added(pod("a", version: 1))))
        #expect(predicate(.deleted(pod("a", version: 1))))
    }

    @Test("predicates combine")
    func combine() {
        let labels = Self.updated { $0.labels["x"] = "y" }
        let annotations = Self.updated { $0.annotations["x"] = "y" }
        let finalizers = Self.updated { $0.finalizers = ["f"] }
        #expect(ChangePredicate.labelsChanged.or(.annotationsChanged)(annotations))
        #expect(ChangePredicate.labelsChanged.or(.annotationsChanged)(labels))
        #expect(!ChangePredicate.labelsChanged.or(.annotationsChanged)(finalizers))
        #expect(ChangePredicate.finalizersChanged(finalizers))
        #expect(!ChangePredicate.labelsChanged.and(.annotationsChanged)(labels))
        #expect(ChangePredicate.all(labels))
    }

    @Test("a label counts before and after it changed")
    func labelled() {
        let predicate = ChangePredicate.labelled("app", "web")
        #expect(predicate(Self.updated { $0.labels["app"] = "db" }))
        #expect(predicate(.deleted(pod("a", version: 1, labels: ["app": "web"]))))
        #expect(!predicate(.added(pod("a", version: 1, labels: ["app": "db"]))))
    }

    @Test("owners by group and kind, whatever the version; both the old and the new one hear of a move")
    func owners() {
        func owned(by name: String, _ apiVersion: String = "apps/v1", controller: Bool = true) -> KubeObject {
            var object = pod("a", version: 1)
            object.tree.set(
                [
                    [
                        "apiVersion": .string(apiVersion), "kind": "ReplicaSet", "name": .string(name), "uid": "u",
                        "controller": .bool(controller),
                    ]
                ],
                at: ["metadata", "ownerReferences"]
            )
            return object
        }
        let mapping = ChangeMapping.owner(.replicaSets)
        let (x, y) = (ObjectKey(namespace: "shop", name: "x"), ObjectKey(namespace: "shop", name: "y"))
        #expect(mapping.keys(.added(owned(by: "x"))) == [x])
        #expect(mapping.keys(.added(owned(by: "x", "apps/v1beta1"))) == [x])
        #expect(mapping.keys(.added(owned(by: "x", "other/v1"))).isEmpty)
        #expect(mapping.keys(.updated(old: owned(by: "x"), new: owned(by: "y"))) == [y, x])
        #expect(mapping.keys(.updated(old: owned(by: "x"), new: owned(by: "x"))) == [x])
        #expect(
            ChangeMapping.owner(.replicaSets, controllerOnly: true).keys(.added(owned(by: "x", controller: false)))
                .isEmpty
        )
        let cluster = APIResource(
            kind: GroupVersionKind(group: "apps", version: "v1", kind: "ReplicaSet"),
            plural: "x",
            isNamespaced: false
        )
        #expect(ChangeMapping.owner(cluster).keys(.added(owned(by: "x"))) == [ObjectKey(name: "x")])
    }

    @Test("labels that name an owner, and fixed keys")
    func labelsAndFixed() {
        let object = pod("a", version: 1, labels: ["mesh": "main", "mesh-ns": "istio-system", "empty": ""])
        #expect(ChangeMapping.label(name: "mesh").keys(.added(object)) == [ObjectKey(name: "main")])
        #expect(
            ChangeMapping.label(name: "mesh", namespace: "mesh-ns").keys(.added(object))
                == [ObjectKey(namespace: "istio-system", name: "main")]
        )
        #expect(ChangeMapping.label(name: "empty").keys(.added(object)).isEmpty)
        #expect(ChangeMapping.label(name: "none").keys(.added(object)).isEmpty)
        #expect(ChangeMapping.fixed(ObjectKey(name: "m")).keys(.deleted(object)) == [ObjectKey(name: "m")])
        #expect(ChangeMapping.object.keys(.updated(old: object, new: object)) == [object.key])
    }
}
