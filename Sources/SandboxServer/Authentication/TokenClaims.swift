internal import DataTree

/// What a service-account token says (the private claims of `k8s.io/kubernetes/pkg/serviceaccount`).
struct TokenClaims: Sendable, Hashable {
    /// An object by name and UID.
    struct Reference: Sendable, Hashable {
        /// The object's name.
        var name: String
        /// The object's UID.
        var uid: String

        /// The claim's form.
        var tree: Tree { ["name": .string(name), "uid": .string(uid)] }
    }

    /// Who issued it.
    var issuer: String
    /// For whom it is meant.
    var audiences: [String]
    /// From when to when it holds, in seconds since 1970.
    var validity: Range<Int64>
    /// A name of this very token.
    var identifier: String
    /// The namespace of the service account.
    var namespace: String
    /// The service account.
    var serviceAccount: Reference
    /// The object whose end is the token's end: its kind in lower case (`pod`, `secret` or `node`) and itself.
    var bound: [String: Reference] = [:]

    /// `system:serviceaccount:NAMESPACE:NAME`.
    var subject: String { "system:serviceaccount:\(namespace):\(serviceAccount.name)" }

    /// The payload of the token.
    var tree: Tree {
        var own: Tree = ["namespace": .string(namespace), "serviceaccount": serviceAccount.tree]
        for (kind, reference) in bound.sorted(by: { $0.key < $1.key }) { own[kind] = reference.tree }
        return [
            "aud": .array(audiences.map { .string($0) }),
            "exp": .integer(validity.upperBound),
            "iat": .integer(validity.lowerBound),
            "iss": .string(issuer),
            "jti": .string(identifier),
            "kubernetes.io": own,
            "nbf": .integer(validity.lowerBound),
            "sub": .string(subject),
        ]
    }
}

extension TokenClaims {
    /// Reads a payload; nil when a part is missing, of the wrong type, or contradicts another.
    init?(_ payload: Tree) {
        guard let issuer = payload["iss"]?.string, let from = payload["nbf"]?.integer ?? payload["iat"]?.integer,
            let until = payload["exp"]?.integer, from < until, let own = payload["kubernetes.io"],
            let namespace = own["namespace"]?.string, let account = Reference(own["serviceaccount"])
        else { return nil }
        let audiences: [String] =
            if let one = payload["aud"]?.string { [one] } else { payload["aud"]?.array?.compactMap(\.string) ?? [] }
        self.init(
            issuer: issuer,
            audiences: audiences,
            validity: from..<until,
            identifier: payload["jti"]?.string ?? "",
            namespace: namespace,
            serviceAccount: account
        )
        for kind in ["pod", "secret", "node"] {
            if let reference = Reference(own[kind]) { bound[kind] = reference }
        }
        guard payload["sub"]?.string == subject else { return nil }
    }
}

extension TokenClaims.Reference {
    fileprivate init?(_ tree: Tree?) {
        guard let name = tree?["name"]?.string, let uid = tree?["uid"]?.string else { return nil }
        self.init(name: name, uid: uid)
    }
}
