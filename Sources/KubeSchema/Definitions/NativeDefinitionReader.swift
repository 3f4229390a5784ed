/// Reads ``NativeDefinitionText``.
struct NativeDefinitionReader {
    /// Full package names by alias.
    private(set) var packages: [String: String] = [:]
    private(set) var definitions: [NativeDefinition] = []
    private var package = ""

    /// Reads all tables.
    static func read(_ tables: [String]) -> [NativeDefinition] {
        var reader = NativeDefinitionReader()
        let lines = tables.map { $0.split(separator: "\n", omittingEmptySubsequences: true) }
        for line in lines.joined() where line.hasPrefix("package ") { reader.readPackage(line) }
        for line in lines.joined() { reader.read(line) }
        return reader.definitions
    }

    private mutating func readPackage(_ line: Substring) {
        let words = line.split(separator: " ")
        guard words.count == 3 else { return }
        packages[String(words[2])] = String(words[1])
        package = String(words[1])
    }

    private mutating func read(_ line: Substring) {
        if line.hasPrefix("package ") { return readPackage(line) }
        let (facts, summary) = Self.split(line)
        guard line.hasPrefix("  ") else {
            let words = facts.split(separator: " ")
            guard let name = words.first else { return }
            let isAtomic = words.count > 1 && words[1] == "atomic"
            definitions.append(NativeDefinition(name: "\(package).\(name)", isAtomic: isAtomic, summary: summary))
            return
        }
        guard !definitions.isEmpty else { return }
        for part in facts.split(separator: ";") {
            guard let field = field(part, summary) else { continue }
            definitions[definitions.count - 1].fields.append(field)
        }
    }

    private static func split(_ line: Substring) -> (facts: Substring, summary: String?) {
        let bytes = line.utf8
        guard let hash = bytes.firstIndex(of: UInt8(ascii: "#")) else { return (line, nil) }
        return (line[..<hash], String(line[bytes.index(hash, offsetBy: 2)...]))
    }

    private func field(_ text: Substring, _ summary: String?) -> NativeDefinition.Field? {
        let words = text.split(separator: " ")
        guard words.count >= 2 else { return nil }
        let isRequired = words[0].hasSuffix("!")
        return NativeDefinition.Field(
            name: String(isRequired ? words[0].dropLast() : words[0]),
            type: type(words[1]),
            isRequired: isRequired,
            facts: Array(words.dropFirst(2)),
            summary: summary
        )
    }

    private func type(_ text: Substring) -> NativeDefinition.FieldType {
        if text.hasPrefix("[") { return .list(type(text.dropFirst().dropLast())) }
        if text.hasPrefix("{") { return .map(type(text.dropFirst().dropLast())) }
        if let dot = text.utf8.firstIndex(of: UInt8(ascii: ".")) {
            let rest = text[text.utf8.index(after: dot)...]
            return .definition("\(packages[String(text[..<dot])] ?? "").\(rest)")
        }
        if let first = text.utf8.first, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first) {
            return .definition("\(package).\(text)")
        }
        return .simple(String(text))
    }
}
