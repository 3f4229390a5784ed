internal import KubeAPI

/// What somebody wants to do, as authorization is asked.
package struct AuthorizationAttributes: Sendable, Hashable {
    /// Who.
    package var user: UserInfo
    /// What is done: a verb of RBAC, or the lower-case HTTP method for paths that are no resource.
    package var verb: String
    /// The API group.
    package var group = ""
    /// The version.
    package var version = ""
    /// The plural, empty for paths that are no resource.
    package var resource = ""
    /// The subresource, empty for none.
    package var subresource = ""
    /// The namespace, empty outside one.
    package var namespace = ""
    /// The object's name, empty for all.
    package var name = ""
    /// The path.
    package var path: String

    /// Makes a question about a path that is no resource.
    package init(user: UserInfo, verb: String, path: String) {
        self.user = user
        self.verb = verb
        self.path = path
    }

    /// Makes a question about a resource.
    package init(user: UserInfo, info: RequestInfo, path: String) {
        self.init(user: user, verb: info.verb.rawValue, path: path)
        group = info.group
        version = info.version
        resource = info.resource
        subresource = info.subresource ?? ""
        namespace = info.namespace ?? ""
        name = info.name ?? ""
    }
}
