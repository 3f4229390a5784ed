internal import PatternMatching

/// Functions of strings: CEL standard, the strings extension and Kubernetes' regex library.
///
/// Indexes count Unicode scalars.
enum StringFunctions {
    static let all: [FunctionDefinition] = [
        test("contains") { text, part in
            part.isEmpty || index(of: Array(part.unicodeScalars), in: Array(text.unicodeScalars), from: 0) != nil
        },
        test("startsWith") { text, part in text.unicodeScalars.starts(with: part.unicodeScalars) },
        test("endsWith") { text, part in text.unicodeScalars.reversed().starts(with: part.unicodeScalars.reversed()) },
        FunctionDefinition("matches", ["string.matches(string) bool", "matches(string, string) bool"]) {
            arguments,
            meter throws(ExpressionError) in
            let (text, pattern) = try pattern(arguments, "matches", &meter)
            return .bool(pattern.matches(text))
        },
        FunctionDefinition("find", ["string.find(string) string"]) { arguments, meter throws(ExpressionError) in
            let (text, pattern) = try pattern(arguments, "find", &meter)
            return .string(pattern.firstMatch(in: text) ?? "")
        },
        FunctionDefinition(
            "findAll",
            ["string.findAll(string) list<string>", "string.findAll(string, int) list<string>"]
        ) {
            arguments,
            meter throws(ExpressionError) in
            let (text, pattern) = try pattern(arguments, "findAll", &meter)
            let limit = arguments.count > 2 ? try integer(arguments, 2, "findAll") : -1
            return .strings(pattern.allMatches(in: text, limit: limit < 0 ? .max : limit))
        },
        FunctionDefinition("charAt", ["string.charAt(int) string"]) { arguments, meter throws(ExpressionError) in
            let scalars = try scalars(arguments, 0, "charAt", &meter)
            let index = try integer(arguments, 1, "charAt")
            guard (0...scalars.count).contains(index) else { throw .evaluation("index out of range: \(index)") }
            return .string(index == scalars.count ? "" : String(scalars[index]))
        },
        FunctionDefinition(
            "indexOf",
            [
                "string.indexOf(string) int", "string.indexOf(string, int) int", "list<A>.indexOf(A) int",
            ]
        ) { arguments, meter throws(ExpressionError) in
            if case .list(let list) = arguments[0] {
                return try position(of: arguments[1], in: list, isLast: false, &meter)
            }
            let text = try scalars(arguments, 0, "indexOf", &meter)
            let part = try scalars(arguments, 1, "indexOf", &meter)
            let start = arguments.count > 2 ? try integer(arguments, 2, "indexOf") : 0
            guard (0...text.count).contains(start) else { throw .evaluation("index out of range: \(start)") }
            return .count(index(of: part, in: text, from: start) ?? -1)
        },
        FunctionDefinition(
            "lastIndexOf",
            [
                "string.lastIndexOf(string) int", "string.lastIndexOf(string, int) int", "list<A>.lastIndexOf(A) int",
            ]
        ) { arguments, meter throws(ExpressionError) in
            if case .list(let list) = arguments[0] {
                return try position(of: arguments[1], in: list, isLast: true, &meter)
            }
            let text = try scalars(arguments, 0, "lastIndexOf", &meter)
            let part = try scalars(arguments, 1, "lastIndexOf", &meter)
            let last = arguments.count > 2 ? try integer(arguments, 2, "lastIndexOf") : text.count
            guard (0...text.count).contains(last) else { throw .evaluation("index out of range: \(last)") }
            guard part.count <= text.count else { return .int(-1) }
            for start in stride(from: min(last, text.count - part.count), through: 0, by: -1)
            where text[start..<(start + part.count)].elementsEqual(part) { return .count(start) }
            return .int(-1)
        },
        FunctionDefinition("join", ["list<string>.join() string", "list<string>.join(string) string"], join),
        FunctionDefinition("lowerAscii", ["string.lowerAscii() string"]) { arguments, meter throws(ExpressionError) in
            .string(map(try scalars(arguments, 0, "lowerAscii", &meter), "A"..."Z", 32))
        },
        FunctionDefinition("upperAscii", ["string.upperAscii() string"]) { arguments, meter throws(ExpressionError) in
            .string(map(try scalars(arguments, 0, "upperAscii", &meter), "a"..."z", -32))
        },
        FunctionDefinition(
            "replace",
            ["string.replace(string, string) string", "string.replace(string, string, int) string"],
            replace
        ),
        FunctionDefinition(
            "split",
            ["string.split(string) list<string>", "string.split(string, int) list<string>"],
            split
        ),
        FunctionDefinition("substring", ["string.substring(int) string", "string.substring(int, int) string"]) {
            arguments,
            meter throws(ExpressionError) in
            let scalars = try scalars(arguments, 0, "substring", &meter)
            let start = try integer(arguments, 1, "substring")
            let end = arguments.count > 2 ? try integer(arguments, 2, "substring") : scalars.count
            guard (0...scalars.count).contains(start), (0...scalars.count).contains(end) else {
                throw .evaluation("index out of range: \((0...scalars.count).contains(start) ? end : start)")
            }
            guard start <= end else { throw .evaluation("invalid substring range. start: \(start), end: \(end)") }
            return .string(string(scalars[start..<end]))
        },
        FunctionDefinition("trim", ["string.trim() string"]) { arguments, meter throws(ExpressionError) in
            let scalars = try scalars(arguments, 0, "trim", &meter)
            let start = scalars.firstIndex { !$0.properties.isWhitespace } ?? scalars.count
            let end = scalars.lastIndex { !$0.properties.isWhitespace }.map { $0 + 1 } ?? start
            return .string(string(scalars[start..<end]))
        },
        FunctionDefinition("reverse", ["string.reverse() string"]) { arguments, meter throws(ExpressionError) in
            .string(string(try scalars(arguments, 0, "reverse", &meter).reversed()[...]))
        },
    ]
}

// MARK: - Parts

extension StringFunctions {
    private static func test(_ name: String, _ body: @escaping @Sendable (String, String) -> Bool) -> FunctionDefinition
    {
        FunctionDefinition(name, ["string.\(name)(string) bool"]) { arguments, meter throws(ExpressionError) in
            guard let text = arguments[0].string, let part = arguments[1].string else {
                throw .noOverload(name, arguments)
            }
            try meter.charge(text: text)
            return .bool(body(text, part))
        }
    }

    private static func pattern(_ arguments: [ExpressionValue], _ name: String, _ meter: inout CostMeter)
        throws(ExpressionError) -> (String, Pattern)
    {
        guard let text = arguments[0].string, let source = arguments[1].string else {
            throw .noOverload(name, arguments)
        }
        let (steps, overflow) = (1 + text.utf8.count / 10).multipliedReportingOverflow(by: 1 + source.utf8.count / 4)
        try meter.charge(overflow ? .max : steps)
        do {
            return (text, try Pattern(source))
        } catch {
            throw .evaluation("\(error)")
        }
    }

    static func scalars(_ arguments: [ExpressionValue], _ index: Int, _ name: String, _ meter: inout CostMeter)
        throws(ExpressionError) -> [Unicode.Scalar]
    {
        guard let text = arguments[index].string else { throw .noOverload(name, arguments) }
        try meter.charge(text: text)
        return Array(text.unicodeScalars)
    }

    static func integer(_ arguments: [ExpressionValue], _ index: Int, _ name: String) throws(ExpressionError) -> Int {
        guard case .int(let number) = arguments[index] else { throw .noOverload(name, arguments) }
        return Int(clamping: number)
    }

    static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    private static func map(_ scalars: [Unicode.Scalar], _ range: ClosedRange<Unicode.Scalar>, _ shift: Int32) -> String
    {
        let mapped = scalars.map { scalar in
            guard range.contains(scalar) else { return scalar }
            return Unicode.Scalar(UInt32(bitPattern: Int32(bitPattern: scalar.value) + shift)) ?? scalar
        }
        return string(mapped[...])
    }

    static func index(of part: [Unicode.Scalar], in text: [Unicode.Scalar], from start: Int) -> Int? {
        guard part.count <= text.count, start <= text.count - part.count else { return nil }
        guard let first = part.first else { return start }
        for index in start...(text.count - part.count)
        where text[index] == first && text[index..<(index + part.count)].elementsEqual(part) { return index }
        return nil
    }

    private static func position(
        of value: ExpressionValue,
        in list: ListValue,
        isLast: Bool,
        _ meter: inout CostMeter
    ) throws(ExpressionError) -> ExpressionValue {
        let indexes = isLast ? Array((0..<list.count).reversed()) : Array(0..<list.count)
        for index in indexes where try list.element(index).isEqual(to: value, &meter) { return .count(index) }
        return .int(-1)
    }

    @Sendable private static func join(_ arguments: [ExpressionValue], _ meter: inout CostMeter) throws(ExpressionError)
        -> ExpressionValue
    {
        guard case .list(let list) = arguments[0] else { throw .noOverload("join", arguments) }
        let separator = arguments.count > 1 ? arguments[1].string : ""
        guard let separator else { throw .noOverload("join", arguments) }
        var parts: [String] = []
        for element in try list.elements() {
            guard let text = element.string else { throw .noOverload("join", arguments) }
            try meter.charge(text: text)
            parts.append(text)
        }
        return .string(parts.joined(separator: separator))
    }

    @Sendable private static func replace(_ arguments: [ExpressionValue], _ meter: inout CostMeter)
        throws(ExpressionError) -> ExpressionValue
    {
        let text = try scalars(arguments, 0, "replace", &meter)
        let old = try scalars(arguments, 1, "replace", &meter)
        let new = try scalars(arguments, 2, "replace", &meter)
        var left = arguments.count > 3 ? try integer(arguments, 3, "replace") : -1
        var result: [Unicode.Scalar] = []
        var place = 0
        while place <= text.count, left != 0 {
            guard let found = index(of: old, in: text, from: place) else { break }
            try meter.charge(1 + new.count / 10)
            result += text[place..<found] + new
            place = found + old.count
            left -= 1
            if old.isEmpty {
                if place < text.count { result.append(text[place]) }
                place += 1
            }
        }
        if place < text.count { result += text[place...] }
        return .string(string(result[...]))
    }

    @Sendable private static func split(_ arguments: [ExpressionValue], _ meter: inout CostMeter)
        throws(ExpressionError)
        -> ExpressionValue
    {
        let text = try scalars(arguments, 0, "split", &meter)
        let separator = try scalars(arguments, 1, "split", &meter)
        let limit = arguments.count > 2 ? try integer(arguments, 2, "split") : -1
        if limit == 0 { return .list([]) }
        var parts: [String] = []
        var place = 0
        if separator.isEmpty {
            while place < text.count, limit < 0 || parts.count < limit - 1 {
                parts.append(String(text[place]))
                place += 1
            }
            if place < text.count { parts.append(string(text[place...])) }
            return .strings(parts)
        }
        while limit < 0 || parts.count < limit - 1, let found = index(of: separator, in: text, from: place) {
            parts.append(string(text[place..<found]))
            place = found + separator.count
        }
        parts.append(string(text[place...]))
        return .strings(parts)
    }
}
