internal import KubeAPI

/// One request to a resource, with what was found out about it.
struct RequestScope: Sendable {
    let request: APIRequest
    let info: RequestInfo
    let resource: ServedResource
    let warnings: WarningSink

    /// The key of the object named in the path, or to be created as `name`.
    func key(_ name: String? = nil) -> ObjectKey {
        ObjectKey(namespace: resource.api.isNamespaced ? info.namespace : nil, name: name ?? info.name ?? "")
    }

    /// The namespace, nil for kinds outside namespaces and for requests over all of them.
    var namespace: String? { resource.api.isNamespaced ? info.namespace : nil }
}
