internal import KubeAPI
internal import Testing

@testable internal import UpgradePlanning

struct ForeignTagChecksTests {
    private func world(_ namespace: String, _ tags: [String: String], template: String = "") throws -> UpgradeWorld {
        let extra = "template: {metadata: {labels: {app: web\(template)}}}"
        var world = try SampleWorld.make(SampleWorld.workload(extra: extra))
        world.namespaces = [KubeObject(kind: .namespace, key: ObjectKey(name: "shop"), labels: [:])]
        if !namespace.isEmpty { world.namespaces[0].labels = ["istio.io/rev": namespace] }
        (world.revision, world.foreignTags) = ("default", tags)
        return world
    }

    @Test("A tag that is not the operator's is told of with what follows it and the remedy", arguments: ["", "stable"])
    func told(_ template: String) throws {
        let world = try world(
            template.isEmpty ? "stable" : "",
            ["stable": "default", "other": "elsewhere"],
            template: template.isEmpty ? "" : ", istio.io/rev: \(template)"
        )
        let found = SampleWorld.findings(world, .foreignTag)
        #expect(found.count == 1)
        let finding = try #require(found.first)
        let words = [
            "MutatingWebhookConfiguration istio-revision-tag-stable", "tag stable leads to revision default",
            "Deployment shop/web", "istioctl tag set stable --revision NAME --overwrite", "spec.values.revisionTags",
        ]
        for word in words { #expect(finding.text.contains(word), "\(word) in \(finding.text)") }
        #expect(finding.severity == .warns)
    }

    @Test("What follows such a tag is listed among those that stay, all else among those that move")
    func stays() throws {
        let behind = UpgradeOutline(try world("stable", ["stable": "default"])) { _ in [] }
        #expect(behind.waves.isEmpty)
        #expect(behind.staying.map(\.why) == ["it follows tag stable, which is not the operator's"])
        let own = UpgradeOutline(try world("stable", [:])) { _ in [] }
        #expect(own.waves.map(\.workloads.count) == [1] && own.staying.isEmpty)
        #expect(SampleWorld.findings(try world("stable", [:]), .foreignTag).isEmpty)
    }

    @Test("What a label leads to another mesh stays, and what else is wrong with that label is not this mesh's to tell")
    func staysOfOthers() throws {
        var world = try world("theirs", [:])
        world.namespaces[0].labels["istio-injection"] = "off"
        #expect(!SampleWorld.findings(world, .ambiguousInjection).isEmpty)
        world.others = ["theirs"]
        let outline = UpgradeOutline(world) { _ in [] }
        #expect(outline.waves.isEmpty && outline.staying.map(\.why) == ["it follows theirs, which is of another mesh"])
        #expect(SampleWorld.findings(world, .ambiguousInjection).isEmpty)
    }

    @Test("A namespace or a template that refuses sidecars follows no tag")
    func refusing() {
        var world = try? world("", ["stable": "default", "default": "default"])
        let tags: [(template: [String: String], namespace: [String: String], tag: String?)] = [
            (["sidecar.istio.io/inject": "false"], ["istio.io/rev": "stable"], nil),
            ([:], ["istio.io/rev": "stable", "istio-injection": "disabled"], nil),
            (["istio.io/rev": "stable"], ["istio.io/rev": "own"], nil),
            (["sidecar.istio.io/inject": "true"], [:], "default"), ([:], ["istio-injection": "enabled"], "default"),
        ]
        for sample in tags {
            let found = world?.foreignTag(template: sample.template, namespace: sample.namespace)
            #expect(found == sample.tag, "\(sample)")
        }
        world?.foreignTags = [:]
        #expect(world?.foreignTag(template: [:], namespace: ["istio.io/rev": "stable"]) == nil)
    }
}
