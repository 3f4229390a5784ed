internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import Synchronization
internal import UpgradePlanning

@testable internal import OperatorCore

/// A cluster with applications: plays the controllers of workloads, sidecar injection by the webhooks that are there, and istiod.
final class UpgradeWorld: Sendable {
    let cluster: TestCluster
    private let state: Mutex<State>

    private struct State {
        var broken: Set<String> = []
        var brokenRevisions: Set<String> = []
        var serial = 0
        var doubled: [String] = []
        /// The revision of the cluster at which nothing was left to do.
        var quiet: UInt64?
    }

    init(_ cluster: TestCluster) {
        self.cluster = cluster
        state = Mutex(State())
    }

    /// The same world in a second cluster: what happens in one does not show in the other.
    init(copying other: UpgradeWorld) {
        cluster = TestCluster(copying: other.cluster)
        state = Mutex(other.state.withLock { $0 })
    }

    /// What decides how the world goes on, besides what is in the cluster.
    var lines: [String] {
        state.withLock { state in
            ["pods so far: \(state.serial)", "broken: \(state.broken.sorted()) \(state.brokenRevisions.sorted())"]
        }
    }

    /// Pods of `app` never become ready while they run with one of `revisions`.
    func breakPods(_ app: String, with revisions: Set<String>) {
        state.withLock { state in
            state.broken = [app]
            state.brokenRevisions = revisions
            state.quiet = nil
        }
    }

    func heal() {
        state.withLock { state in
            state.broken = []
            state.quiet = nil
        }
    }

    /// Pods that two revisions would have injected.
    var doubled: [String] { state.withLock { $0.doubled } }

    // MARK: People

    func makeNamespace(_ name: String, _ labels: [String: String] = ["istio-injection": "enabled"]) async throws {
        _ = try await cluster.admin.create(
            .namespaces,
            KubeObject(kind: .namespace, key: .init(name: name), labels: labels)
        )
    }

    /// An application whose pods have the label `app`, and `extra` ones.
    func makeApp(
        _ namespace: String,
        _ name: String,
        replicas: Int = 1,
        resource: APIResource = .deployments,
        extra: [String: String] = [:]
    ) async throws {
        let labels: Tree = ["app": .string(name)]
        var own = labels
        for (key, value) in extra { own[key] = .string(value) }
        var object = KubeObject(kind: resource.kind, key: ObjectKey(namespace: namespace, name: name))
        object.tree["spec"] = [
            "replicas": .integer(Int64(replicas)), "selector": ["matchLabels": labels],
            "template": [
                "metadata": ["labels": own], "spec": ["containers": [["name": "app", "image": "app:1"]]],
            ],
        ]
        if resource == .daemonSets { object.tree.set(nil, at: ["spec", "replicas"]) }
        if resource == .statefulSets { object.tree.set(.string(name), at: ["spec", "serviceName"]) }
        _ = try await cluster.admin.create(resource, object)
    }

    /// A PodDisruptionBudget over pods with a label; its controller is played too.
    func makeBudget(
        _ namespace: String,
        _ name: String,
        over label: (String, String),
        maxUnavailable: Int64
    ) async throws {
        var budget = KubeObject(kind: .podDisruptionBudget, key: ObjectKey(namespace: namespace, name: name))
        budget.tree["spec"] = [
            "maxUnavailable": .integer(maxUnavailable), "selector": ["matchLabels": [label.0: .string(label.1)]],
        ]
        _ = try await cluster.admin.create(.podDisruptionBudgets, budget)
    }

    func deployment(_ namespace: String, _ name: String) async throws -> KubeObject {
        try await cluster.admin.get(.deployments, ObjectKey(namespace: namespace, name: name))
    }

    func namespaceLabels(_ name: String) async throws -> [String: String] {
        try await cluster.admin.get(.namespaces, ObjectKey(name: name)).labels
    }

    /// The revisions of the pods of all applications, by namespace and application.
    func revisions() async throws -> [String: Set<String>] {
        var result: [String: Set<String>] = [:]
        for pod in try await cluster.admin.list(.pods).objects where !pod.isDeleting {
            let trimmed = SidecarPod.trimmed(pod)
            let name = "\(pod.namespace ?? "")/\(pod.labels["app"] ?? "")"
            result[name, default: []].insert(SidecarPod.revision(of: trimmed) ?? "none")
        }
        return result
    }

    // MARK: Controllers

    /// Does what controllers, kubelets and istiod would do next; gives whether anything changed.
    func step() async throws -> Bool {
        let revision = cluster.revision
        guard state.withLock({ $0.quiet != revision }) else { return false }
        var changed = try await trust()
        changed = try await countDisruptions() || changed
        let webhooks = try await cluster.admin.list(.mutatingWebhookConfigurations).objects
        var namespaces: [String: KubeObject] = [:]
        for namespace in try await cluster.admin.list(.namespaces).objects { namespaces[namespace.name] = namespace }
        let pods = try await cluster.admin.list(.pods).objects
        for resource in [APIResource.deployments, .statefulSets, .daemonSets] {
            for owner in try await cluster.admin.list(resource).objects {
                if owner.namespace == UpgradeMesh.namespace {
                    changed = try await settleOwn(owner, resource) || changed
                } else {
                    let own = pods.filter { $0.namespace == owner.namespace && $0.labels["app"] == owner.name }
                    changed = try await roll(owner, resource, own, webhooks, namespaces) || changed
                }
            }
        }
        if !changed { state.withLock { $0.quiet = revision } }
        return changed
    }

    /// The revision that injects a pod, by the selectors of the webhooks that are there.
    private func injector(_ webhooks: [KubeObject], _ namespace: KubeObject, _ labels: [String: String]) throws
        -> String?
    {
        var found: Set<String> = []
        for object in webhooks {
            for webhook in object.tree["webhooks"]?.array ?? [] {
                let scope = try LabelSelector(webhook["namespaceSelector"] ?? .null)
                let pods = try LabelSelector(webhook["objectSelector"] ?? .null)
                guard scope.matches(namespace.labels), pods.matches(labels) else { continue }
                let service = webhook.value(at: "clientConfig", "service", "name")?.string ?? ""
                found.insert(service == "istiod" ? "default" : String(service.dropFirst("istiod-".count)))
            }
        }
        if found.count > 1 { state.withLock { $0.doubled.append("\(namespace.name): \(found.sorted())") } }
        return found.sorted().first
    }

    /// Sets the status of PodDisruptionBudgets as their controller does.
    private func countDisruptions() async throws -> Bool {
        var changed = false
        for budget in try await cluster.admin.list(.podDisruptionBudgets).objects
        where budget.namespace != UpgradeMesh.namespace {
            let selector = try LabelSelector(budget.tree.value(at: "spec", "selector") ?? .null)
            let place = Selection.namespace(budget.namespace ?? "")
            let pods = try await cluster.admin.list(.pods, place).objects.filter { selector.matches($0.labels) }
            var expected: Int64 = 0
            for owner in try await cluster.admin.list(.deployments, place).objects {
                let labels = owner.tree.value(at: "spec", "template", "metadata", "labels")?.object?.entries ?? []
                let plain = Dictionary(uniqueKeysWithValues: labels.map { ($0.key, $0.value.string ?? "") })
                guard selector.matches(plain) else { continue }
                expected += owner.tree.value(at: "spec", "replicas")?.integer ?? 1
            }
            let most = budget.tree.value(at: "spec", "maxUnavailable")?.integer ?? 0
            let healthy = Int64(pods.count { $0.conditions.isTrue("Ready") })
            let status: Tree = [
                "disruptionsAllowed": .integer(max(0, healthy - (expected - most))),
                "currentHealthy": .integer(healthy), "desiredHealthy": .integer(expected - most),
                "expectedPods": .integer(expected),
            ]
            let current = budget.tree["status"] ?? [:]
            guard (status.object?.entries ?? []).contains(where: { current[$0.key] != $0.value }) else { continue }
            _ = try await cluster.admin.patchStatus(
                .podDisruptionBudgets,
                budget.key,
                .merge(["status": status]),
                WriteOptions(fieldManager: "kube-controller-manager")
            )
            changed = true
        }
        return changed
    }

    /// istiod gives webhooks their certificate authority once it is up.
    private func trust() async throws -> Bool {
        var changed = false
        for object in try await cluster.admin.list(.mutatingWebhookConfigurations).objects {
            for (index, webhook) in (object.tree["webhooks"]?.array ?? []).enumerated() {
                let name = webhook.value(at: "clientConfig", "service", "name")?.string ?? ""
                guard webhook.value(at: "clientConfig", "caBundle") == nil,
                    let istiod = try await cluster.object(.deployments, UpgradeMesh.namespace, name),
                    istiod.tree.value(at: "status", "readyReplicas")?.integer ?? 0 > 0
                else { continue }
                let operation: Tree = [
                    "op": "add", "path": .string("/webhooks/\(index)/clientConfig/caBundle"), "value": "Y2E=",
                ]
                _ = try await cluster.admin.patch(
                    .mutatingWebhookConfigurations,
                    object.key,
                    .json([operation]),
                    WriteOptions(fieldManager: "pilot-discovery")
                )
                changed = true
            }
        }
        return changed
    }

    private func settleOwn(_ owner: KubeObject, _ resource: APIResource) async throws -> Bool {
        let isBroken = state.withLock { $0.broken.contains(owner.name) }
        let count = isBroken ? 0 : owner.tree.value(at: "spec", "replicas")?.integer ?? 1
        return try await report(owner, resource, total: count, updated: count, ready: count)
    }

    /// Replaces one old pod after the other, and makes new ones ready.
    private func roll(
        _ owner: KubeObject,
        _ resource: APIResource,
        _ pods: [KubeObject],
        _ webhooks: [KubeObject],
        _ namespaces: [String: KubeObject]
    ) async throws -> Bool {
        let template = owner.tree.value(at: "spec", "template") ?? .null
        let hash = Digest.of(template)
        let wanted = resource == .daemonSets ? 1 : Int(owner.tree.value(at: "spec", "replicas")?.integer ?? 1)
        var changed = false
        for pod in pods where !pod.conditions.isTrue("Ready") && !isBroken(pod) {
            let status: Tree = ["status": ["conditions": [["type": "Ready", "status": "True"]]]]
            _ = try await cluster.admin.patchStatus(.pods, pod.key, .merge(status))
            changed = true
        }
        let fresh = pods.filter { $0.labels["pod-hash"] == hash }
        let stale = pods.filter { $0.labels["pod-hash"] != hash }
        let ready = fresh.count { $0.conditions.isTrue("Ready") }
        if fresh.count < wanted, fresh.count == ready, let namespace = namespaces[owner.namespace ?? ""] {
            let labels = template.value(at: "metadata", "labels")?.object?.entries ?? []
            let plain = Dictionary(uniqueKeysWithValues: labels.map { ($0.key, $0.value.string ?? "") })
            try await makePod(owner, hash, plain, try injector(webhooks, namespace, plain))
            changed = true
        }
        if let old = stale.first, stale.count + ready > wanted || ready == wanted {
            _ = try await cluster.admin.delete(.pods, old.key, DeleteOptions(gracePeriodSeconds: 0))
            changed = true
        }
        let now = try await cluster.admin.list(.pods, .namespace(owner.namespace ?? "")).objects
            .filter { $0.labels["app"] == owner.name }
        let updated = now.filter { $0.labels["pod-hash"] == hash }
        let told = try await report(
            owner,
            resource,
            total: Int64(now.count),
            updated: Int64(updated.count),
            ready: Int64(now.count { $0.conditions.isTrue("Ready") })
        )
        return told || changed
    }

    private func isBroken(_ pod: KubeObject) -> Bool {
        let revision = SidecarPod.revision(of: SidecarPod.trimmed(pod)) ?? ""
        return state.withLock { $0.broken.contains(pod.labels["app"] ?? "") && $0.brokenRevisions.contains(revision) }
    }

    private func makePod(
        _ owner: KubeObject,
        _ hash: String,
        _ labels: [String: String],
        _ revision: String?
    ) async throws {
        let serial = state.withLock { state in
            state.serial += 1
            return state.serial
        }
        let key = ObjectKey(namespace: owner.namespace, name: "\(owner.name)-\(serial)")
        var pod = KubeObject(kind: .pod, key: key, labels: labels)
        pod.labels["pod-hash"] = hash
        var containers: [Tree] = [["name": "app", "image": "app:1"]]
        if let revision {
            // A label of the pod's own stays.
            pod.labels["istio.io/rev"] = labels["istio.io/rev"] ?? revision
            pod.annotations = ["sidecar.istio.io/status": #"{"revision":"\#(revision)"}"#]
            containers.append(["name": "istio-proxy", "image": "proxyv2:1"])
        }
        pod.tree["spec"] = ["containers": .array(containers)]
        pod.ownerReferences = [
            OwnerReference(kind: owner.kind, name: owner.name, uid: owner.uid ?? "", isController: true)
        ]
        _ = try await cluster.admin.create(.pods, pod)
    }

    private func report(
        _ owner: KubeObject,
        _ resource: APIResource,
        total: Int64,
        updated: Int64,
        ready: Int64
    ) async throws -> Bool {
        let status: Tree =
            resource == .daemonSets
            ? [
                "desiredNumberScheduled": 1, "currentNumberScheduled": .integer(total),
                "updatedNumberScheduled": .integer(updated), "numberReady": .integer(ready),
                "numberAvailable": .integer(ready), "numberMisscheduled": 0,
            ]
            : [
                "replicas": .integer(total), "updatedReplicas": .integer(updated), "readyReplicas": .integer(ready),
                "availableReplicas": .integer(ready),
            ]
        return try await cluster.report(owner, resource, status)
    }
}
