/// A tree of short texts for a terminal.
struct TextTree: Sendable, Hashable {
    /// Some words of one tone.
    struct Span: Sendable, Hashable {
        var text: String
        var tone: TextStyle.Tone

        /// Takes a text as it is, made safe for a terminal.
        init(_ text: some StringProtocol, _ tone: TextStyle.Tone = .normal) {
            self.text = TerminalText.plain(text)
            self.tone = tone
        }
    }

    /// What stands on the node's own line; spans are separated by a blank.
    var spans: [Span]
    /// The nodes below.
    var children: [TextTree]

    init(_ spans: [Span], _ children: [TextTree] = []) {
        self.spans = spans.filter { !$0.text.isEmpty }
        self.children = children
    }

    /// The lines of the tree, none wider than `width` cells; what does not fit goes on below, words that are too long are cut.
    func lines(width: Int, style: TextStyle) -> [String] {
        var result: [String] = []
        write(first: "", rest: "", hasMore: !children.isEmpty, width: max(16, width), style, &result)
        return result
    }

    private func write(
        first: String,
        rest: String,
        hasMore: Bool,
        width: Int,
        _ style: TextStyle,
        _ result: inout [String]
    ) {
        let below = style.hasUnicode ? "│  " : "|  "
        let hanging = rest + (children.isEmpty ? "   " : below)
        var line = style.paint(first, .faint)
        var used = first.count
        var isFresh = true
        for word in words {
            var text = word.text
            let needed = isFresh ? text.count : text.count + 1
            if used + needed > width, !isFresh {
                result.append(line)
                line = style.paint(hanging, .faint)
                (used, isFresh) = (hanging.count, true)
            }
            let room = max(4, width - used - (isFresh ? 0 : 1))
            if text.count > room { text = text.prefix(max(1, room - style.ellipsis.count)) + style.ellipsis }
            line += (isFresh ? "" : " ") + style.paint(text, word.tone)
            used += text.count + (isFresh ? 0 : 1)
            isFresh = false
        }
        result.append(line)
        for (index, child) in children.enumerated() {
            let isLast = index == children.count - 1
            let branch = style.hasUnicode ? (isLast ? "└─ " : "├─ ") : (isLast ? "`- " : "|- ")
            child.write(
                first: rest + branch,
                rest: rest + (isLast ? "   " : below),
                hasMore: !isLast,
                width: width,
                style,
                &result
            )
        }
    }

    /// The words that may be put on a line of their own: those of a span of no particular tone, other spans as a whole.
    private var words: [Span] {
        spans.flatMap { span in
            span.tone == .normal || span.tone == .bad
                ? span.text.split(separator: " ").map { Span($0, span.tone) } : [span]
        }
    }
}
