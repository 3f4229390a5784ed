internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import MeshBase
internal import RolloutEngine
internal import Testing

@testable internal import OperatorCore

/// What is in force is found again from the mesh's own objects alone, so that a crash changes nothing.
@Suite struct ObservedUpgradeTests {
    private static func byID(_ live: [KubeObject]) -> [ResourceID: KubeObject] {
        live.reduce(into: [:]) { $0[ResourceID($1)] = $1 }
    }

    private func survey(_ live: [KubeObject]) -> RevisionSurvey {
        var mesh = KubeObject(kind: MeshNames.kind, key: ObjectKey(name: "mesh"))
        mesh.tree.set("u1", at: ["metadata", "uid"])
        return RevisionSurvey(MeshObservation(resource: mesh, live: Self.byID(live)))
    }

    private func gateways(
        _ live: [KubeObject],
        _ example: UpgradeExample,
        _ composition: RevisionComposition,
        weight: Int
    ) throws -> [GatewayID: GatewayShare] {
        let spec = try example.decoded()
        let bounds = try RevisionComposer(renderer: UpgradeExample.renderer())
            .gateways(spec, of: UpgradeExample.old, UpgradeExample.options)
        let rules = UpgradeGateways.Rules(
            .weighted,
            weight: weight,
            from: composition.target == nil ? nil : composition.stable.name,
            to: composition.target?.name ?? composition.stable.name
        )
        return UpgradeGateways(bounds, live: Self.byID(live), rules, spec).shares
    }

    /// A live mesh with a record on the istiod of the revision it moves to.
    private func objects(_ example: UpgradeExample, _ composition: RevisionComposition) throws -> [KubeObject] {
        var marks: [String: RevisionMarks] = [:]
        if let target = composition.target {
            marks[target.name, default: RevisionMarks()].record = RolloutRecord(
                target: target.version,
                began: Timestamp(seconds: 5)
            )
        } else if composition.stable == UpgradeExample.new {
            marks[composition.stable.name, default: RevisionMarks()].promoted = Timestamp(seconds: 9)
        }
        return LiveMesh.objects(try example.composed(composition).marked(marks))
    }

    @Test("Every station of an upgrade is found again from what is live", arguments: UpgradeExample.all)
    func stations(_ example: UpgradeExample) throws {
        for (station, weight) in zip(try UpgradeStation.all(example), [0, 0, 50, 100, 100, 100]) {
            let composition = station.composition
            let live = try objects(example, composition)
            let found = survey(live)
            #expect(found.stable?.slot == composition.stable, "\(station.name)")
            #expect(found.underWay?.slot == composition.target, "\(station.name)")
            #expect(Set(found.revisions.map(\.slot)) == Set(composition.slots), "\(station.name)")
            let tags = TagView(live)
            #expect(tags.handover(of: "default") == composition.handover(of: "default"), "\(station.name)")
            let shares = try gateways(live, example, composition, weight: weight)
            for (gateway, share) in composition.gateways { #expect(shares[gateway] == share, "\(station.name)") }
            // What is found renders to what is there: a crash at this point changes nothing.
            var again = composition
            again.gateways = shares
            again.set("default", tags.handover(of: "default"))
            #expect(try example.composed(again) == example.composed(composition), "\(station.name)")
        }
    }

    @Test(
        "Every stage of a tag's move is found again",
        arguments: [false, true],
        [TagMoveTests.example, UpgradeExample.byURL]
    )
    func stages(_ isBack: Bool, _ example: UpgradeExample) throws {
        var stages = TagMoveTests.way(UpgradeExample.beside, to: "1-30-2")
        if isBack { stages = TagMoveTests.way(try #require(stages.last), to: "default") }
        for stage in stages {
            let found = TagView(LiveMesh.objects(try example.composed(stage)))
            #expect(found.handover(of: "default") == stage.handover(of: "default"))
            #expect(found.hasObject("default") == (stage.handover(of: "default").stage > .own))
        }
    }

    @Test("A tag object may be asked once every entry has its certificate authority")
    func trust() throws {
        let prepared = UpgradeExample.beside.moving(tag: "default", to: "1-30-2", isTrusted: false)
        let example = UpgradeExample.all[0]
        let trusted = TagView(LiveMesh.objects(try example.composed(prepared)))
        #expect(trusted.isTrusted("default") && trusted.distrust(of: "1-30-2") == nil)
        let fresh = TagView(try example.composed(prepared).objects)
        #expect(!fresh.isTrusted("default") && !fresh.isTrusted("none"))
        #expect(fresh.awaited(of: "default")?.contains("of istio-revision-tag-default to get its caBundle") == true)
        #expect(trusted.awaited(of: "default") == nil && fresh.awaited(of: "none") == nil)
        #expect(fresh.distrust(of: "1-30-2")?.contains("caBundle") == true)
    }

    @Test("A tag asked at a URL has the certificate authority of the spec, as the revision's own webhooks have")
    func trustByURL() throws {
        let prepared = UpgradeExample.beside.moving(tag: "default", to: "1-30-2", isTrusted: false)
        let objects = try UpgradeExample.byURL.composed(prepared).objects
        let webhooks = objects.filter { $0.kind.kind == "MutatingWebhookConfiguration" }
        #expect(webhooks.count == 3 && TagView(objects).isTrusted("default"))
        for entry in webhooks.flatMap({ $0.tree["webhooks"]?.array ?? [] }) {
            #expect(entry["clientConfig"] == ["url": "https://mesh.example.com/inject", "caBundle": "Y2E="])
        }
    }

    @Test("Nothing that was written down: the tag default tells which revision is the stable one")
    func recordsLost() throws {
        let example = UpgradeExample.all[0]
        let stations = try UpgradeStation.all(example)
        for (number, stable) in [(1, "default"), (3, "1-30-2"), (4, "1-30-2")] {
            let found = survey(LiveMesh.objects(try example.composed(stations[number].composition)))
            #expect(found.stable?.slot.name == stable && found.underWay == nil, "\(stations[number].name)")
            #expect(found.revisions.count == 2)
        }
    }

    @Test("Two that answer, or none, by somebody's hand: the next writes put it right")
    func spoiltWebhooks() throws {
        let example = UpgradeExample.all[0]
        let moved = try UpgradeStation.all(example)[3].composition
        let live = LiveMesh.objects(try example.composed(moved))
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
            var found = moved
            found.set("default", TagView(spoilt).handover(of: "default"))
            let mended = try example.composed(found).objects
            #expect(TagMoveTests.Applicant.following[0].asked(mended) == [answer])
        }
    }

    @Test("Numbers written nowhere: the share of the step is planned anew from the pods there are")
    func planLost() throws {
        let example = UpgradeExample.all[0]
        let half = try UpgradeStation.all(example)[2].composition
        let live = LiveMesh.objects(try example.composed(half)).map { object in
            var object = object
            object.annotations[GatewayShare.Plan.annotation] = nil
            return object
        }
        let share = try #require(try gateways(live, example, half, weight: 50)[UpgradeStation.gateway])
        #expect(share.plan?.weight == 50)
        #expect(share.sides.map(\.revision) == ["default", "1-30-2"])
        #expect(share.sides.map(\.home) == [.plain, .named])
    }

    @Test("A copy of a control plane with its marks is no revision, whatever it is called")
    func copies() throws {
        func deployment(_ name: String, revision: String, isMade: Bool) throws -> KubeObject {
            let labels = "meshoperator.io/owner: mesh, meshoperator.io/component: pilot, istio.io/rev: \(revision)"
            let annotations = "meshoperator.io/owner-uid: u1, meshoperator.io/version: 1.29.2"
            let live = try LiveObject(
                "{apiVersion: apps/v1, kind: Deployment, metadata: {namespace: n, name: \(name), "
                    + "labels: {\(labels), app.kubernetes.io/version: 1.29.2}, annotations: {\(annotations)}}}"
            )
            let owner = #""f:labels":{"f:meshoperator.io/owner":{}},"f:annotations":{"f:meshoperator.io/version":{}}"#
            return try live.owned(
                by: isMade ? "mesh-operator" : "kubectl-create",
                update: !isMade,
                "{\"f:metadata\":{\(owner)}}"
            )
            .object
        }
        let original = try deployment("istiod", revision: "default", isMade: true)
        let copy = try deployment("istiod-copy", revision: "copy", isMade: false)
        #expect(survey([original, copy]).revisions.map(\.slot.name) == ["default"])
        // Where nothing says who made what, all that bears the marks counts.
        #expect(survey([copy]).revisions.map(\.slot.name) == ["copy"])
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
        #expect(survey(odd) == RevisionSurvey())
        #expect(TagView(odd).handover(of: "default") == TagHandover(to: "default", .own))
        let shares = try gateways(odd, UpgradeExample.all[0], UpgradeExample.beside, weight: 50)
        #expect(shares[UpgradeStation.gateway]?.stable?.revision == "default")
    }
}
