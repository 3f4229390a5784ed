/// Text that comes from a cluster or a file, made safe for a terminal.
package enum TerminalText {
    /// The text in one line without control characters, so that nothing in it steers the terminal.
    ///
    /// Line breaks and tabs become blanks; other control characters, and marks that turn the direction of writing, go.
    package static func plain(_ text: some StringProtocol) -> String {
        guard text.unicodeScalars.contains(where: { $0.value < 32 || $0.value >= 127 }) else { return String(text) }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 9, 10, 13: result.append(" ")
            case 0..<32, 127..<160, 0x200e...0x200f, 0x202a...0x202e, 0x2066...0x2069, 0x2028...0x2029: break
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
