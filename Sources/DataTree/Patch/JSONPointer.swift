/// A JSON Pointer (RFC 6901): the way to a value, key by key.
public struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
    /// The reference tokens, unescaped; none for the whole document.
    public let tokens: [String]

    /// Makes a pointer of unescaped tokens.
    public init(tokens: [String]) {
        self.tokens = tokens
    }

    /// Reads a pointer such as `/spec/containers/0`; nil unless it is empty or begins with a slash and escapes are whole.
    public init?(_ text: String) {
        if text.isEmpty {
            self.tokens = []
            return
        }
        let parts = text.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.first?.isEmpty == true else { return nil }
        var tokens: [String] = []
        for part in parts.dropFirst() {
            guard let token = Self.unescape(part) else { return nil }
            tokens.append(token)
        }
        self.tokens = tokens
    }

    private static func unescape(_ part: Substring.UnicodeScalarView) -> String? {
        var token = String.UnicodeScalarView()
        var isEscaped = false
        for scalar in part {
            switch (isEscaped, scalar) {
            case (true, "0"): token.append("~")
            case (true, "1"): token.append("/")
            case (true, _): return nil
            case (false, "~"): break
            default: token.append(scalar)
            }
            isEscaped = !isEscaped && scalar == "~"
        }
        return isEscaped ? nil : String(token)
    }

    /// The pointer with its escapes.
    public var description: String {
        var text = ""
        for token in tokens {
            text += "/"
            for scalar in token.unicodeScalars {
                switch scalar {
                case "~": text += "~0"
                case "/": text += "~1"
                default: text.unicodeScalars.append(scalar)
                }
            }
        }
        return text
    }

    /// The index a token names in an array of `count` elements; `count` itself for `-`; nil for anything else.
    static func index(_ token: String, count: Int) -> Int? {
        if token == "-" { return count }
        let digits = token.utf8
        guard let first = digits.first, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        guard digits.count == 1 || first != 0x30, let index = Int(token) else { return nil }
        return index
    }
}

extension Tree {
    /// The value a pointer leads to, nil where a token leads nowhere.
    public func value(at pointer: JSONPointer) -> Tree? {
        var current = self
        for token in pointer.tokens {
            switch current {
            case .object(let object):
                guard let next = object[token] else { return nil }
                current = next
            case .array(let elements):
                guard let index = JSONPointer.index(token, count: elements.count), index < elements.count else {
                    return nil
                }
                current = elements[index]
            default: return nil
            }
        }
        return current
    }
}
