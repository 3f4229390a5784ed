internal import DataTree
internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI
internal import Testing

@testable internal import UpgradePlanning

/// Worlds in YAML, so that a check's input can be read beside what it finds.
enum SampleWorld {
    /// A world that moves from one version to another with the built-in catalogue.
    static func make(
        _ yaml: String = "",
        from: String = "1.29.6",
        to: String = "1.30.3",
        spec: String = "{}",
        direction: Direction = .forward
    ) throws -> UpgradeWorld {
        var situation = HopSituation(day: "2026-11-25")
        situation.running = [from]
        if direction == .back { situation.justLeft = to }
        let catalogue = try VersionCatalogue.builtIn()
        var rules = HopRules()
        rules.acceptances = .endOfLife
        let plan = try #require(HopPlanner(catalogue: catalogue, situation: situation, rules: rules).decide(to).plan)
        let tree = try #require(YAML.documents(spec).first)
        var world = UpgradeWorld(hops: plan, spec: try MeshOperatorSpec(decoding: tree), catalogue: catalogue)
        world.namespaces = [SampleWorkloads.namespace("shop", ["istio-injection": "enabled", "team": "a"])]
        for document in try YAML.documents(yaml) where !document.isNull { add(KubeObject(document), to: &world) }
        world.inventory = WorkloadInventory(
            pods: world.pods,
            owners: world.owners,
            namespaces: world.namespaces,
            choice: RevisionChoice(tags: [:]),
            rules: InjectionRules(values: world.spec.values),
            isOwn: { $0.namespace == "istio-system" }
        )
        return world
    }

    enum Direction { case forward, back }

    private static func add(_ object: KubeObject, to world: inout UpgradeWorld) {
        switch object.kind.kind {
        case "Pod": world.pods.append(SidecarPod.trimmed(object))
        case "Namespace": world.namespaces.append(object)
        case "PodDisruptionBudget": world.budgets.append(object)
        case "HorizontalPodAutoscaler": world.autoscalers.append(object)
        case "Deployment" where object.namespace == "istio-system": world.gateways.append(object)
        case "Deployment", "StatefulSet", "DaemonSet": world.owners[ResourceID(object)] = object
        default: world.istio.append(object)
        }
    }

    /// What is found of one code.
    static func findings(_ world: UpgradeWorld, _ code: UpgradeFindingCode) -> [UpgradeFinding] {
        UpgradeChecks.findings(world).filter { $0.code == code }
    }

    /// A Deployment with its one pod; `extra` is YAML below `spec` of the Deployment.
    static func workload(
        _ name: String = "web",
        kind: String = "Deployment",
        replicas: Int = 2,
        extra: String = "",
        image: String = "1.29.6",
        labels: String = "app: web, version: v1"
    ) -> String {
        let owner = kind == "Deployment" ? "ReplicaSet, name: \(name)-5d4f" : "\(kind), name: \(name)"
        let hash = kind == "Deployment" ? ", pod-template-hash: 5d4f" : ""
        return """
            apiVersion: apps/v1
            kind: \(kind)
            metadata: {name: \(name), namespace: shop, generation: 1}
            spec:
              replicas: \(replicas)
              \(extra)
            status:
              {observedGeneration: 1, replicas: \(replicas), updatedReplicas: \(replicas), updatedNumberScheduled: 1}
            ---
            apiVersion: v1
            kind: Pod
            metadata:
              name: \(name)-1
              namespace: shop
              labels: {\(labels)\(hash)}
              annotations: {sidecar.istio.io/status: '{"revision":"default"}'}
              ownerReferences: [{apiVersion: apps/v1, kind: \(owner), uid: u, controller: true}]
            spec: {containers: [{name: istio-proxy, image: "docker.io/istio/proxyv2:\(image)"}]}
            status: {conditions: [{type: Ready, status: "True"}]}
            """
    }
}
