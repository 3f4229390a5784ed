internal import DataTree
internal import KubeAPI
internal import Testing

@Suite struct ObjectPartsTests {
    @Test func conditionsKeepTheirTransitionTime() {
        var conditions = [Condition(type: "Other", status: .isTrue, reason: "R", lastTransitionTime: "t0")]
        conditions.set(Condition(type: "Ready", status: .isFalse, reason: "Starting"), now: "t1")
        conditions.set(Condition(type: "Ready", status: .isFalse, reason: "Waiting", message: "m"), now: "t2")
        #expect(conditions.condition("Ready")?.lastTransitionTime == "t1")
        #expect(conditions.condition("Ready")?.reason == "Waiting")
        conditions.set(Condition(type: "Ready", status: .isTrue, reason: "Done"), now: "t3")
        #expect(conditions.condition("Ready")?.lastTransitionTime == "t3")
        #expect(conditions.isTrue("Ready"))
        #expect(conditions.map(\.type) == ["Other", "Ready"])
        conditions.set(Condition(type: "Other", status: .isTrue, reason: "R"), now: "t4")
        #expect(conditions[0].lastTransitionTime == "t0")
    }

    @Test func conditionsOfObjects() {
        var object = KubeObject(kind: .deployment, key: ObjectKey(namespace: "a", name: "b"))
        #expect(object.conditions.isEmpty)
        let condition = Condition(
            type: "Ready",
            status: .unknown,
            reason: "R",
            message: "m",
            observedGeneration: 3,
            lastTransitionTime: "t"
        )
        object.conditions = [condition]
        #expect(object.conditions == [condition])
        object.tree.set(["x", ["type": "A"], ["type": "B", "status": "Perhaps"]], at: ["status", "conditions"])
        #expect(object.conditions == [Condition(type: "B", status: .unknown, reason: "")])
        object.conditions = []
        #expect(object.tree.value(at: "status", "conditions") == nil)
    }

    @Test func owners() throws {
        var owner = KubeObject(kind: .deployment, key: ObjectKey(namespace: "a", name: "web"))
        #expect(owner.ownerReference() == nil)
        owner.tree.set("u1", at: ["metadata", "uid"])
        let reference = try #require(owner.ownerReference())
        var child = KubeObject(kind: .replicaSet, key: ObjectKey(namespace: "a", name: "web-1"))
        child.ownerReferences = [reference]
        #expect(child.controllerReference == reference)
        #expect(child.tree.value(at: "metadata", "ownerReferences")?[0]?["controller"] == true)
        child.ownerReferences = [try #require(owner.ownerReference(isController: false))]
        #expect(child.controllerReference == nil)
        child.tree.set([["kind": "X"], 1], at: ["metadata", "ownerReferences"])
        #expect(child.ownerReferences.isEmpty)
    }

    @Test func statusRoundTrip() throws {
        var status = KubeStatus(
            code: 422,
            reason: .invalid,
            message: "m",
            details: KubeStatus.Details(
                name: "n",
                group: "g",
                kind: "k",
                uid: "u",
                causes: [KubeStatus.Cause(reason: "FieldValueRequired", message: "Required value", field: "spec.x")],
                retryAfterSeconds: 3
            )
        )
        #expect(KubeStatus(status.tree) == status)
        status.continueToken = "next"
        status.details = nil
        #expect(KubeStatus(status.tree) == status)
        #expect(status.tree["details"] == nil)
        #expect(KubeStatus(["kind": "Status", "apiVersion": "v1"])?.isSuccess == false)
        #expect(KubeStatus(["kind": "Pod", "apiVersion": "v1"]) == nil)
        let odd: Tree = ["kind": "Status", "apiVersion": "v1", "code": "x", "details": ["causes": "x"], "message": 1]
        let nothing = KubeStatus(code: 0, reason: .unknown, message: "", details: KubeStatus.Details())
        #expect(KubeStatus(odd) == nothing)
        #expect(nothing.tree["details"] == [:])
    }

    @Test func wellKnownResources() {
        #expect(APIResource.serving(.deployment) == .deployments)
        #expect(APIResource.serving(GroupVersionKind(group: "x", version: "v1", kind: "Y")) == nil)
        let paths = APIResource.wellKnown.map { "\($0.kind.apiVersion)/\($0.plural)" }
        #expect(Set(paths).count == paths.count)
        for resource in APIResource.wellKnown {
            #expect(resource.plural == resource.plural.lowercased())
            #expect(resource.plural.hasPrefix(resource.kind.kind.lowercased().dropLast(1)), "\(resource.plural)")
        }
    }
}
