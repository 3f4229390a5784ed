/// A table in columns as wide as their widest cell, as kubectl prints them.
struct TextTable: Sendable, Hashable {
    /// The names of the columns.
    let columns: [String]
    /// The rows; cells that a row lacks are empty.
    var rows: [[String]] = []

    init(_ columns: [String]) { self.columns = columns }

    /// Cuts the cells of a column so that lines have at most `width` cells, as far as the other columns leave room; at least ``least`` stay.
    mutating func cut(_ column: String, toFit width: Int, _ ellipsis: String) {
        guard let index = columns.firstIndex(of: column) else { return }
        let widths = widths
        let others = widths.indices.filter { $0 != index }.reduce(0) { $0 + widths[$1] + Self.gap }
        let room = max(Self.least, width - others)
        for row in rows.indices where rows[row].indices.contains(index) {
            let text = TerminalText.plain(rows[row][index])
            if text.count > room { rows[row][index] = text.prefix(room - ellipsis.count) + ellipsis }
        }
    }

    /// How many cells a column that is cut keeps.
    static let least = 20
    /// The cells between columns.
    private static let gap = 3

    /// How wide each column is.
    private var widths: [Int] {
        let all = [columns] + rows.map { $0.map { TerminalText.plain($0) } }
        return columns.indices.map { column in all.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
    }

    /// The lines; blanks at their ends are left out, and an empty cell shows as nothing.
    var lines: [String] {
        let all = [columns] + rows.map { $0.map { TerminalText.plain($0) } }
        let widths = widths
        return all.map { row in
            var line = ""
            for (cell, width) in zip(row, widths) {
                line += cell + String(repeating: " ", count: width - cell.count + Self.gap)
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
