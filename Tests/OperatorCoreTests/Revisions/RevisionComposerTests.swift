internal import DataTree
internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI
internal import MeshBase
internal import RolloutEngine
internal import Testing

@testable internal import OperatorCore

@Suite struct RevisionComposerTests {
    @Test("One revision gives what rendering the spec gives", arguments: UpgradeExample.all)
    func settled(_ example: UpgradeExample) throws {
        let plain = try example.plain("1.29.6")
        let composed = try example.composed(UpgradeExample.before)
        #expect(composed.phases.map(texts) == plain.phases.map(texts))
        #expect(composed.components == plain.components)
    }

    @Test("Starting an upgrade changes no byte of the old revision", arguments: UpgradeExample.all)
    func untouched(_ example: UpgradeExample) throws {
        let plain = try example.plain("1.29.6").objects
        let composed = try example.composed(UpgradeExample.beside)
        let byID = Dictionary(uniqueKeysWithValues: composed.objects.map { (ResourceID($0), $0) })
        #expect(byID.count == composed.objects.count)
        for object in plain where object.kind.kind != "CustomResourceDefinition" {
            let id = ResourceID(object)
            let now = try #require(byID[id], "\(id)")
            #expect(now.tree.jsonText(.compact) == object.tree.jsonText(.compact), "\(id)")
            #expect(composed.versions[id] == "1.29.6", "\(id)")
        }
        let added = Set(byID.keys).subtracting(plain.map { ResourceID($0) })
        #expect(added.contains { $0.kind == "Deployment" && $0.key.name == "istiod-1-30-2" })
        for id in added {
            #expect(id.key.name.contains("1-30-2"), "\(id)")
            #expect(composed.versions[id] == "1.30.2", "\(id)")
        }
    }

    @Test(
        "An overlay that names istiod without its revision, or by one of the mesh, is for the istiod of each revision",
        arguments: ["istiod", "istiod-blue", "istiod-1-29-5"]
    )
    func overlays(_ name: String) throws {
        let composed = try Self.withOverlay(name)
        let control = composed.objects.filter { $0.kind.kind == "Deployment" && $0.name.hasPrefix("istiod") }
        #expect(control.map(\.name) == ["istiod-blue", "istiod-kept", "istiod-1-30-2"])
        for object in control {
            let priority = object.tree.value(at: "spec", "template", "spec", "priorityClassName")
            #expect(priority == "high", "\(object.name)")
        }
        #expect(composed.warnings == [])
    }

    @Test("One for a single revision is for that alone and no setting without effect; one for none is told once")
    func overlaysElsewhere() throws {
        let one = try Self.withOverlay("istiod-kept")
        let taken = one.objects.filter {
            $0.tree.value(at: "spec", "template", "spec", "priorityClassName") == "high"
        }
        #expect(taken.map(\.name) == ["istiod-kept"])
        #expect(one.warnings == [])
        let none = try Self.withOverlay("istiod-gone").warnings
        let place = "spec.components.pilot.k8s.overlays[0]"
        #expect(none == ["\(place): no Deployment named istiod-gone is rendered; check kind and name"])
    }

    /// Three revisions, with an overlay for a Deployment.
    private static func withOverlay(_ name: String) throws -> MeshBlueprint {
        let patch: Tree = ["path": "spec.template.spec.priorityClassName", "value": "high"]
        let overlay: Tree = ["kind": "Deployment", "name": .string(name), "patches": [patch]]
        let components: Tree = ["pilot": ["k8s": ["overlays": [overlay]]]]
        let example = UpgradeExample(name: "overlay", spec: ["revision": "blue", "components": components])
        var composition = RevisionComposition(stable: RevisionSlot(name: "blue", version: "1.29.6"))
        composition.kept = [RevisionSlot(name: "kept", version: "1.29.6")]
        composition.target = UpgradeExample.new
        return try example.composed(composition)
    }

    @Test(
        "A gateway of its own Deployment keeps Service, ports, budget, account and the user's settings",
        arguments: [nil, 2] as [Tree?]
    )
    func gatewayBeside(_ replicaCount: Tree?) throws {
        var settings: Tree = [
            "hpaSpec": ["minReplicas": 2, "maxReplicas": 6], "nodeSelector": ["disk": "ssd"],
            "overlays": [
                [
                    "kind": "Deployment", "name": "istio-ingressgateway",
                    "patches": [["path": "spec.template.spec.terminationGracePeriodSeconds", "value": 77]],
                ]
            ],
        ]
        settings["replicaCount"] = replicaCount
        let example = UpgradeExample(
            name: "settings",
            spec: [
                "components": ["ingressGateways": [["name": "istio-ingressgateway", "enabled": true, "k8s": settings]]]
            ]
        )
        var composition = UpgradeExample.beside
        composition.gateways[UpgradeStation.gateway] = GatewayShare(
            stable: .init(revision: "default", home: .plain, pods: .exactly(1)),
            target: .init(revision: "1-30-2", home: .named, pods: .between(3, most: 5)),
            plan: .init(weight: 75, total: 4)
        )
        let objects = try example.composed(composition).objects.filter { $0.name.hasPrefix("istio-ingressgateway") }
        func named(_ kind: String, _ name: String) throws -> Tree {
            try #require(objects.first { $0.kind.kind == kind && $0.name == name }?.tree, "\(kind) \(name)")
        }
        let new = try named("Deployment", "istio-ingressgateway-1-30-2")
        #expect(new.value(at: "spec", "template", "spec", "terminationGracePeriodSeconds") == 77)
        #expect(new.value(at: "spec", "template", "spec", "nodeSelector", "disk") == "ssd")
        #expect(
            new.value(at: "spec", "replicas") == (replicaCount == nil ? nil : 3),
            "starts with what the step asks for"
        )
        let old = try named("Deployment", "istio-ingressgateway")
        #expect(
            old.value(at: "spec", "selector") == [
                "matchLabels": ["app": "istio-ingressgateway", "istio": "ingressgateway"]
            ]
        )
        let environment = new.value(at: "spec", "template", "spec", "containers")?.array?.first?["env"]?.array ?? []
        let values = environment.compactMap { $0["value"]?.string }
        #expect(values.contains("istio-ingressgateway-1-30-2"))
        #expect(values.contains { $0.hasSuffix("/deployments/istio-ingressgateway-1-30-2") })
        #expect(values.contains("istiod-1-30-2.istio-system.svc:15012"))
        let labels = try #require(new.value(at: "spec", "template", "metadata", "labels"))
        for kind in ["Service", "PodDisruptionBudget"] {
            #expect(objects.count { $0.kind.kind == kind } == 1, "\(kind)")
            let spec = try #require(try named(kind, "istio-ingressgateway")["spec"]?["selector"])
            for entry in (spec["matchLabels"] ?? spec).object?.entries ?? [] {
                #expect(labels[entry.key] == entry.value, "\(kind) covers both sides")
            }
        }
        #expect(
            new.value(at: "spec", "selector", "matchLabels", "istio.io/rev") == "1-30-2",
            "counts its own pods only"
        )
        for entry in new.value(at: "spec", "selector", "matchLabels")?.object?.entries ?? [] {
            #expect(labels[entry.key] == entry.value)
        }
        let scaler = try named("HorizontalPodAutoscaler", "istio-ingressgateway-1-30-2")
        #expect(scaler.value(at: "spec", "scaleTargetRef", "name") == "istio-ingressgateway-1-30-2")
        #expect(scaler.value(at: "spec", "minReplicas") == 3 && scaler.value(at: "spec", "maxReplicas") == 5)
        let held = try named("HorizontalPodAutoscaler", "istio-ingressgateway")
        #expect(held.value(at: "spec", "minReplicas") == 1 && held.value(at: "spec", "maxReplicas") == 1)
    }

    @Test(
        "What a mesh has become is written on the Deployment and the ConfigMap of its revision",
        arguments: UpgradeExample.all
    )
    func marks(_ example: UpgradeExample) throws {
        var mark = RevisionMarks()
        mark.promoted = .epoch
        mark.record = RolloutRecord(target: "1.30.2", began: .epoch, verdict: .init(.aborted, "no"))
        let names = UpgradeExample.beside.slots.map(\.name)
        let composed = try example.composed(UpgradeExample.beside)
        let marked = composed.marked(Dictionary(uniqueKeysWithValues: names.map { ($0, mark) }))
        for name in names {
            let suffix = RevisionSlot.suffix(of: name)
            let bearing = marked.objects.filter { RevisionMarks(reading: $0.annotations).promoted != nil }
                .filter { ControlPlaneRevision.name(of: $0) == name }.map { "\($0.kind.kind) \($0.name)" }
            #expect(Set(bearing) == ["Deployment istiod\(suffix)", "ConfigMap istio\(suffix)"])
        }
        let records = marked.objects.filter { RevisionMarks(reading: $0.annotations).record != nil }
        #expect(records.allSatisfy { $0.kind == .deployment } && records.count == names.count)
    }

    @Test("Restart changes the one Deployment in place, its selector untouched")
    func restart() throws {
        var example = UpgradeExample.all[0]
        example.spec["upgrade"] = ["gateways": ["mode": "Restart"]]
        #expect(RevisionComposition.homeSide(of: "1-30-2", try example.decoded()).home == .plain)
        let plain = try example.plain("1.29.6").objects.first {
            $0.name == "istio-ingressgateway" && $0.kind.kind == "Deployment"
        }
        var composition = UpgradeExample.beside
        composition.gateways[UpgradeStation.gateway] = GatewayShare(.init(revision: "1-30-2", home: .plain))
        let all = try example.composed(composition).objects.filter {
            $0.kind.kind == "Deployment" && $0.name.hasPrefix("istio-ingressgateway")
        }
        #expect(all.map(\.name) == ["istio-ingressgateway"])
        #expect(all.first?.tree.value(at: "spec", "selector") == plain?.tree.value(at: "spec", "selector"))
        #expect(all.first?.labels["istio.io/rev"] == "1-30-2")
        let image = all.first?.tree.value(at: "spec", "template", "spec", "containers")?.array?.first?["image"]
        #expect(image == "docker.io/istio/proxyv2:1.30.2")
    }

    @Test("An image tag that names the version follows each revision's", arguments: ["1.30.2-distroless", "mine"])
    func pinnedTag(_ tag: String) throws {
        var example = UpgradeExample.all[0]
        example.spec["tag"] = .string(tag)
        let objects = try example.composed(UpgradeExample.beside).objects
        let images = ["istiod", "istiod-1-30-2"].map { name -> String? in
            let deployment = objects.first { $0.kind.kind == "Deployment" && $0.name == name }
            return deployment?.tree.value(at: "spec", "template", "spec", "containers")?.array?.first?["image"]?.string
        }
        let expected = tag == "mine" ? [tag, tag] : ["1.29.6-distroless", tag]
        #expect(images == expected.map { "docker.io/istio/pilot:\($0)" })
    }

    @Test("Definitions follow the newest version, the node agent the oldest, both ways")
    func sharedVersions() throws {
        let example = UpgradeExample.all[0]
        for (stable, target) in [(UpgradeExample.old, UpgradeExample.new), (UpgradeExample.new, UpgradeExample.old)] {
            var composition = RevisionComposition(stable: stable)
            composition.target = target
            let blueprint = try example.composed(composition)
            let versions = Dictionary(grouping: blueprint.objects, by: \.kind.kind)
                .mapValues { Set($0.compactMap { blueprint.versions[ResourceID($0)] }) }
            #expect(versions["CustomResourceDefinition"] == ["1.30.2"])
            #expect(versions["DaemonSet"] == ["1.29.6"])
        }
    }

    @Test(
        "A version becomes a name that labels and objects can bear",
        arguments: [("1.30.3", "1-30-3"), ("1.31.0-rc.1", "1-31-0-rc-1"), ("", ""), ("-V1.é.", "v1")]
    )
    func names(_ version: String, _ name: String) {
        #expect(RevisionNaming.name(for: version) == name)
        #expect(RevisionNaming.name(for: String(repeating: "9.", count: 99)).utf8.count <= 40)
    }

    private func texts(_ phase: [KubeObject]) -> [String] { phase.map { $0.tree.jsonText(.compact) } }
}
