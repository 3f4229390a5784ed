internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import Testing
internal import UpgradePlanning

@testable internal import OperatorCore

@Suite struct RevisionReferencesTests {
    private static let promoted: RevisionComposition = {
        var composition = RevisionComposition(stable: UpgradeExample.new)
        composition.kept = [UpgradeExample.old, RevisionSlot(name: "1-29-5", version: "1.29.5")]
        composition.defaultTag = "1-30-2"
        return composition
    }()

    private func pod(_ namespace: String, _ name: String, _ revision: String?) -> KubeObject {
        var pod = KubeObject(kind: .pod, key: ObjectKey(namespace: namespace, name: name))
        if let revision { pod.annotations = [SidecarPod.injectionStatus: revision] }
        return pod
    }

    private func namespace(_ name: String, _ labels: [String: String]) -> KubeObject {
        KubeObject(kind: .namespace, key: ObjectKey(name: name), labels: labels)
    }

    @Test("What holds a revision is said by name and number")
    func reasons() {
        var composition = Self.promoted
        composition.tags = ["prod": "1-29-5"]
        composition.gateways[UpgradeStation.gateway] = GatewayShare(.init(revision: "default", home: .plain))
        let references = RevisionReferences(
            composition,
            pods: [
                pod("shop", "a", "default"), pod("shop", "b", "default"), pod("cart", "c", "default"),
                pod("pay", "d", "1-30-2"), pod("pay", "e", nil), pod("istio-system", "gateway", "default"),
            ],
            namespaces: [
                namespace("pay", ["istio.io/rev": "1-29-5"]), namespace("old", ["istio.io/rev": "prod"]),
                namespace("new", ["istio-injection": "enabled"]), namespace("tag", ["istio.io/rev": "default"]),
                namespace("off", ["istio-injection": "disabled", "istio.io/rev": "1-29-5"]),
            ],
            isOwn: { $0.namespace == "istio-system" }
        )
        #expect(
            references.holders(of: "default").summary
                == "kept: 3 pods in cart, shop, gateway istio-system/istio-ingressgateway"
        )
        #expect(references.holders(of: "1-29-5").summary == "kept: namespace label of old, pay, tag prod")
        #expect(
            references.holders(of: "1-30-2").reasons
                == ["1 pod in pay", "namespace label of new, tag", "tag default"]
        )
        #expect(references.holders(of: "unknown").summary == nil)
        #expect(references.retirable(composition) == [])
    }

    @Test("A revision goes once nothing refers to it; the stable one and the target never do")
    func retirable() {
        let nobody = RevisionReferences(Self.promoted, pods: [], namespaces: [], isOwn: { _ in false })
        #expect(nobody.retirable(Self.promoted) == Self.promoted.kept)
        let one = RevisionReferences(
            Self.promoted,
            pods: [pod("shop", "a", "default")],
            namespaces: [],
            isOwn: { _ in false }
        )
        #expect(one.retirable(Self.promoted).map(\.name) == ["1-29-5"])
        #expect(nobody.retirable(UpgradeExample.beside) == [])
    }

    private func deployment(_ name: String, _ labels: [String: String], namespace: String = "free") -> KubeObject {
        var deployment = KubeObject(kind: .deployment, key: ObjectKey(namespace: namespace, name: name))
        for (name, value) in labels {
            deployment.tree.set(.string(value), at: ["spec", "template", "metadata", "labels", name])
        }
        return deployment
    }

    @Test("Templates that name a revision hold it, where neither a namespace nor a pod does; the mesh's own do not")
    func templates() {
        var sight = UpgradeCrowd.Sight()
        sight.namespaces = [namespace("free", [:]), namespace("shop", ["istio-injection": "enabled"])]
        let istiod = deployment("istiod", ["istio.io/rev": "1-29-5", "sidecar.istio.io/inject": "false"])
        sight.own = [istiod, deployment("gateway", ["istio.io/rev": "1-29-5"])]
        var running = pod("free", "awake-1", "1-29-5")
        running.ownerReferences = [
            OwnerReference(
                kind: GroupVersionKind(group: "apps", version: "v1", kind: "StatefulSet"),
                name: "awake",
                uid: "u",
                isController: true
            )
        ]
        sight.pods = [running]
        var awake = deployment("awake", ["istio.io/rev": "1-29-5"])
        awake.tree["kind"] = "StatefulSet"
        let others = [
            awake, deployment("asleep", ["istio.io/rev": "1-29-5"]),
            deployment("refusing", ["istio.io/rev": "1-29-5", "sidecar.istio.io/inject": "false"]),
            deployment("decided", ["istio.io/rev": "1-29-5"], namespace: "shop"), deployment("plain", ["app": "x"]),
        ]
        for owner in sight.own + others { sight.owners[ResourceID(owner)] = owner }
        let held = RevisionReferences(Self.promoted, sight).holders(of: "1-29-5")
        #expect(held.summary == "kept: 1 pod in free, pod template of Deployment free/asleep")
        #expect(!held.isEmpty)
    }

    @Test("Tags of others hold the revision they lead to, with what follows them, and the remedy is named")
    func foreignTags() {
        var sight = UpgradeCrowd.Sight()
        sight.foreignTags = ["stable": "1-29-5", "default": "1-29-5"]
        sight.namespaces = [
            namespace("follows", ["istio.io/rev": "stable"]), namespace("ours", ["istio-injection": "enabled"]),
            namespace("free", [:]),
        ]
        let owner = deployment("named", ["istio.io/rev": "stable"])
        sight.owners[ResourceID(owner)] = owner
        let references = RevisionReferences(Self.promoted, sight)
        let held = references.holders(of: "1-29-5")
        let remedy = "istioctl tag set stable --revision 1-30-2 --overwrite"
        #expect(held.foreignTags.contains("stable (`\(remedy)` moves it)"), "\(held.foreignTags)")
        #expect(held.namespaces == ["follows"], "the operator's own tag counts where there are two")
        #expect(held.templates.map(\.key.name) == ["named"])
        #expect(references.retirable(Self.promoted).map(\.name) == ["default"])
        sight = UpgradeCrowd.Sight()
        sight.foreignTags = ["stable": "1-29-5"]
        #expect(RevisionReferences(Self.promoted, sight).retirable(Self.promoted).map(\.name) == ["default"])
    }

    @Test("While a tag moves it holds both revisions")
    func movingTag() {
        let stages = TagMoveTests.way(UpgradeExample.beside, to: "1-30-2")
        let held = stages.map { stage in
            let references = RevisionReferences(stage, pods: [], namespaces: [], isOwn: { _ in false })
            return ["default", "1-30-2"].filter { !references.holders(of: $0).tags.isEmpty }
        }
        #expect(held.first == ["default"])
        #expect(held[1] == ["default", "1-30-2"])
        #expect(held.last == ["1-30-2"])
    }
}
