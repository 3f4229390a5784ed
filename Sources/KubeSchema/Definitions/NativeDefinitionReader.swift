internal import MeshBase

/// Reads ``NativeDefinitionText``: which definitions there are at once, the fields of one when asked for.
struct NativeDefinitionReader: Sendable {
    /// Full package names by alias.
    private(set) var packages: [String: String] = [:]
    private(set) var definitions: [NativeDefinition] = []
    private var package = ""

    /// Reads all tables.
    init(_ tables: [String]) {
        let lines = tables.flatMap { $0.split(ascii: "\n") }
        for line in lines where line.utf8.starts(with: "package ".utf8) { readPackage(line) }
        for line in lines { read(line) }
    }

    /// The fields of a definition.
    func fields(of definition: NativeDefinition) -> [NativeDefinition.Field] {
        definition.lines.flatMap { line in
            let (facts, summary) = Self.split(line)
            return facts.split(ascii: ";").compactMap { field($0, summary, in: definition.package) }
        }
    }

    private mutating func readPackage(_ line: Substring) {
        let words = line.split(ascii: " ")
        guard words.count == 3 else { return }
        packages[String(words[2])] = String(words[1])
        package = String(words[1])
    }

    private mutating func read(_ line: Substring) {
        if line.utf8.starts(with: "  ".utf8) {
            if !definitions.isEmpty { definitions[definitions.count - 1].lines.append(line) }
            return
        }
        if line.utf8.starts(with: "package ".utf8) { return readPackage(line) }
        let (facts, summary) = Self.split(line)
        let words = facts.split(ascii: " ")
        guard let name = words.first else { return }
        let isAtomic = words.count > 1 && words[1] == "atomic"
        definitions.append(
            NativeDefinition(name: "\(package).\(name)", isAtomic: isAtomic, summary: summary, package: package)
        )
    }

    private static func split(_ line: Substring) -> (facts: Substring, summary: String?) {
        let bytes = line.utf8
        guard let hash = bytes.firstIndex(of: UInt8(ascii: "#")) else { return (line, nil) }
        return (line[..<hash], String(line[bytes.index(hash, offsetBy: 2)...]))
    }

    private func field(_ text: Substring, _ summary: String?, in package: String) -> NativeDefinition.Field? {
        let words = text.split(ascii: " ")
        guard words.count >= 2 else { return nil }
        let isRequired = words[0].hasSuffix("!")
        return NativeDefinition.Field(
            name: String(isRequired ? words[0].dropLast() : words[0]),
            type: type(words[1], in: package),
            isRequired: isRequired,
            facts: Array(words.dropFirst(2)),
            summary: summary
        )
    }

    private func type(_ text: Substring, in package: String) -> NativeDefinition.FieldType {
        if text.hasPrefix("[") { return .list(type(text.dropFirst().dropLast(), in: package)) }
        if text.hasPrefix("{") { return .map(type(text.dropFirst().dropLast(), in: package)) }
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
