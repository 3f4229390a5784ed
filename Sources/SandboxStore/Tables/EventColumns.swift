internal import DataTree

/// The columns of Events, whichever group they are read through.
enum EventColumns {
    static let all: [TableColumn] = [
        TableColumn("Last Seen", description: "") { .string(lastSeen($0, $1)) },
        NativeColumns.text("Type", "type"), NativeColumns.text("Reason", "reason"),
        NativeColumns.cell("Object") { event in
            let object = event["involvedObject"] ?? event["regarding"]
            return .string("\((object?["kind"]?.string ?? "").lowercased())/\(object?["name"]?.string ?? "")")
        },
        NativeColumns.cell("Subobject") { ($0["involvedObject"] ?? $0["regarding"])?["fieldPath"] ?? "" }.wide,
        NativeColumns.cell("Source") { .string(source($0)) }.wide,
        NativeColumns.cell("Message") { .string(message($0)) },
        TableColumn("First Seen", description: "") { .string(firstSeen($0, $1)) }.wide,
        NativeColumns.cell("Count") { event in
            .integer(
                event.value(at: "series", "count")?.integer ?? event["count"]?.integer ?? event["deprecatedCount"]?
                    .integer ?? 1
            )
        }.wide,
        name,
    ]

    private static let name: TableColumn = {
        var column = TableColumn.name
        column.priority = 1
        return column
    }()

    private static func source(_ event: Tree) -> String {
        let source = event["source"] ?? event["deprecatedSource"]
        let component =
            source?["component"]?.string ?? event["reportingComponent"]?.string
            ?? event["reportingController"]?.string ?? ""
        let host = source?["host"]?.string ?? event["reportingInstance"]?.string ?? ""
        return host.isEmpty ? component : "\(component), \(host)"
    }

    private static func message(_ event: Tree) -> String {
        var text = event["message"]?.string ?? event["note"]?.string ?? ""
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text
    }

    private static func firstSeen(_ event: Tree, _ now: Clockwork) -> String {
        let text =
            event["firstTimestamp"]?.string ?? event["deprecatedFirstTimestamp"]?.string
            ?? event["eventTime"]?.string
        return text.flatMap(now.age) ?? "<unknown>"
    }

    private static func lastSeen(_ event: Tree, _ now: Clockwork) -> String {
        let text =
            event.value(at: "series", "lastObservedTime")?.string ?? event["lastTimestamp"]?.string
            ?? event["deprecatedLastTimestamp"]?.string
        return text.flatMap(now.age) ?? firstSeen(event, now)
    }
}
