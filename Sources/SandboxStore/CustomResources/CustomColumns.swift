internal import DataTree

/// The columns that a definition asks for (`additionalPrinterColumns`).
enum CustomColumns {
    /// The columns behind the name; without a list of its own a kind shows its age.
    static func columns(_ list: Tree?) -> [TableColumn] {
        guard let list = list?.array, !list.isEmpty else { return [ageColumn] }
        return list.compactMap(column)
    }

    private static let ageColumn = TableColumn(
        "Age",
        type: "date",
        description: Texts.creation
    ) { object, _ in object.value(at: "metadata", "creationTimestamp") ?? .null }

    private static func column(_ tree: Tree) -> TableColumn? {
        guard let name = tree["name"]?.string, let type = tree["type"]?.string,
            let text = tree["jsonPath"]?.string, let path = JSONPath(text)
        else { return nil }
        var column = TableColumn(
            name,
            type: type,
            description: tree["description"]?.string ?? defaultDescription(text)
        ) { object, now in cell(path.values(in: object), type: type, now: now) }
        column.format = tree["format"]?.string ?? ""
        column.priority = tree["priority"]?.integer ?? 0
        return column
    }

    private static func defaultDescription(_ path: String) -> String {
        "Custom resource definition column (in JSONPath format): \(path)"
    }

    private static func cell(_ values: [Tree], type: String, now: Clockwork) -> Tree {
        guard let first = values.first else { return .null }
        switch type {
        case "integer":
            if let number = first.integer { return .integer(number) }
            return first.number.map { .integer(Int64($0)) } ?? .null
        case "number": return first.number == nil ? .null : first
        case "boolean": return first.bool == nil ? .null : first
        case "date":
            guard let text = first.string else { return .null }
            return .string(now.age(since: text) ?? "<invalid>")
        default:
            if values.count > 1 { return .string(values.map(text).joined(separator: " ")) }
            return .string(text(first))
        }
    }

    /// A value as a cell of a string column shows it.
    private static func text(_ value: Tree) -> String {
        switch value {
        case .string(let text): text
        case .null: ""
        default: value.jsonText(.compact)
        }
    }
}
