internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import ManifestRendering
internal import MeshAPI
internal import MeshBase
internal import MeshCLI
internal import OperatorCore
internal import SandboxStore
internal import Testing

@Suite("meshctl plan")
struct PlanCommandTests {
    static let mesh = """
        apiVersion: meshoperator.io/v1alpha1
        kind: MeshOperator
        metadata: {name: mesh}
        spec: {version: 1.30.3, profile: minimal}
        """

    private func command(_ files: [String: String] = [:]) throws -> PlanCommand {
        let all = ["mesh.yaml": Self.mesh].merging(files) { _, new in new }
        return PlanCommand(
            try .builtIn(),
            memoryFiles(all),
            day: "2026-11-25",
            composing: UpgradeStaging.composing(try .builtIn())
        )
    }

    private func request(_ change: (inout PlanCommand.Request) -> Void = { _ in }) -> PlanCommand.Request {
        var request = PlanCommand.Request()
        request.files = ["mesh.yaml"]
        change(&request)
        return request
    }

    // MARK: Without a cluster

    @Test("Without a cluster the way, the objects and the behaviour are shown")
    func offline() async throws {
        let all = request {
            $0.from = "1.27.4"
            $0.wishes.insert(.all)
        }
        let outcome = try await command().run(all, client: nil)
        #expect(outcome.exitCode == 0)
        let wanted = [
            "mesh: 1.27.4 to 1.30.3 in 3 hops: 1.28.10, 1.29.6, 1.30.3", "Hop 2 of 3: 1.28.10 to 1.29.6",
            "Deployment istio-system/istiod", "spec.template.spec.containers[discovery].image",
            "PILOT_SIDECAR_PICK_BEST_SERVICE_NAMESPACE", "The upgrade may start",
        ]
        for words in wanted { #expect(outcome.output.contains(words), "\(words) in \(outcome.output)") }
    }

    @Test("Without a cluster the version to plan from is needed")
    func offlineNeedsFrom() async throws {
        let error = await #expect(throws: CommandError.self) { try await command().run(request(), client: nil) }
        #expect(error?.message.contains("--from") == true)
    }

    @Test(
        "A way that is refused exits 1 and names field, value and remedy, in every format",
        arguments: [nil, OutputFormat.json, .yaml]
    )
    func refused(_ format: OutputFormat?) async throws {
        let request = request {
            ($0.from, $0.format) = ("1.30.3", format)
            $0.settings = ["version=1.29.6"]
        }
        let outcome = try await command().run(request, client: nil)
        #expect(outcome.exitCode == 1)
        for words in ["spec.version", "1.29.6", "rollback window"] { #expect(outcome.output.contains(words)) }
        if format != nil {
            let tree = try #require(YAML.documents(outcome.output).first)
            #expect(tree["allowed"] == false && tree["refusal"]?["reason"] == "VersionSkewUnsupported")
        }
    }

    @Test("Kubernetes limits are told without a cluster too")
    func kubernetes() async throws {
        let request = request { ($0.from, $0.kubernetesVersion) = ("1.27.4", "1.36") }
        let outcome = try await command().run(request, client: nil)
        #expect(outcome.exitCode == 1 && outcome.output.contains("leads through 1.28.10, 1.29.6"))
        #expect(outcome.output.contains("Kubernetes 1.32, 1.33, 1.34 runs the whole way"))
    }

    @Test("Machines get all of it as JSON and YAML alike")
    func machines() async throws {
        var trees: [Tree] = []
        for format in OutputFormat.allCases {
            let outcome = try await command().run(request { ($0.from, $0.format) = ("1.29.6", format) }, client: nil)
            trees.append(try #require(YAML.documents(outcome.output).first))
        }
        #expect(trees[0] == trees[1])
        #expect(trees[0]["hops"]?[0]?["to"] == "1.30.3" && trees[0]["allowed"] == true)
        #expect((trees[0]["hops"]?[0]?["changes"]?.array?.count ?? 0) > 1)
        #expect((trees[0]["hops"]?[0]?["behaviours"]?.array?.count ?? 0) > 1)
    }

    @Test("Few objects are shown unless all are asked for")
    func all() async throws {
        let few = try await command().run(request { $0.from = "1.27.4" }, client: nil).output
        let all = try await command().run(request { ($0.from, $0.wishes) = ("1.27.4", .all) }, client: nil).output
        #expect(few.contains("--all shows them") || few.contains("and 1 more"))
        #expect(!all.contains("--all shows them") && all.count > few.count)
    }

    // MARK: With a cluster

    private func cluster(_ yaml: String) async throws -> ClusterClient {
        var configuration = APIServerConfiguration(now: { Timestamp(seconds: 1_790_000_000) }, random: .seeded(1))
        configuration.version = "1.33.4"
        let core = APIServerCore(
            configuration: configuration,
            storage: try ObjectStorage()
        )
        let client = ClusterClient(transport: InProcessTransport(core))
        await core.bootstrap()
        for document in try YAML.documents(Self.definitions) + YAML.documents(yaml) where !document.isNull {
            let object = KubeObject(document)
            let kind = object.kind
            let resource =
                APIResource.serving(kind)
                ?? APIResource(kind: kind, plural: kind.kind.lowercased() + "s", isNamespaced: object.namespace != nil)
            let made = try await client.create(resource, object)
            guard let status = document["status"] else { continue }
            var copy = made
            copy.tree["status"] = status
            _ = try await client.updateStatus(resource, copy)
        }
        return client
    }

    private static let definitions = [
        "EnvoyFilter/networking.istio.io/v1alpha3/envoyfilters", "policy/authentication.istio.io/v1alpha1/policys",
    ]
    .map { text in
        let parts = text.split(separator: "/")
        return """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: \(parts[3]).\(parts[1])}
            spec:
              group: \(parts[1])
              scope: Namespaced
              names: {kind: \(parts[0]), plural: \(parts[3]), singular: \(parts[0].lowercased()), listKind: \(parts[0])List}
              versions:
              - name: \(parts[2])
                served: true
                storage: true
                schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
            """
    }.joined(separator: "\n---\n")

    private static let world = """
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop, labels: {istio-injection: enabled}}
        ---
        apiVersion: v1
        kind: Namespace
        metadata: {name: istio-system}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: istiod, namespace: istio-system, labels: {app: istiod, istio.io/rev: default}}
        spec:
          selector: {matchLabels: {app: istiod}}
          template:
            metadata: {labels: {app: istiod}}
            spec: {containers: [{name: discovery, image: "docker.io/istio/pilot:1.29.6"}]}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: shop}
        spec:
          replicas: 1
          selector: {matchLabels: {app: web}}
          strategy: {type: Recreate}
          template:
            metadata: {labels: {app: web, version: v1}}
            spec: {containers: [{name: app, image: a}]}
        status: {observedGeneration: 1, replicas: 1, updatedReplicas: 1}
        ---
        apiVersion: v1
        kind: Pod
        metadata:
          name: web-5d4f-1
          namespace: shop
          labels: {app: web, version: v1, pod-template-hash: 5d4f}
          annotations: {sidecar.istio.io/status: '{"revision":"default"}'}
          ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-5d4f, uid: u, controller: true}]
        spec: {containers: [{name: istio-proxy, image: "docker.io/istio/proxyv2:1.29.6"}]}
        status: {conditions: [{type: Ready, status: "True"}]}
        """

    @Test("What runs is found, and workloads, waves and findings are shown")
    func live() async throws {
        let client = try await cluster(Self.world)
        let outcome = try await command().run(request(), client: client)
        let wanted = [
            "mesh: 1.29.6 to 1.30.3 in 1 hop: 1.30.3", "Workloads: 1 moves at each hop, 0 stay",
            "Deployment shop/web", "WARNS CapacityLost", "spec.strategy.type", "is Recreate", "The upgrade may start",
        ]
        for words in wanted { #expect(outcome.output.contains(words), "\(words) in \(outcome.output)") }
        #expect(outcome.exitCode == 0 && outcome.warnings.isEmpty, "\(outcome.warnings)")
        let strict = try await command().run(request { $0.wishes = .strict }, client: client)
        #expect(strict.exitCode == 1)
    }

    @Test("What moves is what the mesh's own rules of injection inject")
    func ownRulesOfInjection() async throws {
        let values = "profile: minimal, values: {global: {proxy: {autoInject: disabled}}}"
        let mesh = Self.mesh.replacing("profile: minimal", with: values)
        // A pod without a sidecar, which by default is one that lacks it.
        let world = Self.world.replacing("sidecar.istio.io/status", with: "note").replacing("istio-proxy", with: "app")
        let usual = try await command().run(request(), client: try await cluster(world))
        #expect(usual.output.contains("shop/web"), "\(usual.output)")
        let own = try await command(["mesh.yaml": mesh]).run(request(), client: try await cluster(world))
        #expect(!own.output.contains("shop/web"), "\(own.output)")
    }

    @Test("A tag that is not the operator's is named, and what follows it stays", arguments: [false, true])
    func foreignTag(_ isOurs: Bool) async throws {
        let tag = """

            ---
            apiVersion: admissionregistration.k8s.io/v1
            kind: MutatingWebhookConfiguration
            metadata:
              name: istio-revision-tag-stable
              labels: {istio.io/tag: stable, istio.io/rev: default\(isOurs ? ", meshoperator.io/owner: mesh" : "")}
            webhooks: []
            """
        let own = "labels: {istio-injection: enabled}"
        let dump = Self.world.replacing(own, with: "labels: {istio.io/rev: stable}") + tag
        let asked = request { ($0.dumps, $0.kubernetesVersion) = (["dump"], "v1.33.4") }
        let output = try await command(["dump": dump]).run(asked, client: nil).output
        #expect(output.contains("WARNS ForeignTag") != isOurs, "\(output)")
        let words = isOurs ? "Workloads: 1 moves at each hop, 0 stay" : "Workloads: 0 move at each hop, 1 stays"
        #expect(output.contains(words), "\(output)")
    }

    /// Another mesh in the cluster, whose objects have these labels and entries of their metadata.
    private static func neighbour(_ marks: String) -> String {
        func pod(_ name: String, _ namespace: String, _ more: String) -> String {
            """

            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: \(name), namespace: \(namespace), \(more)}
            spec: {containers: [{name: istio-proxy, image: "docker.io/istio/proxyv2:1.28.10"}]}
            """
        }
        let injected = #"annotations: {sidecar.istio.io/status: '{"revision":"canary-team"}'}"#
        return """

            ---
            apiVersion: v1
            kind: Namespace
            metadata: {name: team, labels: {istio.io/rev: canary-team}}
            ---
            apiVersion: v1
            kind: Namespace
            metadata: {name: tagged, labels: {istio.io/rev: team}}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: istiod-canary-team, namespace: mesh-two, labels: {app: istiod, istio.io/rev: canary-team\(marks)}}
            spec:
              selector: {matchLabels: {app: istiod}}
              template:
                metadata: {labels: {app: istiod}}
                spec: {containers: [{name: discovery, image: "docker.io/istio/pilot:1.28.10"}]}
            ---
            apiVersion: admissionregistration.k8s.io/v1
            kind: MutatingWebhookConfiguration
            metadata: {name: istio-sidecar-injector-canary-team, labels: {istio.io/rev: canary-team\(marks)}}
            webhooks: []
            ---
            apiVersion: admissionregistration.k8s.io/v1
            kind: MutatingWebhookConfiguration
            metadata: {name: istio-revision-tag-team, labels: {istio.io/rev: canary-team, istio.io/tag: team\(marks)}}
            webhooks: []
            """ + pod("one", "team", injected) + pod("two", "tagged", injected)
                + pod("bare", "tagged", "labels: {app: bare}") + pod("gateway", "mesh-two", injected)
    }

    @Test(
        "Another mesh in the cluster changes nothing of the plan",
        arguments: [
            (", meshoperator.io/owner: mesh", ", meshoperator.io/owner: second"),
            (", meshoperator.io/owner: mesh", ""), ("", ", meshoperator.io/owner: second"),
        ]
    )
    func besideAnother(_ own: String, _ their: String) async throws {
        let world =
            Self.world.replacing("istio.io/rev: default}", with: "istio.io/rev: default\(own)}") + """

                ---
                apiVersion: admissionregistration.k8s.io/v1
                kind: MutatingWebhookConfiguration
                metadata: {name: istio-sidecar-injector, labels: {istio.io/rev: default\(own)}}
                webhooks: []
                """
        let asked = request { ($0.dumps, $0.kubernetesVersion, $0.wishes) = (["dump"], "v1.33.4", .all) }
        let alone = try await command(["dump": world]).run(asked, client: nil)
        let both = try await command(["dump": world + Self.neighbour(their)]).run(asked, client: nil)
        #expect(alone.output.contains("mesh: 1.29.6 to 1.30.3") && alone.output.contains("Deployment shop/web"))
        #expect(both.output == alone.output && both.exitCode == alone.exitCode)
    }

    @Test("A control plane kept from an earlier hop is no way back; the one written down is", arguments: [false, true])
    func wayBack(_ isWrittenDown: Bool) async throws {
        func istiod(_ revision: String, _ version: String, _ more: String = "") -> String {
            """

            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: istiod-\(revision)
              namespace: istio-system
              labels: {app: istiod, istio.io/rev: \(revision)}
              annotations: {\(more)}
            spec:
              selector: {matchLabels: {app: istiod}}
              template:
                metadata: {labels: {app: istiod}}
                spec: {containers: [{name: discovery, image: "docker.io/istio/pilot:\(version)"}]}
            """
        }
        let left = isWrittenDown ? "meshoperator.io/promoted-from: 1.29.6" : ""
        let dump = """
            apiVersion: v1
            kind: Namespace
            metadata: {name: istio-system}
            ---
            apiVersion: meshoperator.io/v1alpha1
            kind: MeshOperator
            metadata: {name: mesh}
            spec: {version: 1.30.3}
            status: {version: 1.30.3, targetVersion: 1.30.3, revision: 1-30-3}
            """ + istiod("1-30-3", "1.30.3", left) + istiod("1-28-10", "1.28.10") + istiod("1-29-6", "1.29.6")
        let command = try command(["dump": dump])
        for (version, isAllowed) in [("1.28.10", false), ("1.29.6", isWrittenDown)] {
            let asked = request {
                ($0.dumps, $0.kubernetesVersion) = (["dump"], "v1.33.4")
                $0.settings = ["version=\(version)"]
            }
            let outcome = try await command.run(asked, client: nil)
            #expect(outcome.output.contains("1.30.3 to \(version) in 1 hop") == isAllowed, "\(outcome)")
        }
    }

    @Test(
        "A revision of another name than the one that runs is told, and what comes of it",
        arguments: [
            ("revision=green", "", "revision green is made at once"), ("version=1.30.3", "", nil),
            ("revision=default", "", nil),
            ("revision=green", "meshoperator.io/promoted-at: now", "next canary upgrade"),
        ]
    )
    func renaming(_ setting: String, _ marks: String, _ told: String?) async throws {
        let istiod = "{name: istiod, namespace: istio-system, labels"
        let world = Self.world.replacing(
            istiod,
            with: "{name: istiod, namespace: istio-system, annotations: {\(marks)}, labels"
        )
        let asked = request {
            ($0.dumps, $0.kubernetesVersion, $0.settings) = (["dump"], "v1.33.4", ["version=1.29.6", setting])
        }
        let output = try await command(["dump": world]).run(asked, client: nil).output
        #expect(told.map { output.contains($0) } ?? !output.contains("spec.revision"), "\(output)")
    }

    @Test("A dump of a cluster gives the same plan as the cluster", arguments: OutputFormat.allCases)
    func dump(_ format: OutputFormat) async throws {
        let items = try YAML.documents(Self.world)
        let list: Tree = ["apiVersion": "v1", "kind": "List", "items": .array(items)]
        let command = try command(["dump": format.text(list)])
        let asked = request { ($0.dumps, $0.kubernetesVersion) = (["dump"], "v1.33.4") }
        let live = try await command.run(request(), client: try await cluster(Self.world))
        let dumped = try await command.run(asked, client: nil)
        #expect(dumped.output == live.output.replacing("Kubernetes 1.33.4", with: "Kubernetes v1.33.4"))
    }

    @Test("A filter that stops matching and a kind that is gone refuse, until they are accepted")
    func refusing() async throws {
        let client = try await cluster(
            Self.world + """

                ---
                apiVersion: networking.istio.io/v1alpha3
                kind: EnvoyFilter
                metadata: {name: lua, namespace: shop}
                spec:
                  configPatches:
                  - applyTo: CLUSTER
                    match: {proxy: {proxyVersion: '^1\\.29'}}
                    patch: {operation: MERGE, value: {}}
                ---
                apiVersion: authentication.istio.io/v1alpha1
                kind: policy
                metadata: {name: old, namespace: shop}
                """
        )
        let outcome = try await command().run(request(), client: client)
        #expect(outcome.exitCode == 1)
        let wanted = [
            "REFUSES EnvoyFilterVersionMismatch", "EnvoyFilter shop/lua", "REFUSES RemovedKind", "policy shop/old",
            "would not start", "meshoperator.io/accept-findings",
        ]
        for words in wanted { #expect(outcome.output.contains(words), "\(words) in \(outcome.output)") }
        let accepting = Self.mesh.replacing(
            "{name: mesh}",
            with: "{name: mesh, annotations: {meshoperator.io/accept-findings: all}}"
        )
        let accepted = try await command(["mesh.yaml": accepting]).run(request(), client: client)
        #expect(accepted.exitCode == 0 && accepted.output.contains("WARNS RemovedKind"))
    }

    @Test("--from wins over what runs")
    func from() async throws {
        let client = try await cluster(Self.world)
        let outcome = try await command().run(request { $0.from = "1.28.10" }, client: client)
        #expect(outcome.output.contains("1.28.10 to 1.30.3 in 2 hops"))
    }
}
