/// One choice of an `Accept` header, or a `Content-Type` (RFC 9110, section 8.3).
struct MediaType: Sendable, Hashable {
    /// Type and subtype in lower case, for example `application/json`.
    var name: String
    /// The parameters, names in lower case.
    var parameters: [String: String]

    /// Reads one media type; nil when there is no subtype.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ";", omittingEmptySubsequences: true)
        guard let first = parts.first else { return nil }
        name = Self.trimmed(first).lowercased()
        guard name.contains("/") else { return nil }
        parameters = [:]
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { continue }
            let value = Self.trimmed(pair[1])
            parameters[Self.trimmed(pair[0]).lowercased()] =
                value.hasPrefix("\"") && value.hasSuffix("\"") && value.count > 1
                ? String(value.dropFirst().dropLast()) : value
        }
    }

    /// The choices of an `Accept` header, best first; those of weight zero are left out.
    static func choices(_ header: String?) -> [MediaType] {
        guard let header, !header.isEmpty else { return [] }
        let all = header.split(separator: ",").compactMap { MediaType($0) }
        let weighted = all.enumerated().map { (index: $0.offset, media: $0.element, weight: $0.element.weight) }
        return weighted.filter { $0.weight > 0 }
            .sorted { ($1.weight, $0.index) < ($0.weight, $1.index) }.map(\.media)
    }

    private var weight: Double { parameters["q"].flatMap(Double.init) ?? 1 }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        let tail = text.drop(while: isSpace)
        guard let end = tail.lastIndex(where: { !isSpace($0) }) else { return "" }
        return String(tail[...end])
    }
}

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

/// The media types spoken.
enum MediaTypes {
    static let offered = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"]
    static let jsonPatch = "application/json-patch+json"
    static let mergePatch = "application/merge-patch+json"
    static let strategicPatch = "application/strategic-merge-patch+json"
    static let applyPatch = "application/apply-patch+yaml"
}
