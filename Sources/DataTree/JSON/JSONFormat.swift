/// How JSON is written.
public enum JSONFormat: Sendable, Hashable {
    /// Without spaces, keys in the order of the object.
    case compact
    /// Without spaces, keys in order of their bytes: equal trees give equal bytes.
    case canonical
    /// Indented by two spaces, keys in the order of the object.
    case pretty
}

extension Tree {
    /// This value as JSON in UTF-8.
    public func json(_ format: JSONFormat = .compact) -> [UInt8] {
        var output = JSONOutput(format: format)
        output.write(self, depth: 0)
        return output.bytes
    }

    /// This value as JSON text.
    public func jsonText(_ format: JSONFormat = .compact) -> String {
        String(decoding: json(format), as: UTF8.self)
    }
}

extension Tree: CustomStringConvertible {
    /// The value as compact JSON.
    public var description: String { jsonText() }
}

extension TreeObject: CustomStringConvertible {
    /// The object as compact JSON.
    public var description: String { Tree.object(self).jsonText() }
}
