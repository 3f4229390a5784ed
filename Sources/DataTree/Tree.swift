/// A JSON or YAML value.
///
/// Objects keep the order in which keys were written, and compare without regard to it. Numbers keep what the text said:
/// integers that fit 64 bits, doubles that hold the value, and, for anything else, the literal itself.
public enum Tree: Sendable {
    /// JSON `null`.
    case null
    /// JSON `true` or `false`.
    case bool(Bool)
    /// An integer literal within the range of `Int64`.
    case integer(Int64)
    /// A number literal with a fraction or an exponent; never NaN or infinite.
    case double(Double)
    /// An integer literal outside the range of `Int64`, kept digit for digit.
    case bigInteger(String)
    /// A string of Unicode scalars.
    case string(String)
    /// An ordered list.
    case array([Tree])
    /// Key and value pairs.
    case object(TreeObject)
}

extension Tree: Hashable {}

extension Tree {
    /// The string held, or nil for any other kind of value.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The boolean held, or nil for any other kind of value.
    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The integer held, or nil for any other kind of value.
    ///
    /// A double is not converted.
    public var integer: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }

    /// The number held as a double, rounded if it is a large integer; nil for any other kind of value.
    public var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .double(let value): value
        case .bigInteger(let digits): Double(digits)
        default: nil
        }
    }

    /// The elements of an array, or nil for any other kind of value.
    public var array: [Tree]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The object held, or nil for any other kind of value.
    public var object: TreeObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// Whether this is `null`.
    public var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// The value under `key`, nil when this is not an object or has no such key.
    ///
    /// Setting on anything but an object replaces it by an object with that key; setting nil removes the key.
    public subscript(key: String) -> Tree? {
        get {
            if case .object(let value) = self { value[key] } else { nil }
        }
        set {
            var copy: TreeObject
            if case .object(let value) = self { copy = value } else { copy = TreeObject() }
            self = .null  // Releases the storage, so that the write below happens in place.
            copy[key] = newValue
            self = .object(copy)
        }
    }

    /// The element at `index`, nil when this is not an array or the index is outside it.
    public subscript(index: Int) -> Tree? {
        if case .array(let value) = self, value.indices.contains(index) { value[index] } else { nil }
    }

    /// The name of the kind of value in Kubernetes' words: object, array, string, boolean, integer, number, null.
    public var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .integer, .bigInteger: "integer"
        case .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

extension Tree: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
    ExpressibleByStringInterpolation
{
    /// Makes a boolean.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// Makes an integer.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// Makes a double.
    public init(floatLiteral value: Double) { self = .double(value) }
    /// Makes a string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// Makes an array.
    public init(arrayLiteral elements: Tree...) { self = .array(elements) }
    /// Makes an object; the last of several equal keys wins.
    public init(dictionaryLiteral elements: (String, Tree)...) {
        var object = TreeObject()
        for (key, value) in elements { object[key] = value }
        self = .object(object)
    }
}
