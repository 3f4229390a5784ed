internal import DataTree

extension SchemaParser {
    mutating func type(_ value: Tree, at place: String) -> SchemaFacts.ValueType? {
        guard let name = string(value, at: place), !name.isEmpty else { return nil }
        if name == "null" {
            let detail = "type cannot be set to null, use nullable as an alternative"
            issues.append(FieldIssue(.forbidden, at: place, detail: detail))
            return nil
        }
        guard let type = SchemaFacts.ValueType(rawValue: name) else {
            unsupported(value, ["array", "boolean", "integer", "number", "object", "string"], at: place)
            return nil
        }
        return type
    }

    mutating func additional(_ value: Tree, at place: String, depth: Int) -> SchemaFacts.AdditionalProperties {
        if let flag = value.bool { return flag ? .anything : .none }
        return .schema(node(value, at: place, depth: depth + 1))
    }

    mutating func nodes(_ value: Tree, at place: String, depth: Int) -> [SchemaNode] {
        guard let elements = value.array else {
            mismatch(value, "an array of schemas", at: place)
            return []
        }
        return elements.enumerated().map { node($1, at: "\(place)[\($0)]", depth: depth + 1) }
    }

    mutating func entries(_ value: Tree, at place: String) -> [TreeObject.Entry] {
        if let object = value.object { return object.entries }
        mismatch(value, "an object", at: place)
        return []
    }

    mutating func string(_ value: Tree, at place: String) -> String? {
        if let text = value.string { return text }
        mismatch(value, "a string", at: place)
        return nil
    }

    mutating func strings(_ value: Tree, at place: String) -> [String] {
        guard let elements = value.array, elements.allSatisfy({ $0.string != nil }) else {
            mismatch(value, "an array of strings", at: place)
            return []
        }
        return elements.compactMap(\.string)
    }

    mutating func flag(_ value: Tree, at place: String) -> Bool {
        if let flag = value.bool { return flag }
        mismatch(value, "a boolean", at: place)
        return false
    }

    mutating func number(_ value: Tree, at place: String) -> Double? {
        if let number = value.number { return number }
        mismatch(value, "a number", at: place)
        return nil
    }

    mutating func count(_ value: Tree, at place: String) -> Int64? {
        if let number = value.integer, number >= 0 { return number }
        mismatch(value, "a whole number of at least 0", at: place)
        return nil
    }

    mutating func unsupported(_ value: Tree, _ allowed: [String], at place: String) {
        let list = allowed.map { GoSyntax.quoted($0) }.joined(separator: ", ")
        issues.append(FieldIssue(.notSupported, at: place, value: value, detail: "supported values: \(list)"))
    }

    private mutating func mismatch(_ value: Tree, _ wanted: String, at place: String) {
        issues.append(FieldIssue(.typeInvalid, at: place, value: value, detail: "must be \(wanted)"))
    }
}
