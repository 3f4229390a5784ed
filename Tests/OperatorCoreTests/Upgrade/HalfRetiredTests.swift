internal import ControllerKit
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import Testing

@testable internal import OperatorCore

/// Revisions that a mesh has just left: what becomes of one of which a part has gone, and the way back to one that is all there.
@Suite struct HalfRetiredTests {
    /// A mesh that was upgraded from 1.28.4, whose objects bear no revision in their names, to 1.29.2.
    private static func upgraded() async throws -> UpgradeLife {
        let life = try await UpgradeLife.start("{version: 1.28.4, \(UpgradeLife.quick)}")
        try await life.cluster.change("{version: 1.29.2}")
        // The old revision is kept for a minute, in which nothing happens.
        try await life.settle()
        try #require(try await life.istiods() == ["istiod", "istiod-1-29-2"])
        return life
    }

    /// What there is of the mesh, and in which state, by kind and name.
    private static func parts(_ life: UpgradeLife) async throws -> [String: String] {
        var found: [String: String] = [:]
        for kind in OwnedKind.all {
            do {
                for object in try await life.cluster.admin.list(kind.resource).objects
                where object.labels[MeshNames.Label.owner] != nil {
                    found["\(kind.resource.plural)/\(object.name)"] = object.resourceVersion
                }
            } catch {
                guard error.code == .notFound else { throw error }
            }
        }
        return found
    }

    private static let old = ["deployments/istiod", "services/istiod", "serviceaccounts/istiod", "configmaps/istio"]

    @Test("The rest of a revision goes although the wish is refused by then, and nothing else changes")
    func goesAltogether() async throws {
        let life = try await Self.upgraded()
        let before = try await Self.parts(life)
        for name in Self.old { #expect(before[name] != nil, "\(name) is there at first") }
        _ = try await life.cluster.admin.delete(
            .deployments,
            ObjectKey(namespace: UpgradeMesh.namespace, name: "istiod")
        )
        // Two minors down, which nothing allows.
        try await life.cluster.change("{version: 1.27.9}")
        try await life.settle()
        let after = try await Self.parts(life)
        for name in Self.old { #expect(after[name] == nil, "\(name) is left over") }
        for (name, version) in before where !Self.old.contains(name) {
            #expect(after[name] == version || name.hasPrefix("mutatingwebhook"), "\(name) was changed")
        }
        let status = try await life.summary()
        #expect(status.contains("1.27.9"), "it says what it refuses: \(status)")
        #expect(try await life.status().condition(.preflight)?.state == .no)
        try await life.expectAll("1-29-2")
    }

    @Test("A revision that was just left is gone back to at once")
    func goesBack() async throws {
        let life = try await Self.upgraded()
        try await life.cluster.change("{version: 1.28.4}")
        try await life.until("back") { life in
            let status = try await life.status()
            return status.version == "1.28.4" && status.plan == nil
        }
        try await life.expectAll("default")
        #expect(life.world.doubled == [])
        try await life.pass(90)
        #expect(try await life.istiods() == ["istiod"])
        #expect(try await life.world.namespaceLabels("pay")["istio.io/rev"] == "default")
        #expect(try await life.world.namespaceLabels("shop")["istio.io/rev"] == nil)
    }
}
