internal import ControllerKit
internal import DataTree
internal import FieldOwnership
internal import KubeAPI
internal import MeshBase
internal import Testing

@testable internal import OperatorCore

@Suite struct ObjectDecisionTests {
    static let marks = OwnershipMarks(owner: "mesh", uid: "u1")
    static let now = Timestamp(seconds: 1_700_000_000)

    /// A ConfigMap `c` in namespace `n`, stamped.
    static func desired(_ fields: String) throws -> KubeObject {
        var tree = try requireDocument(fields)
        if tree["kind"] == nil {
            tree["apiVersion"] = "v1"
            tree["kind"] = "ConfigMap"
        }
        tree.set("c", at: ["metadata", "name"])
        tree.set("n", at: ["metadata", "namespace"])
        return marks.stamped(KubeObject(tree), version: "1.30.0")
    }

    /// `desired` as stored after our apply, with `change` made to it and what we own of it left in `fields`.
    static func live(_ desired: KubeObject, ours fields: String, _ change: (inout Tree) -> Void = { _ in }) throws
        -> LiveObject
    {
        var live = try LiveObject("{}")
        live.tree = desired.tree
        live.tree.set("7", at: ["metadata", "resourceVersion"])
        change(&live.tree)
        let metadata =
            #""f:metadata":{"f:labels":{"f:meshoperator.io/owner":{}},"f:annotations":{"#
            + #""f:meshoperator.io/owner-uid":{},"f:meshoperator.io/applied-digest":{},"f:meshoperator.io/version":{}}}"#
        let owned =
            desired.annotations["meshoperator.io/version"] == nil
            ? metadata.replacing(#","f:meshoperator.io/version":{}"#, with: "") : metadata
        return try live.owned(by: "mesh-operator", "{\(owned)\(fields.isEmpty ? "" : ",")\(fields)}")
    }

    func decider(_ history: RewriteHistory = .init()) -> ObjectDecider {
        ObjectDecider(manager: "mesh-operator", marks: Self.marks, history: history, now: Self.now)
    }

    @Test func createsWhatIsMissing() throws {
        let decision = decider().decide(try Self.desired("{data: {a: x}}"), live: nil)
        let write = try #require(decision.write)
        #expect(write.cause == .create)
        #expect(!write.takesFields)
        #expect(write.object.resourceVersion == ObjectDecider.versionOfNothing)
    }

    @Test func writesNothingWhereAllIsAsApplied() throws {
        let desired = try Self.desired("{data: {a: x}}")
        let live = try Self.live(desired, ours: #""f:data":{"f:a":{}}"#)
        #expect(decider().decide(desired, live: live.object).write == nil)
    }

    @Test func takesBackAFieldThatAPlainWriteChanged() throws {
        let desired = try Self.desired("{data: {a: x}}")
        let live = try Self.live(desired, ours: "") { $0.set("z", at: ["data", "a"]) }
            .owned(by: "kubectl-edit", update: true, #"{"f:data":{"f:a":{}}}"#)
        let decision = decider().decide(desired, live: live.object)
        let write = try #require(decision.write)
        #expect(write.cause == .drift)
        #expect(write.takesFields)
        #expect(write.object.resourceVersion == "7")
        #expect(write.rewritten.map(\.manager) == ["kubectl-edit"])
        #expect(decision.yields.isEmpty)
    }

    @Test func leavesAFieldToAnotherApplierAndSaysSo() throws {
        let desired = try Self.desired("{data: {a: x, b: w}}")
        let live = try Self.live(desired, ours: #""f:data":{"f:b":{}}"#) { $0.set("z", at: ["data", "a"]) }
            .owned(by: "argocd", #"{"f:data":{"f:a":{}}}"#)
        let decision = decider().decide(desired, live: live.object)
        #expect(decision.write == nil)
        #expect(decision.yields.map(\.contest.place.description) == ["data.a"])
        #expect(decision.yields.map(\.contest.manager) == ["argocd"])
    }

    @Test func stillRepairsTheRestOfAnObjectItYieldsAFieldOf() throws {
        let desired = try Self.desired("{data: {a: x, b: w}}")
        let live = try Self.live(desired, ours: "") {
            $0.set("z", at: ["data", "a"])
            $0.set("edited", at: ["data", "b"])
        }.owned(by: "argocd", #"{"f:data":{"f:a":{}}}"#).owned(
            by: "kubectl-edit",
            update: true,
            #"{"f:data":{"f:b":{}}}"#
        )
        let write = try #require(decider().decide(desired, live: live.object).write)
        #expect(write.object.tree["data"] == ["b": "w"])
        #expect(write.takesFields)
    }

    @Test func takesOverAllFieldsOfAnObjectItAdopts() throws {
        let desired = try Self.desired("{data: {a: x}}")
        let live = try LiveObject(
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: n, resourceVersion: '3'}}"
        )
        let write = try #require(decider().decide(desired, live: live.object).write)
        #expect(write.cause == .adopt)
        #expect(write.takesFields)
    }

    @Test func slowsDownAfterThreeRoundsWithTheSameRewriter() throws {
        let desired = try Self.desired("{data: {a: x}}")
        let live = try Self.live(desired, ours: "") { $0.set("z", at: ["data", "a"]) }
            .owned(by: "addon", update: true, #"{"f:data":{"f:a":{}}}"#)
        var history = RewriteHistory()
        for round in 0..<3 {
            let write = try #require(decider(history).decide(desired, live: live.object).write, "round \(round)")
            for contest in write.rewritten { history.record(contest, now: Self.now) }
        }
        let decision = decider(history).decide(desired, live: live.object)
        #expect(decision.write == nil)
        #expect(decision.yields.first?.until == Self.now.advanced(by: .seconds(60)))
        let later = ObjectDecider(
            manager: "mesh-operator",
            marks: Self.marks,
            history: history,
            now: Self.now.advanced(by: .seconds(60))
        )
        #expect(later.decide(desired, live: live.object).write?.cause == .drift)
    }

    @Test func leavesTheReplicasToAnAutoscaler() throws {
        let kind = "apiVersion: apps/v1, kind: Deployment"
        let desired = try Self.desired("{\(kind), spec: {replicas: 1, paused: true}}")
        var circumstances = ObjectDecider.Circumstances()
        circumstances.isAutoscaled = true
        let scaled = try Self.live(desired, ours: #""f:spec":{"f:paused":{}}"#) { $0.set(5, at: ["spec", "replicas"]) }
            .owned(by: "kube-controller-manager", update: true, #"{"f:spec":{"f:replicas":{}}}"#)
        #expect(decider().decide(desired, live: scaled.object, circumstances).write == nil)
    }

    @Test func keepsTheReplicasUntilTheAutoscalerHasThem() throws {
        let kind = "apiVersion: apps/v1, kind: Deployment"
        let desired = try Self.desired("{\(kind), spec: {paused: true}}")
        var circumstances = ObjectDecider.Circumstances()
        circumstances.isAutoscaled = true
        let live = try Self.live(desired, ours: #""f:spec":{"f:paused":{},"f:replicas":{}}"#) {
            $0.set(3, at: ["spec", "replicas"])
        }
        #expect(decider().decide(desired, live: live.object, circumstances).write == nil)
        #expect(decider().decide(desired, live: live.object).write != nil)
    }

    @Test func leavesTheCABundleAndFailurePolicyToIstiod() throws {
        let kind = "apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration"
        let desired = try Self.desired("{\(kind), webhooks: [{name: w, failurePolicy: Ignore}]}")
        let live = try Self.live(desired, ours: #""f:webhooks":{"k:{\"name\":\"w\"}":{".":{},"f:name":{}}}"#) {
            $0.set([["name": "w", "failurePolicy": "Fail"]], at: ["webhooks"])
        }.owned(by: "pilot-discovery", update: true, #"{"f:webhooks":{"k:{\"name\":\"w\"}":{"f:failurePolicy":{}}}}"#)
        let decision = decider().decide(desired, live: live.object)
        #expect(decision.write == nil)
        #expect(decision.yields.isEmpty)
    }

    @Test func acceptsWhatAdmissionMadeOfAValue() throws {
        let desired = try Self.desired("{data: {a: x}}")
        let answer = try Self.live(desired, ours: #""f:data":{"f:a":{}}"#) { $0.set("mutated", at: ["data", "a"]) }
            .object
        var circumstances = ObjectDecider.Circumstances()
        circumstances.accepted = AcceptedValues(sent: desired, result: answer, manager: "mesh-operator")
        #expect(decider().decide(desired, live: answer, circumstances).write == nil)
        #expect(decider().decide(desired, live: answer).write != nil)
        let other = try Self.desired("{data: {a: new}}")
        #expect(decider().decide(other, live: answer, circumstances).write?.cause == .change)
    }

    @Test func claimsAnEqualQuantityInTheWordsOfItsOwner() throws {
        let kind = "apiVersion: apps/v1, kind: Deployment"
        let desired = try Self.desired("{\(kind), spec: {limits: {cpu: 2000m}}}")
        let live = try Self.live(desired, ours: "") { $0.set("2", at: ["spec", "limits", "cpu"]) }
            .owned(by: "kubectl-edit", update: true, #"{"f:spec":{"f:limits":{"f:cpu":{}}}}"#)
        let write = try #require(decider().decide(desired, live: live.object).write)
        #expect(write.cause == .claim)
        #expect(!write.takesFields)
        #expect(write.object.tree.value(at: "spec", "limits", "cpu") == "2")
    }

    /// An object with three labels of ours, two of which somebody took off, and `fields` of somebody else.
    private func strippedOfLabels(_ fields: String? = nil, at time: String = "") throws -> ObjectDecision {
        let desired = try Self.desired("{metadata: {labels: {a: x, b: y, c: z}}, data: {a: x}}")
        var live = try Self.live(desired, ours: #""f:data":{"f:a":{}}"#) { tree in
            for label in ["a", "b", "c"] { tree.set(nil, at: ["metadata", "labels", label]) }
        }
        if let fields { live = try live.owned(by: "kubectl-patch", update: true, fields, time: time) }
        return decider().decide(desired, live: live.object)
    }

    @Test func countsOneEditThatTakesOffSeveralLabelsOnce() throws {
        let write = try #require(try strippedOfLabels().write)
        #expect(write.rewritten.map(\.place.description) == ["metadata.labels"])
        var history = RewriteHistory()
        for contest in write.rewritten { history.record(contest, now: Self.now) }
        #expect(history.contests(now: Self.now).open.isEmpty)
    }

    @Test(arguments: [
        // What was written elsewhere in the object, or before we last applied, tells nothing of who took labels off.
        (#"{"f:data":{"f:b":{}}}"#, "2026-01-01T00:00:01Z", "unknown"),
        (#"{"f:metadata":{"f:labels":{"f:theirs":{}}}}"#, "2025-12-31T23:59:59Z", "unknown"),
        (#"{"f:metadata":{"f:labels":{"f:theirs":{}}}}"#, "2026-01-01T00:00:01Z", "kubectl-patch"),
    ]) func namesNobodyWhoNeverTouchedTheLabels(_ fields: String, _ time: String, _ who: String) throws {
        let write = try #require(try strippedOfLabels(fields, at: time).write)
        #expect(write.rewritten.map(\.manager) == [who])
    }
}
