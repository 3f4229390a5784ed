internal import DataTree
internal import KubeAPI

/// Serves what is asked rather than stored: access and token reviews, and bindings.
struct Reviews: Sendable {
    let context: ServerContext

    func handle(_ scope: RequestScope) async throws(APIFault) -> APIResponse {
        let presenter = try ObjectPresenter(context: context, scope: scope)
        var review = try BodyCodec.decode(scope.request)
        let hooks = context.configuration.hooks
        let spec = review["spec"] ?? [:]
        review["kind"] = .string(scope.resource.kind.kind)
        review["apiVersion"] = .string(scope.resource.kind.apiVersion)
        review.fill("metadata", [:])
        let parameters = try WriteParameters(scope.request, kind: "CreateOptions")
        review = FieldOwnership(
            resource: scope.resource,
            subresource: "",
            manager: parameters.manager,
            time: context.timestamp
        ).tracked(review, from: nil)
        let issues = AccessReviewRules.issues(scope.resource.kind.kind, review, namespace: scope.namespace ?? "")
        if !issues.isEmpty {
            let kind = scope.resource.kind
            throw .invalid(GroupVersionKind(group: kind.group, version: kind.version, kind: ""), "", issues)
        }
        switch scope.resource.kind.kind {
        case "TokenReview":
            guard let judge = hooks.reviewToken else { throw .unknownPath() }
            review["status"] = await judge(spec)
        case "SelfSubjectReview":
            review["status"] = ["userInfo": scope.request.user.tree]
            review.set(.string(context.timestamp), at: ["metadata", "creationTimestamp"])
        case "SelfSubjectAccessReview": review["status"] = await access(scope.request.user, spec, nil)
        case "SubjectAccessReview", "LocalSubjectAccessReview":
            review["status"] = await access(Self.user(spec), spec, scope.namespace)
        case "SelfSubjectRulesReview":
            let namespace = spec["namespace"]?.string ?? ""
            review["status"] = await hooks.rules?(scope.request.user, namespace) ?? Self.allRules
        case "Binding": return try await bind(scope, review)
        default: throw .unknownPath()
        }
        return presenter.plain(review, status: 201)
    }

    private func bind(_ scope: RequestScope, _ binding: Tree) async throws(APIFault) -> APIResponse {
        guard let pods = context.registry.resource(group: "", version: "v1", plural: "pods") else {
            throw .unknownPath()
        }
        var info = scope.info
        info.resource = "pods"
        info.name = KubeObject(binding).name
        let inner = RequestScope(request: scope.request, info: info, resource: pods, warnings: scope.warnings)
        return try await BindingHandler(context: context).bind(inner)
    }

    private static let allRules: Tree = [
        "resourceRules": [["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]]],
        "nonResourceRules": [["verbs": ["*"], "nonResourceURLs": ["*"]]], "incomplete": false,
    ]

    private func access(_ user: UserInfo, _ spec: Tree, _ namespace: String?) async -> Tree {
        guard let authorize = context.configuration.hooks.authorize else { return ["allowed": true] }
        let resource = spec["resourceAttributes"]
        let path = spec["nonResourceAttributes"]
        var attributes = AuthorizationAttributes(
            user: user,
            verb: (resource ?? path)?["verb"]?.string ?? "",
            path: path?["path"]?.string ?? ""
        )
        if let resource {
            attributes.group = resource["group"]?.string ?? ""
            attributes.version = resource["version"]?.string ?? ""
            attributes.resource = resource["resource"]?.string ?? ""
            attributes.subresource = resource["subresource"]?.string ?? ""
            attributes.namespace = namespace ?? resource["namespace"]?.string ?? ""
            attributes.name = resource["name"]?.string ?? ""
        }
        let decision = await authorize(attributes)
        var status: Tree = ["allowed": .bool(decision.isAllowed)]
        if !decision.reason.isEmpty { status["reason"] = .string(decision.reason) }
        return status
    }

    private static func user(_ spec: Tree) -> UserInfo {
        var extra: [String: [String]] = [:]
        for entry in spec["extra"]?.object?.entries ?? [] {
            extra[entry.key] = (entry.value.array ?? []).compactMap(\.string)
        }
        return UserInfo(
            name: spec["user"]?.string ?? "",
            uid: spec["uid"]?.string ?? "",
            groups: (spec["groups"]?.array ?? []).compactMap(\.string),
            extra: extra
        )
    }
}
