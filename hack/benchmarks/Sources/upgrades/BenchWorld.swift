internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import UpgradePlanning

/// Plays the controllers of a cluster: makes the mesh's own workloads ready, trusts webhooks, and replaces pods of applications.
final class BenchWorld {
    private let mesh: BenchMesh
    /// The revision that an application's pods have.
    private(set) var running: [ObjectKey: String] = [:]
    /// Whether every application was restarted since it was made.
    var isMoved: Bool { running.values.allSatisfy { $0 != "default" } }
    /// The metadata of the pod template that its pods were made of.
    private var restarted: [ObjectKey: String] = [:]
    private var serial = 0
    private let pods: Int

    init(_ mesh: BenchMesh, podsPerWorkload: Int) {
        self.mesh = mesh
        pods = podsPerWorkload
    }

    // MARK: Making applications

    func fill(namespaces: Int, workloads: Int, waves: Int) async throws {
        for number in 0..<namespaces {
            let name = "team-\(number)"
            let labels = ["istio-injection": "enabled", "wave": "\(number % waves)"]
            _ = try await mesh.admin.create(
                .namespaces,
                KubeObject(kind: .namespace, key: ObjectKey(name: name), labels: labels)
            )
            for index in 0..<(workloads / namespaces) {
                let key = ObjectKey(namespace: name, name: "app-\(index)")
                let deployment = try await mesh.admin.create(.deployments, Self.deployment(key, pods))
                try await report(deployment)
                for _ in 0..<pods { _ = try await makePod(deployment, "default") }
                running[key] = "default"
                restarted[key] = deployment.tree.value(at: "spec", "template", "metadata")?.jsonText(.compact)
                if index % 2 == 0 { _ = try await makeBudget(key) }
            }
        }
    }

    private static func deployment(_ key: ObjectKey, _ pods: Int) -> KubeObject {
        var object = KubeObject(kind: .deployment, key: key)
        let labels: Tree = ["app": .string(key.name), "version": "v1"]
        object.tree["spec"] = [
            "replicas": .integer(Int64(pods)), "selector": ["matchLabels": ["app": .string(key.name)]],
            "template": ["metadata": ["labels": labels], "spec": ["containers": [["name": "app", "image": "app:1"]]]],
        ]
        return object
    }

    private func makeBudget(_ key: ObjectKey) async throws -> KubeObject {
        var budget = KubeObject(kind: .podDisruptionBudget, key: key)
        budget.tree["spec"] = ["maxUnavailable": 1, "selector": ["matchLabels": ["app": .string(key.name)]]]
        let made = try await mesh.admin.create(.podDisruptionBudgets, budget)
        return try await mesh.admin.patchStatus(
            .podDisruptionBudgets,
            made.key,
            .merge(["status": ["disruptionsAllowed": 1, "expectedPods": .integer(Int64(pods))]])
        )
    }

    private func makePod(_ deployment: KubeObject, _ revision: String) async throws -> KubeObject {
        serial += 1
        let name = deployment.name
        let key = ObjectKey(namespace: deployment.namespace, name: "\(name)-5d4f-\(serial)")
        var pod = KubeObject(kind: .pod, key: key, labels: ["app": name, "version": "v1", "pod-template-hash": "5d4f"])
        pod.labels["istio.io/rev"] = revision
        pod.annotations = ["sidecar.istio.io/status": #"{"revision":"\#(revision)","containers":["istio-proxy"]}"#]
        pod.ownerReferences = [
            OwnerReference(
                kind: GroupVersionKind(group: "apps", version: "v1", kind: "ReplicaSet"),
                name: "\(name)-5d4f",
                uid: deployment.uid ?? "",
                isController: true
            )
        ]
        pod.tree["spec"] = [
            "containers": [
                ["name": "app", "image": "app:1"], ["name": "istio-proxy", "image": "docker.io/istio/proxyv2:1.29.6"],
            ]
        ]
        _ = try await mesh.admin.create(.pods, pod)
        let ready: Tree = ["status": ["conditions": [["type": "Ready", "status": "True"]]]]
        let made = try await mesh.admin.patchStatus(.pods, key, .merge(ready))
        mesh.show(.pods, made)
        return made
    }

    // MARK: Controllers

    /// Does what controllers would do next about the mesh and about applications the operator restarted.
    ///
    /// - Parameter written: the paths the operator wrote.
    /// - Returns: how many workloads were replaced.
    /// - Throws: `KubeError` when the API server refuses what a controller would write.
    func act(_ written: [String]) async throws -> Int {
        try await trust()
        for resource in [APIResource.deployments, .daemonSets] {
            for object in try await mesh.admin.list(resource, .namespace("istio-system")).objects {
                try await settle(object, resource)
            }
        }
        var replaced = 0
        for path in Set(written) {
            let parts = path.split(separator: "/").map(String.init)
            guard parts.count == 7, parts[5] == "deployments", parts[4] != "istio-system" else { continue }
            if try await replace(ObjectKey(namespace: parts[4], name: parts[6])) { replaced += 1 }
        }
        return replaced
    }

    /// Replaces the pods of a Deployment whose pod template was changed; gives whether it was.
    private func replace(_ key: ObjectKey) async throws -> Bool {
        let deployment = try await mesh.admin.get(.deployments, key)
        let template = deployment.tree.value(at: "spec", "template", "metadata")?.jsonText(.compact)
        guard restarted[key] != template else { return false }
        restarted[key] = template
        let namespace = try await mesh.admin.get(.namespaces, ObjectKey(name: key.namespace ?? ""))
        let revision = namespace.labels["istio.io/rev"] ?? "default"
        let old = try await mesh.admin.list(.pods, .namespace(key.namespace ?? "")).objects
            .filter { $0.labels["app"] == key.name }
        var version: String?
        for _ in 0..<pods { version = try await makePod(deployment, revision).resourceVersion }
        for var pod in old {
            _ = try await mesh.admin.delete(.pods, pod.key, DeleteOptions(gracePeriodSeconds: 0))
            // A deletion is told with a version later than the object's own, and passed over without.
            pod.resourceVersion = version
            mesh.hide(.pods, pod)
        }
        running[key] = revision
        try await report(deployment)
        return true
    }

    private func report(_ deployment: KubeObject) async throws {
        let count = Tree.integer(Int64(pods))
        let status: Tree = [
            "observedGeneration": .integer(deployment.generation ?? 1), "replicas": count, "updatedReplicas": count,
            "readyReplicas": count, "availableReplicas": count,
        ]
        let told = try await mesh.admin.patchStatus(.deployments, deployment.key, .merge(["status": status]))
        mesh.show(.deployments, told)
    }

    private func settle(_ object: KubeObject, _ resource: APIResource) async throws {
        let count = object.tree.value(at: "spec", "replicas") ?? 1
        var status: Tree =
            resource == .daemonSets
            ? [
                "desiredNumberScheduled": 1, "currentNumberScheduled": 1, "updatedNumberScheduled": 1,
                "numberReady": 1, "numberAvailable": 1, "numberMisscheduled": 0,
            ]
            : ["replicas": count, "updatedReplicas": count, "readyReplicas": count, "availableReplicas": count]
        status["observedGeneration"] = .integer(object.generation ?? 0)
        let current = object.tree["status"] ?? [:]
        guard (status.object?.entries ?? []).contains(where: { current[$0.key] != $0.value }) else { return }
        mesh.show(resource, try await mesh.admin.patchStatus(resource, object.key, .merge(["status": status])))
    }

    /// istiod gives webhooks their certificate authority.
    private func trust() async throws {
        for object in try await mesh.admin.list(.mutatingWebhookConfigurations).objects {
            var operations: [Tree] = []
            for (index, webhook) in (object.tree["webhooks"]?.array ?? []).enumerated()
            where webhook.value(at: "clientConfig", "caBundle") == nil {
                let path = Tree.string("/webhooks/\(index)/clientConfig/caBundle")
                operations.append(["op": "add", "path": path, "value": "Y2E="])
            }
            guard !operations.isEmpty else { continue }
            let options = WriteOptions(fieldManager: "pilot-discovery")
            let patch = Patch.json(operations)
            mesh.show(
                .mutatingWebhookConfigurations,
                try await mesh.admin.patch(.mutatingWebhookConfigurations, object.key, patch, options)
            )
        }
    }
}
