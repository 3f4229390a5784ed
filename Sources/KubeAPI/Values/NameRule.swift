/// What names of one sort may look like (Kubernetes "Object Names and IDs"; RFC 1123, RFC 1035).
public enum NameRule: Sendable, Hashable, CaseIterable {
    /// Lower-case letters, digits, `-` and `.`, at most 253: names of most objects.
    case dnsSubdomain
    /// Lower-case letters, digits and `-`, at most 63: names of namespaces.
    case dnsLabel
    /// As a label, but starting with a letter: names of services.
    case dns1035Label
    /// Anything that fits one segment of a path: names of RBAC objects.
    case pathSegment
    /// An optional DNS subdomain and `/`, then a name of at most 63: keys of labels and annotations.
    case qualifiedName
    /// Empty or a name of at most 63: values of labels.
    case labelValue

    /// What is wrong with `text` in Kubernetes' words; empty when nothing is.
    public func issues(in text: String) -> [String] {
        let bytes = Array(text.utf8)
        switch self {
        case .dnsSubdomain: return Self.tooLong(bytes, 253) + Self.subdomainShape(text)
        case .dnsLabel: return Self.tooLong(bytes, 63) + Self.labelShape(text)
        case .dns1035Label: return Self.tooLong(bytes, 63) + Self.letterLabelShape(bytes)
        case .pathSegment: return Self.segmentShape(text)
        case .qualifiedName: return Self.qualifiedShape(text)
        case .labelValue: return text.isEmpty ? [] : Self.tooLong(bytes, 63, "bytes") + Self.valueShape(bytes)
        }
    }

    /// Whether `text` is allowed.
    public func accepts(_ text: String) -> Bool { issues(in: text).isEmpty }

    private static func tooLong(_ bytes: [UInt8], _ limit: Int, _ unit: String = "characters") -> [String] {
        bytes.count > limit ? ["must be no more than \(limit) \(unit)"] : []
    }

    private static func subdomainShape(_ text: String) -> [String] {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        if parts.allSatisfy({ isLabel(Array($0)) }) { return [] }
        return [
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start "
                + "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
                + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
        ]
    }

    private static func labelShape(_ text: String) -> [String] {
        if isLabel(Array(text.utf8)) { return [] }
        if subdomainShape(text).isEmpty { return ["must not contain dots"] }
        return [
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end "
                + "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
                + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
        ]
    }

    private static func letterLabelShape(_ bytes: [UInt8]) -> [String] {
        if isLabel(bytes), let first = bytes.first, isLower(first) { return [] }
        return [
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
                + "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for "
                + "validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
        ]
    }

    private static func segmentShape(_ text: String) -> [String] {
        if text.isEmpty { return ["must not be empty"] }
        if text == "." || text == ".." { return ["may not be '\(text)'"] }
        return ["/", "%"].filter { text.contains($0) }.map { "may not contain '\($0)'" }
    }

    private static func qualifiedShape(_ text: String) -> [String] {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let name = Array((parts.last ?? "").utf8)
        var issues: [String] = []
        switch parts.count {
        case 1: break
        case 2 where parts[0].isEmpty: issues.append("prefix part must be non-empty")
        case 2: issues += Self.dnsSubdomain.issues(in: String(parts[0])).map { "prefix part \($0)" }
        default:
            return [
                "a valid label key " + nameWords
                    + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            ]
        }
        if name.isEmpty { issues.append("name part must be non-empty") }
        issues += tooLong(name, 63, "bytes").map { "name part \($0)" }
        if !isName(name) { issues.append("name part " + nameWords) }
        return issues
    }

    private static let nameWords =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
        + "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

    private static func valueShape(_ bytes: [UInt8]) -> [String] {
        if isName(bytes) { return [] }
        return [
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start "
                + "and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for "
                + "validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
        ]
    }

    private static func isLabel(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first, let last = bytes.last, isLowerOrDigit(first), isLowerOrDigit(last) else {
            return false
        }
        return bytes.allSatisfy { isLowerOrDigit($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isName(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first, let last = bytes.last, isAlphanumeric(first), isAlphanumeric(last) else {
            return false
        }
        return bytes.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
    }

    private static func isLower(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    private static func isLowerOrDigit(_ byte: UInt8) -> Bool {
        isLower(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLowerOrDigit(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
}
