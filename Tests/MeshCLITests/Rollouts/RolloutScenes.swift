internal import DataTree
internal import Foundation
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import MeshCLI
internal import MeshTestKit
internal import SandboxStore
internal import Testing

/// Rollouts as an operator leaves them, from the folder `Scenes`.
enum RolloutScenes {
    /// The time the scenes are looked at.
    static let now = Timestamp(rfc3339: "2026-11-25T12:01:30Z") ?? .epoch

    static let all = [
        "mesh-complete", "mesh-holding", "mesh-refused", "mesh-rolled-back", "rollout-approval", "rollout-completed",
        "rollout-hostile",
    ]

    static func object(_ name: String) throws -> KubeObject {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Scenes")
        let text = try String(contentsOf: folder.appending(path: "\(name).yaml"), encoding: .utf8)
        return KubeObject(try YAML.document(text))
    }

    static func subject(_ name: String) throws -> RolloutSubject {
        try #require(RolloutSubject(object(name)))
    }

    /// The scene with some of its fields changed, as `path=value` in JSON.
    static func subject(_ name: String, _ changes: [String: Tree]) throws -> RolloutSubject {
        var object = try object(name)
        for (path, value) in changes {
            object.tree.set(value.isNull ? nil : value, at: path.split(separator: "/").map(String.init))
        }
        return try #require(RolloutSubject(object))
    }

    /// The path of an annotation by which people steer; `/` stands in its name.
    static func commanding(_ name: String, _ commands: [String: String]) throws -> RolloutSubject {
        var object = try object(name)
        object.annotations.merge(commands) { _, new in new }
        return try #require(RolloutSubject(object))
    }
}

/// An API server in this process that knows our kinds.
struct RolloutWorld: Sendable {
    let core: APIServerCore
    let transport: InProcessTransport
    let admin: ClusterClient

    init(_ wall: @escaping WallClock = { RolloutScenes.now }) async throws {
        core = APIServerCore(
            configuration: APIServerConfiguration(now: wall, random: .seeded(7)),
            storage: .inMemory()
        )
        await core.bootstrap()
        transport = InProcessTransport(core)
        admin = ClusterClient(transport: InProcessTransport(core))
        for tree in [MeshOperatorDefinition.tree, MeshRolloutDefinition.tree] {
            _ = try await admin.create(.customResourceDefinitions, KubeObject(tree))
        }
        _ = try await admin.create(.namespaces, KubeObject(kind: .namespace, key: ObjectKey(name: "shop")))
    }

    var directory: RolloutDirectory {
        RolloutDirectory(client: ClusterClient(transport: transport), namespace: "shop")
    }

    /// Creates a scene's object with its status, as of the generation it then has.
    @discardableResult
    func put(_ name: String, as other: String? = nil) async throws -> KubeObject {
        var object = try RolloutScenes.object(name)
        if let other { object.tree.set(.string(other), at: ["metadata", "name"]) }
        let resource = try #require(RolloutSubject(object)).kind.resource
        let status = object.tree["status"] ?? .null
        for field in ["generation", "resourceVersion"] { object.tree.set(nil, at: ["metadata", field]) }
        object.tree["status"] = nil
        let stored = try await admin.create(resource, object)
        return try await setStatus(stored, status)
    }

    /// Writes a status as an operator that has seen the object.
    @discardableResult
    func setStatus(_ object: KubeObject, _ status: Tree) async throws -> KubeObject {
        let resource = try #require(RolloutSubject(object)).kind.resource
        let current = try await admin.get(resource, object.key)
        var status = status
        status["observedGeneration"] = .integer(current.generation ?? 0)
        return try await admin.patchStatus(resource, object.key, .merge(["status": status]))
    }
}
