internal import DataTree
internal import KubeClient

/// Whether an answer of 2xx is one of a gate, and not of something that stands in its place: a login page, a proxy's error page, a
/// download.
///
/// It is one when it is empty, when it is text in UTF-8 of type `text/plain` or without a type, or when it is JSON of type
/// `application/json`. Of what it says only a plain no counts (``denial``).
struct HookAnswer: Sendable, Hashable {
    private let answer: GateAnswer

    init(_ answer: GateAnswer) {
        self.answer = answer
    }

    /// What is wrong with it and what to do, to follow the name of the server; nil when nothing is.
    var problem: String? {
        guard !answer.body.isEmpty, let what = finding else { return nil }
        return
            "answered \(answer.status)\(answer.typeText)\(what), which is no gate's answer; let the gate answer with an "
            + "empty body, text/plain or application/json, and set url to the gate itself"
    }

    /// The words with which an answer of 2xx says no all the same; nil for one that does not.
    ///
    /// JSON of the value `false`, or an object with `false` under one of ``verdicts``, whatever its type: many a gate gives its verdict in the
    /// body and never a status for it. A pass that is meant as a no does harm, a no that is meant as a pass is seen at once.
    var denial: String? {
        guard let tree = try? JSONParser.parse(answer.body, options: .init(duplicateKeys: .lastWins)) else {
            return nil
        }
        if tree.bool == false { return "false" }
        return Self.verdicts.first { tree[$0]?.bool == false }.map { "\"\($0)\": false" }
    }

    /// The members of a JSON object under which gates give their verdict.
    static let verdicts = ["approved", "allowed", "confirmed", "passed", "success", "ok"]

    private var finding: String? {
        if let encoding = answer.encoding?.lowercased(), encoding != "identity" {
            return " encoded as \(RolloutText.fit(encoding, limit: 40))"
        }
        switch answer.mediaType {
        case nil, "text/plain":
            guard let text = String(validating: answer.body, as: UTF8.self) else { return " that is no UTF-8" }
            if Self.isBinary(answer.body) { return " that is no text" }
            return Self.isPage(text) ? " that is an HTML page (a login page?)" : nil
        case "application/json":
            let options = JSONParser.Options(duplicateKeys: .lastWins)
            return (try? JSONParser.parse(answer.body, options: options)) == nil ? " that is no JSON" : nil
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

    private static func isPage(_ text: String) -> Bool {
        let start = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }.prefix(64).lowercased()
        return start.hasPrefix("<!doctype html") || start.hasPrefix("<html")
    }
}

extension GateAnswer {
    /// The type without parameters, in lower case; nil where there is none.
    var mediaType: String? {
        guard let type else { return nil }
        let name = type.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
        return name.isEmpty ? nil : name
    }

    /// ` with text/html`; empty without a type.
    var typeText: String { mediaType.map { " with \(RolloutText.fit($0, limit: 80))" } ?? "" }
}
