public import KubeAPI

/// Where resources and objects live below the root of the API (Kubernetes API concepts, "Resource URIs").
public enum ResourcePath {
    /// `/api/v1` for the core group, `/apis/GROUP/VERSION` for others.
    public static func version(_ kind: GroupVersionKind) -> String {
        let version = PercentEncoding.pathSegment(kind.version)
        return kind.group.isEmpty ? "/api/\(version)" : "/apis/\(PercentEncoding.pathSegment(kind.group))/\(version)"
    }

    /// The collection of a resource, in one namespace or in all of them.
    ///
    /// A namespace given for a cluster-scoped resource is left out.
    public static func collection(_ resource: APIResource, namespace: String?) -> String {
        var path = version(resource.kind)
        if resource.isNamespaced, let namespace {
            path += "/namespaces/\(PercentEncoding.pathSegment(namespace))"
        }
        return path + "/" + PercentEncoding.pathSegment(resource.plural)
    }

    /// One object, or one of its subresources.
    ///
    /// Throws code `invalidRequest` when the name is empty or cannot be part of a path, or when a namespace is missing.
    public static func object(
        _ resource: APIResource,
        _ key: ObjectKey,
        _ subresource: Subresource? = nil
    ) throws(KubeError) -> String {
        try check(key.name, "name", resource)
        try checkNamespace(key.namespace, resource)
        let path = collection(resource, namespace: key.namespace) + "/" + PercentEncoding.pathSegment(key.name)
        guard let subresource else { return path }
        let segments = subresource.name.split(separator: "/").map { PercentEncoding.pathSegment(String($0)) }
        return path + "/" + segments.joined(separator: "/")
    }

    /// Throws code `invalidRequest` when an object of `resource` could not live in `namespace`.
    static func checkNamespace(_ namespace: String?, _ resource: APIResource) throws(KubeError) {
        guard resource.isNamespaced else { return }
        guard let namespace else {
            throw KubeError(.invalidRequest, "\(resource.qualifiedName) live in namespaces; name one in the key")
        }
        try check(namespace, "namespace", resource)
    }

    private static func check(_ text: String, _ what: String, _ resource: APIResource) throws(KubeError) {
        guard let issue = NameRule.pathSegment.issues(in: text).first else { return }
        throw KubeError(.invalidRequest, "\(what) \"\(text)\" of \(resource.qualifiedName): \(issue)")
    }
}
