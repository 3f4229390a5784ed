/// Where a live view is drawn.
package struct RolloutScreen: Sendable {
    /// How large a terminal is.
    package struct Size: Sendable, Hashable {
        /// Cells in a line.
        package var columns: Int
        /// Lines.
        package var rows: Int

        /// Makes a size.
        package init(columns: Int, rows: Int) {
            self.columns = columns
            self.rows = rows
        }
    }

    /// The width of what is no terminal, in cells.
    package static let plainWidth = 100
    /// The width of tables where output goes elsewhere, in cells.
    package static let tableWidth = 140

    /// The size of the terminal now; nil where output goes elsewhere.
    package let size: @Sendable () -> Size?
    /// Writes a text at once.
    package let write: @Sendable (String) -> Void

    /// Makes a screen.
    package init(size: @escaping @Sendable () -> Size?, write: @escaping @Sendable (String) -> Void) {
        self.size = size
        self.write = write
    }

    /// What replaces the picture of a terminal: each line is overwritten and its rest erased, so that nothing flickers.
    ///
    /// `isFirst` clears what stood there before. Lines beyond the last row are left out, and counted in its place.
    static func frame(_ lines: [String], _ size: Size, isFirst: Bool, ellipsis: String) -> String {
        let rows = max(2, size.rows - 1)
        var shown = lines
        if lines.count > rows {
            let hidden = lines.count - rows + 1
            shown = Array(lines.prefix(rows - 1)) + ["\(ellipsis) \(hidden) more lines; the terminal is too low"]
        }
        let body = shown.map { "\($0)\u{1b}[K\n" }.joined()
        return (isFirst ? "\u{1b}[2J" : "") + "\u{1b}[H" + body + "\u{1b}[J"
    }
}
