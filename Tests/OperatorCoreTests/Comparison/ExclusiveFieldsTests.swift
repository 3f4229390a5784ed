internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import Testing

@testable internal import FieldOwnership
@testable internal import OperatorCore

/// Which fields exclude each other, and what is done about it.
@Suite struct ExclusiveFieldsTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var kind = "apiVersion: apps/v1, kind: Deployment"
        var desired: String
        var live: String
        var clashes: [String] = []

        static func pod(_ text: String) -> String { "spec: {template: {spec: {\(text)}}}" }
        static func container(_ text: String) -> String { pod("containers: [{name: m, \(text)}]") }
    }

    static let samples: [Sample] = [
        Sample(
            testDescription: "another type of strategy",
            desired: "spec: {strategy: {rollingUpdate: {maxSurge: 1}}}",
            live: "spec: {strategy: {type: Recreate}}",
            clashes: ["spec.strategy.rollingUpdate < spec.strategy.type"]
        ),
        Sample(
            testDescription: "the type that is meant",
            desired: "spec: {strategy: {rollingUpdate: {maxSurge: 1}}}",
            live: "spec: {strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}}"
        ),
        Sample(
            testDescription: "a type that is desired is applied",
            desired: "spec: {strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}}",
            live: "spec: {strategy: {type: Recreate}}"
        ),
        Sample(
            testDescription: "settings of another type",
            desired: "spec: {strategy: {type: Recreate}}",
            live: "spec: {strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}}",
            clashes: ["spec.strategy.type < spec.strategy.rollingUpdate"]
        ),
        Sample(
            testDescription: "a DaemonSet that is not rolled",
            kind: "apiVersion: apps/v1, kind: DaemonSet",
            desired: "spec: {updateStrategy: {rollingUpdate: {maxUnavailable: 1}}}",
            live: "spec: {updateStrategy: {type: OnDelete, rollingUpdate: {maxUnavailable: 1}}}",
            clashes: ["spec.updateStrategy.rollingUpdate < spec.updateStrategy.type"]
        ),
        Sample(
            testDescription: "another handler of a probe",
            desired: Sample.container("readinessProbe: {httpGet: {port: 1}}"),
            live: Sample.container("readinessProbe: {exec: {command: [a]}, periodSeconds: 3}"),
            clashes: ["httpGet < exec"]
        ),
        Sample(
            testDescription: "a handler beside nothing of ours",
            desired: Sample.container("readinessProbe: {periodSeconds: 3}"),
            live: Sample.container("readinessProbe: {exec: {command: [a]}, periodSeconds: 3}")
        ),
        Sample(
            testDescription: "another handler before the stop",
            desired: Sample.container("lifecycle: {preStop: {sleep: {seconds: 1}}}"),
            live: Sample.container("lifecycle: {preStop: {exec: {command: [a]}}}"),
            clashes: ["sleep < exec"]
        ),
        Sample(
            testDescription: "another source of a volume",
            desired: Sample.pod("volumes: [{name: v, configMap: {name: c}}, {name: w, emptyDir: {}}]"),
            live: Sample.pod("volumes: [{name: w, emptyDir: {}}, {name: v, emptyDir: {}}]"),
            clashes: ["configMap < emptyDir"]
        ),
        Sample(
            testDescription: "a value instead of a source",
            desired: Sample.container("env: [{name: E, valueFrom: {fieldRef: {fieldPath: a}}}]"),
            live: Sample.container("env: [{name: E, value: x}]"),
            clashes: ["valueFrom < value"]
        ),
        Sample(
            testDescription: "another source of a value",
            desired: Sample.container("env: [{name: E, valueFrom: {fieldRef: {fieldPath: a}}}]"),
            live: Sample.container("env: [{name: E, valueFrom: {secretKeyRef: {name: s, key: k}}}]"),
            clashes: ["fieldRef < secretKeyRef"]
        ),
        Sample(
            testDescription: "a limit below the request",
            desired: Sample.container("resources: {requests: {cpu: 500m, memory: 1Gi}}"),
            live: Sample.container("resources: {requests: {cpu: 10m, memory: 1Gi}, limits: {cpu: 20m, memory: 1Gi}}"),
            clashes: ["cpu < cpu"]
        ),
        Sample(
            testDescription: "another address of a webhook",
            kind: "apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration",
            desired: "webhooks: [{name: w, clientConfig: {service: {name: s}}}]",
            live: "webhooks: [{name: w, clientConfig: {url: 'https://a'}}]",
            clashes: ["service < url"]
        ),
        Sample(
            testDescription: "another amount of a budget",
            kind: "apiVersion: policy/v1, kind: PodDisruptionBudget",
            desired: "spec: {minAvailable: 1}",
            live: "spec: {maxUnavailable: 1}",
            clashes: ["minAvailable < maxUnavailable"]
        ),
        Sample(
            testDescription: "the same key in bytes",
            kind: "apiVersion: v1, kind: ConfigMap",
            desired: "data: {mesh: a, other: b}",
            live: "data: {other: b}, binaryData: {mesh: Yg==}",
            clashes: ["mesh < mesh"]
        ),
        Sample(
            testDescription: "a Service that stands for a name",
            kind: "apiVersion: v1, kind: Service",
            desired: "spec: {selector: {app: istiod}}",
            live: "spec: {type: ExternalName, externalName: a.b, selector: {app: istiod}}",
            clashes: ["selector < type", "selector < externalName"]
        ),
        Sample(
            testDescription: "a Service of another type that serves",
            kind: "apiVersion: v1, kind: Service",
            desired: "spec: {selector: {app: istiod}}",
            live: "spec: {type: LoadBalancer, selector: {app: istiod}}"
        ),
    ]

    @Test(arguments: samples) func finds(_ sample: Sample) throws {
        let desired = KubeObject(try requireDocument("{\(sample.kind), \(sample.desired)}"))
        let live = KubeObject(try requireDocument("{\(sample.kind), \(sample.live)}"))
        let found = ExclusiveFields.clashes(desired: desired, live: live)
        #expect(found.count == sample.clashes.count, "\(found)")
        for (clash, text) in zip(found, sample.clashes) {
            let parts = text.split(separator: " < ").map(String.init)
            #expect(clash.ours.description.hasSuffix(parts[0]) && clash.theirs.description.hasSuffix(parts[1]))
        }
        #expect(ExclusiveFields.clashes(desired: desired, live: desired).isEmpty)
    }

    // MARK: What is done

    private static let kind = "apiVersion: apps/v1, kind: Deployment"
    private static let wanted = "{\(kind), spec: {strategy: {rollingUpdate: {maxSurge: 1}}}}"

    private static func live(_ desired: KubeObject, _ manager: String, update: Bool = true) throws -> KubeObject {
        try ObjectDecisionTests.live(desired, ours: "") { $0.set(["type": "Recreate"], at: ["spec", "strategy"]) }
            .owned(by: manager, update: update, #"{"f:spec":{"f:strategy":{"f:type":{}},"f:paused":{}}}"#).object
    }

    private static func decide(_ desired: KubeObject, _ live: KubeObject, _ history: RewriteHistory = .init())
        -> ObjectDecision
    {
        let marks = ObjectDecisionTests.marks
        let now = ObjectDecisionTests.now
        return ObjectDecider(manager: "mesh-operator", marks: marks, history: history, now: now).decide(
            desired,
            live: live
        )
    }

    @Test("What a plain write set is taken over before the apply that removes it")
    func takesOver() throws {
        let desired = try ObjectDecisionTests.desired(Self.wanted)
        let write = try #require(Self.decide(desired, try Self.live(desired, "kubectl-patch")).write)
        #expect(write.cause == .drift)
        #expect(write.rewritten.map(\.place.description) == ["spec.strategy.type"])
        #expect(write.rewritten.map(\.manager) == ["kubectl-patch"])
        #expect(write.object.tree.value(at: "spec", "strategy", "rollingUpdate", "maxSurge") == 1)
        let takeover = try #require(write.takeover)
        #expect(takeover["metadata"]?["resourceVersion"] == "7")
        #expect(takeover.object?.keys == ["metadata"])
        let taken = ObjectOwnership(KubeObject(takeover))
        let place = FieldPlace(fields: "spec", "strategy", "type")
        #expect(taken.applied(by: "mesh-operator")?.owns(place) == true)
        #expect(taken.others(than: "mesh-operator", owning: place).isEmpty)
        // The rest stays whose it is.
        #expect(taken.others(than: "mesh-operator", owning: FieldPlace(fields: "spec", "paused")).count == 1)
    }

    @Test("What is ours alone goes with the apply, as after a kill between the two writes")
    func goesOn() throws {
        let desired = try ObjectDecisionTests.desired(Self.wanted)
        let live = try ObjectDecisionTests.live(desired, ours: #""f:spec":{"f:strategy":{"f:type":{}}}"#) {
            $0.set(["type": "Recreate"], at: ["spec", "strategy"])
        }
        let write = try #require(Self.decide(desired, live.object).write)
        #expect(write.takeover == nil)
    }

    @Test("What another applier claims is left to it, and ours is left out")
    func yields() throws {
        let desired = try ObjectDecisionTests.desired(Self.wanted)
        let decision = Self.decide(desired, try Self.live(desired, "argocd", update: false))
        #expect(decision.write == nil)
        #expect(decision.yields.map(\.contest.place.description) == ["spec.strategy.type"])
        #expect(decision.yields.map(\.contest.manager) == ["argocd"])
    }

    @Test("A fight over it slows down like any other")
    func slowsDown() throws {
        let desired = try ObjectDecisionTests.desired(Self.wanted)
        let live = try Self.live(desired, "addon")
        var history = RewriteHistory()
        for _ in 0..<3 {
            let write = try #require(Self.decide(desired, live, history).write)
            for contest in write.rewritten { history.record(contest, now: ObjectDecisionTests.now) }
        }
        let decision = Self.decide(desired, live, history)
        #expect(decision.write == nil)
        #expect(decision.yields.map(\.contest.manager) == ["addon"])
    }
}
