internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import ManifestRendering
internal import MeshAPI
internal import Testing
internal import UpgradePlanning

@testable internal import OperatorCore

/// What an upgrade is said to change, against what it does change.
@Suite struct UpgradePlanTests {
    /// Every object of the mesh there is, with what counts of it.
    private static func objects(_ life: UpgradeLife) async throws -> [ResourceID: Tree] {
        var result: [ResourceID: Tree] = [:]
        for kind in TestCluster.servedKinds where kind.resource != .namespaces {
            for object in try await life.cluster.admin.list(kind.resource).objects
            where object.labels[MeshNames.Label.owner] != nil {
                result[ResourceID(object)] = object.tree
            }
        }
        return result
    }

    /// What an upgrade is said to do, and what was there at any time of it.
    private struct Run {
        var outline: [UpgradeOutline.Step]
        var status: PlanOutline?
        var before: [ResourceID: Tree]
        var seen: Set<ResourceID>
        var after: [ResourceID: Tree]
    }

    private static func upgrade(_ life: UpgradeLife, to version: String) async throws -> Run {
        let before = try await objects(life)
        try await life.cluster.change("{version: \(version)}")
        var seen = Set(before.keys)
        var status: PlanOutline?
        try await life.until("upgraded and alone", limit: 900) { life in
            seen.formUnion(try await objects(life).keys)
            status = try await life.status().plan?.outline ?? status
            let istiods = try await life.istiods()
            return try await life.status().version == version && istiods.count == 1
        }
        try await life.settle()
        return Run(outline: [], status: status, before: before, seen: seen, after: try await objects(life))
    }

    /// The plan as `meshctl plan` makes it of what a cluster shows.
    private static func plan(_ spec: String, from: String, to: String, stable: String?) throws -> [UpgradeOutline.Step]
    {
        let catalogue = try UpgradeMesh.catalogue()
        var tree = try requireDocument(spec)
        tree["version"] = .string(to)
        var situation = HopSituation(day: "2026-11-25")
        situation.running = [from]
        let planner = HopPlanner(catalogue: catalogue, situation: situation)
        let way = try #require(planner.decide(to).plan)
        let asked = try MeshOperatorSpec(decoding: tree)
        let world = UpgradePlanning.UpgradeWorld(hops: way, spec: asked, catalogue: catalogue)
        var names = RevisionSituation()
        names.stable = stable
        names.revisions = [stable ?? "default": from]
        var options = RenderOptions()
        options.labels = .own(owner: "mesh")
        let staging = UpgradeStaging(
            UpgradeStaging.Start(names, world),
            renderer: UpgradeMesh.render,
            options: options
        )
        return UpgradeOutline(world, staging: staging.stages).steps
    }

    private static func ids(_ steps: [UpgradeOutline.Step], _ kind: ObjectChange.Kind) -> Set<ResourceID> {
        Set(steps.flatMap(\.changes).filter { $0.kind == kind }.map(\.id))
    }

    @Test(
        "An upgrade adds and removes the objects its plan names, and no other",
        arguments: [
            "{profile: minimal, upgrade: {steps: [{weight: 100}], retireAfter: 10s}}",
            "{upgrade: {steps: [{weight: 50}, {weight: 100}], retireAfter: 10s}}",
            "{upgrade: {steps: [{weight: 100}], retireAfter: 10s, gateways: {mode: Restart}}}",
            "{profile: minimal, values: {revisionTags: [prod]}, upgrade: {steps: [{weight: 100}], retireAfter: 10s}}",
            "{upgrade: {strategy: InPlace}}",
        ]
    )
    func addsAndRemovesWhatItSays(_ spec: String) async throws {
        let life = try await UpgradeLife.start("{version: 1.29.2, \(spec.dropFirst())")
        var run = try await Self.upgrade(life, to: "1.30.2")
        run.outline = try Self.plan(spec, from: "1.29.2", to: "1.30.2", stable: nil)
        try Self.expectTruth(run)
        let (old, new) = (Set(run.before.keys), Set(run.after.keys))
        if spec.contains("InPlace") { return }
        // What the status of the upgrade said while it was under way is the same, in numbers.
        let hop = try #require(run.status?.hops.first)
        #expect(hop.added == run.seen.subtracting(old).count)
        #expect(hop.removed == old.subtracting(new).count)
        #expect(hop.objects.contains { $0.hasPrefix("+ ") && $0.hasSuffix("-1-30-2") }, "\(hop.objects)")
    }

    private static func expectTruth(_ run: Run) throws {
        let (old, new) = (Set(run.before.keys), Set(run.after.keys))
        let (added, removed) = (ids(run.outline, .added), ids(run.outline, .removed))
        #expect(added.sorted() == run.seen.subtracting(old).sorted())
        #expect(removed.sorted() == old.subtracting(new).sorted())
        let changed = old.intersection(new).filter { id in
            let (was, now) = (run.before[id]?["spec"], run.after[id]?["spec"])
            let (data, present) = (run.before[id]?["data"], run.after[id]?["data"])
            return was != now || data != present || run.before[id]?["webhooks"] != run.after[id]?["webhooks"]
        }
        #expect(changed.subtracting(ids(run.outline, .changed)).sorted() == [], "changed unsaid")
    }

    @Test("Hop after hop the plan names the revisions that come and go")
    func severalHops() async throws {
        let spec = "{upgrade: {steps: [{weight: 100}], retireAfter: 1s}}"
        let life = try await UpgradeLife.start("{version: 1.28.4, \(spec.dropFirst())")
        var run = try await Self.upgrade(life, to: "1.30.2")
        run.outline = try Self.plan(spec, from: "1.28.4", to: "1.30.2", stable: nil)
        #expect(run.outline.map(\.revision) == ["1-29-2", "1-30-2"])
        let (added, removed) = (Self.ids(run.outline, .added), Self.ids(run.outline, .removed))
        #expect(added.sorted() == run.seen.subtracting(run.before.keys).sorted())
        #expect(removed.subtracting(added).sorted() == Set(run.before.keys).subtracting(run.after.keys).sorted())
        #expect(added.subtracting(removed).sorted() == Set(run.after.keys).subtracting(run.before.keys).sorted())
    }

    @Test("A mesh that runs as a named revision, and one whose revision is asked for by name")
    func names() throws {
        let spec = "{profile: minimal, revision: blue, upgrade: {steps: [{weight: 100}]}}"
        let steps = try Self.plan(spec, from: "1.28.4", to: "1.30.2", stable: "1-28-4")
        #expect(steps.map(\.revision) == ["1-29-2", "blue"])
        let istiod = try #require(steps.last?.changes.first { $0.text == "+ Deployment istio-system/istiod-blue" })
        #expect(istiod.replaced?.key.name == "istiod-1-29-2")
        let image = "spec.template.spec.containers[main].image: \"pilot:1.29.2\" -> \"pilot:1.30.2\""
        #expect(istiod.fields.map(\.text) == [image])
    }
}
