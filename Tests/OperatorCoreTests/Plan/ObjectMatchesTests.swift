internal import DataTree
internal import FieldOwnership
internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI
internal import MeshBase
internal import Synchronization
internal import Testing

@testable internal import OperatorCore

/// What is remembered so that it need not be computed again: never anything else than what would be computed.
@Suite struct ObjectMatchesTests {
    private static let marks = OwnershipMarks(owner: "mesh", uid: "u1")

    private static func object(_ value: String, version: String? = nil) -> KubeObject {
        var object = KubeObject(kind: .configMap, key: ObjectKey(namespace: "n", name: "c"))
        object.tree["data"] = ["key": .string(value)]
        guard let version else { return object }
        object.tree.set("uid-1", at: ["metadata", "uid"])
        object.resourceVersion = version
        return object
    }

    private static func question(
        _ wanted: String = "a",
        live: String? = "7",
        version: String = "1.30.2",
        uid: String = "u1",
        least: Int64? = nil
    ) -> ObjectMatches.Question? {
        ObjectMatches.Question(
            object(wanted),
            version: version,
            marks: OwnershipMarks(owner: "mesh", uid: uid),
            leastReplicas: least,
            live: object("a", version: live)
        )
    }

    @Test("A match is known for exactly what was compared")
    func questions() throws {
        let (matches, id) = (ObjectMatches(), ResourceID(Self.object("a")))
        let question = try #require(Self.question())
        #expect(!matches.holds(question, id))
        matches.note(question, id)
        #expect(matches.holds(try #require(Self.question()), id))
        let others = [
            Self.question("b"), Self.question(live: "8"), Self.question(version: "1.30.3"), Self.question(uid: "u2"),
            Self.question(least: 1),
        ]
        for other in others { #expect(!matches.holds(try #require(other), id)) }
        #expect(Self.question(live: nil) == nil, "a state without a name cannot be known again")
    }

    @Test("Beyond its bound it forgets, and goes on")
    func bound() throws {
        let matches = ObjectMatches(limit: 2)
        let question = try #require(Self.question())
        let ids = (0..<3).map { ResourceID(group: "", kind: "ConfigMap", key: ObjectKey(name: "c\($0)")) }
        for id in ids { matches.note(question, id) }
        #expect(ids.map { matches.holds(question, $0) } == [false, false, true])
    }

    @Test("Renderings are kept by all they are made of, so many of them, the last used ones")
    func renderings() throws {
        let cache = RenderingCache(limit: 2)
        let calls = Mutex(0)
        func render(_ version: String, namespace: String = "a", kubernetes: String? = nil) throws -> Int {
            var (spec, options) = (MeshOperatorSpec(), RenderOptions())
            (spec.version, spec.namespace, options.kubernetesVersion) = (version, namespace, kubernetes)
            let blueprint = try cache.blueprint(spec, options) { spec, _ in
                calls.withLock { $0 += 1 }
                return MeshBlueprint(phases: [[KubeObject(kind: .namespace, key: ObjectKey(name: spec.version ?? ""))]])
            }
            #expect(blueprint.objects.map(\.name) == [version])
            return calls.withLock { $0 }
        }
        #expect(try render("1") == 1)
        #expect(try render("1") == 1)
        #expect(try render("2") == 2)
        #expect(try render("1") == 2)
        #expect(try render("1", namespace: "b") == 3, "another spec, and the one of version 2 goes")
        #expect(try render("1") == 3)
        #expect(try render("2") == 4)
        #expect(try render("2", kubernetes: "1.36") == 5, "other options")
    }

    @Test("What is written down on an object that is there comes before what is done about it")
    func recordsFirst() throws {
        func labelled(_ name: String, _ annotations: [String: String] = [:]) -> KubeObject {
            var object = KubeObject(kind: .configMap, key: ObjectKey(namespace: "n", name: name))
            object.annotations = annotations
            return object
        }
        var observation = MeshObservation(resource: KubeObject(kind: MeshNames.kind, key: ObjectKey(name: "mesh")))
        observation.resource.tree.set("u1", at: ["metadata", "uid"])
        for name in ["record"] {
            var live = Self.marks.stamped(labelled(name), version: "1.30.2")
            live.resourceVersion = "5"
            observation.live[ResourceID(live)] = live
        }
        var blueprint = MeshBlueprint(phases: [
            [labelled("first")], [labelled("record", ["step": "2"]), labelled("new")],
        ])
        blueprint.urgent = Set([labelled("record"), labelled("new")].map { ResourceID($0) })
        let planner = MeshPlanner(observation: observation, history: RewriteHistory(), now: .epoch)
        let plan = planner.plan(intent: MeshIntent(version: "1.30.2", namespace: "n"), blueprint: blueprint)
        // What is not there yet waits for the phase before.
        #expect(plan.steps.map(\.id.key.name) == ["record", "first"])
    }
}
