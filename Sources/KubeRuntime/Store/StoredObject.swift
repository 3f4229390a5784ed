internal import DataTree
internal import KubeAPI

/// One object held, packed, and shared by reference between tables and changes.
final class StoredObject: Sendable {
    private let packed: PackedTree

    private static let keyPaths = [["metadata", "name"], ["metadata", "namespace"]]
    private static let versionPaths = [["metadata", "resourceVersion"], ["metadata", "uid"]]

    init(_ packed: PackedTree) {
        self.packed = packed
    }

    /// The object, made anew at every call.
    func object(_ keys: PackedKeys) -> KubeObject { KubeObject(packed.unpack(keys)) }

    /// The object's key.
    func key(_ keys: PackedKeys) -> ObjectKey {
        let parts = packed.strings(at: Self.keyPaths, keys)
        return ObjectKey(namespace: parts[1], name: parts[0] ?? "")
    }

    /// Which version of which object this is.
    func identity(_ keys: PackedKeys) -> StoredIdentity {
        let parts = packed.strings(at: Self.versionPaths, keys)
        return StoredIdentity(version: parts[0].map(ResourceVersion.init), uid: parts[1])
    }
}

/// Which version of which object something is.
struct StoredIdentity: Hashable {
    let version: ResourceVersion?
    let uid: String?

    init(version: ResourceVersion?, uid: String?) {
        self.version = version
        self.uid = uid
    }

    init(_ object: KubeObject) {
        self.init(version: object.resourceVersion.map(ResourceVersion.init), uid: object.uid)
    }

    /// Whether both are known to be one and the same version of one object.
    func isSame(as other: StoredIdentity) -> Bool {
        guard let version, !version.text.isEmpty else { return false }
        return self == other
    }

    /// Whether this is known to be older than `other`.
    func isOlder(than other: StoredIdentity) -> Bool {
        guard let version, let theirs = other.version else { return false }
        return version.isOlder(than: theirs)
    }
}
