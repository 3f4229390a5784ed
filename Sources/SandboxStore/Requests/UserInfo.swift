package import DataTree

/// Who asks, as authentication found out.
package struct UserInfo: Sendable, Hashable {
    /// The user's name, for example `system:serviceaccount:istio-system:istiod`.
    package var name: String
    /// An identifier of the user beyond the name.
    package var uid: String
    /// The groups the user is in.
    package var groups: [String]
    /// What else authentication told.
    package var extra: [String: [String]]

    /// Makes a user.
    package init(name: String, uid: String = "", groups: [String] = [], extra: [String: [String]] = [:]) {
        self.name = name
        self.uid = uid
        self.groups = groups
        self.extra = extra
    }

    /// The administrator: member of `system:masters`.
    package static let admin = UserInfo(name: "kubernetes-admin", groups: ["system:masters", "system:authenticated"])
    /// Nobody in particular.
    package static let anonymous = UserInfo(name: "system:anonymous", groups: ["system:unauthenticated"])
}

extension UserInfo {
    /// The user as `UserInfo` of authentication.k8s.io/v1.
    package var tree: Tree {
        var result: Tree = ["username": .string(name)]
        if !uid.isEmpty { result["uid"] = .string(uid) }
        if !groups.isEmpty { result["groups"] = .array(groups.map { .string($0) }) }
        if !extra.isEmpty {
            let entries = extra.sorted { $0.key < $1.key }
                .map { (key: $0.key, value: Tree.array($0.value.map { .string($0) })) }
            result["extra"] = .object(TreeObject(entries))
        }
        return result
    }
}
