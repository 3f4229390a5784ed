internal import DataTree

/// One column of a server-side table.
package struct TableColumn: Sendable {
    let name: String
    let type: String
    var format = ""
    var priority: Int64 = 0
    let description: String
    let cell: @Sendable (Tree, Clockwork) -> Tree

    init(
        _ name: String,
        type: String = "string",
        description: String,
        cell: @escaping @Sendable (Tree, Clockwork) -> Tree
    ) {
        self.name = name
        self.type = type
        self.description = description
        self.cell = cell
    }

    /// The same column, shown only when more is asked for.
    var wide: TableColumn {
        var column = self
        column.priority = 1
        return column
    }

    var definition: Tree {
        [
            "name": .string(name), "type": .string(type), "format": .string(format),
            "description": .string(description), "priority": .integer(priority),
        ]
    }

    static let name: TableColumn = {
        var column = TableColumn("Name", description: Texts.name) { object, _ in
            object.value(at: "metadata", "name") ?? ""
        }
        column.format = "name"
        return column
    }()

    static let age = TableColumn("Age", description: Texts.creation) { object, now in
        .string(object.value(at: "metadata", "creationTimestamp")?.string.flatMap(now.age) ?? "<unknown>")
    }
}
