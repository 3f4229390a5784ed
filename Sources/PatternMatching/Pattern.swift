/// A regular expression in RE2's syntax, matched in time linear in the text whatever the expression.
///
/// Fit for expressions and texts that come from users: neither can make a match take exponential time, and the size of a
/// compiled expression is bounded. Texts are matched scalar by scalar.
package struct Pattern: Sendable {
    /// The expression as written.
    package let source: String
    private let program: PatternProgram

    /// Compiles an expression.
    ///
    /// - Throws: ``PatternError`` for syntax that RE2 refuses, counts above 1,000 and programs above 20,000 steps.
    package init(_ source: String) throws(PatternError) {
        self.source = source
        self.program = try PatternProgram(PatternParser.parse(source), source: source)
    }

    /// Whether the expression matches somewhere in `text`; anchor it with `^` and `$` to match the whole.
    package func matches(_ text: String) -> Bool {
        var matcher = PatternMatcher(program, text.unicodeScalars.map(\.value))
        return matcher.match(from: 0, anyEnd: true) != nil
    }

    /// The leftmost match in `text`, nil where there is none.
    package func firstMatch(in text: String) -> String? { allMatches(in: text, limit: 1).first }

    /// The matches in `text` from left to right without overlap, at most `limit` of them.
    package func allMatches(in text: String, limit: Int = .max) -> [String] {
        let scalars = text.unicodeScalars.map(\.value)
        var matcher = PatternMatcher(program, scalars)
        var results: [String] = []
        var place = 0
        var previousEnd = -1
        while results.count < limit, place <= scalars.count, let range = matcher.match(from: place) {
            // An empty match right after another match does not count, as in Go.
            if !range.isEmpty || range.lowerBound != previousEnd {
                var view = String.UnicodeScalarView()
                for value in scalars[range] { if let scalar = Unicode.Scalar(value) { view.append(scalar) } }
                results.append(String(view))
            }
            previousEnd = range.upperBound
            place = range.isEmpty ? range.upperBound + 1 : range.upperBound
        }
        return results
    }
}

extension Pattern: Hashable {
    /// Equality of the expressions as written.
    package static func == (left: Pattern, right: Pattern) -> Bool { left.source == right.source }
    /// Feeds the expression as written.
    package func hash(into hasher: inout Hasher) { hasher.combine(source) }
}
