internal import DataTree
package import KubeAPI

/// The refusals of kube-apiserver (`k8s.io/apimachinery/pkg/api/errors`), word by word.
extension APIFault {
    /// 404: there is no such object.
    package static func notFound(_ resource: GroupResource, _ name: String) -> APIFault {
        APIFault(404, .notFound, "\(resource) \"\(name)\" not found", details: Details(resource, name: name))
    }

    /// 409: the name is taken.
    package static func alreadyExists(_ resource: GroupResource, _ name: String) -> APIFault {
        APIFault(
            409,
            .alreadyExists,
            "\(resource) \"\(name)\" already exists",
            details: Details(resource, name: name)
        )
    }

    /// 409: the generated name is taken, several times over.
    package static func generateNameConflict(_ resource: GroupResource, _ name: String) -> APIFault {
        var details = Details(resource, name: name)
        details.retryAfterSeconds = 1
        let message =
            "\(resource) \"\(name)\" already exists, the server was not able to generate a unique name for the object"
        return APIFault(409, .alreadyExists, message, details: details)
    }

    /// 409: something does not fit the present state.
    package static func conflict(_ resource: GroupResource, _ name: String, _ why: String) -> APIFault {
        APIFault(
            409,
            .conflict,
            "Operation cannot be fulfilled on \(resource) \"\(name)\": \(why)",
            details: Details(resource, name: name)
        )
    }

    /// 409: the object was written since it was read.
    package static func modified(_ resource: GroupResource, _ name: String) -> APIFault {
        conflict(
            resource,
            name,
            "the object has been modified; please apply your changes to the latest version and try again"
        )
    }

    /// 403: the user may not, or the state forbids it.
    package static func forbidden(_ resource: GroupResource, _ name: String, _ why: String) -> APIFault {
        let message =
            if name.isEmpty { "\(resource) is forbidden: \(why)" } else {
                "\(resource) \"\(name)\" is forbidden: \(why)"
            }
        return APIFault(403, .forbidden, message, details: Details(resource, name: name))
    }

    /// 422: values are wrong.
    package static func invalid(_ kind: GroupVersionKind, _ name: String, _ issues: [FaultCause]) -> APIFault {
        let groupKind = GroupResource(group: kind.group, resource: kind.kind)
        var message = "\(groupKind) \"\(name)\" is invalid"
        var lines: [String] = []
        for line in issues.map({ $0.field.isEmpty ? $0.message : "\($0.field): \($0.message)" })
        where !lines.contains(line) {
            lines.append(line)
        }
        switch lines.count {
        case 0: break
        case 1: message += ": \(lines[0])"
        default: message += ": [\(lines.joined(separator: ", "))]"
        }
        return APIFault(422, .invalid, message, details: Details(groupKind, name: name, causes: issues))
    }

    /// 400: the request makes no sense.
    package static func badRequest(_ message: String) -> APIFault { APIFault(400, .badRequest, message) }

    /// 405: the kind does not know the verb.
    package static func notSupported(_ resource: GroupResource, _ action: String) -> APIFault {
        APIFault(
            405,
            .methodNotAllowed,
            "\(action) is not supported on resources of kind \"\(resource)\"",
            details: Details(resource, name: "")
        )
    }

    /// 410: the revision is no longer kept.
    package static func expired(_ message: String) -> APIFault { APIFault(410, .expired, message) }

    /// 504: the revision asked for has not happened yet.
    package static func tooLargeRevision(_ asked: UInt64, current: UInt64) -> APIFault {
        var details = Details()
        details.causes = [
            FaultCause(reason: "ResourceVersionTooLarge", message: "Too large resource version", field: "")
        ]
        details.retryAfterSeconds = 1
        return APIFault(
            504,
            .timeout,
            "Too large resource version: \(asked), current: \(current)",
            details: details
        )
    }

    /// 500: a fault of this server.
    package static func internalError(_ message: String) -> APIFault {
        var details = Details()
        details.causes = [FaultCause(reason: "", message: message, field: "")]
        return APIFault(500, .internalError, "Internal error occurred: \(message)", details: details)
    }

    /// 500: an object to be created names the revision of one that is there already.
    static func revisionOnCreate() -> APIFault {
        APIFault(500, .unknown, "resourceVersion should not be set on objects to be created")
    }

    /// 429: too many at once, or not now.
    package static func tooManyRequests(_ message: String, retryAfterSeconds: Int) -> APIFault {
        var details = Details()
        if retryAfterSeconds > 0 { details.retryAfterSeconds = Int64(retryAfterSeconds) }
        return APIFault(429, .tooManyRequests, message, details: details)
    }

    /// 415: the body's media type is not known.
    package static func unsupportedMediaType(_ accepted: [String]) -> APIFault {
        APIFault(
            415,
            .unsupportedMediaType,
            "the body of the request was in an unknown format - accepted media types include: "
                + accepted.joined(separator: ", ")
        )
    }

    /// 406: no media type the client takes can be produced.
    package static func notAcceptable(_ offered: [String]) -> APIFault {
        APIFault(
            406,
            .notAcceptable,
            "only the following media types are accepted: " + offered.joined(separator: ", ")
        )
    }

    /// 404: the path is within a known API, but nothing is served there.
    package static func unknownPath() -> APIFault {
        APIFault(404, .notFound, "the server could not find the requested resource", details: Details())
    }

    /// 405: the path is known, but not with that method.
    package static func methodNotAllowed() -> APIFault {
        APIFault(
            405,
            .methodNotAllowed,
            "the server does not allow this method on the requested resource",
            details: Details()
        )
    }

    /// 413: a JSON patch of more operations than the server takes.
    static func tooManyOperations(_ count: Int) -> APIFault {
        let most = JSONPatch.maxOperations
        let what = "The allowed maximum operations in a JSON patch is \(most), got \(count)"
        return APIFault(413, .requestEntityTooLarge, "Request entity too large: \(what)")
    }

    /// 413: the body is larger than the server takes.
    package static func tooLarge(_ limit: Int) -> APIFault {
        APIFault(413, .requestEntityTooLarge, "Request entity too large: limit is \(limit)")
    }

    /// 401: nobody knows who asks.
    package static func unauthorized() -> APIFault { APIFault(401, .unauthorized, "Unauthorized") }
}

/// What is wrong with a value, in the words of Kubernetes' field errors (`k8s.io/apimachinery/pkg/util/validation/field`).
extension KubeStatus.Cause {
    /// The field must be set.
    package static func required(_ field: String, _ detail: String = "") -> FaultCause {
        FaultCause(
            reason: "FieldValueRequired",
            message: "Required value" + (detail.isEmpty ? "" : ": \(detail)"),
            field: field
        )
    }

    /// The field's value is not allowed; `value` is written as Go's `%#v` would, a string quoted.
    package static func invalid(_ field: String, _ value: String, _ detail: String) -> FaultCause {
        FaultCause(reason: "FieldValueInvalid", message: "Invalid value: \(value): \(detail)", field: field)
    }

    /// The field must not be set that way.
    package static func forbidden(_ field: String, _ detail: String) -> FaultCause {
        FaultCause(reason: "FieldValueForbidden", message: "Forbidden: \(detail)", field: field)
    }

    /// The value occurs twice.
    package static func duplicate(_ field: String, _ value: String) -> FaultCause {
        FaultCause(reason: "FieldValueDuplicate", message: "Duplicate value: \(value)", field: field)
    }

    /// The value is not one of those known.
    package static func notSupported(_ field: String, _ value: String, _ supported: [String]) -> FaultCause {
        let list = supported.map { "\"\($0)\"" }.joined(separator: ", ")
        return FaultCause(
            reason: "FieldValueNotSupported",
            message: "Unsupported value: \"\(value)\": supported values: \(list)",
            field: field
        )
    }

    /// The modes of a dry run are not all known.
    static func unsupportedDryRun(_ modes: [String]) -> FaultCause {
        let list = modes.map { "\"\($0)\"" }.joined(separator: ",")
        return FaultCause(
            reason: "FieldValueNotSupported",
            message: "Unsupported value: [\(list)]: supported values: \"All\"",
            field: "dryRun"
        )
    }

    /// What the field names does not exist.
    package static func notFound(_ field: String, _ value: String) -> FaultCause {
        FaultCause(reason: "FieldValueNotFound", message: "Not found: \(value)", field: field)
    }
}
