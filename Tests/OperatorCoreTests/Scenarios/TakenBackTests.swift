internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import Testing

@testable internal import OperatorCore

/// Fields that are taken back from others are told, and a fight is no storm of Events.
@Suite struct TakenBackTests {
    private static let map = ObjectKey(namespace: "istio-system", name: "istio")

    private static func conflicts(_ life: DirectOperator) async throws -> [String] {
        try await life.events().filter { $0.hasPrefix("FieldConflict: ") }
    }

    @Test("A field that a plain write changed is told with object, field and manager, though no condition shows it")
    func aPlainWrite() async throws {
        let (cluster, life) = try await LifeTests.settled()
        for _ in 0..<2 {
            let edit: Tree = ["data": ["mesh": "addon"]]
            _ = try await cluster.admin.patch(.configMaps, Self.map, .merge(edit), WriteOptions(fieldManager: "addon"))
            try await life.settle()
            #expect(try await cluster.condition("FieldConflict") == nil)
        }
        let text = "ConfigMap istio-system/istio: field manager addon had changed data.mesh, which is set right"
        // The second time is a count of the first Event.
        #expect(try await Self.conflicts(life) == ["FieldConflict: \(text)"])
        let event = try #require(
            try await cluster.admin.list(.events).objects.first { $0.tree["reason"]?.string == "FieldConflict" }
        )
        #expect(event.tree.value(at: "series", "count")?.integer == 2)
    }

    @Test("So is one that another applier took and gave up again before anybody looked")
    func anApplierThatGivesUp() async throws {
        let (cluster, life) = try await LifeTests.settled()
        func apply(_ data: Tree) async throws {
            let claim = KubeObject([
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "istio", "namespace": "istio-system"],
                "data": data,
            ])
            _ = try await cluster.admin.apply(.configMaps, claim, force: true, WriteOptions(fieldManager: "argocd"))
        }
        try await apply(["mesh": "theirs", "own": "argocd's"])
        try await apply(["own": "argocd's"])
        try await life.settle()
        #expect(try await cluster.condition("FieldConflict") == nil)
        let text = "ConfigMap istio-system/istio: field manager argocd had changed data.mesh, which is set right"
        #expect(try await Self.conflicts(life) == ["FieldConflict: \(text)"])
    }

    @Test("A fight of five minutes is two Events: the first time, and that it is one")
    func aFight() async throws {
        let (cluster, life) = try await LifeTests.settled()
        for second in 0..<300 {
            let edit: Tree = ["data": ["mesh": .string("addon \(second)")]]
            _ = try await cluster.admin.patch(.configMaps, Self.map, .merge(edit), WriteOptions(fieldManager: "addon"))
            try await life.synchronize()
            try await life.reconcile()
            cluster.pass(.seconds(1))
        }
        let told = try await Self.conflicts(life)
        #expect(told.count == 2, "\(told)")
        #expect(told.contains { $0.contains("data.mesh was changed by manager addon") }, "\(told)")
    }

    @Test("Neither a change of the spec nor what is deleted is taken back from anybody")
    func noConflict() async throws {
        let (cluster, life) = try await LifeTests.settled()
        try await cluster.change("{profile: demo}")
        try await life.settle()
        _ = try await cluster.admin.delete(.configMaps, Self.map)
        try await life.settle()
        #expect(try await Self.conflicts(life) == [])
    }
}
