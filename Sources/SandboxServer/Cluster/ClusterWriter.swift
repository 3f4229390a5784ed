internal import DataTree
internal import KubeAPI
internal import SandboxStore

extension APIResource {
    /// The path of the collection or, with a name, of an object or a subresource of it.
    func path(namespace: String?, name: String? = nil, subresource: String? = nil) -> String {
        var path = kind.group.isEmpty ? "/api/\(kind.version)" : "/apis/\(kind.apiVersion)"
        if let namespace { path += "/namespaces/\(namespace)" }
        path += "/\(plural)"
        if let name { path += "/\(name)" }
        if let subresource { path += "/\(subresource)" }
        return path
    }
}

/// Writes objects through the API server, so that defaults, validation, admission and ownership hold for the sandbox's own
/// controllers as for everybody else.
///
/// Every refusal is a ``SandboxError``: `writeConflict` for 409, `writeRefused` otherwise. That an object to be changed or
/// deleted is gone is no refusal but nil.
struct ClusterWriter: Sendable {
    /// The name under which `managedFields` shows the sandbox's own writes.
    private static let agent = "kube-controller-manager"

    private let server: APIServerCore
    private let user: UserInfo
    private let agent: String

    /// Makes a writer that acts as `user` and shows in `managedFields` as `agent`.
    init(_ server: APIServerCore, as user: UserInfo, agent: String = agent) {
        self.server = server
        self.user = user
        self.agent = agent
    }

    /// Creates an object; nil when one of that name exists.
    @discardableResult
    func create(_ resource: APIResource, _ object: KubeObject) async throws -> KubeObject? {
        let path = resource.path(namespace: object.namespace)
        return try await send("POST", path, object.tree, absent: { $0 == 409 && $1 == "AlreadyExists" })
    }

    /// Replaces an object or a subresource; nil when it is gone.
    @discardableResult
    func update(
        _ resource: APIResource,
        _ object: KubeObject,
        subresource: String? = nil
    ) async throws -> KubeObject? {
        let path = resource.path(namespace: object.namespace, name: object.name, subresource: subresource)
        return try await send("PUT", path, object.tree, absent: Self.isGone)
    }

    /// Merges a patch (RFC 7386) into an object or a subresource; nil when it is gone.
    @discardableResult
    func merge(
        _ resource: APIResource,
        _ key: ObjectKey,
        _ patch: Tree,
        subresource: String? = nil
    ) async throws -> KubeObject? {
        let path = resource.path(namespace: key.namespace, name: key.name, subresource: subresource)
        return try await send("PATCH", path, patch, type: "application/merge-patch+json", absent: Self.isGone)
    }

    /// Asks for the deletion of an object; what is gone already is fine.
    ///
    /// - Parameters:
    ///   - resource: the collection.
    ///   - object: the object; only one with this UID is deleted.
    ///   - policy: `Background`, `Foreground` or `Orphan`.
    ///   - grace: seconds of grace, or what the object says with nil.
    /// - Throws: ``SandboxError`` when the API server refuses.
    func delete(
        _ resource: APIResource,
        _ object: KubeObject,
        policy: String = "Background",
        grace: Int64? = nil
    ) async throws {
        let path = resource.path(namespace: object.namespace, name: object.name)
        var options: Tree = [
            "kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": .string(policy),
        ]
        if let uid = object.uid { options["preconditions"] = ["uid": .string(uid)] }
        if let grace { options["gracePeriodSeconds"] = .integer(grace) }
        _ = try await send("DELETE", path, options, absent: { code, _ in code == 404 || code == 409 })
    }

    /// Creates something under a path of its own, such as a binding of a pod; nil when the object is gone.
    @discardableResult
    func post(_ path: String, _ body: Tree) async throws -> KubeObject? {
        try await send("POST", path, body, absent: Self.isGone)
    }

    private static func isGone(_ code: Int, _ reason: String) -> Bool { code == 404 }

    private func send(
        _ method: String,
        _ path: String,
        _ body: Tree,
        type: String = "application/json",
        absent: (_ code: Int, _ reason: String) -> Bool
    ) async throws -> KubeObject? {
        let request = APIRequest(
            method: method,
            path: path,
            headers: [
                HeaderField("Content-Type", type), HeaderField("Accept", "application/json"),
                HeaderField("User-Agent", agent),
            ],
            body: body.json(.compact),
            user: user
        )
        let response = await server.handle(request)
        guard case .bytes(let bytes) = response.body else { return nil }
        let answer = (try? Tree(json: bytes)) ?? .null
        if response.status < 300 { return KubeObject(answer) }
        if absent(response.status, answer["reason"]?.string ?? "") { return nil }
        let message = answer["message"]?.string ?? "status \(response.status)"
        throw SandboxError(
            response.status == 409 ? .writeConflict : .writeRefused,
            "\(message) (\(method) \(path))",
            cause: APIFault(response.status, .unknown, message)
        )
    }
}
