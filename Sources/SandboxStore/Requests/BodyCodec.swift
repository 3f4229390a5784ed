internal import DataTree

/// Bodies in and out.
enum BodyCodec {
    /// The body of a write as a value.
    ///
    /// - Throws: 415 for media types that are not spoken, 400 for what cannot be read.
    static func decode(_ request: APIRequest, as mediaType: String? = nil) throws(APIFault) -> Tree {
        let given = mediaType ?? request.header("Content-Type").flatMap { MediaType($0)?.name } ?? "application/json"
        switch given {
        case "application/json", MediaTypes.jsonPatch, MediaTypes.mergePatch, MediaTypes.strategicPatch:
            return try json(request.body)
        case "application/yaml", MediaTypes.applyPatch: return try yaml(request.body)
        default: throw .unsupportedMediaType(MediaTypes.offered)
        }
    }

    static func json(_ bytes: [UInt8]) throws(APIFault) -> Tree {
        do {
            return try JSONParser.parse(bytes, options: JSONParser.Options(duplicateKeys: .lastWins))
        } catch {
            throw .badRequest("the object provided is unrecognized: \(error)")
        }
    }

    /// Whether a body begins as a JSON object does.
    static func isJSON(_ bytes: [UInt8]) -> Bool {
        bytes.first { $0 != 0x20 && $0 != 0x0a && $0 != 0x0d && $0 != 0x09 } == UInt8(ascii: "{")
    }

    static func yaml(_ bytes: [UInt8]) throws(APIFault) -> Tree {
        if isJSON(bytes) { return try json(bytes) }
        do {
            let documents = try YAML.documents(String(decoding: bytes, as: UTF8.self))
            guard let first = documents.first else { return .null }
            return first
        } catch {
            throw .badRequest("error decoding YAML: \(error)")
        }
    }

    static func encode(_ tree: Tree, _ representation: Representation) -> [UInt8] {
        switch representation.encoding {
        case .yaml: return Array(tree.yaml().utf8)
        case .json where representation.isPretty: return tree.json(.pretty) + [0x0a]
        case .json: return tree.json(.compact) + [0x0a]
        }
    }
}
