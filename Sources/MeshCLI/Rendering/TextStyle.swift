/// What a terminal can show.
package struct TextStyle: Sendable, Hashable {
    /// Whether colours are used.
    package var hasColour: Bool
    /// Whether lines and marks beyond ASCII are used.
    package var hasUnicode: Bool

    /// ASCII without colours.
    package static let plain = TextStyle(hasColour: false, hasUnicode: false)

    /// Makes a style.
    package init(hasColour: Bool, hasUnicode: Bool) {
        self.hasColour = hasColour
        self.hasUnicode = hasUnicode
    }

    /// What the environment of a program says of its terminal.
    ///
    /// Colours need a terminal, a `TERM` other than `dumb`, and no `NO_COLOR`; Unicode needs a locale of UTF-8.
    package init(environment: [String: String], isTerminal: Bool) {
        let noColour = !(environment["NO_COLOR"] ?? "").isEmpty
        hasColour = isTerminal && !noColour && !["", "dumb"].contains(environment["TERM"] ?? "")
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        let letters = locale.lowercased()
        hasUnicode = letters.hasSuffix("utf-8") || letters.hasSuffix("utf8")
    }

    /// What a word means, which decides its colour.
    package enum Tone: Sendable, Hashable {
        /// Nothing in particular.
        case normal
        /// A heading.
        case strong
        /// Less important.
        case faint
        /// All is well.
        case good
        /// Under way, or to be looked at.
        case busy
        /// Something is wrong.
        case bad
    }

    /// A text in the colour of its tone; without colours the text itself.
    func paint(_ text: String, _ tone: Tone) -> String {
        guard hasColour, tone != .normal, !text.isEmpty else { return text }
        let code =
            switch tone {
            case .normal: "0"
            case .strong: "1"
            case .faint: "2"
            case .good: "32"
            case .busy: "33"
            case .bad: "31"
            }
        return "\u{1b}[\(code)m\(text)\u{1b}[0m"
    }

    /// A bar of `width` cells, `percent` of them full; marks stand where steps end.
    func bar(percent: Int, width: Int, marks: [Int] = []) -> String {
        let width = max(4, min(width, 200))
        let share = max(0, min(percent, 100))
        let full = share == 0 ? 0 : max(1, share * width / 100)
        let ends = Set(marks.filter { (1..<100).contains($0) }.map { max(1, $0 * width / 100) })
        var cells = ""
        for cell in 1...width {
            if cell <= full {
                cells += hasUnicode ? "█" : "#"
            } else {
                cells += ends.contains(cell) ? (hasUnicode ? "┊" : "|") : (hasUnicode ? "░" : ".")
            }
        }
        return hasUnicode ? cells : "[\(cells)]"
    }

    var done: String { hasUnicode ? "✔" : "+" }
    var wrong: String { hasUnicode ? "✖" : "x" }
    var current: String { hasUnicode ? "▶" : ">" }
    var later: String { hasUnicode ? "·" : "." }
    var arrow: String { hasUnicode ? "→" : "->" }
    var ellipsis: String { hasUnicode ? "…" : "..." }
}
