/// A value while a JSON patch is applied to it.
struct JSONPatchApplication {
    private(set) var value: Tree
    private var copiedNodes = 0

    init(value: Tree) {
        self.value = value
    }

    mutating func apply(_ operation: JSONPatch.Operation) throws(PatchError) {
        switch operation {
        case .add(let path, let added):
            try check(height: added.extent.height, below: path)
            try add(added, at: path)
        case .remove(let path): try remove(at: path)
        case .replace(let path, let new):
            try check(height: new.extent.height, below: path)
            try replace(with: new, at: path)
        case .move(let from, let path):
            guard from == path || !path.tokens.starts(with: from.tokens) else {
                throw PatchError(code: .malformed, message: "\(from) cannot be moved into itself, to \(path)")
            }
            let moved = try existing(at: from)
            try charge(moved, below: path)
            try remove(at: from)
            try add(moved, at: path)
        case .copy(let from, let path):
            let copied = try existing(at: from)
            try charge(copied, below: path)
            try add(copied, at: path)
        case .test(let path, let expected):
            guard try existing(at: path).isEquivalent(to: expected) else {
                throw PatchError(
                    code: .testFailed,
                    message: "the value at \(Self.show(path)) is not the one tested for"
                )
            }
        }
    }

    private static func show(_ path: JSONPointer) -> String {
        path.tokens.isEmpty ? "the root" : path.description
    }

    private func check(height: Int, below path: JSONPointer) throws(PatchError) {
        guard path.tokens.count + height <= JSONPatch.maxDepth else {
            let message = "\(path) would nest values deeper than \(JSONPatch.maxDepth)"
            throw PatchError(code: .tooLarge, message: message)
        }
    }

    private mutating func charge(_ copied: Tree, below path: JSONPointer) throws(PatchError) {
        let extent = copied.extent
        try check(height: extent.height, below: path)
        copiedNodes += extent.count
        guard copiedNodes <= JSONPatch.maxCopiedNodes else {
            let message = "the patch copies more than \(JSONPatch.maxCopiedNodes) values"
            throw PatchError(code: .tooLarge, message: message)
        }
    }

    private func existing(at path: JSONPointer) throws(PatchError) -> Tree {
        guard let found = value.value(at: path) else { throw missing(path) }
        return found
    }

    private func missing(_ path: JSONPointer) -> PatchError {
        PatchError(code: .missingTarget, message: "there is no value at \(path)")
    }

    private mutating func add(_ added: Tree, at path: JSONPointer) throws(PatchError) {
        guard let last = path.tokens.last else {
            value = added
            return
        }
        let error = missing(path)
        try value.change(at: path.tokens.dropLast(), orThrow: error) { parent throws(PatchError) in
            switch parent {
            case .object: parent[last] = added
            case .array(var elements):
                guard let index = JSONPointer.index(last, count: elements.count), index <= elements.count else {
                    throw error
                }
                parent = .null
                elements.insert(added, at: index)
                parent = .array(elements)
            default: throw error
            }
        }
    }

    private mutating func remove(at path: JSONPointer) throws(PatchError) {
        guard let last = path.tokens.last else {
            value = .null
            return
        }
        let error = missing(path)
        try value.change(at: path.tokens.dropLast(), orThrow: error) { parent throws(PatchError) in
            switch parent {
            case .object(let object) where object[last] != nil: parent[last] = nil
            case .array(var elements):
                guard let index = JSONPointer.index(last, count: elements.count), index < elements.count else {
                    throw error
                }
                parent = .null
                elements.remove(at: index)
                parent = .array(elements)
            default: throw error
            }
        }
    }

    private mutating func replace(with new: Tree, at path: JSONPointer) throws(PatchError) {
        try value.change(at: path.tokens[...], orThrow: missing(path)) { target throws(PatchError) in target = new }
    }
}

extension Tree {
    /// Changes, in place, the value that tokens of a JSON pointer lead to.
    mutating func change(
        at tokens: ArraySlice<String>,
        orThrow error: PatchError,
        _ body: (inout Tree) throws(PatchError) -> Void
    ) throws(PatchError) {
        guard let token = tokens.first else {
            try body(&self)
            return
        }
        switch self {
        case .object(var object):
            guard let position = object.position(of: token) else { throw error }
            self = .null
            var child = object.entries[position].value
            object.update(at: position) { $0 = .null }
            try child.change(at: tokens.dropFirst(), orThrow: error, body)
            object.update(at: position) { $0 = child }
            self = .object(object)
        case .array(var elements):
            guard let index = JSONPointer.index(token, count: elements.count), index < elements.count else {
                throw error
            }
            self = .null
            var child = elements[index]
            elements[index] = .null
            try child.change(at: tokens.dropFirst(), orThrow: error, body)
            elements[index] = child
            self = .array(elements)
        default: throw error
        }
    }
}
