/// A function with all the forms it can be called in.
struct FunctionDefinition: Sendable {
    /// Works on the arguments, the target of a method call first.
    ///
    /// Arguments fit one of the signatures, unless they are dynamic.
    typealias Body = @Sendable ([ExpressionValue], inout CostMeter) throws(ExpressionError) -> ExpressionValue

    let name: String
    let signatures: [FunctionSignature]
    let body: Body

    /// Makes a function of signatures such as `string.indexOf(string, int) int` or `size(list<A>) int`.
    init(_ name: String, _ signatures: [String], _ body: @escaping Body) {
        self.name = name
        self.signatures = signatures.map { FunctionSignature(parsing: $0) }
        self.body = body
    }
}

/// One form of a call: the types of target and arguments, and of the result.
struct FunctionSignature: Sendable, Hashable {
    let isMember: Bool
    let parameters: [ExpressionType]
    let result: ExpressionType

    /// Reads the notation of the tables; what cannot be read becomes dynamic.
    init(parsing text: String) {
        var reader = Reader(rest: text.filter { $0 != " " }[...])
        var parameters: [ExpressionType] = []
        let isMember = text.prefix { $0 != "(" }.contains(".")
        if isMember {
            parameters.append(reader.type())
            _ = reader.accept(".")
        }
        reader.skipName()
        _ = reader.accept("(")
        while let next = reader.rest.first, next != ")" {
            parameters.append(reader.type())
            _ = reader.accept(",")
        }
        _ = reader.accept(")")
        self.isMember = isMember
        self.parameters = parameters
        self.result = reader.type()
    }

    private struct Reader {
        var rest: Substring

        mutating func accept(_ character: Character) -> Bool {
            guard rest.first == character else { return false }
            rest = rest.dropFirst()
            return true
        }

        mutating func skipName() { rest = rest.drop { $0 != "(" } }

        mutating func type() -> ExpressionType {
            let name = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(name.count)
            switch name {
            case "list": return .list(argument())
            case "optional": return .optional(argument())
            case "map":
                _ = accept("<")
                let key = type()
                _ = accept(",")
                let value = type()
                _ = accept(">")
                return .map(key, value)
            default: return Self.simple[String(name)] ?? .dynamic
            }
        }

        private mutating func argument() -> ExpressionType {
            _ = accept("<")
            let inner = type()
            _ = accept(">")
            return inner
        }

        private static let simple: [String: ExpressionType] = [
            "null": .null, "bool": .bool, "int": .int, "uint": .uint, "double": .double, "string": .string,
            "bytes": .bytes, "duration": .duration, "timestamp": .timestamp, "type": .type,
            "URL": .opaque("kubernetes.URL"), "IP": .opaque("net.IP"), "CIDR": .opaque("net.CIDR"),
            "Quantity": .opaque("kubernetes.Quantity"), "Format": .opaque("kubernetes.NamedFormat"),
            "A": .parameter("A"), "B": .parameter("B"),
        ]
    }
}

/// All functions by name.
struct FunctionTable: Sendable {
    /// The functions of CEL and of Kubernetes' libraries.
    static let shared = FunctionTable([
        ConversionFunctions.all, TimeFunctions.all, CollectionFunctions.all, StringFunctions.all,
        StringFormatFunctions.all, NetworkFunctions.all, QuantityFunctions.all, FormatFunctions.all,
        OptionalFunctions.all,
    ])

    private let functions: [String: FunctionDefinition]

    init(_ libraries: [[FunctionDefinition]]) {
        var table: [String: FunctionDefinition] = [:]
        for definition in libraries.joined() {
            if let known = table[definition.name] {
                assert(known.name.isEmpty, "two definitions of \(definition.name)")
            }
            table[definition.name] = definition
        }
        self.functions = table
    }

    /// The function of a name, nil where there is none.
    func function(_ name: String) -> FunctionDefinition? { functions[name] }

    /// Whether a name is that of a function.
    func isFunction(_ name: String) -> Bool { functions[name] != nil }
}
