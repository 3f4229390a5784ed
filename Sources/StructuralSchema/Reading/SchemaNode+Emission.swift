package import DataTree
internal import PatternMatching

extension SchemaNode {
    /// The schema as OpenAPI v3 writes it, nothing left out.
    package var tree: Tree { facts.tree(depth: 0) { $0.tree } }
}

extension SchemaFacts {
    /// The facts as OpenAPI v3 writes them, with `child` writing the schemas below.
    package func tree(depth: Int = 0, child: (SchemaNode) -> Tree) -> Tree {
        var result = TreeObject()
        if let summary { result["description"] = .string(summary) }
        if let title { result["title"] = .string(title) }
        if let type { result["type"] = .string(type.rawValue) }
        if let format { result["format"] = .string(format) }
        if isNullable { result["nullable"] = true }
        if let defaultValue { result["default"] = defaultValue }
        limits.write(into: &result)
        if !required.isEmpty { result["required"] = .array(required.map { .string($0) }) }
        if !properties.isEmpty {
            result["properties"] = .object(TreeObject(properties.map { (key: $0.name, value: child($0.schema)) }))
        }
        switch additional {
        case .none: break
        case .anything: result["additionalProperties"] = true
        case .schema(let node): result["additionalProperties"] = child(node)
        }
        if let items { result["items"] = child(items) }
        combinations.write(into: &result, child: child)
        extensions.write(into: &result)
        if !rules.isEmpty { result["x-kubernetes-validations"] = .array(rules.map(\.tree)) }
        return .object(result)
    }
}

extension SchemaCombinations {
    func write(into result: inout TreeObject, child: (SchemaNode) -> Tree) {
        if !allOf.isEmpty { result["allOf"] = .array(allOf.map(child)) }
        if !anyOf.isEmpty { result["anyOf"] = .array(anyOf.map(child)) }
        if !oneOf.isEmpty { result["oneOf"] = .array(oneOf.map(child)) }
        if let not { result["not"] = child(not) }
    }
}

extension ValueLimits {
    func write(into result: inout TreeObject) {
        if !allowed.isEmpty { result["enum"] = .array(allowed) }
        if let pattern { result["pattern"] = .string(pattern.source) }
        if let minimum { result["minimum"] = Self.tree(minimum) }
        if excludesMinimum { result["exclusiveMinimum"] = true }
        if let maximum { result["maximum"] = Self.tree(maximum) }
        if excludesMaximum { result["exclusiveMaximum"] = true }
        if let multipleOf { result["multipleOf"] = Self.tree(multipleOf) }
        if let minLength { result["minLength"] = .integer(minLength) }
        if let maxLength { result["maxLength"] = .integer(maxLength) }
        if let minItems { result["minItems"] = .integer(minItems) }
        if let maxItems { result["maxItems"] = .integer(maxItems) }
        if hasUniqueItems { result["uniqueItems"] = true }
        if let minProperties { result["minProperties"] = .integer(minProperties) }
        if let maxProperties { result["maxProperties"] = .integer(maxProperties) }
    }

    private static func tree(_ number: Double) -> Tree {
        if number == number.rounded(), let exact = Int64(exactly: number) { return .integer(exact) }
        return .double(number)
    }
}

extension SchemaExtensions {
    func write(into result: inout TreeObject) {
        if preservesUnknownFields { result["x-kubernetes-preserve-unknown-fields"] = true }
        if isIntOrString { result["x-kubernetes-int-or-string"] = true }
        if isEmbeddedResource { result["x-kubernetes-embedded-resource"] = true }
        switch listType {
        case nil: break
        case .atomic: result["x-kubernetes-list-type"] = "atomic"
        case .set: result["x-kubernetes-list-type"] = "set"
        case .map(let keys):
            result["x-kubernetes-list-type"] = "map"
            result["x-kubernetes-list-map-keys"] = .array(keys.map { .string($0) })
        }
        if isAtomicMap { result["x-kubernetes-map-type"] = "atomic" }
        if let patchMergeKey { result["x-kubernetes-patch-merge-key"] = .string(patchMergeKey) }
        if !patchStrategies.isEmpty {
            result["x-kubernetes-patch-strategy"] = .string(patchStrategies.joined(separator: ","))
        }
    }
}

extension ValidationRule {
    /// The rule as a CRD writes it.
    package var tree: Tree {
        var result: Tree = ["rule": .string(rule)]
        if let message { result["message"] = .string(message) }
        if let messageExpression { result["messageExpression"] = .string(messageExpression) }
        if let reason { result["reason"] = .string(reason) }
        if let fieldPath { result["fieldPath"] = .string(fieldPath) }
        if hasOptionalOldSelf { result["optionalOldSelf"] = true }
        return result
    }
}
