/// A place within an object as IstioOperator writes it: `spec.containers.[name:discovery].args.[30m]`.
///
/// Keys are joined by dots; `\.` is a dot within a key. `[N]` selects an element by index (-1 appends),
/// `[key:value]` the object with that field, `[value]` or `[:value]` the text that matches.
package struct SettingsPath: Sendable, Hashable {
    /// One step.
    package enum Step: Sendable, Hashable {
        /// Into an object.
        case key(String)
        /// The element of a list at an index.
        case index(Int)
        /// The object of a list whose field prints as the value.
        case field(String, String)
        /// The text of a list that matches an expression; also what stands in brackets and is nothing else.
        case match(String)
    }

    /// The steps from the root.
    package var steps: [Step]

    /// Reads a path; empty parts are skipped.
    package init(_ text: String) {
        steps = []
        for part in Self.split(text) where !part.isEmpty {
            let plain = part.replacing("\\.", with: ".")
            if let bracket = plain.firstIndex(of: "["), bracket > plain.startIndex {
                steps.append(.key(String(plain[..<bracket])))
                steps.append(Self.step(plain[bracket...]))
            } else {
                steps.append(Self.step(plain[...]))
            }
        }
    }

    private static func step(_ text: Substring) -> Step {
        guard text.hasPrefix("["), text.hasSuffix("]"), text.count >= 2 else { return .key(String(text)) }
        let inner = String(text.dropFirst().dropLast())
        if let number = Int(inner), number >= -1 { return .index(number) }
        if inner.hasPrefix(":"), inner.count > 1 { return .match(String(inner.dropFirst())) }
        if let colon = inner.firstIndex(of: ":") {
            let key = inner[..<colon]
            let value = inner[inner.index(after: colon)...]
            if !key.isEmpty, !value.isEmpty, key.utf8.allSatisfy(isKeyByte) {
                return .field(String(key), String(value).replacing("\\:", with: ":"))
            }
        }
        return .match(inner)
    }

    /// Splits at dots that no backslash precedes.
    private static func split(_ text: String) -> [String] {
        var parts = [""]
        var previous: Character?
        for character in text {
            if character == ".", previous != "\\" { parts.append("") } else { parts[parts.count - 1].append(character) }
            previous = character
        }
        return parts
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5A) || (byte >= 0x61 && byte <= 0x7A)
            || byte == 0x5F || byte == 0x2D
    }
}
