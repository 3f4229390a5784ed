internal import DataTree
internal import KubeClient

/// Whether an answer of 2xx is one of a gate, and not of something that stands in its place: a login page, a proxy's error page, a
/// download.
///
/// It is one when it is empty, when it is text in UTF-8 of type `text/plain` or without a type, or when it is JSON. Of what it says only a
/// plain no counts (``denial``); what may be meant as one, or as a verdict nobody can read, is no answer either. A pass that is meant as a
/// no does harm, a no that is meant as a pass is seen at once.
struct HookAnswer: Sendable, Hashable {
    private let answer: GateAnswer
    private let tree: Tree?
    private let words: VerdictWords

    init(_ answer: GateAnswer) {
        self.answer = answer
        tree = try? JSONParser.parse(answer.body, options: .init(duplicateKeys: .lastWins))
        words = VerdictWords(tree?.string ?? String(validating: answer.body, as: UTF8.self) ?? "")
    }

    /// What is wrong with it and what to do, to follow the name of the server; nil when nothing is.
    var problem: String? {
        guard !answer.body.isEmpty else { return nil }
        let what = "answered \(answer.status)\(answer.typeText)"
        if let finding {
            return
                "\(what)\(finding), which is no gate's answer; let the gate answer with an empty body, text/plain or "
                + "application/json, and set url to the gate itself\(excerpt)"
        }
        guard denial == nil, let doubt else { return nil }
        return
            "\(what)\(doubt), which is neither a yes nor a no; let the gate answer {\"approved\": true} or an empty body for "
            + "a yes, {\"approved\": false} or 403 for a no\(excerpt)"
    }

    /// The words with which an answer of 2xx says no all the same; nil for one that does not.
    ///
    /// JSON of the value `false`, an object with `false`, or a text that means it, under one of ``verdicts``, and a text that is nothing but
    /// a no, whatever its type: many a gate gives its verdict in the body and never a status for it. Where an object has no verdict
    /// itself, a no of the objects right in it counts, as in a list.
    var denial: String? {
        if tree?.bool == false { return "false" }
        if isStructured {
            let no = judged.first { Self.verdict($0.value) == false } ?? result
            return no.map { "\"\($0.key)\": \(RolloutText.fit($0.value.jsonText(), limit: 40))" }
        }
        return words.isNo ? "\"\(RolloutText.fit(words.text, limit: 80))\"" : nil
    }

    /// The members of a JSON object under which gates give their verdict, in whatever case.
    static let verdicts: Set<String> = [
        "approved", "allowed", "allow", "confirmed", "passed", "success", "ok",
    ]

    private typealias Member = (key: String, value: Tree)

    /// What Open Policy Agent answers with where it says no; many another server has something else under that name, which is no verdict.
    private var result: Member? {
        let entry = tree?.object?.entries.first { $0.key.lowercased() == "result" && Self.verdict($0.value) == false }
        return entry.map { ($0.key, $0.value) }
    }

    /// The verdicts of an object; where it has none itself, or is a list, those of the objects right in it.
    private var judged: [Member] {
        let own = Self.members(tree)
        return own.isEmpty ? nested : own
    }

    private var nested: [Member] {
        let values = tree?.object?.entries.map(\.value) ?? tree?.array ?? []
        return values.flatMap { Self.members($0) }
    }

    private var isStructured: Bool { tree?.object != nil || tree?.array != nil }

    private static func members(_ tree: Tree?) -> [Member] {
        let entries = tree?.object?.entries ?? []
        return entries.filter { verdicts.contains($0.key.lowercased()) }.map { ($0.key, $0.value) }
    }

    /// What the value of a verdict means; nil for one that nobody can read.
    private static func verdict(_ value: Tree) -> Bool? {
        if let bool = value.bool { return bool }
        guard let words = value.string.map(VerdictWords.init) else { return nil }
        return words.isNo ? false : words.isYes ? true : nil
    }

    /// What may be meant as a no, or as a verdict; nil for nothing.
    private var doubt: String? {
        if isStructured {
            let odd = Self.members(tree).first { Self.verdict($0.value) == nil }
            return odd.map { " whose \"\($0.key)\" is \(RolloutText.fit($0.value.jsonText(), limit: 40))" }
        }
        return words.negation.map { " that says \"\($0)\"" }
    }

    /// How the answer begins, where that can be shown.
    private var excerpt: String {
        guard let text = String(validating: answer.body, as: UTF8.self), !Self.isBinary(answer.body),
            answer.isPlain
        else { return "" }
        let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return "; it begins: \(RolloutText.fit(line, limit: 80))"
    }

    private var finding: String? {
        if !answer.isPlain { return " encoded as \(RolloutText.fit(answer.encoding ?? "", limit: 40))" }
        switch answer.mediaType {
        case nil, "text/plain":
            guard let text = String(validating: answer.body, as: UTF8.self) else { return " that is no UTF-8" }
            if Self.isBinary(answer.body) { return " that is no text" }
            switch text.first(where: { !$0.isWhitespace && $0 != "\u{FEFF}" }) {
            case "<": return " that is an HTML page (a login page?)"
            case "{", "[": return tree == nil ? " that is no JSON, though it begins like it" : nil
            default: return nil
            }
        case "application/json": return tree == nil ? " that is no JSON" : nil
        case "text/html", "application/xhtml+xml": return " (a login page?)"
        default: return ""
        }
    }

    /// Whether there are bytes that text does not have (WHATWG MIME Sniffing, "binary data byte").
    private static func isBinary(_ bytes: [UInt8]) -> Bool {
        bytes.contains { byte in
            switch byte {
            case 0x00...0x08, 0x0B, 0x0E...0x1A, 0x1C...0x1F: true
            default: false
            }
        }
    }
}

extension GateAnswer {
    /// The type without parameters, in lower case; nil where there is none.
    var mediaType: String? {
        guard let type else { return nil }
        let name = type.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
        return name.isEmpty ? nil : name
    }

    /// Whether the body is what was meant, and not encoded in some way.
    var isPlain: Bool { encoding.map { $0.lowercased() == "identity" } ?? true }

    /// ` with text/html`; empty without a type.
    var typeText: String { mediaType.map { " with \(RolloutText.fit($0, limit: 80))" } ?? "" }
}
