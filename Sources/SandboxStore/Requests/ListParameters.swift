internal import KubeAPI

/// The parameters of a list or a watch (`ListOptions` of meta/v1), checked.
struct ListParameters: Sendable {
    /// What `resourceVersionMatch` says.
    enum Match: String, Sendable {
        case exact = "Exact"
        case notOlderThan = "NotOlderThan"
    }

    var labels: LabelSelector
    var fields: FieldSelector
    /// The revision named; nil where none is, 0 for any.
    var revision: UInt64?
    var match: Match?
    var limit: Int
    var token: String?
    var timeoutSeconds: Int?
    var allowsBookmarks: Bool
    var sendsInitialEvents: Bool?

    init(_ request: APIRequest, isWatch: Bool) throws(APIFault) {
        do {
            labels = try LabelSelector(text: request.parameter("labelSelector") ?? "")
            fields = try FieldSelector(text: request.parameter("fieldSelector") ?? "")
        } catch {
            throw .badRequest(Self.text(of: error))
        }
        match = nil
        revision = nil
        limit = try Self.number(request, "limit") ?? 0
        timeoutSeconds = try Self.number(request, "timeoutSeconds")
        token = request.parameter("continue")
        allowsBookmarks = try Self.flag(request, "allowWatchBookmarks") ?? false
        sendsInitialEvents = try Self.flag(request, "sendInitialEvents")
        let issues = Self.issues(request, isWatch: isWatch, sendsInitialEvents: sendsInitialEvents)
        if !issues.isEmpty {
            let kind = GroupVersionKind(group: "meta.k8s.io", version: "v1", kind: "ListOptions")
            throw .invalid(kind, "", issues)
        }
        match = request.parameter("resourceVersionMatch").flatMap(Match.init)
        revision = try Self.revision(request, isWatch: isWatch)
    }

    /// What a list or watch asks for when it asks for nothing.
    private static func text(of error: any Error) -> String { (error as? SelectorError)?.message ?? "\(error)" }

    private static func revision(_ request: APIRequest, isWatch: Bool) throws(APIFault) -> UInt64? {
        guard let text = request.parameter("resourceVersion") else { return nil }
        guard let revision = UInt64(text) else {
            if isWatch { throw APIFault(500, .unknown, "strconv.ParseUint: parsing \"\(text)\": invalid syntax") }
            throw .badRequest("invalid resourceVersion: strconv.ParseUint: parsing \"\(text)\": invalid syntax")
        }
        return revision
    }

    private static func number(_ request: APIRequest, _ name: String) throws(APIFault) -> Int? {
        guard let text = request.parameter(name) else { return nil }
        guard let value = Int(text) else {
            throw .badRequest("strconv.ParseInt: parsing \"\(text)\": invalid syntax")
        }
        return value
    }

    private static func flag(_ request: APIRequest, _ name: String) throws(APIFault) -> Bool? {
        guard let text = request.parameter(name) else { return nil }
        // Kubernetes reads any text but these as true.
        return !["false", "0"].contains(text.lowercased())
    }

    private static func issues(_ request: APIRequest, isWatch: Bool, sendsInitialEvents: Bool?) -> [FaultCause] {
        let match = request.parameter("resourceVersionMatch")
        let revision = request.parameter("resourceVersion")
        let known = ["Exact", "NotOlderThan", ""]
        var issues: [FaultCause] = []
        let field = "resourceVersionMatch"
        if isWatch {
            if let match {
                if sendsInitialEvents == nil {
                    issues.append(
                        .forbidden(
                            field,
                            "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
                        )
                    )
                }
                if match != "NotOlderThan", sendsInitialEvents != nil {
                    issues.append(
                        .forbidden(field, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
                    )
                }
                if match != "NotOlderThan" { issues.append(.notSupported(field, match, ["NotOlderThan"])) }
                if request.parameter("continue") != nil {
                    issues.append(.forbidden(field, "resourceVersionMatch is forbidden when continue is provided"))
                }
            } else if sendsInitialEvents != nil {
                issues.append(
                    .forbidden(field, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
                )
            }
            return issues
        }
        if let match {
            if revision == nil {
                issues.append(.forbidden(field, "resourceVersionMatch is forbidden unless resourceVersion is provided"))
            }
            if request.parameter("continue") != nil {
                issues.append(.forbidden(field, "resourceVersionMatch is forbidden when continue is provided"))
            }
            if !known.contains(match) { issues.append(.notSupported(field, match, known)) }
            if match == "Exact", revision == "0" {
                issues.append(
                    .forbidden(field, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"")
                )
            }
        }
        if sendsInitialEvents != nil {
            issues.append(.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"))
        }
        return issues
    }
}

extension APIFault {
    /// 422: the revision is no number.
    static func invalidRevision(_ text: String) -> APIFault {
        var details = Details()
        let message = "Invalid value: \"\(text)\": strconv.ParseUint: parsing \"\(text)\": invalid syntax"
        details.causes = [FaultCause(reason: "FieldValueInvalid", message: message, field: "resourceVersion")]
        return APIFault(422, .invalid, " \"\" is invalid: resourceVersion: \(message)", details: details)
    }
}
