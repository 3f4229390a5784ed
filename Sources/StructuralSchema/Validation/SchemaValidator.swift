internal import DataTree

/// Checks a value against a schema, collecting every issue in Kubernetes' wording (kube-openapi `validation/validate`).
struct SchemaValidator {
    /// What was found so far.
    var issues: [FieldIssue] = []
    private var segments: [String] = []
    private let base: String

    init(at base: String) {
        self.base = base
    }

    /// The path of the value under inspection, counted from the value that is validated.
    var name: String {
        let text = segments.joined()
        return text.hasPrefix(".") ? String(text.dropFirst()) : text
    }

    /// The whole path of the value under inspection.
    var path: String {
        if base.isEmpty { return name }
        return base + segments.joined()
    }

    /// Checks `value`; where it is equal to `old`, what was wrong with it before is tolerated.
    mutating func validate(_ value: Tree, replacing old: Tree?, _ node: SchemaNode, depth: Int = 0) {
        let before = issues.count
        check(value, replacing: old, node, depth: depth)
        if issues.count > before, depth > 0, let old, old == value { issues.removeSubrange(before...) }
    }

    private mutating func check(_ value: Tree, replacing old: Tree?, _ node: SchemaNode, depth: Int) {
        guard depth < SchemaNode.maximumDepth else {
            add(.invalid, detail: "nests more deeply than \(SchemaNode.maximumDepth) levels")
            return
        }
        if value.isNull, node.facts.isNullable { return }
        let isRight = hasRightType(value, node.facts)
        checkRange(value, node.facts)
        guard isRight else { return }
        switch value {
        case .object(let object): checkFields(object, replacing: old, node, depth: depth)
        case .array(let elements): checkElements(elements, replacing: old, node, depth: depth)
        case .string(let text): checkString(text, node.facts)
        case .integer, .double, .bigInteger: checkNumber(value, node.facts.limits)
        case .bool, .null: break
        }
        checkAllowed(value, node.facts.limits)
        checkCombinations(value, node.facts.combinations, depth: depth)
    }

    mutating func add(_ kind: FieldIssue.Kind, value: Tree = .null, detail: String) {
        issues.append(FieldIssue(kind, at: path, value: value, detail: detail))
    }

    /// Adds an issue worded `<name> in body <text>`.
    mutating func addInBody(_ kind: FieldIssue.Kind = .invalid, value: Tree, _ text: String) {
        add(kind, value: value, detail: "\(name) in body \(text)")
    }

    mutating func below(_ segment: String, _ body: (inout SchemaValidator) -> Void) {
        segments.append(segment)
        body(&self)
        segments.removeLast()
    }
}

// MARK: - Types

extension SchemaValidator {
    private mutating func hasRightType(_ value: Tree, _ facts: SchemaFacts) -> Bool {
        if facts.extensions.isIntOrString {
            if value.string != nil || Self.isInteger(value) { return true }
            return refuseType("integer,string", value)
        }
        guard let type = facts.type else {
            guard facts.format == "quantity" else { return true }
            return value.string != nil || value.number != nil ? true : refuseType("string", value)
        }
        let isRight =
            switch type {
            case .object: value.object != nil
            case .array: value.array != nil
            case .string: value.string != nil
            case .boolean: value.bool != nil
            case .integer: Self.isInteger(value)
            case .number: value.number != nil
            }
        return isRight || refuseType(type.rawValue, value)
    }

    private mutating func refuseType(_ wanted: String, _ value: Tree) -> Bool {
        let found = Tree.string(value.kindName)
        addInBody(.typeInvalid, value: found, "must be of type \(wanted): \(GoSyntax.text(found))")
        return false
    }

    /// Refuses numbers that the format of an integer cannot hold.
    private mutating func checkRange(_ value: Tree, _ facts: SchemaFacts) {
        guard facts.type == .integer, value.number != nil else { return }
        let exact: Int64? =
            switch value {
            case .integer(let number): number
            case .double(let number): Int64(exactly: number)
            default: nil
            }
        let fits =
            switch facts.format {
            case "int32": exact.map { Int32(exactly: $0) != nil } ?? false
            case "uint32": exact.map { UInt32(exactly: $0) != nil } ?? false
            case "uint64": exact.map { $0 >= 0 } ?? false
            default: exact != nil
            }
        guard !fits else { return }
        let format = facts.format.map { "with format \($0)" } ?? "(default format)"
        let detail = "Checked value must be of type integer \(format) in \(name)"
        issues.append(FieldIssue(.invalid, at: "", value: "", detail: detail))
    }

    /// Whether a number has no fraction: `1.0` counts as an integer.
    static func isInteger(_ value: Tree) -> Bool {
        switch value {
        case .integer, .bigInteger: true
        case .double(let number): number == number.rounded() && abs(number) < 9.3e18
        default: false
        }
    }
}

// MARK: - Objects and arrays

extension SchemaValidator {
    private mutating func checkFields(_ object: TreeObject, replacing old: Tree?, _ node: SchemaNode, depth: Int) {
        let limits = node.facts.limits
        if let least = limits.minProperties, object.count < least {
            addInBody(value: .integer(Int64(object.count)), "should have at least \(least) properties")
        }
        if let most = limits.maxProperties, object.count > most {
            add(.tooMany, value: .integer(Int64(object.count)), detail: Self.atMost(most))
        }
        for name in node.facts.required where object[name] == nil {
            below("." + name) { $0.add(.required, detail: "") }
        }
        if node.facts.extensions.isEmbeddedResource {
            for name in ["apiVersion", "kind"] where object[name]?.string?.isEmpty ?? true {
                below("." + name) { $0.add(.required, detail: "must not be empty") }
            }
        }
        for entry in object {
            guard let child = node.child(entry.key) else { continue }
            let previous = old?[entry.key]
            below("." + entry.key) { $0.validate(entry.value, replacing: previous, child, depth: depth + 1) }
        }
    }

    private static func atMost(_ count: Int64) -> String {
        "must have at most \(count) \(count == 1 ? "item" : "items")"
    }

    private mutating func checkElements(_ elements: [Tree], replacing old: Tree?, _ node: SchemaNode, depth: Int) {
        let limits = node.facts.limits
        if let least = limits.minItems, elements.count < least {
            addInBody(value: .integer(Int64(elements.count)), "should have at least \(least) items")
        }
        if let most = limits.maxItems, elements.count > most {
            add(.tooMany, value: .integer(Int64(elements.count)), detail: Self.atMost(most))
            return
        }
        if limits.hasUniqueItems, Set(elements).count < elements.count {
            addInBody(value: .array(elements), "shouldn't contain duplicates")
        }
        guard let items = node.facts.items else { return }
        let correlation = ListCorrelation(old?.array, node.facts.extensions.listType)
        for (index, element) in elements.enumerated() {
            let previous = correlation.counterpart(of: element)
            below("[\(index)]") { $0.validate(element, replacing: previous, items, depth: depth + 1) }
        }
    }
}
