#if canImport(DataTree)
    internal import DataTree
#endif

/// A parser under test: what it must stand, and texts to begin from.
public enum FuzzTarget: String, CaseIterable, Sendable {
    /// JSON whole, projected, and in pieces.
    case json
    /// YAML documents and their output.
    case yaml
    /// JSON, merge and strategic merge patches.
    case patch
    /// Field sets and structured merge.
    case fields

    /// A property that did not hold.
    public struct Broken: Error, CustomStringConvertible {
        /// Which one.
        public let description: String
    }

    /// Tries one input; returns when it was refused or all properties hold.
    public func run(_ input: [UInt8]) throws(Broken) {
        switch self {
        case .json: try Self.json(input)
        case .yaml: try Self.yaml(input)
        case .patch: try Self.patch(input)
        case .fields: try Self.fields(input)
        }
    }

    /// Texts to begin from.
    public var seeds: [String] {
        switch self {
        case .json: Self.jsonSeeds
        case .yaml: Self.yamlSeeds
        case .patch: Self.patchSeeds
        case .fields: Self.fieldSeeds
        }
    }

    /// Pieces that mutations insert.
    public var words: [String] {
        switch self {
        case .json:
            [
                "{", "}", "[", "]", ",", ":", "\"", "\\u0000", "\\ud83d\\ude00", "1e5", "-0", "null", "\"items\":[",
                "9223372036854775808",
            ]
        case .yaml:
            [
                "\n", "\n  ", "- ", ": ", "&a ", "*a", "<<: *a", "|\n", "|2+\n", ">-\n", "---\n", "? ", "!!int ", "'",
                "\"", "{", "}", "[", "]", "#", "\t",
                "~", "yes", "0x1", "1_0", ".inf", "\u{FEFF}", "\u{85}", "\u{2028}",
            ]
        case .patch:
            [
                "{\"op\":\"copy\",\"from\":\"\",\"path\":\"/a\"},", "/-", "/0", "~1", "null", "[", "]", "{", "}",
                "\"$patch\":\"delete\",", "\"$retainKeys\":[],",
                "\"$setElementOrder/list\":[],", "\"$deleteFromPrimitiveList/set\":[1],", "\"name\":\"a\",",
            ]
        case .fields:
            [
                "\"f:a\":{},", "\"k:{}\"", "\"v:1\":{},", "\"i:1\":{},", "\".\":{},", "{", "}", "[", "]",
                "\"list\":[{\"name\":\"a\"}],", "\"set\":[1],",
            ]
        }
    }

    static func require(_ holds: Bool, _ property: @autoclosure () -> String) throws(Broken) {
        if !holds { throw Broken(description: property()) }
    }
}
