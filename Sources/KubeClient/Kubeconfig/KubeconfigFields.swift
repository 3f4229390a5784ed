internal import DataTree
internal import MeshBase

/// Reads the fields of one object of a kubeconfig and says where a wrong one stands.
struct KubeconfigFields {
    let tree: Tree
    let path: String
    let folder: String

    init(_ tree: Tree?, _ path: String, folder: String) throws(KubeconfigError) {
        self.tree = tree ?? .null
        self.path = path
        self.folder = folder
        guard self.tree.isNull || self.tree.object != nil else { throw wrong("", "an object", self.tree) }
    }

    /// A text; empty counts as absent.
    func text(_ field: String) throws(KubeconfigError) -> String? {
        guard let value = tree[field], !value.isNull else { return nil }
        guard let text = value.string else { throw wrong(field, "a string", value) }
        return text.isEmpty ? nil : text
    }

    func flag(_ field: String) throws(KubeconfigError) -> Bool {
        guard let value = tree[field], !value.isNull else { return false }
        guard let flag = value.bool else { throw wrong(field, "true or false", value) }
        return flag
    }

    func list(_ field: String) throws(KubeconfigError) -> [Tree] {
        guard let value = tree[field], !value.isNull else { return [] }
        guard let list = value.array else { throw wrong(field, "a list", value) }
        return list
    }

    func texts(_ field: String) throws(KubeconfigError) -> [String] {
        var texts: [String] = []
        for item in try list(field) {
            guard let text = item.string else { throw wrong(field, "a list of strings", item) }
            texts.append(text)
        }
        return texts
    }

    /// Base64 of a PEM text.
    func data(_ field: String) throws(KubeconfigError) -> [UInt8]? {
        guard let text = try text(field) else { return nil }
        guard let bytes = Base64.decode(text) else { throw problem(field, "is not Base64") }
        return bytes
    }

    /// A path, made relative to the folder of the kubeconfig unless it is absolute.
    func file(_ field: String) throws(KubeconfigError) -> String? {
        guard let path = try text(field) else { return nil }
        return path.hasPrefix("/") || folder.isEmpty ? path : "\(folder)/\(path)"
    }

    /// `FIELD-data`, or else the file named by `FIELD`.
    func pem(_ field: String) throws(KubeconfigError) -> PEMSource? {
        if let bytes = try data(field + "-data") { return .inline(bytes) }
        return try file(field).map { .file($0) }
    }

    func problem(_ field: String, _ what: String) -> KubeconfigError {
        let place = field.isEmpty || path.isEmpty ? path + field : "\(path).\(field)"
        return KubeconfigError(.malformed, "\(place) \(what)")
    }

    private func wrong(_ field: String, _ wanted: String, _ value: Tree) -> KubeconfigError {
        problem(field, "must be \(wanted), is \(value.kindName)")
    }
}
