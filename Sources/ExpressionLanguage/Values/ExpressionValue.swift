internal import DataTree
package import KubeAPI
package import MeshBase

/// A value that an expression works on.
package indirect enum ExpressionValue: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case duration(TimeSpan)
    case timestamp(Timestamp)
    case list(ListValue)
    case map(MapValue)
    /// A type, by its name.
    case type(String)
    case optional(ExpressionValue?)
    case url(URLParts)
    case ip(IPAddress)
    case cidr(IPNetwork)
    case quantity(Quantity)
    /// One of the named formats of Kubernetes' format library.
    case format(String)
}

extension ExpressionValue {
    /// The name of the type, as `type()` gives it.
    var typeName: String {
        switch self {
        case .null: "null_type"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .duration: "google.protobuf.Duration"
        case .timestamp: "google.protobuf.Timestamp"
        case .list: "list"
        case .map: "map"
        case .type: "type"
        case .optional: "optional_type"
        case .url: "kubernetes.URL"
        case .ip: "net.IP"
        case .cidr: "net.CIDR"
        case .quantity: "kubernetes.Quantity"
        case .format: "kubernetes.NamedFormat"
        }
    }

    /// The boolean held, nil for any other value.
    package var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The string held, nil for any other value.
    package var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// Makes a list.
    static func list(_ values: [ExpressionValue]) -> ExpressionValue { .list(ListValue(values)) }
    /// Makes a list of strings.
    static func strings(_ values: [String]) -> ExpressionValue { .list(values.map { .string($0) }) }
    /// Makes an integer of a count.
    static func count(_ value: Int) -> ExpressionValue { .int(Int64(value)) }
}

/// A list, of values or of data not looked at yet.
package struct ListValue: Sendable {
    private enum Storage: Sendable {
        case values([ExpressionValue])
        case trees([Tree], ExpressionType)
    }

    private let storage: Storage
    /// How elements are told apart.
    let identity: ExpressionType.ListIdentity

    /// Makes a list of values.
    init(_ values: [ExpressionValue], identity: ExpressionType.ListIdentity = .atomic) {
        self.storage = .values(values)
        self.identity = identity
    }

    /// Makes a list of data whose elements are of a type.
    init(_ trees: [Tree], of type: ExpressionType, identity: ExpressionType.ListIdentity) {
        self.storage = .trees(trees, type)
        self.identity = identity
    }

    /// The number of elements.
    var count: Int {
        switch storage {
        case .values(let values): values.count
        case .trees(let trees, _): trees.count
        }
    }

    /// The element at a valid index.
    func element(_ index: Int) throws(ExpressionError) -> ExpressionValue {
        switch storage {
        case .values(let values): values[index]
        case .trees(let trees, let type): try ExpressionValue(trees[index], as: type)
        }
    }

    /// All elements.
    func elements() throws(ExpressionError) -> [ExpressionValue] {
        if case .values(let values) = storage { return values }
        var result: [ExpressionValue] = []
        result.reserveCapacity(count)
        for index in 0..<count { result.append(try element(index)) }
        return result
    }
}

/// A map or an object, of values or of data not looked at yet.
package struct MapValue: Sendable {
    /// One key with its value.
    struct Entry: Sendable {
        var key: ExpressionValue
        var value: ExpressionValue
    }

    private enum Storage: Sendable {
        case entries([Entry], [ExpressionKey: Int])
        case tree(TreeObject, ExpressionType)
        case object(TreeObject, ObjectType)
        case computed([String], @Sendable (String) throws(ExpressionError) -> ExpressionValue?)
    }

    private let storage: Storage

    /// Makes a map whose values are worked out when they are asked for.
    ///
    /// - Parameters:
    ///   - names: The keys.
    ///   - value: The value of a key, nil for one that is not there; asked each time.
    package init(names: [String], value: @escaping @Sendable (String) throws(ExpressionError) -> ExpressionValue?) {
        self.storage = .computed(names, value)
    }

    /// Makes a map; nil when two keys are equal or a key is of a type that cannot be a key.
    init?(_ entries: [Entry]) {
        var index = [ExpressionKey: Int](minimumCapacity: entries.count)
        for (position, entry) in entries.enumerated() {
            guard let key = ExpressionKey(entry.key), index.updateValue(position, forKey: key) == nil else {
                return nil
            }
        }
        self.storage = .entries(entries, index)
    }

    /// Makes a map of data whose values are of a type.
    init(_ object: TreeObject, of type: ExpressionType) { self.storage = .tree(object, type) }

    /// Makes an object of data.
    init(_ object: TreeObject, fields: ObjectType) { self.storage = .object(object, fields) }

    /// The number of keys.
    var count: Int {
        switch storage {
        case .entries(let entries, _): entries.count
        case .tree(let object, _), .object(let object, _): object.count
        case .computed(let names, _): names.count
        }
    }

    /// Whether this is an object with named fields, over which there is no iterating.
    var isObject: Bool {
        if case .object = storage { true } else { false }
    }

    /// The keys in order.
    var keys: [ExpressionValue] {
        switch storage {
        case .entries(let entries, _): entries.map(\.key)
        case .tree(let object, _), .object(let object, _): object.entries.map { .string($0.key) }
        case .computed(let names, _): names.map { .string($0) }
        }
    }

    /// The value under a key, nil where there is none.
    func value(_ key: ExpressionValue) throws(ExpressionError) -> ExpressionValue? {
        switch storage {
        case .entries(let entries, let index): return ExpressionKey(key).flatMap { index[$0] }.map { entries[$0].value }
        case .tree(let object, let type):
            guard case .string(let name) = key, let tree = object[name] else { return nil }
            return try ExpressionValue(tree, as: type)
        case .object(let object, let type):
            guard case .string(let name) = key, let field = type.field(name), let tree = object[field.key] else {
                return nil
            }
            return try ExpressionValue(tree, as: field.type)
        case .computed(_, let value):
            guard case .string(let name) = key else { return nil }
            return try value(name)
        }
    }

    /// The value under a key of the data itself, whatever expressions call it.
    func value(dataKey name: String) throws(ExpressionError) -> ExpressionValue? {
        guard case .object(let object, _) = storage else { return try value(.string(name)) }
        guard let tree = object[name] else { return nil }
        return try ExpressionValue(tree, as: FieldName.escape(name).flatMap { field($0) } ?? .dynamic)
    }

    private func field(_ name: String) -> ExpressionType? {
        if case .object(_, let type) = storage { type.field(name)?.type } else { nil }
    }
}

/// A value that can be a key of a map; equal numbers are one key.
enum ExpressionKey: Hashable {
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case string(String)

    init?(_ value: ExpressionValue) {
        switch value {
        case .bool(let flag): self = .bool(flag)
        case .int(let number): self = .int(number)
        case .uint(let number): self = Int64(exactly: number).map { .int($0) } ?? .uint(number)
        case .double(let number):
            guard let exact = Int64(exactly: number) else { return nil }
            self = .int(exact)
        case .string(let text): self = .string(text)
        default: return nil
        }
    }
}
