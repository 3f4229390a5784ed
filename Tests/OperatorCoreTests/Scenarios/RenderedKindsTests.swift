internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import Testing

@testable internal import ManifestRendering
@testable internal import OperatorCore

/// Whatever can be rendered is applied, watched, removed and allowed.
@Suite struct RenderedKindsTests {
    /// Settings that bring further objects, by name.
    static let options: [(name: String, spec: Tree)] = [
        ("plain", [:]),
        (
            "remote address",
            ["values": ["global": ["remotePilotAddress": "203.0.113.10"], "istiodRemote": ["enabled": true]]]
        ),
        (
            "everything for nodes",
            [
                "components": ["cni": ["enabled": true]],
                "values": [
                    "cni": [
                        "provider": "multus", "resourceQuotas": ["enabled": true, "pods": 5_000],
                        "ambient": ["enabled": true], "repair": ["enabled": true],
                    ],
                    "global": ["networkPolicy": ["enabled": true], "platform": "openshift"],
                ],
            ]
        ),
        (
            "everything for gateways",
            [
                "components": [
                    "ingressGateways": [["name": "in", "enabled": true]],
                    "egressGateways": [["name": "out", "enabled": true]],
                ],
                "values": ["global": ["networkPolicy": ["enabled": true]]],
            ]
        ),
        ("revision and tags", ["revision": "blue", "values": ["revisionTags": ["prod"], "defaultRevision": "blue"]]),
        ("policies", ["values": ["experimental": ["stableValidationPolicy": true]]]),
        ("no autoscaler", ["values": ["pilot": ["autoscaleEnabled": false]]]),
        (
            "budget",
            [
                "values": [
                    "global": ["defaultPodDisruptionBudget": ["enabled": true]], "pilot": ["autoscaleMin": 2],
                ]
            ]
        ),
        ("one scope", ["values": ["global": ["resourceScope": "namespace"]]]),
    ]

    /// All kinds that all profiles with all options give.
    static func renderedKinds() throws -> [ResourceID: String] {
        let renderer = ManifestRenderer(catalogue: try VersionCatalogue.builtIn())
        var kinds: [ResourceID: String] = [:]
        for profile in MeshProfileName.allCases {
            for (name, settings) in options {
                var spec = settings
                spec["profile"] = .string(profile.rawValue)
                for object in try renderer.render(MeshOperatorSpec(decoding: spec)).objects {
                    let id = ResourceID(group: object.kind.group, kind: object.kind.kind, key: ObjectKey(name: "*"))
                    kinds[id] = "\(profile.rawValue), \(name)"
                }
            }
        }
        return kinds
    }

    @Test func areOwnedWatchedAndAllowed() throws {
        let granted = try InstallManifestTests.granted()
        let watched = MeshStores().all.map(\.resource)
        for (id, place) in try Self.renderedKinds() {
            let kind = try #require(OwnedKind.of(id), "\(id.kind), which \(place) renders, is not owned")
            #expect(watched.contains(kind.resource), "\(id.kind)")
            var verbs = ["create", "get", "list", "patch", "watch"]
            if kind.removal != .never { verbs.append("delete") }
            for verb in verbs {
                let permission = InstallManifestTests.Permission(
                    group: id.group,
                    resource: kind.resource.plural,
                    verb: verb
                )
                #expect(granted.contains(permission), "\(permission)")
            }
        }
    }

    /// The options above reach every kind the renderer knows, so that none is forgotten.
    @Test func areAllThatTheRendererKnows() throws {
        let rendered = Set(try Self.renderedKinds().keys.map(\.kind))
        // Namespaces are rendered for an owner only; CRDs come from `--crds`.
        let missing = ObjectType.allCases.map(\.rawValue).filter { !rendered.contains($0) && $0 != "Namespace" }
        #expect(missing == [])
        for type in ObjectType.allCases {
            let kind = GroupVersionKind(apiVersion: type.apiVersion, kind: type.rawValue)
            #expect(OwnedKind.of(ResourceID(group: kind.group, kind: kind.kind, key: ObjectKey(name: "x"))) != nil)
        }
    }

    static let rarely = """
        {profile: remote, components: {cni: {enabled: true}}, values: {global: {remotePilotAddress: 203.0.113.10},
        cni: {provider: multus, resourceQuotas: {enabled: true, pods: 5000}}}}
        """

    @Test func areInstalledKeptUpAndRemoved() async throws {
        let cluster = try await TestCluster()
        try await cluster.serveNetworkAttachments()
        try await cluster.create(Self.rarely)
        let life = try RenderedMeshTests.life(cluster)
        try await life.settle()
        let ready = try await cluster.condition("Ready")
        #expect(ready?.status == .isTrue, "\(ready?.message ?? "")")
        let kinds: [APIResource] = [.endpointSlices, .resourceQuotas, .networkAttachmentDefinitions]
        for kind in kinds {
            let ours = try await cluster.admin.list(kind).objects.filter { $0.labels[MeshNames.Label.owner] == "mesh" }
            #expect(ours.count == 1, "\(kind.plural)")
            for object in ours { _ = try await cluster.admin.delete(kind, object.key) }
        }
        try await life.settle()
        for kind in kinds { #expect(try await cluster.admin.list(kind).objects.count == 1, "\(kind.plural)") }
        life.transport.forget()
        try await life.settle()
        #expect(life.transport.writes.isEmpty, "\(life.transport.writes)")
        _ = try await cluster.admin.delete(MeshNames.resource, TestCluster.key)
        try await life.settle()
        #expect(try await cluster.resource() == nil)
        for kind in OwnedKind.all where kind.removal == .always {
            let left = try await cluster.admin.list(kind.resource).objects.filter {
                $0.labels[MeshNames.Label.owner] != nil
            }
            #expect(left.isEmpty, "\(left.map(\.name))")
        }
    }

    /// A cache of our own objects only does not show what stands in the way; the API server does.
    @Test func areNotTakenFromOthersThoughOnlyOursAreWatched() async throws {
        let cluster = try await TestCluster()
        _ = try await cluster.admin.create(
            .namespaces,
            KubeObject(kind: .namespace, key: ObjectKey(name: "istio-system"))
        )
        var theirs = KubeObject(
            kind: .endpointSlice,
            key: ObjectKey(namespace: "istio-system", name: "istiod")
        )
        theirs.tree["addressType"] = "IPv4"
        theirs.tree["endpoints"] = []
        _ = try await cluster.admin.create(.endpointSlices, theirs)
        try await cluster.create("{profile: remote, values: {global: {remotePilotAddress: 203.0.113.10}}}")
        let life = try RenderedMeshTests.life(cluster)
        for _ in 0..<4 {
            try await life.synchronize(where: { $0 != .endpointSlices })
            life.hide(.endpointSlices)
            do { try await life.reconcile() } catch { print("reconcile: \(error)") }
            cluster.pass(.seconds(1))
        }
        #expect(try await cluster.condition("Reconciled")?.reason == "ResourceNotOwned")
        let slice = try await cluster.object(.endpointSlices, "istio-system", "istiod")
        #expect(slice?.labels[MeshNames.Label.owner] == nil)
    }

    @Test func leadToAConditionWhereAnOverlayMakesAnotherKind() async throws {
        let cluster = try await TestCluster()
        try await cluster.create(
            """
            {profile: minimal, components: {pilot: {k8s: {overlays:
            [{kind: Deployment, name: istiod, patches: [{path: kind, value: StatefulSet}]}]}}}}
            """
        )
        let life = try RenderedMeshTests.life(cluster)
        try await life.settle()
        let preflight = try #require(try await cluster.condition("Preflight"))
        #expect(preflight.status == .isFalse)
        #expect(preflight.message.contains("overlays[0].patches[0]"), "\(preflight.message)")
        #expect(preflight.message.contains("changes kind from Deployment"), "\(preflight.message)")
    }
}
