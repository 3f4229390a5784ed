extension FieldSet {
    /// Why a tree is no FieldsV1.
    public struct DecodingFailure: Error, Sendable, Hashable, CustomStringConvertible {
        /// What is wrong, naming the key.
        public let description: String

        /// Makes a failure.
        public init(_ description: String) {
            self.description = description
        }
    }

    /// How deep a set that is read may be nested.
    private static let maxDepth = 256

    /// Reads a set as FieldsV1 keeps it; an empty object is the empty set.
    public init(fieldsV1 tree: Tree) throws(DecodingFailure) {
        try self.init(fieldsV1: tree, depth: 0)
    }

    private init(fieldsV1 tree: Tree, depth: Int) throws(DecodingFailure) {
        self.init()
        guard depth < Self.maxDepth else { throw DecodingFailure("fields are nested deeper than \(Self.maxDepth)") }
        guard let object = tree.object else {
            throw DecodingFailure("a set of fields must be an object, not \(tree.kindName)")
        }
        for entry in object where entry.key != "." {
            guard let step = FieldStep(fieldsV1: entry.key) else {
                throw DecodingFailure("\"\(entry.key)\" does not begin with f:, k:, v: or i: and something fitting")
            }
            guard let child = entry.value.object else {
                throw DecodingFailure("\"\(entry.key)\" must hold an object, not \(entry.value.kindName)")
            }
            if child.isEmpty || child["."] != nil { insert(step) }
            insert(try FieldSet(fieldsV1: entry.value, depth: depth + 1), below: step)
        }
    }

    /// The set as FieldsV1 keeps it.
    public var fieldsV1: Tree { fieldsV1(isMember: false) }

    private func fieldsV1(isMember: Bool) -> Tree {
        var object = TreeObject()
        if isMember, !isEmpty { object["."] = [:] }
        for step in steps {
            let isMember = members.contains(step)
            object[step.fieldsV1] = (children[step] ?? FieldSet()).fieldsV1(isMember: isMember)
        }
        return .object(object)
    }
}
