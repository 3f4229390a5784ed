internal import DataTree
internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI
internal import Testing

@testable internal import UpgradePlanning

struct UpgradeOutlineTests {
    private struct Broken: Error, CustomStringConvertible {
        let description = "spec.values: broken"
    }

    @Test("Fields that differ are named by path, elements by name, long texts by their lines")
    func fields() throws {
        let old = try #require(
            YAML.documents(
                """
                spec: {replicas: 1, list: [1, 2], gone: x, labels: {a.b/c: 1},
                  containers: [{name: a, image: i:1}, {name: b, image: j}], text: "1\\n2\\n3\\n"}
                """
            ).first
        )
        let new = try #require(
            YAML.documents(
                """
                spec: {replicas: 2, list: [1, 2, 3], labels: {a.b/c: 2},
                  containers: [{name: c, image: k}, {name: a, image: i:2}], text: "1\\n3\\n4\\n"}
                """
            ).first
        )
        let expected = [
            "spec.replicas: 1 -> 2", "spec.list: a list of 2 -> a list of 3", "spec.labels[a.b/c]: 1 -> 2",
            "spec.containers[c]: added an object of 2 fields", "spec.containers[a].image: \"i:1\" -> \"i:2\"",
            "spec.containers[b]: removed an object of 2 fields", "spec.text: added text, 1 line added, 1 removed",
            "spec.gone: removed \"x\"",
        ]
        #expect(FieldChange.between(old, new).map(\.text) == expected)
        #expect(FieldChange.between(old, old).isEmpty)
        #expect(FieldChange.between(old, new, limit: 3).count == 3)
    }

    @Test("Objects are compared by kind and name, without the marks of a version")
    func objects() {
        func object(_ name: String, _ version: String, _ value: Int64) -> KubeObject {
            var object = KubeObject(kind: .configMap, key: ObjectKey(namespace: "a", name: name))
            object.labels = ["app.kubernetes.io/version": version]
            object.annotations = ["meshoperator.io/version": version]
            object.tree.set(.integer(value), at: ["data"])
            return object
        }
        let changes = ObjectChange.between(
            [object("same", "1", 1), object("other", "1", 1), object("gone", "1", 1)],
            [object("new", "2", 1), object("same", "2", 1), object("other", "2", 2)]
        )
        #expect(changes.map(\.text) == ["- ConfigMap a/gone", "+ ConfigMap a/new", "~ ConfigMap a/other"])
        #expect(changes[2].fields.map(\.text) == ["data: 1 -> 2"])
    }

    /// Renders both sides of each hop as one and the same revision, like with like.
    private func staging(_ render: @escaping (String) throws -> [KubeObject]) -> HopStaging {
        { hops in
            func side(_ version: String) -> Result<[KubeObject], HopStageError> {
                do {
                    return .success(try render(version))
                } catch {
                    return .failure(HopStageError(version: version, text: "\(error)"))
                }
            }
            return hops.map { hop in
                side(hop.to).flatMap { new in
                    side(hop.from).map { HopStages(from: "default", to: "default", before: $0, after: new) }
                }
            }
        }
    }

    private func outline(_ world: UpgradeWorld) -> UpgradeOutline {
        let renderer = ManifestRenderer(catalogue: world.catalogue)
        return UpgradeOutline(
            world,
            staging: staging { version in
                var spec = world.spec
                spec.version = version
                return try renderer.render(spec).objects
            }
        )
    }

    @Test("An object of a new revision is compared with the one it replaces, the names of the revisions apart")
    func revisions() {
        func object(_ name: String, _ revision: String, _ image: String) -> KubeObject {
            var object = KubeObject(kind: .deployment, key: ObjectKey(namespace: "a", name: name))
            object.labels = ["istio.io/rev": revision]
            object.tree.set(.string(image), at: ["spec", "image"])
            return object
        }
        let plain = object("istiod", "default", "pilot:1"), shared = object("shared", "default", "s:1")
        let first = object("istiod-1-1", "1-1", "pilot:2"), second = object("istiod-2-2", "2-2", "pilot:3")
        let kept = object("shared", "1-1", "s:1")
        let one = ObjectChange.between(
            HopStages(from: "default", to: "1-1", before: [plain, shared], after: [first, kept])
        )
        let texts = ["- Deployment a/istiod", "+ Deployment a/istiod-1-1", "~ Deployment a/shared"]
        #expect(one.map(\.text) == texts)
        #expect(one[1].replaced?.key.name == "istiod")
        #expect(one[1].fields.map(\.text) == ["spec.image: \"pilot:1\" -> \"pilot:2\""])
        let two = ObjectChange.between(HopStages(from: "1-1", to: "2-2", before: [first], after: [second]))
        #expect(two.map(\.text) == ["- Deployment a/istiod-1-1", "+ Deployment a/istiod-2-2"])
        #expect(two.last?.fields.map(\.path) == ["spec.image"])
        let fresh = ObjectChange.between(HopStages(from: "1-1", to: "2-2", before: [], after: [second]))
        #expect(fresh.map(\.fields) == [[]] && fresh.first?.replaced == nil)
    }

    @Test("Three hops of the built-in catalogue: what each changes, and who is concerned")
    func threeHops() throws {
        let yaml =
            SampleWorld.workload(image: "1.27.9") + "\n---\n" + SampleWorld.workload("db", kind: "StatefulSet")
            + "\n---\n" + """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: ingress, namespace: istio-system}
                """
        let outline = outline(try SampleWorld.make(yaml, from: "1.27.4"))
        #expect(outline.steps.map(\.hop.to) == ["1.28.10", "1.29.6", "1.30.3"])
        for step in outline.steps {
            #expect(step.problem == nil && !step.flags.isEmpty)
            let istiod = step.changes.first { $0.text == "~ Deployment istio-system/istiod" }
            let image = "spec.template.spec.containers[discovery].image"
            #expect(istiod?.fields.contains { $0.path == image && $0.new?.contains(step.hop.to) == true } == true)
        }
        #expect(outline.waves.map(\.workloads.count) == [2] && outline.waves.map(\.pods) == [2])
        #expect(outline.gateways.map(\.key.name) == ["ingress"])
        #expect(!outline.isRefused)
    }

    @Test("A version that cannot be rendered refuses; one that runs and is not known only leaves the comparison out")
    func problems() throws {
        let world = try SampleWorld.make(from: "1.28.10")
        let broken = UpgradeOutline(
            world,
            staging: staging { version in
                if version == "1.29.6" { throw Broken() }
                return []
            }
        )
        #expect(broken.isRefused && broken.steps.map(\.problem) == ["spec.values: broken", "spec.values: broken"])
        #expect(broken.findings.first?.hop == "1.29.6")
        let unknown = outline(try SampleWorld.make(from: "1.26.4", to: "1.28.3"))
        #expect(unknown.steps.first?.problem?.contains("1.26.4 is not in the catalogue") == true)
        #expect(unknown.steps.last?.problem == nil && !unknown.isRefused)
    }

    @Test("Waves follow the selectors; those in none stay, with the reason")
    func waves() throws {
        let spec =
            "{upgrade: {workloads: {waves: [{namespaceSelector: {matchLabels: {team: b}}}, {namespaceSelector: {}}]}}}"
        let all = outline(try SampleWorld.make(SampleWorld.workload(), spec: spec))
        #expect(all.waves.map(\.number) == [2])
        let none = outline(
            try SampleWorld.make(
                SampleWorld.workload(),
                spec: spec.replacing("namespaceSelector: {}}", with: "namespaceSelector: {matchLabels: {team: z}}}")
            )
        )
        #expect(none.waves.isEmpty && none.staying.map(\.why) == ["namespace shop is in no wave"])
    }

    @Test("A status takes a bounded outline, fits its schema and is read back as written")
    func status() throws {
        let many = (0..<300).map { SampleWorld.workload("w\($0)", replicas: 1, extra: "strategy: {type: Recreate}") }
        let outline = outline(try SampleWorld.make(many.joined(separator: "\n---\n"), from: "1.27.4"))
        #expect(outline.count(.warns) >= 300)
        var status = MeshOperatorStatus()
        var plan = MeshOperatorStatus.Plan()
        outline.fill(&plan)
        status.plan = plan
        let summary = try #require(status.plan?.outline)
        #expect(summary.findings.count == PlanOutline.mostNames && summary.warning >= 300)
        #expect(summary.waves.first?.workloads == 300 && summary.waves.first?.first.count == PlanOutline.mostNames)
        #expect(status.tree.jsonText().utf8.count < 30_000)
        #expect(MeshOperatorStatus(lenient: status.tree) == status)
        #expect(MeshOperatorStatus.schema.issues(in: status.tree, at: TreePath(keys: "status")).isEmpty)
        #expect(
            PlanOutline.short(String(repeating: "ä", count: 2_000)).unicodeScalars.count == PlanOutline.mostCharacters
        )
    }
}
