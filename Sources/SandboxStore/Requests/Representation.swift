/// How an answer is written.
struct Representation: Sendable, Hashable {
    enum Encoding: Sendable, Hashable {
        case json
        case yaml
    }

    /// What stands for the objects.
    enum Shape: Sendable, Hashable {
        /// The objects themselves.
        case whole
        /// A server-side table, with `meta.k8s.io` at that version.
        case table(version: String)
        /// Only their metadata (`PartialObjectMetadata`).
        case metadata(version: String)
    }

    var encoding: Encoding
    var shape: Shape
    /// Whether JSON is written for people.
    var isPretty = false

    /// Compact JSON of the objects themselves.
    static let json = Representation(encoding: .json, shape: .whole)

    init(encoding: Encoding, shape: Shape) {
        self.encoding = encoding
        self.shape = shape
    }

    /// What `Accept` and `pretty` ask for.
    ///
    /// - Throws: 406 when nothing asked for can be produced.
    init(_ request: APIRequest, shapes: Bool = true) throws(APIFault) {
        let choices = MediaType.choices(request.header("Accept"))
        isPretty = ["true", "1"].contains(request.parameter("pretty") ?? "")
        if choices.isEmpty {
            (encoding, shape) = (.json, .whole)
            return
        }
        for choice in choices {
            let encoding: Encoding
            switch choice.name {
            case "application/json", "*/*", "application/*": encoding = .json
            case "application/yaml": encoding = .yaml
            default: continue
            }
            guard let shape = Self.shape(choice, allowed: shapes) else { continue }
            self.encoding = encoding
            self.shape = shape
            return
        }
        throw .notAcceptable(MediaTypes.offered)
    }

    private static func shape(_ choice: MediaType, allowed: Bool) -> Shape? {
        guard let name = choice.parameters["as"] else { return .whole }
        guard allowed, choice.parameters["g"] == "meta.k8s.io", let version = choice.parameters["v"],
            ["v1", "v1beta1"].contains(version)
        else { return nil }
        switch name {
        case "Table": return .table(version: version)
        case "PartialObjectMetadata", "PartialObjectMetadataList": return .metadata(version: version)
        default: return nil
        }
    }

    /// The `Content-Type` of the answer.
    var contentType: String { encoding == .json ? "application/json" : "application/yaml" }
}
