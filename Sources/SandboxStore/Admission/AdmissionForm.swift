package import DataTree
package import KubeAPI

/// One version, or group, at which an object of a request can be shown to a webhook or a policy.
package struct AdmissionForm: Sendable {
    /// Turns an object into another form of the same kind.
    package typealias Conversion = @Sendable (Tree) async throws(APIFault) -> Tree

    /// The kind.
    package var kind: GroupVersionKind
    /// The plural.
    package var resource: String
    /// Shows an object of the request in this form; nil where the request is in it already.
    package var show: Conversion?
    /// Brings an object of this form back into that of the request; nil where it is in that already.
    package var restore: Conversion?

    /// Makes a form.
    package init(kind: GroupVersionKind, resource: String, show: Conversion? = nil, restore: Conversion? = nil) {
        self.kind = kind
        self.resource = resource
        self.show = show
        self.restore = restore
    }

    /// An object of the request in this form, nil for none.
    package func shown(_ object: Tree?) async throws(APIFault) -> Tree? {
        guard let object, let show else { return object }
        return try await show(object)
    }

    /// An object of this form in that of the request, nil for none.
    package func restored(_ object: Tree?) async throws(APIFault) -> Tree? {
        guard let object, let restore else { return object }
        return try await restore(object)
    }
}

extension AdmissionAttributes {
    /// The form of the request itself.
    package var form: AdmissionForm { AdmissionForm(kind: kind, resource: resource) }

    /// The request as an AdmissionReview and expressions show it, without identifier and objects.
    ///
    /// - Parameter form: The form in which the objects are shown.
    /// - Returns: An `AdmissionRequest` of admission.k8s.io/v1.
    package func requestTree(as form: AdmissionForm) -> Tree {
        var request: Tree = [
            "kind": Self.tree(form.kind), "resource": Self.tree(form.kind, form.resource),
            "requestKind": Self.tree(kind), "requestResource": Self.tree(kind, resource),
            "operation": .string(operation.rawValue), "userInfo": user.tree, "dryRun": .bool(isDryRun),
            "options": options,
        ]
        if !name.isEmpty { request["name"] = .string(name) }
        if let namespace { request["namespace"] = .string(namespace) }
        if !subresource.isEmpty {
            request["subResource"] = .string(subresource)
            request["requestSubResource"] = .string(subresource)
        }
        return request
    }

    private static func tree(_ kind: GroupVersionKind, _ resource: String? = nil) -> Tree {
        var result: Tree = ["group": .string(kind.group), "version": .string(kind.version)]
        if let resource { result["resource"] = .string(resource) } else { result["kind"] = .string(kind.kind) }
        return result
    }
}
