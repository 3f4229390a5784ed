internal import ControllerKit
internal import DataTree
internal import KubeAPI

@testable internal import OperatorCore

/// Builds objects as an API server would show them, managed fields included.
struct LiveObject {
    var tree: Tree
    var entries: [Tree] = []

    init(_ yaml: String) throws {
        tree = try requireDocument(yaml)
    }

    /// Adds an entry of managed fields; `fields` is FieldsV1 as JSON.
    func owned(
        by manager: String,
        update: Bool = false,
        _ fields: String,
        time: String = "2026-01-01T00:00:00Z"
    )
        throws -> LiveObject
    {
        var copy = self
        copy.entries.append([
            "manager": .string(manager), "operation": update ? "Update" : "Apply", "apiVersion": "v1",
            "fieldsType": "FieldsV1", "time": .string(time), "fieldsV1": try Tree(json: fields),
        ])
        return copy
    }

    var object: KubeObject {
        var result = tree
        if !entries.isEmpty { result.set(.array(entries), at: ["metadata", "managedFields"]) }
        return KubeObject(result)
    }
}
