/// A verdict in words, as a gate may give it in a text: `denied`, `not approved`.
struct VerdictWords: Sendable, Hashable {
    /// The text, without white space around it.
    let text: String
    private let words: [String]

    init(_ text: String) {
        self.text = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        words = text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }

    private static let yes: Set<String> = [
        "true", "yes", "approved", "allowed", "confirmed", "passed", "success", "ok", "go", "granted", "accepted",
    ]
    private static let no: Set<String> = [
        "false", "no", "denied", "rejected", "forbidden", "declined", "disapproved", "refused", "failed",
    ]

    /// Whether it is nothing but a yes.
    var isYes: Bool { words.count == 1 && words.allSatisfy(Self.yes.contains) }

    /// Whether it is nothing but a no.
    var isNo: Bool { words.count == negation?.split(separator: " ").count }

    /// The words by which it may be meant as a no: one of them as a whole word, or a yes with `not` before it; nil for none.
    var negation: String? {
        if let word = words.first(where: Self.no.contains) { return word }
        let pair = zip(words, words.dropFirst()).first { $0 == "not" && Self.yes.contains($1) }
        return pair.map { "\($0) \($1)" }
    }
}
