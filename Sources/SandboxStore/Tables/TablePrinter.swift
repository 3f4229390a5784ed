internal import DataTree
internal import MeshBase

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

/// Descriptions that many columns share.
enum Texts {
    static let name = "The object's name, unique among the objects of its kind within its namespace."
    static let creation = "When the object was created by the server, in UTC."
}

/// Tells how long ago things happened, as kubectl does.
struct Clockwork: Sendable {
    let now: Timestamp

    /// How long ago a moment was, for example `5m12s`; nil when the text is no time.
    func age(since text: String) -> String? {
        guard let then = Timestamp(rfc3339: text) else { return nil }
        return Self.text(now.seconds - then.seconds)
    }

    /// A number of seconds in kubectl's short form (`HumanDuration` of apimachinery).
    static func text(_ seconds: Int64) -> String {
        if seconds < -1 { return "<invalid>" }
        if seconds < 0 { return "0s" }
        if seconds < 120 { return "\(seconds)s" }
        let minutes = seconds / 60
        if minutes < 10 { return seconds % 60 == 0 ? "\(minutes)m" : "\(minutes)m\(seconds % 60)s" }
        if minutes < 180 { return "\(minutes)m" }
        let hours = minutes / 60
        if hours < 8 { return minutes % 60 == 0 ? "\(hours)h" : "\(hours)h\(minutes % 60)m" }
        if hours < 48 { return "\(hours)h" }
        if hours < 192 { return hours % 24 == 0 ? "\(hours / 24)d" : "\(hours / 24)d\(hours % 24)h" }
        if hours < 24 * 365 * 2 { return "\(hours / 24)d" }
        let days = hours / 24
        if hours < 24 * 365 * 8 {
            return days % 365 == 0 ? "\(days / 365)y" : "\(days / 365)y\(days % 365)d"
        }
        return "\(days / 365)y"
    }
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

/// What a row says about its object as a whole.
enum RowConditions {
    static func of(_ object: Tree) -> [Tree] {
        guard object["kind"] == "Pod", let phase = object.value(at: "status", "phase")?.string,
            ["Succeeded", "Failed"].contains(phase)
        else { return [] }
        let reason = phase
        let message = phase == "Succeeded" ? "The pod has completed successfully." : "The pod failed."
        return [["type": "Completed", "status": "True", "reason": .string(reason), "message": .string(message)]]
    }
}
