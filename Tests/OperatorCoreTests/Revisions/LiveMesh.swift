internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import Testing

@testable internal import OperatorCore

/// Objects as they are once a blueprint was applied and all controllers have done their work.
enum LiveMesh {
    static func objects(_ blueprint: MeshBlueprint) -> [KubeObject] {
        let scalers = blueprint.objects.filter { $0.kind.kind == "HorizontalPodAutoscaler" }
        return blueprint.objects.map { object in
            let version = blueprint.versions[ResourceID(object)] ?? ""
            var live = OwnershipMarks(owner: "mesh", uid: "u1").stamped(object, version: version)
            switch object.kind.kind {
            case "Deployment":
                let scaler = scalers.first {
                    $0.namespace == object.namespace
                        && $0.tree.value(at: "spec", "scaleTargetRef", "name")?.string == object.name
                }
                let least = scaler?.tree.value(at: "spec", "minReplicas")
                if live.tree.value(at: "spec", "replicas") != nil {
                    live.tree.set(
                        [
                            [
                                "manager": "mesh-operator", "operation": "Apply",
                                "fieldsV1": ["f:spec": ["f:replicas": [:]]],
                            ]
                        ],
                        at: ["metadata", "managedFields"]
                    )
                }
                let replicas = live.tree.value(at: "spec", "replicas") ?? least ?? 1
                live.tree.set(replicas, at: ["spec", "replicas"])
                live.tree.set(replicas, at: ["status", "readyReplicas"])
            case "MutatingWebhookConfiguration": live = trusted(live)
            default: break
            }
            return live
        }
    }

    /// Webhooks with the authority that istiod writes.
    static func trusted(_ object: KubeObject) -> KubeObject {
        var result = object
        let entries = (object.tree["webhooks"]?.array ?? []).map { entry in
            var entry = entry
            entry.set("Y2E=", at: ["clientConfig", "caBundle"])
            return entry
        }
        result.tree["webhooks"] = .array(entries)
        return result
    }
}

/// The stations of an upgrade, in order, as the golden files have them.
struct UpgradeStation: Sendable {
    var name: String
    var composition: RevisionComposition

    static let gateway = GatewayID(namespace: "istio-system", name: "istio-ingressgateway")

    /// The gateways of an example at a weight, after the pods that were asked for have become ready.
    static func shares(_ bounds: [GatewayID: GatewayBounds], weight: Int) -> [GatewayID: GatewayShare] {
        bounds.mapValues { bounds in
            var (old, new) = (GatewayMove.Count(pods: bounds.least, ready: bounds.least), GatewayMove.Count.absent)
            var share: GatewayShare?
            for _ in 0..<10 {
                let move = GatewayMove(weight: weight, bounds: bounds, old: old, new: new, plan: share?.plan)
                let next = move.share(stable: GatewayMoveTests.stable, target: GatewayMoveTests.target)
                old = .init(pods: move.step.old, ready: move.step.old)
                new = .init(pods: move.step.new, ready: move.step.new)
                if next == share { break }
                share = next
            }
            return share ?? GatewayShare(GatewayMoveTests.stable)
        }
    }

    static func all(_ example: UpgradeExample) throws -> [UpgradeStation] {
        let composer = RevisionComposer(renderer: try UpgradeExample.renderer())
        let bounds = try composer.gateways(
            try example.decoded(),
            of: UpgradeExample.old,
            UpgradeExample.options
        )
        var half = UpgradeExample.beside
        half.gateways = shares(bounds, weight: 50)
        var full = UpgradeExample.beside
        full.gateways = shares(bounds, weight: 100)
        let moved = try #require(TagMoveTests.way(full, to: "1-30-2").last)
        var promoted = RevisionComposition(stable: UpgradeExample.new)
        promoted.kept = [UpgradeExample.old]
        promoted.defaultTag = "1-30-2"
        promoted.gateways = moved.gateways.mapValues { $0.promoted() }
        var retired = promoted
        retired.kept = []
        return [
            .init(name: "1-before", composition: UpgradeExample.before),
            .init(name: "2-beside", composition: UpgradeExample.beside),
            .init(name: "3-gateways-half", composition: half), .init(name: "4-tag-moved", composition: moved),
            .init(name: "5-promoted", composition: promoted), .init(name: "6-retired", composition: retired),
        ]
    }
}
