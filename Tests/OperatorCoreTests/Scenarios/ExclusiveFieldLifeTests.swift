internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import ManifestRendering
internal import MeshAPI
internal import Testing

@testable internal import OperatorCore

/// Members of unions that somebody else set beside, or instead of, those of the mesh as it is really rendered.
@Suite struct ExclusiveFieldLifeTests {
    struct Damage: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var resource: APIResource
        var key: ObjectKey
        var patch: Patch
        /// How many writes set it right.
        var writes = 2
    }

    private static func container(_ change: [String: Tree], _ name: String = "discovery") -> Patch {
        let fields = change.map { (key: $0.key, value: $0.value) } + [(key: "name", value: Tree.string(name))]
        return .strategic(["spec": ["template": ["spec": ["containers": [.object(TreeObject(fields))]]]]])
    }

    static let damages: [Damage] = {
        let (istiod, gateway) = (LifeTests.key("istiod"), LifeTests.key("istio-ingressgateway"))
        let recreate: Tree = ["spec": ["strategy": ["type": "Recreate", "rollingUpdate": .null]]]
        let command: Tree = ["command": ["true"]]
        let volume: Tree = ["name": "local-certs", "emptyDir": .null, "hostPath": ["path": "/x"]]
        return [
            Damage(testDescription: "strategy of istiod", resource: .deployments, key: istiod, patch: .merge(recreate)),
            Damage(
                testDescription: "strategy of a gateway",
                resource: .deployments,
                key: gateway,
                patch: .merge(recreate)
            ),
            Damage(
                testDescription: "handler of a probe",
                resource: .deployments,
                key: istiod,
                patch: container(["readinessProbe": ["httpGet": .null, "exec": command]])
            ),
            Damage(
                testDescription: "source of a volume",
                resource: .deployments,
                key: istiod,
                patch: .strategic(["spec": ["template": ["spec": ["volumes": [volume]]]]])
            ),
            Damage(
                testDescription: "value instead of a source",
                resource: .deployments,
                key: istiod,
                patch: container(["env": [["name": "POD_NAME", "value": "x", "valueFrom": .null]]])
            ),
            Damage(
                testDescription: "source of a value",
                resource: .deployments,
                key: istiod,
                patch: container([
                    "env": [
                        [
                            "name": "POD_NAME",
                            "valueFrom": ["fieldRef": .null, "secretKeyRef": ["name": "s", "key": "k"]],
                        ]
                    ]
                ])
            ),
            Damage(
                testDescription: "limit below the request",
                resource: .deployments,
                key: istiod,
                patch: container(["resources": ["requests": ["cpu": "1m"], "limits": ["cpu": "2m"]]])
            ),
            Damage(
                testDescription: "key of a ConfigMap in bytes",
                resource: .configMaps,
                key: LifeTests.key("istio"),
                patch: .merge(["data": ["mesh": .null], "binaryData": ["mesh": "YQ=="]])
            ),
            Damage(
                testDescription: "type of a Service",
                resource: .services,
                key: istiod,
                patch: .merge([
                    "spec": ["type": "ExternalName", "externalName": "a.b", "clusterIP": .null, "clusterIPs": .null]
                ])
            ),
        ]
    }()

    /// The objects of the mesh without who owns which field: what is empty now may be somebody's still.
    private static func contents(_ cluster: TestCluster) async throws -> [String: Tree] {
        var contents: [String: Tree] = [:]
        for (id, text) in try await cluster.endState() where !id.hasPrefix("MeshOperator") {
            var tree = try Tree(json: text)
            tree.set(nil, at: ["metadata", "managedFields"])
            contents[id] = tree
        }
        return contents
    }

    private static func change(_ operation: String, _ path: String, _ value: Tree) -> Patch {
        .json([["op": .string(operation), "path": .string(path), "value": value]])
    }

    /// Elements of lists that got another key, and fields that take the effect from ours.
    static let displaced: [Damage] = {
        let (istiod, gateway) = (LifeTests.key("istiod"), LifeTests.key("istio-ingressgateway"))
        let injector = ObjectKey(name: "istio-sidecar-injector")
        let container = "/spec/template/spec/containers/0"
        return [
            Damage(
                testDescription: "number of a port of a Service",
                resource: .services,
                key: gateway,
                patch: change("replace", "/spec/ports/0/port", 9_999)
            ),
            Damage(
                testDescription: "name of a container",
                resource: .deployments,
                key: gateway,
                patch: change("replace", "\(container)/name", "evil")
            ),
            Damage(
                testDescription: "number of a port of a container",
                resource: .deployments,
                key: istiod,
                patch: change("replace", "\(container)/ports/0/containerPort", 9_999)
            ),
            Damage(
                testDescription: "place of a volume",
                resource: .deployments,
                key: istiod,
                patch: change("replace", "\(container)/volumeMounts/0/mountPath", "/evil")
            ),
            Damage(
                testDescription: "name of a webhook",
                resource: .mutatingWebhookConfigurations,
                key: injector,
                patch: change("replace", "/webhooks/0/name", "evil.example.com")
            ),
            Damage(
                testDescription: "conditions of a webhook",
                resource: .mutatingWebhookConfigurations,
                key: injector,
                patch: change("add", "/webhooks/0/matchConditions", [["name": "never", "expression": "false"]])
            ),
            Damage(
                testDescription: "a paused Deployment",
                resource: .deployments,
                key: istiod,
                patch: .merge(["spec": ["paused": true]])
            ),
            Damage(
                testDescription: "a role that aggregates others",
                resource: .clusterRoles,
                key: reader,
                patch: change("add", "/aggregationRule", aggregation)
            ),
        ]
    }()

    private static let reader = ObjectKey(name: "istio-reader-clusterrole-istio-system")
    private static let aggregation: Tree = ["clusterRoleSelectors": [["matchLabels": ["a": "b"]]]]

    /// Additions to what is written as one value, so that who adds owns all of it, and that then selects less than is asked for.
    static let narrowed: [Damage] = {
        let (istiod, injector) = (LifeTests.key("istiod"), ObjectKey(name: "istio-sidecar-injector"))
        func webhook(_ field: String, _ value: Tree) -> Patch {
            change("add", "/webhooks/0/\(field)", value)
        }
        return [
            ("namespaces of a webhook", .mutatingWebhookConfigurations, injector, "namespaceSelector"),
            ("objects of a webhook", .mutatingWebhookConfigurations, injector, "objectSelector"),
        ].map { name, resource, key, field in
            let patch = webhook("\(field)/matchLabels", ["no-such-label": "x"])
            return Damage(testDescription: name, resource: resource, key: key, patch: patch, writes: 1)
        } + [
            Damage(
                testDescription: "pods of a Service",
                resource: .services,
                key: istiod,
                patch: .merge(["spec": ["selector": ["no-such-label": "x"]]]),
                writes: 1
            )
        ]
    }()

    @Test(
        "What excludes or narrows a field of the mesh is removed, with one write before the apply at most",
        arguments: damages + displaced + narrowed
    )
    func setRight(_ damage: Damage) async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: demo}")
        let life = try RenderedMeshTests.life(cluster)
        try await life.settle()
        let whole = try await Self.contents(cluster)
        life.transport.forget()
        _ = try await cluster.admin.patch(damage.resource, damage.key, damage.patch)
        try await life.settle()
        #expect(try await cluster.condition("Ready")?.status == .isTrue)
        #expect(try await cluster.condition("Degraded")?.status == .isFalse)
        let state = try await Self.contents(cluster)
        for (id, text) in whole where state[id] != text {
            Issue.record("\(id)\n\(text)\n\(state[id] ?? .null)")
        }
        let writes = life.transport.writes.filter { !$0.path.contains("/meshoperators/") }
        #expect(writes.count == damage.writes, "\(writes)")
        // And nothing more.
        life.transport.forget()
        for _ in 0..<3 { try await life.settle() }
        #expect(life.transport.writes.isEmpty, "\(life.transport.writes)")
    }

    @Test("What cannot be told from an addition stays beside ours, and Reconciled names it and its field manager")
    func additionsAreTold() async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: demo}")
        let life = try RenderedMeshTests.life(cluster)
        try await life.settle()
        #expect(try await cluster.condition("Reconciled")?.message == HeldDrift.none)
        let container = "/spec/template/spec/containers/0"
        let renamed: [Tree] = [
            ["op": "replace", "path": .string("\(container)/name"), "value": "evil"],
            ["op": "replace", "path": .string("\(container)/image"), "value": "nowhere/evil:1"],
        ]
        let variable: [Tree] = [
            ["op": "add", "path": .string("\(container)/env/-"), "value": ["name": "EXTRA", "value": "1"]]
        ]
        let options = WriteOptions(fieldManager: "kubectl-edit")
        let gateway = LifeTests.key("istio-ingressgateway")
        _ = try await cluster.admin.patch(.deployments, gateway, .json(renamed), options)
        _ = try await cluster.admin.patch(.deployments, LifeTests.key("istiod"), .json(variable), options)
        try await life.settle()
        let there = try await cluster.admin.get(.deployments, gateway)
        let names = there.tree.value(at: "spec", "template", "spec", "containers")?.array?.map { $0["name"]?.string }
        #expect(Set(names ?? []) == ["istio-proxy", "evil"])
        let reconciled = try #require(try await cluster.condition("Reconciled"))
        #expect(reconciled.status == .isTrue)
        let texts = [
            "Deployment istio-system/istio-ingressgateway containers[name=evil] (field manager kubectl-edit)",
            "Deployment istio-system/istiod containers[name=discovery].env[name=EXTRA] (field manager kubectl-edit)",
        ]
        for text in texts { #expect(reconciled.message.contains(text), "\(reconciled)") }
        #expect(try await cluster.condition("Ready")?.message.contains("evil") == false)
        life.transport.forget()
        for _ in 0..<3 { try await life.settle() }
        #expect(life.transport.writes.isEmpty, "\(life.transport.writes)")
    }

    @Test("Rules that were taken out of a role because it aggregated others come back, whoever applied that")
    func emptiedRole() async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: minimal}")
        let life = try RenderedMeshTests.life(cluster)
        try await life.settle()
        let whole = try await cluster.admin.get(.clusterRoles, Self.reader).tree["rules"]
        _ = try await cluster.admin.patch(
            .clusterRoles,
            Self.reader,
            Self.change("add", "/aggregationRule", Self.aggregation)
        )
        var empty = KubeObject(kind: APIResource.clusterRoles.kind, key: Self.reader)
        empty.tree["rules"] = []
        let options = WriteOptions(fieldManager: "clusterrole-aggregation-controller")
        _ = try await cluster.admin.apply(.clusterRoles, empty, force: true, options)
        #expect(try await cluster.admin.get(.clusterRoles, Self.reader).tree["rules"] == [])
        try await life.settle()
        let role = try await cluster.admin.get(.clusterRoles, Self.reader)
        #expect(role.tree["rules"] == whole && role.tree["aggregationRule"] == nil)
        #expect(try await cluster.condition("FieldConflict") == nil)
    }

    @Test("Killed before or after each of the two writes it comes to the same")
    func killedBetween() async throws {
        let damage = try #require(Self.damages.first)
        for number in 1...3 {
            for fault in [FaultyTransport.Fault.killBefore, .killAfter] {
                let cluster = try await TestCluster()
                try await cluster.create("{profile: minimal}")
                try await RenderedMeshTests.life(cluster).settle()
                let whole = try await Self.contents(cluster)
                _ = try await cluster.admin.patch(damage.resource, damage.key, damage.patch)
                let catalogue = try VersionCatalogue.builtIn()
                let first = try DirectOperator(
                    cluster,
                    renderer: MeshOperatorService.renderer(catalogue),
                    catalogue: catalogue
                ) { _, write in write == number ? fault : nil }
                do { try await first.settle() } catch { #expect(first.transport.isDead, "\(error)") }
                try await RenderedMeshTests.life(cluster).settle()
                let state = try await Self.contents(cluster)
                for (id, text) in whole where state[id] != text {
                    Issue.record("\(fault) \(number): \(id)\n\(text)\n\(state[id] ?? .null)")
                }
            }
        }
    }
}
