internal import ControllerKit
internal import DataTree
internal import FieldOwnership
internal import KubeAPI
internal import MeshAPI
internal import MeshBase
internal import Testing

@testable internal import OperatorCore

/// In which words a plan says what it waits for.
@Suite struct AwaitedTextTests {
    static let samples: [(live: String, awaited: String)] = [
        (
            "apiVersion: apps/v1, kind: Deployment, status: {observedGeneration: 1}",
            "waiting for Deployment n/x, which has 0 of 1 pods updated"
        ),
        (
            "apiVersion: apps/v1, kind: Deployment, status: {}",
            "waiting for Deployment n/x, which has not been looked at by its controller"
        ),
        (
            "apiVersion: apps/v1, kind: DaemonSet, status: {observedGeneration: 1, desiredNumberScheduled: 2, "
                + "updatedNumberScheduled: 1}", "waiting for DaemonSet n/x, which is updated on 1 of 2 nodes"
        ),
        ("apiVersion: v1, kind: Service, spec: {}", "waiting for Service n/x, which has no address yet"),
    ]

    /// The plan for one object that nothing is to be written to, since somebody wants it left alone.
    private static func plan(_ text: String) throws -> MeshPlan {
        var live = KubeObject(try requireDocument("{\(text)}"))
        for (field, value) in [("name", "x"), ("namespace", "n")] {
            live.tree.set(.string(value), at: ["metadata", field])
        }
        live.tree.set(1, at: ["metadata", "generation"])
        live.annotations = [MeshNames.Annotation.ignore: "true"]
        let mesh = KubeObject(kind: MeshNames.kind, key: ObjectKey(name: "mesh"))
        let observation = MeshObservation(resource: mesh, live: [ResourceID(live): live])
        let planner = MeshPlanner(observation: observation, history: RewriteHistory(), now: .epoch)
        let blueprint = MeshBlueprint(phases: [[live]])
        return planner.plan(intent: MeshIntent(version: "1.30.2", namespace: "n"), blueprint: blueprint)
    }

    @Test("The object is named once, with what of it is awaited", arguments: samples)
    func names(_ sample: (live: String, awaited: String)) throws {
        #expect(try Self.plan(sample.live).stage == .working(sample.awaited))
    }
}
