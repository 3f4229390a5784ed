internal import KubeAPI
internal import MeshBase

/// `format` of the strings extension: `"%s has %d".format([name, count])`.
enum StringFormatFunctions {
    static let all: [FunctionDefinition] = [
        FunctionDefinition("format", ["string.format(list<dyn>) string"]) { arguments, meter throws(ExpressionError) in
            let scalars = try StringFunctions.scalars(arguments, 0, "format", &meter)
            guard case .list(let list) = arguments[1] else { throw .noOverload("format", arguments) }
            var formatter = Formatter(scalars: scalars, values: try list.elements())
            return .string(try formatter.run(&meter))
        },
        FunctionDefinition("strings.quote", ["@(string) string"]) { arguments, meter throws(ExpressionError) in
            guard let text = arguments[0].string else { throw .noOverload("strings.quote", arguments) }
            try meter.charge(text: text)
            var result = "\""
            for scalar in text.unicodeScalars {
                switch scalar {
                case "\"": result += "\\\""
                case "\\": result += "\\\\"
                case "\n": result += "\\n"
                case "\r": result += "\\r"
                case "\t": result += "\\t"
                case "\u{7}": result += "\\a"
                case "\u{8}": result += "\\b"
                case "\u{b}": result += "\\v"
                case "\u{c}": result += "\\f"
                default: result.unicodeScalars.append(scalar)
                }
            }
            return .string(result + "\"")
        },
    ]

    private struct Formatter {
        let scalars: [Unicode.Scalar]
        let values: [ExpressionValue]
        var position = 0
        var used = 0
        var result = ""

        init(scalars: [Unicode.Scalar], values: [ExpressionValue]) {
            self.scalars = scalars
            self.values = values
        }

        mutating func run(_ meter: inout CostMeter) throws(ExpressionError) -> String {
            while position < scalars.count {
                let scalar = scalars[position]
                position += 1
                if scalar != "%" {
                    result.unicodeScalars.append(scalar)
                } else {
                    try clause(&meter)
                }
            }
            return result
        }

        private mutating func clause(_ meter: inout CostMeter) throws(ExpressionError) {
            var precision: Int?
            if position < scalars.count, scalars[position] == "." {
                position += 1
                var digits = 0
                while position < scalars.count, let digit = Int(String(scalars[position])) {
                    digits = min(digits * 10 + digit, 1000)
                    position += 1
                }
                precision = min(digits, 100)
            }
            guard position < scalars.count else { throw .evaluation("unexpected end of string") }
            let verb = scalars[position]
            position += 1
            if verb == "%" {
                result += "%"
                return
            }
            guard used < values.count else { throw .evaluation("index \(used) out of range") }
            let text = try text(values[used], verb, precision)
            used += 1
            try meter.charge(text: text)
            result += text
        }

        private func text(_ value: ExpressionValue, _ verb: Unicode.Scalar, _ precision: Int?) throws(ExpressionError)
            -> String
        {
            switch (verb, value) {
            case ("s", _): return try StringFormatFunctions.plain(value)
            case ("d", .int(let number)): return String(number)
            case ("d", .uint(let number)): return String(number)
            case ("d", .double(let number)): return ConversionFunctions.text(number)
            case ("x", .int(let number)): return String(number, radix: 16)
            case ("X", .int(let number)): return String(number, radix: 16, uppercase: true)
            case ("x", .uint(let number)): return String(number, radix: 16)
            case ("X", .uint(let number)): return String(number, radix: 16, uppercase: true)
            case ("x", .string(let text)): return Self.hex(Array(text.utf8))
            case ("X", .string(let text)): return Self.hex(Array(text.utf8)).uppercased()
            case ("x", .bytes(let bytes)): return Self.hex(bytes)
            case ("X", .bytes(let bytes)): return Self.hex(bytes).uppercased()
            case ("o", .int(let number)): return String(number, radix: 8)
            case ("o", .uint(let number)): return String(number, radix: 8)
            case ("b", .int(let number)): return String(number, radix: 2)
            case ("b", .uint(let number)): return String(number, radix: 2)
            case ("b", .bool(let flag)): return flag ? "1" : "0"
            case ("f", .double(let number)): return Self.fixed(number, precision ?? 6)
            case ("f", .int(let number)): return Self.fixed(Double(number), precision ?? 6)
            case ("f", .uint(let number)): return Self.fixed(Double(number), precision ?? 6)
            case ("e", .double(let number)): return Self.scientific(number, precision ?? 6)
            case ("e", .int(let number)): return Self.scientific(Double(number), precision ?? 6)
            case ("e", .uint(let number)): return Self.scientific(Double(number), precision ?? 6)
            default:
                throw .evaluation("formatting clause %\(verb) cannot be used on values of type \(value.typeName)")
            }
        }

        private static func hex(_ bytes: [UInt8]) -> String {
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }

        /// A number as `d.ddde±xx`.
        private static func scientific(_ number: Double, _ precision: Int) -> String {
            guard number.isFinite else { return ConversionFunctions.text(number) }
            var mantissa = abs(number)
            var exponent = 0
            while mantissa >= 10 {
                mantissa /= 10
                exponent += 1
            }
            while mantissa > 0, mantissa < 1 {
                mantissa *= 10
                exponent -= 1
            }
            var digits = fixed(mantissa, precision)
            if digits.hasPrefix("10") {
                digits = fixed(mantissa / 10, precision)
                exponent += 1
            }
            let power = String(abs(exponent))
            let sign = number < 0 ? "-" : ""
            return "\(sign)\(digits)e\(exponent < 0 ? "-" : "+")\(power.utf8.count < 2 ? "0" : "")\(power)"
        }

        private static func fixed(_ number: Double, _ precision: Int) -> String {
            guard number.isFinite else { return ConversionFunctions.text(number) }
            var scale = 1.0
            for _ in 0..<precision { scale *= 10 }
            let scaled = (abs(number) * scale).rounded(.toNearestOrEven)
            guard scaled < 9e15 else { return "\(number)" }
            var digits = String(Int64(scaled))
            if digits.utf8.count <= precision {
                digits = String(repeating: "0", count: precision + 1 - digits.utf8.count) + digits
            }
            let whole = digits.dropLast(precision)
            let sign = number < 0 && scaled != 0 ? "-" : ""
            return precision == 0 ? sign + whole : "\(sign)\(whole).\(digits.suffix(precision))"
        }
    }

    /// A value as `%s` prints it.
    static func plain(_ value: ExpressionValue, depth: Int = 0) throws(ExpressionError) -> String {
        guard depth < 32 else { return "…" }
        switch value {
        case .null: return "null"
        case .list(let list):
            var parts: [String] = []
            for element in try list.elements() { parts.append(try plain(element, depth: depth + 1)) }
            return "[\(parts.joined(separator: ", "))]"
        case .map(let map):
            var parts: [String] = []
            for key in map.keys {
                guard let entry = try map.value(key) else { continue }
                parts.append(try plain(key, depth: depth + 1) + ": " + plain(entry, depth: depth + 1))
            }
            return "{\(parts.sorted().joined(separator: ", "))}"
        case .type(let name): return name
        case .quantity(let quantity): return quantity.description
        case .url(let url): return url.text
        default:
            var meter = CostMeter(limit: .max)
            guard let convert = FunctionTable.shared.function("string"),
                case .string(let text) = try convert.body([value], &meter)
            else { return "" }
            return text
        }
    }
}
