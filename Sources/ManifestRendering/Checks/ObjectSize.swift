internal import DataTree
internal import KubeAPI

/// How large an object may be.
enum ObjectSize {
    /// All values of a ConfigMap together (Kubernetes, `core.MaxSecretSize`, which holds for ConfigMaps as well).
    static let configMap = 1_048_576
    /// All annotations together, keys and values (apimachinery, `TotalAnnotationSizeLimitB`).
    static let annotations = 262_144
    /// One object as etcd stores it, by its default `--max-request-bytes`.
    static let stored = 1_572_864

    /// The first limit that an object exceeds: what of it, how large, and the limit, in bytes.
    static func excess(of object: KubeObject) -> (what: String, bytes: Int, limit: Int)? {
        if object.kind.kind == "ConfigMap" {
            let bytes = ["data", "binaryData"].flatMap { object.tree.at($0).sortedEntries }
                .reduce(0) { $0 + $1.value.printed.utf8.count }
            if bytes > configMap { return ("its data", bytes, configMap) }
        }
        for (what, path) in [("its annotations", "metadata"), ("its pods' annotations", "spec.template.metadata")] {
            let bytes = object.tree.at("\(path).annotations").sortedEntries
                .reduce(0) { $0 + $1.key.utf8.count + $1.value.printed.utf8.count }
            if bytes > annotations { return (what, bytes, annotations) }
        }
        // Nearly all objects are far from it, which takes no text to tell.
        guard atMost(object.tree) > stored else { return nil }
        let bytes = object.tree.jsonText(.compact).utf8.count
        return bytes > stored ? ("it", bytes, stored) : nil
    }

    /// A number of bytes that the compact JSON of a value does not exceed.
    static func atMost(_ tree: Tree) -> Int {
        switch tree {
        case .null, .bool: return 5
        case .integer, .double: return 32
        case .bigInteger(let digits): return digits.utf8.count
        case .string(let text): return text.utf8.count * 6 + 2
        case .array(let elements): return elements.reduce(2) { $0 + atMost($1) + 1 }
        case .object(let object): return object.entries.reduce(2) { $0 + $1.key.utf8.count * 6 + 4 + atMost($1.value) }
        }
    }
}
