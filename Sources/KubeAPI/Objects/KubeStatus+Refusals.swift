// The refusals that every API server gives, worded as Kubernetes words them (apimachinery `api/errors`).
extension KubeStatus {
    /// 404 for an object that is not there.
    public static func notFound(_ resource: APIResource, name: String) -> KubeStatus {
        refusal(404, .notFound, resource, name, "\(resource.qualifiedName) \"\(name)\" not found")
    }

    /// 409 for a create over an object that is there.
    public static func alreadyExists(_ resource: APIResource, name: String) -> KubeStatus {
        refusal(409, .alreadyExists, resource, name, "\(resource.qualifiedName) \"\(name)\" already exists")
    }

    /// 409 for an update of an object that changed in between, or whose precondition failed.
    public static func conflict(_ resource: APIResource, name: String, because why: String) -> KubeStatus {
        let message = "Operation cannot be fulfilled on \(resource.qualifiedName) \"\(name)\": \(why)"
        return refusal(409, .conflict, resource, name, message)
    }

    /// 403 for what the caller may not do or admission denied.
    public static func forbidden(_ resource: APIResource, name: String, because why: String) -> KubeStatus {
        let subject = name.isEmpty ? resource.qualifiedName : "\(resource.qualifiedName) \"\(name)\""
        return refusal(403, .forbidden, resource, name, "\(subject) is forbidden: \(why)")
    }

    /// 422 for an object whose fields are wrong; `causes` become the message's list.
    public static func invalid(_ kind: GroupVersionKind, name: String, causes: [Cause]) -> KubeStatus {
        let kindName = kind.group.isEmpty ? kind.kind : "\(kind.kind).\(kind.group)"
        let lines = causes.map { $0.field.isEmpty ? $0.message : "\($0.field): \($0.message)" }
        let list = lines.count == 1 ? lines[0] : "[\(lines.joined(separator: ", "))]"
        return KubeStatus(
            code: 422,
            reason: .invalid,
            message: "\(kindName) \"\(name)\" is invalid: \(list)",
            details: Details(name: name, group: kind.group, kind: kind.kind, causes: causes)
        )
    }

    /// 400 for what cannot be understood.
    public static func badRequest(_ message: String) -> KubeStatus {
        KubeStatus(code: 400, reason: .badRequest, message: message)
    }

    /// 401 for a caller that nobody vouches for.
    public static func unauthorized(_ message: String = "Unauthorized") -> KubeStatus {
        KubeStatus(code: 401, reason: .unauthorized, message: message)
    }

    /// 410 for a resourceVersion or continue token that is too old.
    public static func expired(_ message: String) -> KubeStatus {
        KubeStatus(code: 410, reason: .expired, message: message)
    }

    /// 429, to be tried again after `seconds`.
    public static func tooManyRequests(_ message: String, retryAfter seconds: Int64) -> KubeStatus {
        KubeStatus(
            code: 429,
            reason: .tooManyRequests,
            message: message,
            details: Details(retryAfterSeconds: seconds)
        )
    }

    /// 500.
    public static func internalError(_ message: String) -> KubeStatus {
        KubeStatus(code: 500, reason: .internalError, message: "Internal error occurred: \(message)")
    }

    private static func refusal(
        _ code: Int,
        _ reason: Reason,
        _ resource: APIResource,
        _ name: String,
        _ message: String
    ) -> KubeStatus {
        let details = Details(name: name, group: resource.kind.group, kind: resource.plural)
        return KubeStatus(code: code, reason: reason, message: message, details: details)
    }
}
