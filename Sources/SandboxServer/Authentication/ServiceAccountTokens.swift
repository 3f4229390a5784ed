internal import DataTree
internal import KubeAPI
internal import MeshBase
internal import SandboxStore

/// Issues and judges the tokens of service accounts (TokenRequest and TokenReview of authentication.k8s.io/v1).
struct ServiceAccountTokens: Sendable {
    /// The issuer, and the audience of tokens for the API server itself.
    static let issuer = "https://kubernetes.default.svc.cluster.local"
    /// How long a token may hold, in seconds; kube-apiserver's own bounds.
    static let lifetimes: ClosedRange<Int64> = 600...(1 << 32)

    private let signer: TokenSigner
    private let reader: ClusterReader
    private let now: WallClock
    private let random: RandomSource

    /// Makes an issuer.
    init(signer: TokenSigner, reader: ClusterReader, now: @escaping WallClock, random: RandomSource) {
        self.signer = signer
        self.reader = reader
        self.now = now
        self.random = random
    }

    /// The keys that tokens are checked with.
    var keySet: Tree { signer.keySet }

    // MARK: Issuing

    /// Issues a token for a service account as a TokenRequest asks: the request's `status`.
    func issue(_ account: KubeObject, _ request: Tree) async throws(APIFault) -> Tree {
        let seconds = request["spec"]?["expirationSeconds"]?.integer ?? 3600
        guard Self.lifetimes.contains(seconds) else {
            let detail =
                seconds < Self.lifetimes.lowerBound
                ? "may not specify a duration less than 10 minutes"
                : "may not specify a duration larger than 2^32 seconds"
            let issue = FaultCause.invalid("spec.expirationSeconds", String(seconds), detail)
            throw APIFault.invalid(Self.requestKind, "", [issue])
        }
        let start = now().seconds
        let asked = request["spec"]?["audiences"]?.array?.compactMap(\.string) ?? []
        let claims = TokenClaims(
            issuer: Self.issuer,
            audiences: asked.isEmpty ? [Self.issuer] : asked,
            validity: start..<(start + seconds),
            identifier: identifier(),
            namespace: account.namespace ?? "",
            serviceAccount: .init(name: account.name, uid: account.uid ?? ""),
            bound: try await boundObject(request["spec"]?["boundObjectRef"], account)
        )
        do {
            return [
                "token": .string(try signer.sign(claims)),
                "expirationTimestamp": .string(Timestamp(seconds: claims.validity.upperBound).rfc3339),
            ]
        } catch {
            throw APIFault.internalError("the token cannot be signed: \(error)")
        }
    }

    /// A token for a service account that holds for `seconds`, for use by the sandbox itself.
    func token(_ account: KubeObject, seconds: Int64) async throws -> String {
        let status = try await issue(account, ["spec": ["expirationSeconds": .integer(seconds)]])
        return status["token"]?.string ?? ""
    }

    private static let requestKind = GroupVersionKind(
        group: "authentication.k8s.io",
        version: "v1",
        kind: "TokenRequest"
    )

    private func boundObject(
        _ reference: Tree?,
        _ account: KubeObject
    ) async throws(APIFault) -> [String: TokenClaims.Reference] {
        guard let reference, let name = reference["name"]?.string else { return [:] }
        let kind = (reference["kind"]?.string ?? "").lowercased()
        guard let resource = Self.bindable[kind] else {
            let issue = FaultCause.invalid("spec.boundObjectRef.kind", "\"\(kind)\"", "must be Pod, Secret or Node")
            throw APIFault.invalid(Self.requestKind, "", [issue])
        }
        let key = ObjectKey(namespace: kind == "node" ? nil : account.namespace, name: name)
        guard let object = try? await reader.get(resource, key), let uid = object.uid else {
            throw APIFault.notFound(GroupResource(resource), name)
        }
        if let wanted = reference["uid"]?.string, wanted != uid {
            throw APIFault.conflict(
                GroupResource(resource),
                name,
                "the UID in the bound object reference (\(wanted)) does not match"
            )
        }
        var bound = [kind: TokenClaims.Reference(name: name, uid: uid)]
        if kind == "pod", let node = object.tree.value(at: "spec", "nodeName")?.string,
            let nodeUID = try? await reader.get(.nodes, ObjectKey(name: node))?.uid
        {
            bound["node"] = TokenClaims.Reference(name: node, uid: nodeUID)
        }
        return bound
    }

    private static let bindable: [String: APIResource] = ["pod": .pods, "secret": .secrets, "node": .nodes]

    private func identifier() -> String {
        let hex = random.bytes(16).map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }
        let groups = [hex[0..<4], hex[4..<6], hex[6..<8], hex[8..<10], hex[10..<16]]
        return groups.map { $0.joined() }.joined(separator: "-")
    }

    // MARK: Judging

    /// Who a token stands for.
    ///
    /// - Parameters:
    ///   - token: the token.
    ///   - audiences: the audiences of which the token must name one; empty means the API server's own.
    /// - Returns: the user, and which of the audiences the token names.
    /// - Throws: ``SandboxError`` with code `tokenRefused`.
    func user(of token: String, audiences: [String] = []) async throws(SandboxError) -> (UserInfo, [String]) {
        let claims = try signer.claims(of: token)
        guard claims.issuer == Self.issuer else {
            throw Self.refused("the issuer \(claims.issuer) is not this cluster")
        }
        guard claims.validity.contains(now().seconds) else { throw Self.refused("the token has expired") }
        let wanted = audiences.isEmpty ? [Self.issuer] : audiences
        let common = wanted.filter { claims.audiences.contains($0) }
        guard !common.isEmpty else {
            throw Self.refused("the token is for \(claims.audiences), not for \(wanted)")
        }
        try await check(.serviceAccounts, claims.namespace, claims.serviceAccount)
        for (kind, reference) in claims.bound {
            guard let resource = Self.bindable[kind], kind != "node" else { continue }
            try await check(resource, claims.namespace, reference)
        }
        return (Self.user(claims), common)
    }

    /// Judges a token for somebody else: from the `spec` of a TokenReview to its `status`.
    func review(_ spec: Tree) async -> Tree {
        let asked = spec["audiences"]?.array?.compactMap(\.string) ?? []
        do throws(SandboxError) {
            let (user, audiences) = try await user(of: spec["token"]?.string ?? "", audiences: asked)
            return [
                "authenticated": true, "user": user.tree, "audiences": .array(audiences.map { .string($0) }),
            ]
        } catch {
            return ["user": [:], "error": .string("[invalid bearer token, \(error.message)]")]
        }
    }

    private func check(
        _ resource: APIResource,
        _ namespace: String,
        _ reference: TokenClaims.Reference
    ) async throws(SandboxError) {
        let object: KubeObject?
        do {
            object = try await reader.get(resource, ObjectKey(namespace: namespace, name: reference.name))
        } catch {
            throw SandboxError(.tokenRefused, "the token's \(resource.plural) cannot be read", cause: error)
        }
        guard object?.uid == reference.uid else {
            throw Self.refused("\(resource.plural) \(namespace)/\(reference.name) is gone or was made anew")
        }
    }

    private static func refused(_ why: String) -> SandboxError { SandboxError(.tokenRefused, why) }

    private static func user(_ claims: TokenClaims) -> UserInfo {
        var extra: [String: [String]] = [:]
        if !claims.identifier.isEmpty {
            extra["authentication.kubernetes.io/credential-id"] = ["JTI=\(claims.identifier)"]
        }
        for kind in ["node", "pod"] {
            guard let reference = claims.bound[kind] else { continue }
            extra["authentication.kubernetes.io/\(kind)-name"] = [reference.name]
            extra["authentication.kubernetes.io/\(kind)-uid"] = [reference.uid]
        }
        return UserInfo(
            name: claims.subject,
            uid: claims.serviceAccount.uid,
            groups: [
                "system:serviceaccounts", "system:serviceaccounts:\(claims.namespace)", "system:authenticated",
            ],
            extra: extra
        )
    }
}
