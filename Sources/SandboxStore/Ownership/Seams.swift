internal import DataTree
internal import StructuralSchema

extension ManagedFieldsEntry {
    init?(_ tree: Tree) {
        guard let manager = tree["manager"]?.string, let word = tree["operation"]?.string,
            let operation = Operation(rawValue: word)
        else { return nil }
        self.init(
            manager: manager,
            operation: operation,
            apiVersion: tree["apiVersion"]?.string ?? "",
            subresource: tree["subresource"]?.string ?? "",
            time: tree["time"]?.string
        )
    }

    var tree: Tree {
        ["manager": .string(manager), "operation": .string(operation.rawValue), "apiVersion": .string(apiVersion)]
    }
}

extension FieldPath {
    var description: String { "\(steps)" }
}

extension SchemaNode {
    func validate(_ value: Tree, replacing old: Tree?) -> [FieldIssue] { [] }
}
