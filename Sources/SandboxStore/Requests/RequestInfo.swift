/// What a path and a method ask for, by the rules of kube-apiserver's request info.
package struct RequestInfo: Sendable, Hashable {
    /// What is done, in the words of RBAC.
    package enum Verb: String, Sendable, Hashable {
        case get, list, watch, create, update, patch, delete
        case deleteCollection = "deletecollection"
    }

    /// What is to be done.
    package var verb: Verb
    /// The API group, empty for the core group.
    package var group: String
    /// The version asked for.
    package var version: String
    /// The namespace, nil outside one.
    package var namespace: String?
    /// The plural.
    package var resource: String
    /// The subresource, nil for the object itself; with deeper paths the rest joined by `/`.
    package var subresource: String?
    /// The object's name, nil for the collection.
    package var name: String?

    /// The collection asked for.
    package var groupResource: GroupResource { GroupResource(group: group, resource: resource) }

    /// Reads a request to a resource; nil for anything else, such as discovery.
    package init?(_ request: APIRequest) {
        var parts = request.path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        guard let prefix = parts.first else { return nil }
        switch prefix {
        case "api" where parts.count >= 3:
            (group, version) = ("", parts[1])
            parts.removeFirst(2)
        case "apis" where parts.count >= 4:
            (group, version) = (parts[1], parts[2])
            parts.removeFirst(3)
        default: return nil
        }
        var isOldWatch = false
        if parts.first == "watch", parts.count > 1 {
            isOldWatch = true
            parts.removeFirst()
        }
        namespace = nil
        if parts.first == "namespaces" {
            if parts.count >= 2 { namespace = parts[1] }
            if parts.count >= 3, !["status", "finalize"].contains(parts[2]) { parts.removeFirst(2) }
        }
        guard let resource = parts.first else { return nil }
        self.resource = resource
        self.name = parts.count > 1 ? parts[1] : nil
        self.subresource = parts.count > 2 ? parts[2...].joined(separator: "/") : nil
        if resource == "namespaces", group.isEmpty { namespace = name }
        guard let verb = Self.verb(request, hasName: name != nil, isOldWatch: isOldWatch) else { return nil }
        self.verb = verb
    }

    private static func verb(_ request: APIRequest, hasName: Bool, isOldWatch: Bool) -> Verb? {
        switch request.method {
        case "POST": return .create
        case "PUT": return .update
        case "PATCH": return .patch
        case "DELETE": return hasName ? .delete : .deleteCollection
        case "GET", "HEAD":
            if isOldWatch { return .watch }
            if hasName { return .get }
            return ["true", "1"].contains(request.parameter("watch") ?? "") ? .watch : .list
        default: return nil
        }
    }
}
