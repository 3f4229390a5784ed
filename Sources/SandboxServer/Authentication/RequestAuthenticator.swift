internal import HTTPServing
internal import SandboxStore
internal import Synchronization

/// Finds out who sends a request: by client certificate, by bearer token, or nobody in particular; then whom they act for.
final class RequestAuthenticator: Sendable {
    /// How many certificates are kept with their users, and forgotten together.
    private static let certificateLimit = 64

    private let certificates = Mutex<[[UInt8]: UserInfo]>([:])
    private let tokens: ServiceAccountTokens
    private let authorizer: RBACAuthorizer

    /// Makes an authenticator.
    init(tokens: ServiceAccountTokens, authorizer: RBACAuthorizer) {
        self.tokens = tokens
        self.authorizer = authorizer
    }

    /// The user to act as.
    ///
    /// - Throws: ``APIFault`` 401 for a token that does not hold, 400 for an impersonation that names no user, 403 for one
    ///   that is not allowed.
    func user(headers: HeaderFields, peer: ConnectionPeer) async throws(APIFault) -> UserInfo {
        let user = try await sender(headers, peer)
        guard let wanted = try ImpersonationHeaders(headers) else { return user }
        for question in wanted.questions(by: user) {
            let decision = await authorizer.decide(question)
            guard decision.isAllowed else {
                throw APIFault.forbidden(
                    GroupResource(group: question.group, resource: question.resource),
                    question.name,
                    "User \"\(user.name)\" cannot impersonate resource \"\(question.resource)\" in API group "
                        + "\"\(question.group)\" at the cluster scope"
                )
            }
        }
        return wanted.user
    }

    /// The user of a certificate that TLS has checked; a connection brings the same one with each request.
    private func user(_ certificate: [UInt8]) -> UserInfo? {
        if let known = certificates.withLock({ $0[certificate] }) { return known }
        guard let user = ClientCertificate.user(der: certificate) else { return nil }
        certificates.withLock { known in
            if known.count >= Self.certificateLimit { known.removeAll() }
            known[certificate] = user
        }
        return user
    }

    private func sender(_ headers: HeaderFields, _ peer: ConnectionPeer) async throws(APIFault) -> UserInfo {
        if let certificate = peer.certificates.first, let user = user(certificate) { return user }
        guard let credentials = headers["authorization"] else { return .anonymous }
        let parts = credentials.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw APIFault.unauthorized() }
        do {
            return try await tokens.user(of: String(parts[1])).0
        } catch {
            throw APIFault.unauthorized()
        }
    }
}

/// The user that the `Impersonate-…` headers of a request name ("User impersonation" in the Kubernetes documentation).
struct ImpersonationHeaders: Sendable, Hashable {
    /// The user to act as.
    let user: UserInfo
    private let named: UserInfo

    /// Reads the headers; nil when there are none.
    ///
    /// - Throws: 400 when they name groups, a uid or more, but no user: the sender would go on as itself unawares.
    init?(_ headers: HeaderFields) throws(APIFault) {
        let name = headers["impersonate-user"] ?? ""
        let groups = headers.values("impersonate-group")
        var extra: [String: [String]] = [:]
        let prefix = "impersonate-extra-"
        for field in headers.fields where field.name.lowercased().hasPrefix(prefix) {
            extra[String(field.name.lowercased().dropFirst(prefix.count)), default: []].append(field.value)
        }
        let uid = headers["impersonate-uid"] ?? ""
        guard !name.isEmpty else {
            if groups.isEmpty, uid.isEmpty, extra.isEmpty { return nil }
            throw APIFault.badRequest(
                "requested \(Self.goText(uid, groups, extra)) without impersonating a user name"
            )
        }
        named = UserInfo(name: name, uid: uid, groups: groups, extra: extra)
        var user = named
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 4, name.hasPrefix("system:serviceaccount:"), groups.isEmpty {
            user.groups = ["system:serviceaccounts", "system:serviceaccounts:\(parts[2])"]
        }
        let isNobody = name == UserInfo.anonymous.name
        let standing = isNobody ? "system:unauthenticated" : "system:authenticated"
        // Who asks to count as unauthenticated does.
        let says = isNobody ? [standing] : [standing, "system:unauthenticated"]
        if !user.groups.contains(where: says.contains) { user.groups.append(standing) }
        self.user = user
    }

    /// What was asked for, as Go prints it.
    private static func goText(_ uid: String, _ groups: [String], _ extra: [String: [String]]) -> String {
        func list(_ values: [String]) -> String {
            values.isEmpty ? "[]string(nil)" : "[]string{" + values.map { "\"\($0)\"" }.joined(separator: ", ") + "}"
        }
        let entries = extra.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\(list($0.value))" }
        let map = "map[string][]string" + (entries.isEmpty ? "(nil)" : "{\(entries.joined(separator: ", "))}")
        return "&user.DefaultInfo{Name:\"\", UID:\"\(uid)\", Groups:\(list(groups)), Extra:\(map)}"
    }

    /// What the sender must be allowed to do: `impersonate` on every part that is named.
    func questions(by sender: UserInfo) -> [AuthorizationAttributes] {
        func question(_ group: String, _ resource: String, _ name: String) -> AuthorizationAttributes {
            var question = AuthorizationAttributes(user: sender, verb: "impersonate", path: "")
            question.group = group
            question.resource = resource
            question.name = name
            return question
        }
        var questions: [AuthorizationAttributes] = []
        let parts = named.name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 4, named.name.hasPrefix("system:serviceaccount:") {
            var account = question("", "serviceaccounts", parts[3])
            account.namespace = parts[2]
            questions.append(account)
        } else {
            questions.append(question("", "users", named.name))
        }
        questions += named.groups.map { question("", "groups", $0) }
        if !named.uid.isEmpty { questions.append(question("authentication.k8s.io", "uids", named.uid)) }
        for (key, values) in named.extra.sorted(by: { $0.key < $1.key }) {
            questions += values.map { value in
                var extra = question("authentication.k8s.io", "userextras", value)
                extra.subresource = key
                return extra
            }
        }
        return questions
    }
}
