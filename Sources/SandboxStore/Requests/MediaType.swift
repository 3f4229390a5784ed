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
