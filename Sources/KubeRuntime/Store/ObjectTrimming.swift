internal import DataTree
public import KubeAPI

/// What is taken off objects before a store keeps them, to save memory.
public struct ObjectTrimming: Sendable {
    private let change: @Sendable (KubeObject) -> KubeObject

    /// Makes a trimming of a function that must depend on nothing but the object, and must keep name, namespace, uid and
    /// resourceVersion.
    public init(_ change: @escaping @Sendable (KubeObject) -> KubeObject) {
        self.change = change
    }

    /// The object as the store keeps it.
    public func callAsFunction(_ object: KubeObject) -> KubeObject { change(object) }

    /// Keeps everything.
    public static let none = ObjectTrimming { $0 }

    /// Takes off `metadata.managedFields`, which nobody reads and which is often the largest part.
    public static let managedFields = ObjectTrimming { object in
        guard object.tree.value(at: "metadata", "managedFields") != nil else { return object }
        var copy = object
        copy.tree.set(nil, at: ["metadata", "managedFields"])
        return copy
    }
}
