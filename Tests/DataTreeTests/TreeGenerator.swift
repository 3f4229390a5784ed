internal import DataTree
internal import MeshTestKit

/// Makes odd but valid trees from random numbers.
struct TreeGenerator {
    var random: SeededRandom

    init(seed: UInt64) {
        self.random = SeededRandom(seed: seed)
    }

    static let oddStrings = [
        "", " ", "~", "null", "Null", "true", "yes", "No", "off", "y", "N", "0", "-0", "007", "0x1F", "0o17", "0b11",
        "1_000", "1e3",
        ".5", "5.", "+1", "-", "--", "---", "...", ".inf", "-.INF", ".nan", "1:30", "190:20:30", "2026-11-21",
        "2026-11-21T06:30:00Z", "a: b", "a #b", "#c", "a:", ":a", "- a", "? a", "[a", "{a", "a]", "a, b", "&a", "*a",
        "!a", "|", ">", "%a",
        "@a", "`a", "'a'", "\"a\"", "it's", "a\\b", "tab\tinside", " lead", "trail ", "line\n", "two\nlines",
        "two\nlines\n", "\n", "\n\n",
        "\nlead", "  indented\nfirst", "end\n\n", "a\n\n\nb\n", "a\n  b\n c", "cr\rx", "crlf\r\nx", "nul\u{0}", "\u{7}",
        "\u{7F}",
        "\u{85}x", "\u{2028}", "\u{FEFF}bom", "\u{FFFE}", "é", "日本", "😀", "e\u{301}", "a\tb\nc", "trailing space \nx",
        "<<", "=",
        "x\n\ty", "key: |\n  value\n", "-1.5e-7", "9223372036854775808",
    ]

    mutating func tree(depth: Int = 4) -> Tree {
        let kind = depth == 0 ? random.int(below: 7) : random.int(below: 11)
        switch kind {
        case 0: return .null
        case 1: return .bool(random.oneIn(2))
        case 2: return .integer(integer())
        case 3: return .double(double())
        case 4: return .bigInteger(bigInteger())
        case 5, 6: return .string(string())
        case 7, 8: return .array((0..<random.int(below: 5)).map { _ in tree(depth: depth - 1) })
        default: return object(depth: depth - 1)
        }
    }

    mutating func object(depth: Int) -> Tree {
        var object = TreeObject()
        for _ in 0..<(random.oneIn(20) ? 40 : random.int(below: 6)) { object[string()] = tree(depth: max(0, depth)) }
        return .object(object)
    }

    mutating func string() -> String {
        if random.oneIn(2) { return random.pick(Self.oddStrings) }
        var text = ""
        for _ in 0..<random.int(below: 24) {
            switch random.int(below: 12) {
            case 0: text += "\n"
            case 1: text += random.pick([" ", ":", "#", "-", ",", "\t", "\"", "'", "\\"])
            case 2: text.unicodeScalars.append(Unicode.Scalar(UInt32(random.int(below: 0xD800))) ?? "x")
            default: text.unicodeScalars.append(Unicode.Scalar(UInt8(97 + random.int(below: 26))))
            }
        }
        return text
    }

    private mutating func integer() -> Int64 {
        random.oneIn(4)
            ? random.pick([0, 1, -1, .max, .min, 9_007_199_254_740_993])
            : Int64(bitPattern: random.next() >> UInt64(random.int(below: 64)))
    }

    private mutating func double() -> Double {
        if random.oneIn(3) {
            return random.pick([0.1, -0.0, 1e300, .leastNonzeroMagnitude, 1.0, 1e22, 1e23, 1.7976931348623157e308])
        }
        let value = Double(bitPattern: random.next())
        return value.isFinite ? value : 0.5
    }

    private mutating func bigInteger() -> String {
        let digits = (0..<(20 + random.int(below: 30))).map { _ in String(random.int(below: 10)) }.joined()
        return (random.oneIn(2) ? "-" : "") + "9" + digits
    }
}
