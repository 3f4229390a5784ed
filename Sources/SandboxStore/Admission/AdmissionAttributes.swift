package import DataTree
package import KubeAPI

/// What is about to happen to an object, as admission sees it.
package struct AdmissionAttributes: Sendable {
    /// The operations of admission.
    package enum Operation: String, Sendable, Hashable {
        case create = "CREATE"
        case update = "UPDATE"
        case delete = "DELETE"
        case connect = "CONNECT"
    }

    /// What happens.
    package var operation: Operation
    /// The kind at the version of the request.
    package var kind: GroupVersionKind
    /// The plural.
    package var resource: String
    /// The subresource, empty for the object itself.
    package var subresource: String
    /// The namespace, nil outside one.
    package var namespace: String?
    /// The object's name, empty where it is still to be generated.
    package var name: String
    /// `metadata.generateName`, from which a name is still to be made.
    package var namePrefix = ""
    /// The object before, nil on creation.
    package var old: Tree?
    /// Who asks.
    package var user: UserInfo
    /// Whether nothing is to be kept, so that side effects must not happen.
    package var isDryRun: Bool
    /// The options of the request (`CreateOptions` and its kin).
    package var options: Tree
    /// Takes warnings for the client.
    package var warnings: WarningSink
    /// The other versions and groups at which the object is served too.
    package var equivalents: [AdmissionForm] = []

    /// How a refusal calls the object: by its name, before it has one by what that will begin with (`NewForbidden` of
    /// kube-apiserver's admission).
    package var refusedName: String { [name, namePrefix].first { !$0.isEmpty } ?? "Unknown" }
}
