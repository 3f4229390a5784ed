internal import DataTree
internal import PatternMatching

/// Reads a schema from the tree of a CRD's `openAPIV3Schema`, collecting every issue on the way.
struct SchemaParser {
    /// The most levels a schema may have.
    static let maximumDepth = 100

    var issues: [FieldIssue] = []
    private(set) var isTooDeep = false

    /// Reads one level and all below it.
    mutating func node(_ tree: Tree, at path: String, depth: Int = 0) -> SchemaNode {
        guard depth < Self.maximumDepth else {
            if !isTooDeep { issues.append(FieldIssue(.invalid, at: path, detail: "schema nests too deeply")) }
            isTooDeep = true
            return .anything
        }
        guard let object = tree.object else {
            issues.append(FieldIssue(.typeInvalid, at: path, value: tree, detail: "must be an object holding a schema"))
            return .anything
        }
        var facts = SchemaFacts()
        for entry in object {
            read(entry.key, entry.value, into: &facts, at: path, depth: depth)
        }
        readListType(object, into: &facts, at: path)
        readBounds(object, into: &facts)
        return SchemaNode(facts)
    }

    private mutating func read(
        _ key: String,
        _ value: Tree,
        into facts: inout SchemaFacts,
        at path: String,
        depth: Int
    ) {
        let place = path + "." + key
        switch key {
        case "type": facts.type = type(value, at: place)
        case "format": facts.format = string(value, at: place)
        case "title": facts.title = string(value, at: place)
        case "description": facts.summary = string(value, at: place)
        case "nullable": facts.isNullable = flag(value, at: place)
        case "default": facts.defaultValue = value
        case "required": facts.required = strings(value, at: place)
        case "properties":
            facts.properties = entries(value, at: place).map { entry in
                let child = "\(place)[\(entry.key)]"
                return SchemaProperty(name: entry.key, schema: node(entry.value, at: child, depth: depth + 1))
            }
        case "additionalProperties": facts.additional = additional(value, at: place, depth: depth)
        case "items":
            if value.array != nil {
                let detail = "items must be a schema object and not an array"
                issues.append(FieldIssue(.forbidden, at: place, detail: detail))
            } else {
                facts.items = node(value, at: place, depth: depth + 1)
            }
        case "allOf": facts.combinations.allOf = nodes(value, at: place, depth: depth)
        case "anyOf": facts.combinations.anyOf = nodes(value, at: place, depth: depth)
        case "oneOf": facts.combinations.oneOf = nodes(value, at: place, depth: depth)
        case "not": facts.combinations.not = node(value, at: place, depth: depth + 1)
        default:
            if key.hasPrefix("x-kubernetes-") {
                readExtension(key, value, into: &facts, at: place)
            } else {
                readLimit(key, value, into: &facts.limits, at: place)
            }
        }
    }

    private mutating func readLimit(_ key: String, _ value: Tree, into limits: inout ValueLimits, at place: String) {
        switch key {
        case "minimum": limits.minimum = number(value, at: place)
        case "maximum": limits.maximum = number(value, at: place)
        case "multipleOf": limits.multipleOf = number(value, at: place)
        case "minLength": limits.minLength = count(value, at: place)
        case "maxLength": limits.maxLength = count(value, at: place)
        case "minItems": limits.minItems = count(value, at: place)
        case "maxItems": limits.maxItems = count(value, at: place)
        case "minProperties": limits.minProperties = count(value, at: place)
        case "maxProperties": limits.maxProperties = count(value, at: place)
        case "uniqueItems": limits.hasUniqueItems = flag(value, at: place)
        case "enum": limits.allowed = value.array ?? []
        case "pattern":
            guard let source = string(value, at: place) else { return }
            do {
                limits.pattern = try Pattern(source)
            } catch {
                let detail = "must be a valid regular expression, but isn't: \(error)"
                issues.append(FieldIssue(.invalid, at: place, value: value, detail: detail))
            }
        case "$ref", "definitions", "dependencies", "patternProperties", "additionalItems", "id", "$schema":
            issues.append(FieldIssue(.forbidden, at: place, detail: "\(key) is not supported"))
        default: break
        }
    }

    private func readBounds(_ object: TreeObject, into facts: inout SchemaFacts) {
        facts.limits.excludesMinimum = object["exclusiveMinimum"]?.bool ?? false
        facts.limits.excludesMaximum = object["exclusiveMaximum"]?.bool ?? false
    }

    private mutating func readExtension(_ key: String, _ value: Tree, into facts: inout SchemaFacts, at place: String) {
        switch key {
        case "x-kubernetes-preserve-unknown-fields":
            facts.extensions.preservesUnknownFields = flag(value, at: place)
            if value.bool == false {
                issues.append(FieldIssue(.invalid, at: place, value: value, detail: "must be true or undefined"))
            }
        case "x-kubernetes-int-or-string": facts.extensions.isIntOrString = flag(value, at: place)
        case "x-kubernetes-embedded-resource": facts.extensions.isEmbeddedResource = flag(value, at: place)
        case "x-kubernetes-map-type":
            let isKnown = value.string == "atomic" || value.string == "granular"
            if !isKnown { unsupported(value, ["atomic", "granular"], at: place) }
            facts.extensions.isAtomicMap = value.string == "atomic"
        case "x-kubernetes-patch-merge-key": facts.extensions.patchMergeKey = string(value, at: place)
        case "x-kubernetes-patch-strategy":
            let parts = string(value, at: place)?.split(separator: ",") ?? []
            facts.extensions.patchStrategies = parts.map(String.init)
        case "x-kubernetes-validations":
            for (index, element) in (value.array ?? []).enumerated() {
                if let rule = rule(element, at: "\(place)[\(index)]") { facts.rules.append(rule) }
            }
        default: break
        }
    }

    private mutating func readListType(_ object: TreeObject, into facts: inout SchemaFacts, at path: String) {
        guard let value = object["x-kubernetes-list-type"] else { return }
        let place = path + ".x-kubernetes-list-type"
        switch value.string {
        case "atomic": facts.extensions.listType = .atomic
        case "set": facts.extensions.listType = .set
        case "map":
            let keysPlace = path + ".x-kubernetes-list-map-keys"
            let keys = strings(object["x-kubernetes-list-map-keys"] ?? [], at: keysPlace)
            if keys.isEmpty {
                let detail = "must not be empty if x-kubernetes-list-type is map"
                issues.append(FieldIssue(.required, at: keysPlace, detail: detail))
            }
            facts.extensions.listType = .map(keys: keys)
        default: unsupported(value, ["atomic", "map", "set"], at: place)
        }
    }

    private mutating func rule(_ tree: Tree, at place: String) -> ValidationRule? {
        guard let text = tree["rule"]?.string, !text.isEmpty else {
            issues.append(FieldIssue(.required, at: place + ".rule", detail: "rule is not specified"))
            return nil
        }
        var rule = ValidationRule(rule: text)
        rule.message = tree["message"]?.string
        rule.messageExpression = tree["messageExpression"]?.string
        rule.reason = tree["reason"]?.string
        rule.fieldPath = tree["fieldPath"]?.string
        rule.hasOptionalOldSelf = tree["optionalOldSelf"]?.bool ?? false
        let reasons = [
            "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired",
        ]
        if let reason = rule.reason, !reasons.contains(reason) {
            unsupported(.string(reason), reasons, at: place + ".reason")
        }
        if let message = rule.message, message.allSatisfy(\.isWhitespace) {
            let detail = "message must be non-empty if specified"
            issues.append(FieldIssue(.invalid, at: place + ".message", value: .string(message), detail: detail))
        }
        return rule
    }
}
