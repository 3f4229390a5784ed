internal import DataTree
internal import MeshBase

/// Reads fields of an object that a schema has checked; what is absent or of the wrong kind reads as nil.
struct FieldReader {
    /// The object.
    let tree: Tree

    init(_ tree: Tree) { self.tree = tree }

    func text(_ key: String) -> String? { tree[key]?.string }
    func flag(_ key: String) -> Bool? { tree[key]?.bool }
    func number(_ key: String) -> Double? { tree[key]?.number }
    func integer(_ key: String) -> Int? { tree[key]?.integer.flatMap { Int(exactly: $0) } }
    func duration(_ key: String) -> Duration? { text(key).flatMap { GoDuration.parse($0) } }
    func choice<Choice: RawRepresentable<String>>(_ key: String) -> Choice? {
        text(key).flatMap { Choice(rawValue: $0) }
    }
    func texts(_ key: String) -> [String] { tree[key]?.array?.compactMap(\.string) ?? [] }
    func value(_ key: String) -> Tree? { tree[key].flatMap { $0.isNull ? nil : $0 } }

    /// The object under a key, empty where absent.
    func object(_ key: String) -> Tree { tree[key]?.object.map { .object($0) } ?? .object(TreeObject()) }
    func child(_ key: String) -> FieldReader { FieldReader(object(key)) }
    func optionalChild(_ key: String) -> FieldReader? { tree[key]?.object.map { FieldReader(.object($0)) } }
    func children(_ key: String) -> [FieldReader] { tree[key]?.array?.map { FieldReader($0) } ?? [] }

    /// The texts of an object, by key.
    func textMap(_ key: String) -> [String: String] {
        var result: [String: String] = [:]
        for entry in tree[key]?.object?.entries ?? [] { result[entry.key] = entry.value.string }
        return result
    }
}
