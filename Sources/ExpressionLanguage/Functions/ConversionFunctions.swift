internal import MeshBase

/// Conversions between types (CEL specification, "Standard definitions").
enum ConversionFunctions {
    static let all: [FunctionDefinition] = [
        FunctionDefinition("dyn", ["dyn(A) dyn"]) { arguments, _ in arguments[0] },
        FunctionDefinition("type", ["type(A) type"]) { arguments, _ in .type(arguments[0].typeName) },
        FunctionDefinition("bool", ["bool(bool) bool", "bool(string) bool"]) { arguments, _ throws(ExpressionError) in
            switch arguments[0] {
            case .bool: return arguments[0]
            case .string("1"), .string("t"), .string("true"), .string("TRUE"), .string("True"): return .bool(true)
            case .string("0"), .string("f"), .string("false"), .string("FALSE"), .string("False"): return .bool(false)
            default: throw failed(arguments[0], "bool")
            }
        },
        FunctionDefinition(
            "int",
            ["int(int) int", "int(uint) int", "int(double) int", "int(string) int", "int(timestamp) int"],
            int
        ),
        FunctionDefinition(
            "uint",
            ["uint(uint) uint", "uint(int) uint", "uint(double) uint", "uint(string) uint"],
            uint
        ),
        FunctionDefinition(
            "double",
            ["double(double) double", "double(int) double", "double(uint) double", "double(string) double"],
            double
        ),
        FunctionDefinition(
            "string",
            [
                "string(string) string", "string(bool) string", "string(int) string", "string(uint) string",
                "string(double) string", "string(bytes) string", "string(timestamp) string",
                "string(duration) string", "string(IP) string", "string(CIDR) string",
            ],
            string
        ),
        FunctionDefinition("bytes", ["bytes(bytes) bytes", "bytes(string) bytes"]) {
            arguments,
            meter throws(ExpressionError) in
            switch arguments[0] {
            case .bytes: return arguments[0]
            case .string(let text):
                try meter.charge(text: text)
                return .bytes(Array(text.utf8))
            default: throw failed(arguments[0], "bytes")
            }
        },
    ]

    static func failed(_ value: ExpressionValue, _ target: String) -> ExpressionError {
        .evaluation("type conversion error from '\(value.typeName)' to '\(target)'")
    }

    @Sendable private static func int(_ arguments: [ExpressionValue], _: inout CostMeter) throws(ExpressionError)
        -> ExpressionValue
    {
        let value: Int64?
        switch arguments[0] {
        case .int(let number): value = number
        case .uint(let number): value = Int64(exactly: number)
        case .double(let number):
            // The least integer is left out, as the reference implementation does.
            value = number > -0x1p63 ? Int64(exactly: number.rounded(.towardZero)) : nil
        case .string(let text): value = text.hasPrefix("+") ? nil : Int64(text)
        case .timestamp(let time): value = time.seconds
        default: value = nil
        }
        if let value { return .int(value) }
        if case .string = arguments[0] { throw failed(arguments[0], "int") }
        throw .evaluation("integer overflow")
    }

    @Sendable private static func uint(_ arguments: [ExpressionValue], _: inout CostMeter) throws(ExpressionError)
        -> ExpressionValue
    {
        let value: UInt64?
        switch arguments[0] {
        case .uint(let number): value = number
        case .int(let number): value = UInt64(exactly: number)
        case .double(let number): value = UInt64(exactly: number.rounded(.towardZero))
        case .string(let text): value = text.hasPrefix("+") ? nil : UInt64(text)
        default: value = nil
        }
        if let value { return .uint(value) }
        if case .string = arguments[0] { throw failed(arguments[0], "uint") }
        throw .evaluation("unsigned integer overflow")
    }

    @Sendable private static func double(_ arguments: [ExpressionValue], _: inout CostMeter) throws(ExpressionError)
        -> ExpressionValue
    {
        switch arguments[0] {
        case .double: return arguments[0]
        case .int(let number): return .double(Double(number))
        case .uint(let number): return .double(Double(number))
        case .string(let text):
            if let value = Double(text) { return .double(value) }
        default: break
        }
        throw failed(arguments[0], "double")
    }

    @Sendable private static func string(_ arguments: [ExpressionValue], _ meter: inout CostMeter)
        throws(ExpressionError)
        -> ExpressionValue
    {
        switch arguments[0] {
        case .string: return arguments[0]
        case .bool(let flag): return .string(flag ? "true" : "false")
        case .int(let number): return .string(String(number))
        case .uint(let number): return .string(String(number))
        case .double(let number): return .string(text(number))
        case .bytes(let bytes):
            try meter.charge(1 + bytes.count / 10)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw .evaluation("invalid UTF-8 in bytes, cannot convert to string")
            }
            return .string(text)
        case .timestamp(let time):
            return .string(time.microseconds == 0 ? time.rfc3339 : time.rfc3339Micro)
        case .duration(let span): return .string(span.secondsText)
        case .ip(let address): return .string(address.description)
        case .cidr(let network): return .string(network.description)
        default: throw failed(arguments[0], "string")
        }
    }

    /// A number without a fraction where it has none; NaN and infinities by name.
    static func text(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
        if let exact = Int64(exactly: number), abs(number) < 1e15 { return String(exact) }
        return "\(number)"
    }
}
