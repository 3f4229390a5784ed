internal import DataTree

/// Writes a Swagger 2.0 document as the protobuf message `openapi.v2.Document` (google/gnostic, `openapiv2/OpenAPIv2.proto`).
///
/// Clients before 1.27 ask for this form alone. Only what our documents hold is written.
struct SwaggerProtobuf {
    /// The bytes of a whole document.
    mutating func document(_ tree: Tree) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.string(1, tree["swagger"]?.string)
        writer.message(2) { info in
            info.string(1, tree.value(at: "info", "title")?.string)
            info.string(2, tree.value(at: "info", "version")?.string)
        }
        writer.message(8) { paths in
            for entry in tree["paths"]?.object?.entries ?? [] {
                paths.message(2) { Self.named(&$0, entry.key) { Self.pathItem(&$0, entry.value) } }
            }
        }
        writer.message(9) { definitions in
            for entry in tree["definitions"]?.object?.entries ?? [] {
                definitions.message(1) { Self.named(&$0, entry.key) { Self.schema(&$0, entry.value) } }
            }
        }
        return writer.bytes
    }

    private static func named(
        _ writer: inout ProtobufWriter,
        _ name: String,
        _ value: (inout ProtobufWriter) -> Void
    ) {
        writer.string(1, name)
        writer.message(2, value)
    }

    /// Writes keys that begin with `x-`, each as YAML, of which JSON is a part.
    private static func extensions(_ writer: inout ProtobufWriter, _ field: UInt64, _ tree: Tree) {
        for entry in tree.object?.entries ?? [] where entry.key.hasPrefix("x-") {
            writer.message(field) { named in
                Self.named(&named, entry.key) { $0.string(2, entry.value.jsonText(.compact) + "\n") }
            }
        }
    }

    private static func any(_ writer: inout ProtobufWriter, _ field: UInt64, _ value: Tree?) {
        guard let value else { return }
        writer.message(field) { $0.string(2, value.jsonText(.compact) + "\n") }
    }
}

// MARK: - Paths

extension SwaggerProtobuf {
    private static func pathItem(_ writer: inout ProtobufWriter, _ item: Tree) {
        for (field, method) in [(UInt64(2), "get"), (3, "put"), (4, "post"), (5, "delete"), (8, "patch")] {
            guard let operation = item[method] else { continue }
            writer.message(field) { Self.operation(&$0, operation) }
        }
        parameters(&writer, 9, item["parameters"])
    }

    private static func operation(_ writer: inout ProtobufWriter, _ operation: Tree) {
        for tag in operation["tags"]?.array ?? [] { writer.string(1, tag.string) }
        writer.string(5, operation["operationId"]?.string)
        for type in operation["produces"]?.array ?? [] { writer.string(6, type.string) }
        for type in operation["consumes"]?.array ?? [] { writer.string(7, type.string) }
        parameters(&writer, 8, operation["parameters"])
        writer.message(9) { responses in
            for entry in operation["responses"]?.object?.entries ?? [] {
                responses.message(1) { named in
                    Self.named(&named, entry.key) { value in
                        value.message(1) { Self.response(&$0, entry.value) }
                    }
                }
            }
        }
        extensions(&writer, 13, operation)
    }

    private static func response(_ writer: inout ProtobufWriter, _ response: Tree) {
        writer.string(1, response["description"]?.string)
        guard let schema = response["schema"] else { return }
        writer.message(2) { item in item.message(1) { Self.schema(&$0, schema) } }
    }

    private static func parameters(_ writer: inout ProtobufWriter, _ field: UInt64, _ list: Tree?) {
        for parameter in list?.array ?? [] {
            writer.message(field) { item in item.message(1) { Self.parameter(&$0, parameter) } }
        }
    }

    private static func parameter(_ writer: inout ProtobufWriter, _ parameter: Tree) {
        let place = parameter["in"]?.string
        if place == "body" {
            writer.message(1) { body in
                body.string(2, parameter["name"]?.string)
                body.string(3, place)
                body.bool(4, parameter["required"]?.bool)
                if let schema = parameter["schema"] { body.message(5) { Self.schema(&$0, schema) } }
            }
            return
        }
        let isQuery = place == "query"
        writer.message(2) { other in
            other.message(isQuery ? 3 : 4) { simple in
                simple.bool(1, parameter["required"]?.bool)
                simple.string(2, place)
                simple.string(3, parameter["description"]?.string)
                simple.string(4, parameter["name"]?.string)
                simple.string(isQuery ? 6 : 5, parameter["type"]?.string)
                simple.bool(isQuery ? 20 : 19, parameter["uniqueItems"]?.bool)
            }
        }
    }
}

// MARK: - Schemas

extension SwaggerProtobuf {
    private static func schema(_ writer: inout ProtobufWriter, _ schema: Tree) {
        writer.string(1, schema["$ref"]?.string)
        writer.string(2, schema["format"]?.string)
        writer.string(3, schema["title"]?.string)
        writer.string(4, schema["description"]?.string)
        writer.double(6, schema["multipleOf"]?.number)
        writer.double(7, schema["maximum"]?.number)
        writer.bool(8, schema["exclusiveMaximum"]?.bool)
        writer.double(9, schema["minimum"]?.number)
        writer.bool(10, schema["exclusiveMinimum"]?.bool)
        writer.integer(11, schema["maxLength"]?.integer)
        writer.integer(12, schema["minLength"]?.integer)
        writer.string(13, schema["pattern"]?.string)
        writer.integer(14, schema["maxItems"]?.integer)
        writer.integer(15, schema["minItems"]?.integer)
        writer.integer(17, schema["maxProperties"]?.integer)
        writer.integer(18, schema["minProperties"]?.integer)
        for name in schema["required"]?.array ?? [] { writer.string(19, name.string) }
        for value in schema["enum"]?.array ?? [] { any(&writer, 20, value) }
        if let additional = schema["additionalProperties"] {
            writer.message(21) { item in
                if additional.bool == nil {
                    item.message(1) { Self.schema(&$0, additional) }
                } else {
                    item.bool(2, additional.bool)
                }
            }
        }
        if let type = schema["type"]?.string { writer.message(22) { $0.string(1, type) } }
        if let items = schema["items"] { writer.message(23) { $0.message(1) { Self.schema(&$0, items) } } }
        if let properties = schema["properties"]?.object {
            writer.message(25) { list in
                for entry in properties {
                    list.message(1) { Self.named(&$0, entry.key) { Self.schema(&$0, entry.value) } }
                }
            }
        }
        extensions(&writer, 31, schema)
    }
}
