internal import DataTree

/// YAML as Go's libraries write it, for texts inside ConfigMaps that people compare with upstream's.
///
/// Keys ordered, lists at the indentation of their key, plain scalars where they read back as the same text.
enum GoYAML {
    /// The value as YAML without a final new line.
    static func text(_ tree: Tree) -> String {
        var lines: [String] = []
        write(tree, indent: 0, first: "", into: &lines)
        return lines.joined(separator: "\n")
    }

    private static func write(_ tree: Tree, indent: Int, first: String, into lines: inout [String]) {
        let pad = String(repeating: " ", count: indent)
        var lead = first.isEmpty ? pad : first
        switch tree {
        case .object(let object) where !object.isEmpty:
            for entry in object.sorted() {
                writeField(entry, indent: indent, lead: lead, into: &lines)
                lead = pad
            }
        case .array(let items) where !items.isEmpty:
            for item in items {
                write(item, indent: indent + 2, first: lead + "- ", into: &lines)
                lead = pad
            }
        default: lines.append(lead + scalar(tree, indent: indent))
        }
    }

    private static func writeField(_ entry: TreeObject.Entry, indent: Int, lead: String, into lines: inout [String]) {
        let key = lead + scalar(.string(entry.key), indent: indent) + ":"
        switch entry.value {
        case .object(let object) where !object.isEmpty:
            lines.append(key)
            write(entry.value, indent: indent + 2, first: "", into: &lines)
        case .array(let items) where !items.isEmpty:
            lines.append(key)
            write(entry.value, indent: indent, first: "", into: &lines)
        default: lines.append(key + " " + scalar(entry.value, indent: indent))
        }
    }

    private static func scalar(_ tree: Tree, indent: Int) -> String {
        switch tree {
        case .null: return "null"
        case .array: return "[]"
        case .object: return "{}"
        case .string(let text): return quoted(text, indent: indent)
        default: return tree.printed
        }
    }

    private static func quoted(_ text: String, indent: Int) -> String {
        if text.isEmpty { return "\"\"" }
        if isBlock(text) { return block(text, indent: indent) }
        if readsAsOther(text) { return "\"\(text)\"" }
        if text.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) {
            return Tree.string(text).jsonText(.compact)
        }
        return needsQuotes(text)
            ? "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'" : text
    }

    /// Whether a text has lines and fits a literal block, which has no carriage returns and is more than empty lines.
    private static func isBlock(_ text: String) -> Bool {
        let (newLine, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
        return text.utf8.contains(newLine) && !text.utf8.contains(carriageReturn)
            && text.utf8.contains { $0 != newLine }
    }

    /// A literal block; texts of templates are long, so all is done by bytes.
    private static func block(_ text: String, indent: Int) -> String {
        let newLine = UInt8(ascii: "\n")
        let pad = [UInt8](repeating: UInt8(ascii: " "), count: indent + 2)
        var body = text.utf8[...]
        var output = Array("|".utf8)
        output.reserveCapacity(body.count + body.count / 4)
        if body.first == UInt8(ascii: " ") { output.append(UInt8(ascii: "2")) }
        if body.last == newLine {
            body.removeLast()
            if body.last == newLine { output.append(UInt8(ascii: "+")) }
        } else {
            output.append(UInt8(ascii: "-"))
        }
        var startsLine = true
        output.append(newLine)
        for byte in body {
            if startsLine, byte != newLine { output += pad }
            startsLine = byte == newLine
            output.append(byte)
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Whether a plain text would be read as a boolean, null or a number.
    private static func readsAsOther(_ text: String) -> Bool {
        let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"]
        if words.contains(text.lowercased()) { return true }
        if text.hasPrefix("0x") || text.hasPrefix("0o") { return true }
        if text.utf8.allSatisfy({ ($0 >= 0x30 && $0 <= 0x3A) || $0 == 0x2E || $0 == 0x5F }), text.utf8.contains(0x3A) {
            return text.utf8.first.map { $0 >= 0x30 && $0 <= 0x39 } ?? false
        }
        return Double(text) != nil && !["inf", "nan", "infinity"].contains(text.lowercased())
    }

    private static func needsQuotes(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return true }
        if " !&*|>%@`'\"{}[],#".unicodeScalars.contains(first) || last == " " || last == ":" { return true }
        if "-?:".unicodeScalars.contains(first), text.unicodeScalars.count == 1 || text.dropFirst().first == " " {
            return true
        }
        return text.contains(": ") || text.contains(" #") || text == "---" || text == "="
    }
}
