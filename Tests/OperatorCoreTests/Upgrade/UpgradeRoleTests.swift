internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshTestKit
internal import Testing
internal import UpgradePlanning

@testable internal import OperatorCore

/// The role `mesh-operator-upgrades` of `Manifests/install.yaml`.
@Suite struct UpgradeRoleTests {
    typealias Permission = InstallManifestTests.Permission

    private static func granted(_ name: String) throws -> Set<Permission> {
        var result: Set<Permission> = []
        for role in try InstallManifestTests.objects() where role.name == name && role.kind.kind == "ClusterRole" {
            for rule in role.tree["rules"]?.array ?? [] {
                for group in rule["apiGroups"]?.array?.compactMap(\.string) ?? [] {
                    for resource in rule["resources"]?.array?.compactMap(\.string) ?? [] {
                        for verb in rule["verbs"]?.array?.compactMap(\.string) ?? [] {
                            result.insert(Permission(group: group, resource: resource, verb: verb))
                        }
                    }
                }
            }
        }
        return result
    }

    private static func serveRollouts(_ cluster: TestCluster) async throws {
        let definition = try requireDocument(
            """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: rollouts.argoproj.io}
            spec:
              group: argoproj.io
              scope: Namespaced
              names: {plural: rollouts, singular: rollout, kind: Rollout, listKind: RolloutList}
              versions:
                - name: v1alpha1
                  served: true
                  storage: true
                  schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
            """
        )
        _ = try await cluster.admin.create(.customResourceDefinitions, KubeObject(definition))
        var rollout = KubeObject(
            kind: RestartableWorkload.argoRollouts.kind,
            key: ObjectKey(namespace: "shop", name: "argo")
        )
        rollout.tree["spec"] = ["replicas": 1]
        let made = try await cluster.admin.create(RestartableWorkload.argoRollouts, rollout)
        var pod = KubeObject(
            kind: .pod,
            key: ObjectKey(namespace: "shop", name: "argo-1"),
            labels: ["app": "argo", "istio.io/rev": "default"]
        )
        pod.annotations = ["sidecar.istio.io/status": "{}"]
        pod.tree["spec"] = ["containers": [["name": "app", "image": "app:1"]]]
        pod.ownerReferences = [OwnerReference(kind: made.kind, name: made.name, uid: made.uid ?? "")]
        _ = try await cluster.admin.create(.pods, pod)
    }

    @Test func grantsExactlyWhatUpgradesDo() async throws {
        let life = try await UpgradeLife.start(
            "{version: 1.29.2, profile: minimal, upgrade: {steps: [{weight: 100}], workloads: {maxUnavailable: 10}}}"
        )
        try await Self.serveRollouts(life.cluster)
        try await life.settle()
        life.life.transport.forget()
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until("restarted a Rollout") {
            let paths = $0.life.transport.writes.map(\.path)
            return ["/rollouts/", "/statefulsets/"].allSatisfy { kind in paths.contains { $0.contains(kind) } }
        }
        let needed = Set(life.life.transport.passed.flatMap(InstallManifestTests.needed))
        let extra = try Self.granted("mesh-operator-upgrades")
        let all = try Self.granted("mesh-operator").union(extra)
        #expect(needed.subtracting(all).sorted() == [], "an upgrade does this without being allowed to")
        #expect(extra.subtracting(needed).sorted() == [], "the role grants this without need")
        let argo = try #require(
            try await life.cluster.admin.find(
                RestartableWorkload.argoRollouts,
                ObjectKey(namespace: "shop", name: "argo")
            )
        )
        #expect(argo.tree.value(at: "spec", "restartAt") != nil)
    }
}
