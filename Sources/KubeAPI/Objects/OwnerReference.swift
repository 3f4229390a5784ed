public import DataTree

/// Names the object that an object belongs to (`OwnerReference` of meta/v1).
public struct OwnerReference: Sendable, Hashable {
    /// The owner's group, version and kind.
    public var kind: GroupVersionKind
    /// The owner's name.
    public var name: String
    /// The owner's UID, which tells it from a later object of the same name.
    public var uid: String
    /// Whether the owner is the managing controller; at most one owner may be.
    public var isController: Bool
    /// Whether foreground deletion of the owner waits for this object.
    public var blocksOwnerDeletion: Bool

    /// Makes a reference.
    public init(
        kind: GroupVersionKind,
        name: String,
        uid: String,
        isController: Bool = true,
        blocksOwnerDeletion: Bool = true
    ) {
        self.kind = kind
        self.name = name
        self.uid = uid
        self.isController = isController
        self.blocksOwnerDeletion = blocksOwnerDeletion
    }

    /// Reads a reference, nil where a required field is missing.
    public init?(_ tree: Tree) {
        guard let apiVersion = tree["apiVersion"]?.string, let kind = tree["kind"]?.string,
            let name = tree["name"]?.string, let uid = tree["uid"]?.string
        else { return nil }
        self.init(
            kind: GroupVersionKind(apiVersion: apiVersion, kind: kind),
            name: name,
            uid: uid,
            isController: tree["controller"]?.bool ?? false,
            blocksOwnerDeletion: tree["blockOwnerDeletion"]?.bool ?? false
        )
    }

    /// The reference as objects carry it; false flags are left out.
    public var tree: Tree {
        var tree: Tree = [
            "apiVersion": .string(kind.apiVersion), "kind": .string(kind.kind), "name": .string(name),
            "uid": .string(uid),
        ]
        if isController { tree["controller"] = true }
        if blocksOwnerDeletion { tree["blockOwnerDeletion"] = true }
        return tree
    }
}

extension KubeObject {
    /// `metadata.ownerReferences`; references that lack a required field are skipped.
    public var ownerReferences: [OwnerReference] {
        get { tree["metadata"]?["ownerReferences"]?.array?.compactMap(OwnerReference.init) ?? [] }
        set {
            tree.set(newValue.isEmpty ? nil : .array(newValue.map(\.tree)), at: ["metadata", "ownerReferences"])
        }
    }

    /// The managing controller, nil where there is none.
    public var controllerReference: OwnerReference? { ownerReferences.first(where: \.isController) }

    /// A reference to this object for its dependents; nil before the API server gave it a UID.
    public func ownerReference(isController: Bool = true) -> OwnerReference? {
        guard let uid else { return nil }
        return OwnerReference(
            kind: kind,
            name: name,
            uid: uid,
            isController: isController,
            blocksOwnerDeletion: isController
        )
    }
}
