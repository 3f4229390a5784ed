internal import DataTree
internal import KubeAPI

/// Finds the objects that a binding hands to its policy as `params`.
struct PolicyParams: Sendable {
    let context: ServerContext
    private let kind: GroupVersionKind?
    private let resource: ServedResource?

    /// Looks up who serves the policy's `paramKind`, if it has one.
    init(context: ServerContext, kind: GroupVersionKind?) {
        self.context = context
        self.kind = kind
        resource = kind.flatMap { context.registry.resource($0) }
    }

    /// Why no parameters can be found for any binding; nil when they can.
    var problem: String? {
        guard let kind, resource == nil else { return nil }
        let version = kind.group.isEmpty ? "/\(kind.version)" : kind.apiVersion
        return "failed to find resource referenced by paramKind: '\(version), Kind=\(kind.kind)'"
    }

    /// The parameters of a binding, one evaluation for each; nil stands for none.
    ///
    /// - Parameters:
    ///   - spec: The binding's `spec`.
    ///   - namespace: The namespace of the request's object.
    /// - Returns: The objects; empty when there are none and that is allowed.
    /// - Throws: Why the binding cannot be used.
    func found(_ spec: Tree, _ namespace: String?) async throws(PolicyFailure) -> [Tree?] {
        guard let resource, let reference = spec["paramRef"] else { return [nil] }
        let place = try place(reference["namespace"]?.string ?? "", resource, namespace)
        let wanted = reference["name"]?.string ?? ""
        var found: [Tree]
        if wanted.isEmpty {
            guard let selector = try? LabelSelector(reference["selector"] ?? .null) else {
                throw PolicyFailure(text: "one of name or selector must be provided")
            }
            found = try await list(resource, place).filter { selector.matches(KubeObject($0).labels) }
        } else {
            found = try await get(resource, ObjectKey(namespace: place, name: wanted))
        }
        if found.isEmpty, reference["parameterNotFoundAction"] == "Deny" {
            throw PolicyFailure(text: "no params found for policy binding with `Deny` parameterNotFoundAction")
        }
        return found
    }

    private func place(_ given: String, _ resource: ServedResource, _ namespace: String?) throws(PolicyFailure)
        -> String?
    {
        guard resource.api.isNamespaced else {
            if given.isEmpty { return nil }
            throw PolicyFailure(text: "paramRef.namespace must not be provided for a cluster-scoped `paramKind`")
        }
        if !given.isEmpty { return given }
        if let namespace { return namespace }
        throw PolicyFailure(
            text: "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources"
        )
    }

    private func get(_ resource: ServedResource, _ key: ObjectKey) async throws(PolicyFailure) -> [Tree] {
        do throws(APIFault) {
            guard let object = try await context.read(resource, key) else { return [] }
            return [try await context.served(object.tree, resource)]
        } catch {
            throw PolicyFailure(text: error.message)
        }
    }

    private func list(_ resource: ServedResource, _ namespace: String?) async throws(PolicyFailure) -> [Tree] {
        let stored = context.storage.peek(resource.collection).filter {
            namespace == nil || $0.key.namespace == namespace
        }
        do throws(APIFault) {
            return try await context.served(stored.map(\.tree), resource)
        } catch {
            throw PolicyFailure(text: error.message)
        }
    }
}
