/// YAML being written, in block style as kubectl writes it: lists not indented below their key.
struct YAMLOutput {
    private(set) var text = ""

    /// The longest key, as written, that may stand on one line with its colon (YAML 1.1 allows 1,024 characters).
    private static let maxKeyLength = 1_000

    /// Writes a whole document.
    mutating func writeDocument(_ tree: Tree) {
        switch tree {
        case .array(let elements) where !elements.isEmpty: write(elements, indent: 0)
        case .object(let object) where !object.isEmpty: write(object, indent: 0)
        default:
            writeScalar(tree, indent: 0)
        }
    }

    /// Writes the entries of an object; the first goes where the text ends, the others begin lines.
    private mutating func write(_ object: TreeObject, indent: Int) {
        for (index, entry) in object.entries.enumerated() {
            if index > 0 { pad(indent) }
            let key = YAMLText.inline(entry.key)
            if key.utf8.count <= Self.maxKeyLength {
                text += key + ":"
            } else {
                text += "? " + key + "\n"
                pad(indent)
                text += ":"
            }
            writeValue(entry.value, indent: indent)
        }
    }

    private mutating func write(_ elements: [Tree], indent: Int) {
        for (index, element) in elements.enumerated() {
            if index > 0 { pad(indent) }
            text += "-"
            switch element {
            case .array(let inner) where !inner.isEmpty:
                text += " "
                write(inner, indent: indent + 2)
            case .object(let inner) where !inner.isEmpty:
                text += " "
                write(inner, indent: indent + 2)
            default:
                text += " "
                writeScalar(element, indent: indent)
            }
        }
    }

    /// Writes what follows the colon of a key that stands at `indent`.
    private mutating func writeValue(_ value: Tree, indent: Int) {
        switch value {
        case .array(let elements) where !elements.isEmpty:
            text += "\n"
            pad(indent)
            write(elements, indent: indent)
        case .object(let object) where !object.isEmpty:
            text += "\n"
            pad(indent + 2)
            write(object, indent: indent + 2)
        default:
            text += " "
            writeScalar(value, indent: indent)
        }
    }

    /// Writes a scalar or empty collection and ends the line; `indent` is that of the collection around it.
    private mutating func writeScalar(_ value: Tree, indent: Int) {
        switch value {
        case .string(let string):
            if let block = YAMLText.literalHeader(string) {
                writeBlock(string, header: block, indent: indent + 2)
                return
            }
            text += YAMLText.inline(string)
        default: text += value.jsonText()
        }
        text += "\n"
    }

    private mutating func writeBlock(_ string: String, header: String, indent: Int) {
        text += header + "\n"
        let body = string.hasSuffix("\n") ? string.dropLast() : Substring(string)
        for line in body.split(separator: "\n", omittingEmptySubsequences: false) {
            if !line.isEmpty {
                pad(indent)
                text += line
            }
            text += "\n"
        }
    }

    private mutating func pad(_ width: Int) {
        for _ in 0..<width { text += " " }
    }
}
