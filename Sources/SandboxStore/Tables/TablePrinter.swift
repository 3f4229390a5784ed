internal import DataTree
internal import MeshBase

/// Descriptions that many columns share.
enum Texts {
    static let name = "The object's name, unique among the objects of its kind within its namespace."
    static let creation = "When the object was created by the server, in UTC."
}

/// Writes objects as a table (`Table` of meta/v1).
struct TablePrinter: Sendable {
    /// What each row says of its object.
    enum Inclusion: String, Sendable {
        case none = "None"
        case metadata = "Metadata"
        case object = "Object"
    }

    private let columns: [TableColumn]
    private let clock: Clockwork
    private let inclusion: Inclusion

    init(columns: [TableColumn], now: Timestamp, inclusion: Inclusion) {
        self.columns = columns
        self.clock = Clockwork(now: now)
        self.inclusion = inclusion
    }

    /// Whether the kind has no columns of its own.
    private var isPlain: Bool { columns.map(\.name) == ["Name", NativeColumns.createdAt.name] }

    func table(_ items: [Tree], version: String, metadata: Tree) -> Tree {
        [
            "kind": "Table", "apiVersion": .string("meta.k8s.io/\(version)"), "metadata": metadata,
            "columnDefinitions": .array(columns.map(\.definition)),
            "rows": items.isEmpty && isPlain ? .null : .array(items.map { row($0, version: version) }),
        ]
    }

    private func row(_ object: Tree, version: String) -> Tree {
        let shown: Tree =
            switch inclusion {
            case .none: .null
            case .metadata: ObjectPresenter.metadataOnly(object, version: version)
            case .object: object
            }
        var row: Tree = ["cells": .array(columns.map { $0.cell(object, clock) })]
        let conditions = RowConditions.of(object)
        if !conditions.isEmpty { row["conditions"] = .array(conditions) }
        row["object"] = shown
        return row
    }
}
