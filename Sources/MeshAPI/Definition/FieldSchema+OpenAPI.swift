package import DataTree

extension FieldSchema {
    /// The schema as structural OpenAPI v3, as CustomResourceDefinitions carry it (apiextensions.k8s.io/v1).
    package var openAPI: Tree {
        var result = FieldWriter()
        if !description.isEmpty { result.add("description", description) }
        if let defaultValue { result.add("default", defaultValue) }
        OpenAPIShape(schema: self).add(to: &result)
        if !choices.isEmpty { result.add("enum", choices.map { .string($0) }) }
        result.add(
            "x-kubernetes-validations",
            rules.map { ["rule": .string($0.expression), "message": .string($0.message)] }
        )
        return .object(result.object)
    }

}

/// The part of a schema that depends on the kind of value.
private struct OpenAPIShape {
    let schema: FieldSchema

    private var bounds: FieldSchema.Bounds { schema.bounds }
    private var choices: [String] { schema.choices }

    func add(to result: inout FieldWriter) {
        switch schema.shape {
        case .object(let properties, let isOpen):
            result.add("type", "object")
            if isOpen { result.add("x-kubernetes-preserve-unknown-fields", .bool(true)) }
            addProperties(properties, to: &result)
        case .map(let element):
            result.add("type", "object")
            result.add("additionalProperties", element.openAPI)
            addBounds("minProperties", "maxProperties", to: &result)
        case .list(let element, let keys):
            result.add("type", "array")
            result.add("items", element.openAPI)
            result.add("x-kubernetes-list-type", keys.isEmpty ? "atomic" : "map")
            result.add("x-kubernetes-list-map-keys", keys.map { .string($0) })
            addBounds("minItems", "maxItems", to: &result)
        case .string(let form):
            result.add("type", "string")
            if form == .timestamp { result.add("format", "date-time") } else { result.add("pattern", form.pattern) }
            if choices.isEmpty { addBounds("minLength", "maxLength", to: &result) }
        case .integer:
            result.add("type", "integer")
            result.add("format", "int64")
            addBounds("minimum", "maximum", to: &result)
        case .number:
            result.add("type", "number")
            addBounds("minimum", "maximum", to: &result)
        case .boolean: result.add("type", "boolean")
        case .integerOrString:
            result.add("anyOf", [["type": "integer"], ["type": "string"]])
            result.add("x-kubernetes-int-or-string", .bool(true))
        case .quantity:
            result.add("anyOf", [["type": "integer"], ["type": "string"]])
            result.add("minimum", .integer(0))
            result.add("pattern", Self.quantityPattern)
            result.add("x-kubernetes-int-or-string", .bool(true))
        case .any: result.add("x-kubernetes-preserve-unknown-fields", .bool(true))
        }
    }

    /// Amounts as Kubernetes reads them (resource.Quantity), without a minus sign.
    private static let quantityPattern =
        #"^\+?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$"#

    private func addProperties(_ properties: [FieldSchema.Property], to result: inout FieldWriter) {
        result.add("required", properties.filter(\.isRequired).map { .string($0.name) })
        guard !properties.isEmpty else { return }
        let entries = properties.sorted { $0.name < $1.name }.map { (key: $0.name, value: $0.schema.openAPI) }
        result.add("properties", .object(TreeObject(entries)))
    }

    private func addBounds(_ least: String, _ most: String, to result: inout FieldWriter) {
        if let value = bounds.least, value != 0 || least == "minimum" { result.add(least, Self.literal(value)) }
        if let value = bounds.most { result.add(most, Self.literal(value)) }
    }

    private static func literal(_ value: Double) -> Tree {
        if let whole = Int64(exactly: value) { .integer(whole) } else { .double(value) }
    }
}
