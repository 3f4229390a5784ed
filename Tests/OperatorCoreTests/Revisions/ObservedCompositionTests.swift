internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import Testing

@testable internal import OperatorCore

@Suite struct ObservedCompositionTests {
    private func observed(_ live: [KubeObject], _ example: UpgradeExample, withBounds: Bool = true) throws
        -> RevisionComposition
    {
        let spec = try example.decoded()
        let composer = RevisionComposer(renderer: try UpgradeExample.renderer())
        let bounds = try composer.gateways(spec, of: UpgradeExample.new, UpgradeExample.options)
        return RevisionComposition.observed(live, spec, version: "1.30.2", bounds: withBounds ? bounds : [:])
    }

    @Test("Every station of an upgrade is found again from what is live", arguments: UpgradeExample.all)
    func stations(_ example: UpgradeExample) throws {
        for station in try UpgradeStation.all(example) {
            let blueprint = try example.composed(station.composition)
            let found = try observed(LiveMesh.objects(blueprint), example)
            #expect(found.stable == station.composition.stable, "\(station.name)")
            #expect(found.target == station.composition.target, "\(station.name)")
            #expect(found.kept == station.composition.kept, "\(station.name)")
            #expect(found.pointers == station.composition.pointers, "\(station.name)")
            #expect(found.handovers == station.composition.handovers, "\(station.name)")
            #expect(found.sharedFrom == station.composition.sharedFrom, "\(station.name)")
            // What is found renders to what is there: a crash at this point changes nothing.
            let again = try example.composed(found)
            #expect(again == blueprint, "\(station.name)")
        }
    }

    @Test("Every stage of a tag's move is found again", arguments: [false, true])
    func stages(_ isBack: Bool) throws {
        let example = TagMoveTests.example
        var stages = TagMoveTests.way(UpgradeExample.beside, to: "1-30-2")
        if isBack { stages = TagMoveTests.way(try #require(stages.last), to: "default") }
        for stage in stages {
            let found = try observed(LiveMesh.objects(example.composed(stage)), example)
            #expect(found.handover(of: "default") == stage.handover(of: "default"))
            #expect(found.stable == stage.stable && found.target == stage.target)
        }
    }

    @Test("A first install has one revision, with the tags of the spec")
    func nothingThere() throws {
        var example = UpgradeExample.all[0]
        example.spec["values"] = ["revisionTags": ["prod", "prod", "default"]]
        example.spec["revision"] = "blue"
        let found = try observed([], example)
        #expect(found.slots == [RevisionSlot(name: "blue", version: "1.30.2")])
        #expect(found.tags == ["prod": "blue"])
        #expect(found.defaultTag == "blue")
    }

    @Test("A mark taken off by hand: the tag and the version asked for tell who is who")
    func marksLost() throws {
        let example = UpgradeExample.all[0]
        let stations = try UpgradeStation.all(example)
        for (number, (stable, target)) in [(1, ("default", "1-30-2")), (4, ("1-30-2", nil as String?))] {
            let live = LiveMesh.objects(try example.composed(stations[number].composition)).map { object in
                var object = object
                object.annotations[RevisionRole.annotation] = nil
                return object
            }
            let found = try observed(live, example)
            #expect(found.stable.name == stable)
            #expect(found.target?.name == target)
        }
    }

    @Test("Two that answer, or none, by somebody's hand: the next writes put it right")
    func spoiltWebhooks() throws {
        let example = UpgradeExample.all[0]
        let moved = try UpgradeStation.all(example)[3]
        let live = LiveMesh.objects(try example.composed(moved.composition))
        func changed(_ name: String, _ change: (KubeObject) -> KubeObject?) -> [KubeObject] {
            live.compactMap { $0.kind.kind == "MutatingWebhookConfiguration" && $0.name == name ? change($0) : $0 }
        }
        let plain = try example.plain("1.29.6").objects.first {
            $0.name == "istio-sidecar-injector" && $0.tree["webhooks"] != nil
        }
        let both = changed("istio-sidecar-injector") { _ in plain.map { LiveMesh.trusted($0) } }
        let none = changed("istio-revision-tag-default") { TagWebhooks.dormant($0) }
        let gone = changed("istio-revision-tag-default") { _ in nil }
        for (spoilt, answer) in [(both, "istiod"), (none, "istiod-1-30-2"), (gone, "istiod")] {
            let mended = try example.composed(observed(spoilt, example)).objects
            #expect(TagMoveTests.Applicant.following[0].asked(mended) == [answer])
        }
    }

    @Test("Numbers written nowhere: the share of pods stands for the weight")
    func planLost() throws {
        let example = UpgradeExample.all[0]
        let half = try UpgradeStation.all(example)[2]
        let live = LiveMesh.objects(try example.composed(half.composition)).map { object in
            var object = object
            object.annotations[GatewayShare.Plan.annotation] = nil
            return object
        }
        let found = try observed(live, example)
        let share = try #require(found.gateways[UpgradeStation.gateway])
        #expect(share.plan?.weight == 50)
        #expect(share.sides.map(\.revision) == ["default", "1-30-2"])
        #expect(share.sides.map(\.home) == [.plain, .named])
    }

    @Test("Odd objects are passed over")
    func odd() throws {
        let kind = GroupVersionKind(group: "apps", version: "v1", kind: "Deployment")
        let key = ObjectKey(namespace: "istio-system", name: "istiod")
        let odd = [
            KubeObject(.null), KubeObject(kind: kind, key: key),
            KubeObject(kind: kind, key: key, labels: ["istio.io/rev": "default", "app.kubernetes.io/version": "new"]),
            KubeObject(
                kind: kind,
                key: ObjectKey(name: "gateway"),
                labels: ["meshoperator.io/component": "ingressGateways"]
            ),
            KubeObject(["kind": "MutatingWebhookConfiguration", "webhooks": "none"]),
        ]
        let found = try observed(odd, UpgradeExample.all[0])
        #expect(found == RevisionComposition(settled: try UpgradeExample.all[0].decoded(), version: "1.30.2"))
    }
}
