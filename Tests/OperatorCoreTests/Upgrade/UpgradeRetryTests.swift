internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import Testing

@testable internal import OperatorCore

/// Hops that failed and are tried again.
@Suite struct UpgradeRetryTests {
    /// An EnvoyFilter for proxies of the old version alone, which refuses upgrades.
    static func addFilter(_ life: UpgradeLife) async throws {
        let definition = try requireDocument(
            """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: envoyfilters.networking.istio.io}
            spec:
              group: networking.istio.io
              scope: Namespaced
              names: {kind: EnvoyFilter, plural: envoyfilters, singular: envoyfilter}
              versions:
              - name: v1alpha3
                served: true
                storage: true
                schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
            """
        )
        _ = try await life.cluster.admin.create(.customResourceDefinitions, KubeObject(definition))
        let filter = try requireDocument(
            """
            apiVersion: networking.istio.io/v1alpha3
            kind: EnvoyFilter
            metadata: {name: bad, namespace: shop}
            spec: {configPatches: [{applyTo: CLUSTER, match: {proxy: {proxyVersion: '^1\\.29.*'}}, patch: {operation: MERGE,
              value: {name: a}}}]}
            """
        )
        _ = try await life.cluster.admin.create(Self.filters, KubeObject(filter))
    }

    static let filters = APIResource(
        kind: GroupVersionKind(group: "networking.istio.io", version: "v1alpha3", kind: "EnvoyFilter"),
        plural: "envoyfilters",
        isNamespaced: true
    )

    @Test("The checks before the start are made again when a hop is tried again", arguments: ["Automatic", "Manual"])
    func checksAgain(_ rollback: String) async throws {
        let life = try await UpgradeLife.start(
            "{version: 1.29.2, profile: minimal, upgrade: {steps: [{weight: 100}], progressDeadline: 30s, "
                + "retireAfter: 600s, rollback: \(rollback)}}"
        )
        life.world.breakPods("cart", with: ["1-30-2"])
        try await life.cluster.change("{version: 1.30.2}")
        let end = rollback == "Manual" ? "Failed" : "RolledBack"
        try await life.until(end, limit: 600) { try await $0.status().plan?.progress.reason == end }
        life.world.heal()
        try await Self.addFilter(life)
        try await life.annotate(RolloutNames.Command.retry, life.cluster.now.rfc3339)
        try await life.until("refused") { try await $0.status().plan?.progress.reason == "PreflightFailed" }
        let status = try await life.status()
        #expect(status.phase == .failed)
        let preflight = try #require(status.condition(.preflight))
        #expect(preflight.state == .no && preflight.message.contains("EnvoyFilter shop/bad"), "\(preflight.message)")
        // What had moved already may still come up; the operator adds nothing to it.
        try await life.pass(30)
        let before = try await life.world.revisions()
        try await life.pass(30)
        #expect(try await life.world.revisions() == before, "nothing moves")
        _ = try await life.cluster.admin.delete(Self.filters, ObjectKey(namespace: "shop", name: "bad"))
        try await life.pass(70)
        try await life.until("upgraded", limit: 600) { try await $0.status().version == "1.30.2" }
        try await life.expectAll("1-30-2")
    }
}
