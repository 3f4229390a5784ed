internal import ControllerKit
internal import KubeAPI
internal import Testing

@testable internal import OperatorCore

@Suite struct ObjectReadinessTests {
    enum Verdict: String, Sendable { case ready, waiting, failed }

    static let samples: [(String, Verdict)] = [
        ("{kind: ConfigMap, apiVersion: v1}", .ready),
        ("{kind: ConfigMap, apiVersion: v1, metadata: {deletionTimestamp: x}}", .waiting),
        ("{kind: Deployment, apiVersion: apps/v1, metadata: {generation: 2}, spec: {replicas: 1}}", .waiting),
        (
            "{kind: Deployment, apiVersion: apps/v1, metadata: {generation: 2}, spec: {replicas: 1},"
                + " status: {observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1}}", .waiting
        ),
        (
            "{kind: Deployment, apiVersion: apps/v1, metadata: {generation: 2}, spec: {replicas: 2},"
                + " status: {observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2}}", .ready
        ),
        (
            "{kind: Deployment, apiVersion: apps/v1, metadata: {generation: 2}, spec: {replicas: 2},"
                + " status: {observedGeneration: 2, replicas: 3, updatedReplicas: 2, availableReplicas: 2}}", .waiting
        ),
        (
            "{kind: Deployment, apiVersion: apps/v1, metadata: {generation: 1}, spec: {replicas: 2},"
                + " status: {observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 1}}", .waiting
        ),
        (
            "{kind: Deployment, apiVersion: apps/v1, metadata: {generation: 1}, status: {observedGeneration: 1,"
                + " conditions: [{type: Progressing, status: 'False', reason: ProgressDeadlineExceeded}]}}", .failed
        ),
        ("{kind: Deployment, apiVersion: apps/v1, spec: {replicas: 0}, status: {observedGeneration: 1}}", .ready),
        ("{kind: DaemonSet, apiVersion: apps/v1, status: {observedGeneration: 1}}", .ready),
        (
            "{kind: DaemonSet, apiVersion: apps/v1, status: {observedGeneration: 1, desiredNumberScheduled: 3,"
                + " updatedNumberScheduled: 2, numberAvailable: 3}}", .waiting
        ),
        (
            "{kind: DaemonSet, apiVersion: apps/v1, spec: {updateStrategy: {type: OnDelete}}, status: {observedGeneration: 1,"
                + " desiredNumberScheduled: 3, updatedNumberScheduled: 2, numberAvailable: 3}}", .ready
        ),
        ("{kind: CustomResourceDefinition, apiVersion: apiextensions.k8s.io/v1}", .waiting),
        (
            "{kind: CustomResourceDefinition, apiVersion: apiextensions.k8s.io/v1,"
                + " status: {conditions: [{type: Established, status: 'True'}]}}", .ready
        ),
        (
            "{kind: CustomResourceDefinition, apiVersion: apiextensions.k8s.io/v1,"
                + " status: {conditions: [{type: NamesAccepted, status: 'False'}]}}", .failed
        ),
        ("{kind: Service, apiVersion: v1, spec: {type: LoadBalancer}}", .waiting),
        ("{kind: Service, apiVersion: v1, spec: {type: LoadBalancer, clusterIP: 10.0.0.1}}", .ready),
        ("{kind: Service, apiVersion: v1, spec: {clusterIP: None}}", .ready),
        ("{kind: Namespace, apiVersion: v1, status: {phase: Terminating}}", .waiting),
    ]

    @Test("Who holds an object that is being deleted is named")
    func namesFinalizers() throws {
        let text = "{kind: ConfigMap, apiVersion: v1, metadata: {deletionTimestamp: x, finalizers: [foo.example/x]}}"
        guard case .waiting(let why) = ObjectReadiness.of(KubeObject(try requireDocument(text))) else {
            Issue.record("not waited for")
            return
        }
        #expect(why.contains("is being deleted and held by finalizer foo.example/x"), "\(why)")
    }

    @Test(arguments: samples) func judgesByWhatControllersWrote(_ yaml: String, _ expected: Verdict) throws {
        let found: Verdict =
            switch ObjectReadiness.of(KubeObject(try requireDocument(yaml))) {
            case .ready: .ready
            case .waiting: .waiting
            case .failed: .failed
            }
        #expect(found == expected)
    }

    @Test func asksForABundleInEachWebhookThatCallsAService() throws {
        func webhook(_ config: String) throws -> KubeObject {
            KubeObject(
                try requireDocument(
                    "{kind: MutatingWebhookConfiguration, metadata: {name: i}, webhooks: [{name: a, clientConfig: \(config)}]}"
                )
            )
        }
        #expect(InjectionReadiness.of([], controlPlane: []) == .notInstalled)
        #expect(InjectionReadiness.of([try webhook("{service: {name: s}, caBundle: abc}")], controlPlane: []) == .ready)
        #expect(InjectionReadiness.of([try webhook("{url: 'https://x'}")], controlPlane: [.ready]) == .ready)
        let bare = InjectionReadiness.of([try webhook("{service: {name: s}}")], controlPlane: [])
        #expect(bare == .notReady("webhook a of i has no caBundle yet, which istiod writes"))
        let waiting = InjectionReadiness.of([try webhook("{url: x}")], controlPlane: [.waiting("w")])
        #expect(waiting == .notReady("w"))
        let alone = try webhook("{service: {namespace: x, name: s}, caBundle: abc}")
        let missing = InjectionReadiness.of([alone], controlPlane: [.ready]) { $0.description == "Service x/s" }
        #expect(missing == .notReady("webhook a of i calls Service x/s, which is not there"))
    }

    @Test(
        "What others wrote by which a webhook may leave pods out is told with who wrote it",
        arguments: [
            (
                "matchConditions: [{name: never, expression: 'false'}]",
                #""f:matchConditions":{"k:{\"name\":\"never\"}":{}}"#
            ),
            ("namespaceSelector: {matchLabels: {x: y}}", #""f:namespaceSelector":{}"#),
            ("objectSelector: {matchLabels: {x: y}}", #""f:objectSelector":{}"#), ("rules: [{}]", #""f:rules":{}"#),
        ]
    )
    func isNarrowed(_ field: String, _ record: String) throws {
        let name = field.prefix { $0 != ":" }
        func judged(_ field: String, _ manager: String, isUpdate: Bool) throws -> InjectionReadiness {
            let text = "{kind: MutatingWebhookConfiguration, metadata: {name: i}, webhooks: [{name: a, \(field)}]}"
            let fields = #"{"f:webhooks":{"k:{\"name\":\"a\"}":{\#(record)}}}"#
            let live = try LiveObject(text).owned(by: manager, update: isUpdate, fields).object
            return InjectionReadiness.of([live], controlPlane: [.ready])
        }
        guard case .narrowed(let how) = try judged(field, "kubectl-edit", isUpdate: true) else {
            Issue.record("\(field) is not told")
            return
        }
        #expect(
            how.hasPrefix("\(name) of webhook a of i is not as rendered, since field manager kubectl-edit"),
            "\(how)"
        )
        #expect(try judged(field, "mesh-operator", isUpdate: false) == .ready)
        #expect(try judged("\(name): {}", "kubectl-edit", isUpdate: true) == .ready, "empty means all")
    }
}
