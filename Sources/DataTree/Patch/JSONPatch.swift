/// A JSON Patch (RFC 6902): operations applied in order, all of them or none.
public struct JSONPatch: Sendable, Hashable {
    /// One operation.
    public enum Operation: Sendable, Hashable {
        /// Sets a key, or puts an element before the one at the index (`-`: behind the last).
        case add(JSONPointer, Tree)
        /// Removes what is there.
        case remove(JSONPointer)
        /// Replaces what is there.
        case replace(JSONPointer, Tree)
        /// Removes from the first place and adds at the second.
        case move(from: JSONPointer, JSONPointer)
        /// Adds what is at the first place at the second.
        case copy(from: JSONPointer, JSONPointer)
        /// Fails unless the value is there.
        case test(JSONPointer, Tree)
    }

    /// How many operations a patch may have, as in the Kubernetes API server.
    public static let maxOperations = 10_000
    /// How many values `copy` and `move` may handle altogether.
    static let maxCopiedNodes = 200_000
    /// How deep the result may be nested.
    static let maxDepth = 512

    /// The operations in order.
    public let operations: [Operation]

    /// Makes a patch of operations.
    public init(_ operations: [Operation]) {
        self.operations = operations
    }

    /// Reads a patch; throws when it is no array of well-formed operations.
    ///
    /// Members of operations that are not known are ignored.
    public init(_ tree: Tree) throws(PatchError) {
        guard let list = tree.array else {
            throw PatchError(code: .malformed, message: "a JSON patch must be an array, not \(tree.kindName)")
        }
        guard list.count <= Self.maxOperations else {
            let message = "the JSON patch has \(list.count) operations, more than the \(Self.maxOperations) allowed"
            throw PatchError(code: .tooLarge, message: message)
        }
        var operations: [Operation] = []
        for (index, item) in list.enumerated() { operations.append(try Self.operation(item, index)) }
        self.operations = operations
    }

    /// The patch as JSON.
    public var tree: Tree { .array(operations.map(\.tree)) }

    private static func operation(_ item: Tree, _ index: Int) throws(PatchError) -> Operation {
        guard item.object != nil else {
            throw PatchError(code: .malformed, message: "operation \(index) must be an object, not \(item.kindName)")
        }
        let path = try pointer(item, "path", index)
        switch item["op"]?.string {
        case "add": return .add(path, try value(item, index))
        case "remove": return .remove(path)
        case "replace": return .replace(path, try value(item, index))
        case "move": return .move(from: try pointer(item, "from", index), path)
        case "copy": return .copy(from: try pointer(item, "from", index), path)
        case "test": return .test(path, try value(item, index))
        default:
            let found = item["op"]?.jsonText() ?? "nothing"
            let message = "op of operation \(index) must be add, remove, replace, move, copy or test, not \(found)"
            throw PatchError(code: .malformed, message: message)
        }
    }

    private static func value(_ item: Tree, _ index: Int) throws(PatchError) -> Tree {
        guard let value = item["value"] else {
            throw PatchError(code: .malformed, message: "operation \(index) needs a value")
        }
        return value
    }

    private static func pointer(_ item: Tree, _ field: String, _ index: Int) throws(PatchError) -> JSONPointer {
        guard let text = item[field]?.string, let pointer = JSONPointer(text) else {
            let found = item[field]?.jsonText() ?? "nothing"
            let message = "\(field) of operation \(index) must be a JSON pointer such as /spec/replicas, not \(found)"
            throw PatchError(code: .malformed, message: message)
        }
        return pointer
    }

    /// The value with all operations applied; throws, changing nothing, when one of them cannot be.
    public func apply(to value: Tree) throws(PatchError) -> Tree {
        var application = JSONPatchApplication(value: value)
        for operation in operations { try application.apply(operation) }
        return application.value
    }
}

extension JSONPatch.Operation {
    /// The operation as JSON.
    public var tree: Tree {
        switch self {
        case .add(let path, let value): ["op": "add", "path": .string(path.description), "value": value]
        case .remove(let path): ["op": "remove", "path": .string(path.description)]
        case .replace(let path, let value): ["op": "replace", "path": .string(path.description), "value": value]
        case .move(let from, let path):
            ["op": "move", "from": .string(from.description), "path": .string(path.description)]
        case .copy(let from, let path):
            ["op": "copy", "from": .string(from.description), "path": .string(path.description)]
        case .test(let path, let value): ["op": "test", "path": .string(path.description), "value": value]
        }
    }
}
