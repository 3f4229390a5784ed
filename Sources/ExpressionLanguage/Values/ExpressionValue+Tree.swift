package import DataTree
internal import KubeAPI
internal import MeshBase

extension ExpressionValue {
    /// Reads data as a type says; collections are read only as far as they are looked at.
    ///
    /// - Throws: ``ExpressionError`` where a string is no duration, time or base64 as its type wants it. Data of another kind than
    ///   the type says is read by its own kind, since validation of the schema reports it.
    package init(_ tree: Tree, as type: ExpressionType) throws(ExpressionError) {
        switch (tree, type) {
        case (.string(let text), .duration):
            guard let span = TimeSpan(parsing: text) else {
                throw .evaluation("type conversion error from 'string' to 'google.protobuf.Duration'")
            }
            self = .duration(span)
        case (.string(let text), .timestamp):
            guard let time = Timestamp(rfc3339: text) ?? Timestamp(rfc3339: text + "T00:00:00Z") else {
                throw .evaluation("type conversion error from 'string' to 'google.protobuf.Timestamp'")
            }
            self = .timestamp(time)
        case (.string(let text), .bytes):
            guard let bytes = Base64.decode(text) else { throw .evaluation("illegal base64 data") }
            self = .bytes(bytes)
        case (.integer(let number), .double): self = .double(Double(number))
        case (.integer(let number), .uint) where number >= 0: self = .uint(UInt64(number))
        case (.double(let number), .int):
            self = Int64(exactly: number).map { .int($0) } ?? .double(number)
        case (.array(let elements), .list(let element, let identity)):
            self = .list(ListValue(elements, of: element, identity: identity))
        case (.object(let object), .map(_, let value)): self = .map(MapValue(object, of: value))
        case (.object(let object), .object(let fields)): self = .map(MapValue(object, fields: fields))
        default: self = Self.plain(tree)
        }
    }

    private static func plain(_ tree: Tree) -> ExpressionValue {
        switch tree {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .integer(let number): .int(number)
        case .double(let number): .double(number)
        case .bigInteger(let digits): UInt64(digits).map { .uint($0) } ?? .double(Double(digits) ?? 0)
        case .string(let text): .string(text)
        case .array(let elements): .list(ListValue(elements, of: .dynamic, identity: .atomic))
        case .object(let object): .map(MapValue(object, of: .dynamic))
        }
    }

    /// The value as data; nil for values that have no such form, and beyond 64 levels.
    package func tree(depth: Int = 0) -> Tree? {
        guard depth < 64 else { return nil }
        switch self {
        case .null: return .null
        case .bool(let flag): return .bool(flag)
        case .int(let number): return .integer(number)
        case .uint(let number): return Int64(exactly: number).map { .integer($0) } ?? .bigInteger(String(number))
        case .double(let number): return number.isFinite ? .double(number) : nil
        case .string(let text): return .string(text)
        case .bytes(let bytes): return .string(Base64.encode(bytes))
        case .duration(let span): return .string(span.secondsText)
        case .timestamp(let time): return .string(time.rfc3339)
        case .list(let list):
            guard let elements = try? list.elements() else { return nil }
            let trees = elements.compactMap { $0.tree(depth: depth + 1) }
            return trees.count == elements.count ? .array(trees) : nil
        case .map(let map):
            var object = TreeObject()
            for key in map.keys {
                guard case .string(let name) = key, let value = try? map.value(dataKey: name) else { return nil }
                object[name] = value.tree(depth: depth + 1)
            }
            return .object(object)
        case .optional(let wrapped): return wrapped?.tree(depth: depth + 1)
        case .url(let url): return .string(url.text)
        case .ip(let address): return .string(address.description)
        case .cidr(let network): return .string(network.description)
        case .quantity(let quantity): return .string(quantity.description)
        case .type, .format: return nil
        }
    }
}
