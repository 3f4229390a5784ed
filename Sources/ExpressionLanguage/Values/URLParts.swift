/// The parts of an absolute URL, as Go's `url.ParseRequestURI` splits them.
package struct URLParts: Sendable, Hashable, CustomStringConvertible {
    /// The URL as written.
    package let text: String
    /// The scheme in lower case; empty for an absolute path.
    package let scheme: String
    /// Host with port, user information left out.
    package let host: String
    /// The path, still escaped.
    package let escapedPath: String
    /// The query without its question mark.
    package let rawQuery: String

    /// Splits an absolute URL or an absolute path; nil for anything else.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty, !bytes.contains(where: { $0 < 0x21 || $0 == 0x7F }) else { return nil }
        var rest = text[...]
        var scheme = ""
        if !rest.hasPrefix("/") {
            guard let colon = rest.firstIndex(of: ":"), let name = Self.scheme(rest[..<colon]) else { return nil }
            scheme = name
            rest = rest[rest.index(after: colon)...]
            // Without a slash the rest is opaque, which is no request URI.
            guard rest.hasPrefix("/") else { return nil }
        }
        var query = ""
        if let mark = rest.firstIndex(of: "?") {
            query = String(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        }
        var host = ""
        if !scheme.isEmpty, rest.hasPrefix("//") {
            let authority = rest.dropFirst(2).prefix { $0 != "/" }
            rest = rest.dropFirst(2 + authority.count)
            var afterUser = authority
            if let at = authority.lastIndex(of: "@") {
                guard Self.isMade(of: Self.userCharacters, authority[..<at]) else { return nil }
                afterUser = authority[authority.index(after: at)...]
            }
            guard Self.isHost(afterUser) else { return nil }
            host = String(afterUser)
        }
        guard Self.isEscapedWell(rest) else { return nil }
        self.text = text
        self.scheme = scheme
        self.host = host
        self.escapedPath = String(rest)
        self.rawQuery = query
    }

    private static func scheme(_ text: Substring) -> String? {
        guard let first = text.utf8.first, isLetter(first) else { return nil }
        let isPlain = text.utf8.allSatisfy { isLetter($0) || (48...57).contains($0) || "+-.".utf8.contains($0) }
        return isPlain ? text.lowercased() : nil
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }

    private static func isHost(_ text: Substring) -> Bool {
        let isBracketed = text.hasPrefix("[")
        var port = Substring()
        if isBracketed {
            guard let end = text.lastIndex(of: "]") else { return false }
            port = text[text.index(after: end)...]
        } else if let colon = text.lastIndex(of: ":") {
            port = text[colon...]
            if text[..<colon].contains(":") { return false }
        }
        guard port.isEmpty || (port.hasPrefix(":") && port.dropFirst().utf8.allSatisfy { (48...57).contains($0) })
        else { return false }
        return isMade(of: hostCharacters, text) && (isBracketed || isEscapedWell(text))
    }

    private static let userCharacters = Array("-._:~!$&'()*+,;=%@".utf8)
    private static let hostCharacters = Array("-._~!$&'()*+,;=:[]<>\"%".utf8)

    /// Whether a text has only letters, digits, the marks given and characters beyond ASCII.
    private static func isMade(of marks: [UInt8], _ text: Substring) -> Bool {
        text.utf8.allSatisfy { isLetter($0) || (48...57).contains($0) || $0 >= 0x80 || marks.contains($0) }
    }

    private static func isEscapedWell(_ text: Substring) -> Bool {
        var bytes = Array(text.utf8)[...]
        while let byte = bytes.popFirst() {
            guard byte == UInt8(ascii: "%") else { continue }
            guard let first = bytes.popFirst(), let second = bytes.popFirst(), isHex(first), isHex(second) else {
                return false
            }
        }
        return true
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
    }

    /// The host without port and brackets.
    package var hostname: String {
        if host.hasPrefix("["), let end = host.lastIndex(of: "]") {
            return String(host[host.index(after: host.startIndex)..<end])
        }
        return String(host.prefix { $0 != ":" })
    }

    /// The port as text, empty where none is given.
    package var port: String {
        let rest = host.lastIndex(of: "]").map { host[host.index(after: $0)...] } ?? host[...]
        guard let colon = rest.lastIndex(of: ":") else { return "" }
        return String(rest[rest.index(after: colon)...])
    }

    /// The values of every key of the query, unescaped, in order.
    package var query: [(key: String, values: [String])] {
        var result: [(key: String, values: [String])] = []
        for pair in rawQuery.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let key = Self.unescape(parts[0])
            let value = parts.count > 1 ? Self.unescape(parts[1]) : ""
            if let index = result.firstIndex(where: { $0.key == key }) {
                result[index].values.append(value)
            } else {
                result.append((key, [value]))
            }
        }
        return result
    }

    private static func unescape(_ text: Substring) -> String {
        var bytes = Array(text.utf8)[...]
        var result: [UInt8] = []
        while let byte = bytes.popFirst() {
            if byte == UInt8(ascii: "+") {
                result.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"), bytes.count >= 2,
                let value = UInt8(String(decoding: bytes.prefix(2), as: UTF8.self), radix: 16)
            {
                result.append(value)
                bytes = bytes.dropFirst(2)
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The URL as written.
    package var description: String { text }
}
