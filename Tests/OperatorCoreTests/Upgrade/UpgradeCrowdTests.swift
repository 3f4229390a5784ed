internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import RolloutEngine
internal import Testing
internal import UpgradePlanning

@testable internal import OperatorCore

/// What is said of workloads that an upgrade moves.
@Suite struct UpgradeCrowdTests {
    /// As many Deployments on the way back as `names`, whose pods get no image.
    private static func returning(_ names: [String]) throws -> UpgradeCrowd {
        var sight = UpgradeCrowd.Sight()
        sight.namespaces = [
            KubeObject(try requireDocument("{kind: Namespace, metadata: {name: shop, labels: {istio.io/rev: old}}}"))
        ]
        for name in names {
            let owner = KubeObject(
                try requireDocument(
                    """
                    {apiVersion: apps/v1, kind: Deployment, metadata: {name: \(name), namespace: shop,
                     annotations: {\(RolloutNames.Annotation.movedTo): old}},
                     spec: {replicas: 1, template: {metadata: {labels: {app: \(name)}}}}}
                    """
                )
            )
            sight.owners[ResourceID(owner)] = owner
            let pod = KubeObject(
                try requireDocument(
                    """
                    {apiVersion: v1, kind: Pod, metadata: {name: \(name)-1-x, namespace: shop, labels: {pod-template-hash: "1"},
                     annotations: {sidecar.istio.io/status: '{"revision":"old"}'},
                     ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: \(name)-1, uid: u, controller: true}]},
                     status: {containerStatuses: [{name: app, state: {waiting: {reason: ErrImagePull}}}]}}
                    """
                )
            )
            sight.pods.append(SidecarPod.trimmed(pod))
        }
        return UpgradeCrowd(sight, MeshOperatorSpec().upgrade.workloads, .init(stable: "old", new: "new", tags: [:]))
    }

    @Test("Up to three workloads that do not come up are named, and how many more there are")
    func namesThree() throws {
        let text = "Deployment shop/a does not come up: pod a-1-x: ErrImagePull: container app"
        #expect(try Self.returning(["a"]).returnObstacle?.message == text)
        let many = try #require(try Self.returning(["a", "b", "c", "d", "e"]).returnObstacle?.message)
        #expect(many.hasPrefix(text) && many.contains("shop/c") && many.hasSuffix("; and 2 more"), "\(many)")
        #expect(!many.contains("shop/d"))
        #expect(try Self.returning([]).returnObstacle == nil)
    }
}
