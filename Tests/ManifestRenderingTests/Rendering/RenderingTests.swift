internal import DataTree
internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI
internal import MeshBase
internal import MeshTestKit
internal import Testing

@Suite("Rendering")
struct RenderingTests {
    private static let golden = Golden("Golden")

    @Test("Objects are those of the golden files", arguments: RenderExample.all)
    func golden(_ example: RenderExample) throws {
        let manifests = try example.render()
        let objects = manifests.rendered.map { entry in
            var tree = entry.object.tree
            // The templates have a golden file of their own.
            if tree.value(at: "data", "config") != nil {
                tree.set("(see injector-config.yaml)", at: ["data", "config"])
            }
            return "# \(entry.phase) \(entry.component)\n" + tree.yaml()
        }
        let notes = manifests.warnings.map { "# warning: \($0)\n" }.joined()
        try Self.golden.check(notes + objects.joined(separator: "---\n"), "\(example.name).yaml")
    }

    @Test("The injector's configuration is that of its golden file")
    func injector() throws {
        let manifests = try RenderExample(name: "", spec: ["version": "1.30.2", "profile": "minimal"]).render()
        let map = try #require(manifests.objects.first { $0.name == "istio-sidecar-injector" })
        let config = try #require(map.tree.value(at: "data", "config")?.string)
        try Self.golden.check(config, "injector-config.yaml")
        let read = try YAML.document(config)
        #expect(read.value(at: "templates", "sidecar")?.string?.contains("otelResourceAttributes") == true)
        let values = try Tree(json: #require(map.tree.value(at: "data", "values")?.string))
        #expect(values.value(at: "global", "istioNamespace") == "istio-system")
        #expect(values.value(at: "pilot", "cni", "enabled") == false)
    }

    @Test(
        "Templates for older versions call only functions these versions have",
        arguments: ["1.27.1", "1.28.4", "1.29.6"]
    )
    func oldTemplates(_ version: String) throws {
        let manifests = try RenderExample(name: "", spec: ["version": .string(version), "profile": "minimal"]).render()
        let map = try #require(manifests.objects.first { $0.name == "istio-sidecar-injector" })
        let config = try #require(map.tree.value(at: "data", "config")?.string)
        #expect(!config.contains("otelResourceAttributes"))
        #expect(!config.contains("resourceAttributesInTemplate"))
    }

    @Test("No golden file is left over")
    func noStaleFiles() {
        let wanted = RenderExample.all.map { "\($0.name).yaml" } + ["injector-config.yaml"]
        #expect(folderEntries(Self.golden.folder).filter { !wanted.contains($0) } == [])
    }

    @Test("The same spec gives the same bytes", arguments: RenderExample.all)
    func deterministic(_ example: RenderExample) throws {
        let first = try example.render().objects.map { $0.tree.jsonText(.compact) }
        let second = try example.render().objects.map { $0.tree.jsonText(.compact) }
        #expect(first == second)
    }

    @Test("Objects are distinct, named, labelled, and in order of phase", arguments: RenderExample.all)
    func wellFormed(_ example: RenderExample) throws {
        let manifests = try example.render()
        let identities = manifests.objects.map { "\($0.kind) \($0.key)" }
        #expect(Set(identities).count == identities.count)
        #expect(manifests.rendered.map(\.phase) == manifests.rendered.map(\.phase).sorted())
        #expect(manifests.phases.flatMap(\.self) == manifests.objects)
        for object in manifests.objects {
            #expect(!object.name.isEmpty && !object.kind.kind.isEmpty && !object.kind.version.isEmpty)
            guard case .own = example.labels else { continue }
            #expect(object.labels[MeshNames.Label.managedBy] == "meshoperator", "\(object.key)")
            #expect(object.labels[MeshNames.Label.owner] == "mesh", "\(object.key)")
            #expect(object.labels.values.allSatisfy { $0.utf8.count <= 63 })
            #expect(!object.tree.jsonText(.compact).contains(":null"), "\(object.key)")
        }
    }

    @Test("Namespaces come first, webhooks after what answers them, gateways last")
    func order() throws {
        let manifests = try RenderExample(name: "", spec: ["version": "1.30.2", "profile": "demo"]).render()
        let kinds = manifests.phases.map { Set($0.map(\.kind.kind)) }
        #expect(kinds[0] == ["Namespace"])
        #expect(kinds[1].isSuperset(of: ["ServiceAccount", "ClusterRole", "ConfigMap"]))
        #expect(kinds[2].contains("Deployment"))
        #expect(kinds[3] == ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"])
        #expect(kinds[4].contains("Deployment"))
        #expect(
            manifests.components == [
                "base", "pilot", "ingressGateways/istio-ingressgateway", "egressGateways/istio-egressgateway",
            ]
        )
    }

    @Test("Amounts are written as API servers store them")
    func canonicalQuantities() throws {
        let resources: Tree = [
            "limits": ["cpu": "1500m", "memory": "2048Mi"], "requests": ["cpu": 1, "memory": "0.5Gi"],
        ]
        let spec: Tree = ["profile": "minimal", "components": ["pilot": ["k8s": ["resources": resources]]]]
        let objects = try RenderExample(name: "", spec: spec).render().objects
        let istiod = try #require(objects.first { $0.kind.kind == "Deployment" }?.tree)
        let path = TreePath([
            .key("spec"), .key("template"), .key("spec"), .key("containers"), .index(0), .key("resources"),
        ])
        let expected: Tree = [
            "limits": ["cpu": "1500m", "memory": "2Gi"], "requests": ["cpu": "1", "memory": "512Mi"],
        ]
        #expect(istiod.value(at: path) == expected)
    }

    @Test("CRDs come with the base component, unless excluded")
    func crds() throws {
        let names = ["envoyfilters.networking.istio.io", "gateways.networking.istio.io"]
        var options = RenderOptions()
        options.crds = names.map { name in
            KubeObject(
                kind: GroupVersionKind(apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition"),
                key: ObjectKey(name: name)
            )
        }
        let renderer = ManifestRenderer(catalogue: try .builtIn())
        func rendered(_ spec: Tree) throws -> [String] {
            try renderer.render(MeshOperatorSpec(decoding: spec), options: options).objects
                .filter { $0.kind.kind == "CustomResourceDefinition" }.map(\.name)
        }
        #expect(try rendered([:]) == names)
        #expect(try rendered(["values": ["base": ["excludedCRDs": [.string(names[0])]]]]) == [names[1]])
        #expect(try rendered(["values": ["base": ["enableIstioConfigCRDs": false]]]) == [])
        #expect(try rendered(["profile": "empty"]) == [])
    }

    @Test(
        "resourceScope leaves the other half to somebody else",
        arguments: [("cluster", true), ("namespace", false)]
    )
    func resourceScope(_ scope: String, _ isCluster: Bool) throws {
        let spec: Tree = ["profile": "minimal", "values": ["global": ["resourceScope": .string(scope)]]]
        let objects = try RenderExample(name: "", spec: spec).render().objects.filter { $0.kind.kind != "Namespace" }
        #expect(!objects.isEmpty)
        #expect(objects.allSatisfy { ($0.namespace == nil) == isCluster })
    }

    @Test(
        "Settings that cannot be used are refused by name",
        arguments: [
            (["version": "1.0.0"], "spec.version"), (["values": ["global": ["platform": "mars"]]], "global.platform"),
            (["values": ["compatibilityVersion": "1.99"]], "compatibilityVersion"),
            (["values": ["profile": "x"]], "spec.profile"),
        ] as [(Tree, String)]
    )
    func refusals(_ spec: Tree, _ name: String) throws {
        let error = try #require(throws: RenderError.self) { try RenderExample(name: "", spec: spec).render() }
        #expect(error.message.contains(name))
        #expect(error.retryClass == .invalid)
    }

    @Test("Odd values never trap", arguments: propertySeeds(150))
    func oddValues(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let spec: Tree = [
            "profile": .string(random.pick(MeshProfileName.allCases).rawValue),
            "values": OddValues.make(&random, depth: 4),
            "meshConfig": OddValues.make(&random, depth: 2),
            "components": ["pilot": ["k8s": OddValues.kubernetes(&random)], "cni": ["enabled": true]],
        ]
        do {
            _ = try RenderExample(name: "", spec: spec).render()
        } catch is RenderError {
        } catch is SpecError {
        } catch {
            Issue.record("seed \(seed): \(error)")
        }
    }

    @Test("Values that a field of the spec overrules are reported")
    func overruledValues() throws {
        let spec: Tree = [
            "profile": "minimal", "namespace": "mesh", "revision": "r1",
            "values": ["global": ["istioNamespace": "other"], "revision": "r2"],
        ]
        let manifests = try RenderExample(name: "", spec: spec).render()
        #expect(manifests.warnings.count == 2)
        #expect(manifests.objects.contains { $0.key == ObjectKey(namespace: "mesh", name: "istiod-r1") })
    }

    @Test("Overlays without effect are reported, not dropped in silence")
    func overlayWarnings() throws {
        let overlays: Tree = [
            ["kind": "Deployment", "name": "nope", "patches": [["path": "a", "value": 1]]],
            [
                "kind": "Deployment", "name": "istiod",
                "patches": [["path": "spec.template.spec.containers.[name:x].image", "value": "y"]],
            ],
        ]
        let spec: Tree = ["profile": "minimal", "components": ["pilot": ["k8s": ["overlays": overlays]]]]
        let warnings = try RenderExample(name: "", spec: spec).render().warnings
        #expect(warnings.count == 2)
        #expect(warnings.allSatisfy { $0.hasPrefix("spec.components.pilot.k8s.overlays[") })
    }
}

/// Values trees of names that rendering reads, with whatever under them.
enum OddValues {
    private static let names = [
        "global", "pilot", "cni", "gateways", "istio-ingressgateway", "proxy", "env", "resources", "ports", "labels",
        "revision",
        "autoscaleMin", "autoscaleEnabled", "replicaCount", "meshConfig", "defaultConfig", "proxyMetadata", "telemetry",
        "v2",
        "networkPolicy", "enabled", "arch", "imagePullSecrets", "sidecarInjectorWebhook", "templates", "name", "image",
        "tag", "hub",
        "revisionTags", "platform", "tolerations", "nodeSelector", "meshNetworks", "secretVolumes", "istioNamespace",
        "cpu",
    ]

    static func make(_ random: inout SeededRandom, depth: Int) -> Tree {
        var object = TreeObject()
        for _ in 0..<random.int(below: 8) { object[random.pick(names)] = value(&random, depth: depth) }
        return .object(object)
    }

    static func kubernetes(_ random: inout SeededRandom) -> Tree {
        var object = TreeObject()
        for key in [
            "affinity", "hpaSpec", "podDisruptionBudget", "resources", "service", "strategy", "securityContext",
        ]
        where random.oneIn(2) {
            object[key] = make(&random, depth: 2)
        }
        return .object(object)
    }

    private static func value(_ random: inout SeededRandom, depth: Int) -> Tree {
        switch random.int(below: depth > 0 ? 9 : 6) {
        case 0: .null
        case 1: .bool(random.oneIn(2))
        case 2: .integer(Int64(bitPattern: random.next()))
        case 3: .double(-1e300)
        case 4: .string(random.pick(["", "x", "5", "a/b", "🚀\u{0}\n", "1.2.3"]))
        case 5: .bigInteger("99999999999999999999")
        case 6: .array([value(&random, depth: depth - 1), make(&random, depth: depth - 1)])
        default: make(&random, depth: depth - 1)
        }
    }
}
