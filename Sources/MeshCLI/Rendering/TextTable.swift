/// A table in columns as wide as their widest cell, as kubectl prints them.
struct TextTable: Sendable, Hashable {
    /// The names of the columns.
    let columns: [String]
    /// The rows; cells that a row lacks are empty.
    var rows: [[String]] = []

    init(_ columns: [String]) { self.columns = columns }

    /// The lines; blanks at their ends are left out, and an empty cell shows as nothing.
    var lines: [String] {
        let all = [columns] + rows.map { $0.map { TerminalText.plain($0) } }
        let widths = columns.indices.map { column in all.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        return all.map { row in
            var line = ""
            for (cell, width) in zip(row, widths) {
                line += cell + String(repeating: " ", count: width - cell.count + 3)
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
