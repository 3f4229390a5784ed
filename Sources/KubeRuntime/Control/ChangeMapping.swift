internal import DataTree
public import KubeAPI

/// Says which keys are to be reconciled when an object changed.
public struct ChangeMapping: Sendable {
    private let map: @Sendable (KubeObject) -> [ObjectKey]

    /// Makes a mapping of a function that must be quick; it may read stores.
    public init(_ map: @escaping @Sendable (KubeObject) -> [ObjectKey]) {
        self.map = map
    }

    /// The keys that a change concerns, each once: those of the object now and, after an update, as it was.
    public func keys(_ change: StoreChange) -> [ObjectKey] {
        var keys = map(change.object)
        if case .updated(let old, _) = change { keys += map(old) }
        var seen: Set<ObjectKey> = []
        return keys.filter { seen.insert($0).inserted }
    }

    /// The object itself.
    public static let object = ChangeMapping { [$0.key] }

    /// Always the same keys.
    public static func fixed(_ keys: ObjectKey...) -> ChangeMapping {
        ChangeMapping { _ in keys }
    }

    /// The owners of a kind, whatever its version, named in `metadata.ownerReferences`.
    ///
    /// - Parameters:
    ///   - owner: the resource of the owner; of a namespaced one the owner lives in the namespace of the object.
    ///   - controllerOnly: whether only the owner marked as controller counts.
    /// - Returns: the mapping.
    public static func owner(_ owner: APIResource, controllerOnly: Bool = false) -> ChangeMapping {
        ChangeMapping { object in
            let references = object.tree.value(at: "metadata", "ownerReferences")?.array ?? []
            return references.compactMap { reference in
                let kind = GroupVersionKind(
                    apiVersion: reference["apiVersion"]?.string ?? "",
                    kind: reference["kind"]?.string ?? ""
                )
                guard kind.group == owner.kind.group, kind.kind == owner.kind.kind,
                    !controllerOnly || reference["controller"]?.bool == true,
                    let name = reference["name"]?.string, !name.isEmpty
                else { return nil }
                return ObjectKey(namespace: owner.isNamespaced ? object.namespace : nil, name: name)
            }
        }
    }

    /// The object whose name stands in a label, and whose namespace in another label where there is one.
    public static func label(name: String, namespace: String? = nil) -> ChangeMapping {
        ChangeMapping { object in
            guard let target = object.label(name), !target.isEmpty else { return [] }
            return [ObjectKey(namespace: namespace.flatMap { object.label($0) }, name: target)]
        }
    }
}
