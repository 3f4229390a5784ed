internal import MeshBase

/// The forms of text that fields hold: each as a pattern for the CRD and as a check of our own.
package enum TextForm: Sendable, Hashable, CaseIterable {
    /// Anything without control characters, at most 4096 characters.
    case free
    /// A time span such as `90s`, `2m` or `1h30m` (Go's duration syntax, without sign).
    case duration
    /// A time span above zero.
    case timeSpan
    /// A version such as `1.30.2`.
    case version
    /// A name fit for a namespace or a revision: RFC 1123 label.
    case label
    /// A name fit for an object: RFC 1123 subdomain.
    case subdomain
    /// A registry and path such as `docker.io/istio`.
    case imageHub
    /// An image tag.
    case imageTag
    /// An `http` or `https` address without user name and fragment.
    case httpAddress
    /// A time of day such as `22:00`.
    case timeOfDay
    /// A name of a Prometheus label.
    case metricLabel
    /// A point in time in RFC 3339, checked by the API server as `format: date-time`.
    case timestamp

    /// The pattern as the API server checks it (RE2), nil where there is none.
    package var pattern: String? {
        switch self {
        case .free, .timestamp: nil
        case .duration, .timeSpan: #"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$"#
        case .version: #"^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$"#
        case .label: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
        case .subdomain: #"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"#
        case .imageHub: "^[a-zA-Z0-9][a-zA-Z0-9._/:-]*$"
        case .imageTag: "^[a-zA-Z0-9_][a-zA-Z0-9._-]*$"
        case .httpAddress: "^https?://[^ ]+$"
        case .metricLabel: "^[a-zA-Z_][a-zA-Z0-9_]*$"
        case .timeOfDay: "^([01][0-9]|2[0-3]):[0-5][0-9]$"
        }
    }

    /// The least number of characters.
    package var shortest: Int { self == .free ? 0 : 1 }

    /// The largest number of characters.
    package var longest: Int {
        switch self {
        case .free: 4096
        case .duration, .timeSpan: 32
        case .version: 64
        case .label: 63
        case .subdomain: 253
        case .imageHub: 512
        case .imageTag: 128
        case .httpAddress: 2048
        case .timeOfDay: 5
        case .metricLabel: 128
        case .timestamp: 64
        }
    }

    /// How to write such a text, as a remedy in an error.
    package var remedy: String {
        switch self {
        case .free: "use plain text without control characters"
        case .duration: "write a time span such as 30s, 2m or 1h30m"
        case .timeSpan: "write a time span above zero such as 30s, 2m or 1h30m"
        case .version: "write a full version such as 1.30.2"
        case .label: "use lower-case letters, digits and '-', beginning and ending with a letter or digit"
        case .subdomain: "use lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit"
        case .imageHub: "write a registry and path such as docker.io/istio"
        case .imageTag: "write an image tag such as 1.30.2-distroless"
        case .httpAddress:
            "write an address beginning with http:// or https://, without user name, password and fragment; secretRef names "
                + "a Secret with credentials"
        case .metricLabel: "write a label name such as istio_io_rev"
        case .timeOfDay: "write a time of day from 00:00 to 23:59"
        case .timestamp: "write a time such as 2026-11-21T09:00:00Z"
        }
    }

    /// Whether a text has this form; length is checked apart.
    package func accepts(_ text: String) -> Bool {
        switch self {
        case .free: !text.unicodeScalars.contains { $0.value < 32 && $0 != "\n" && $0 != "\t" && $0 != "\r" }
        case .duration: GoDuration.parse(text) != nil && !text.hasPrefix("+") && !text.hasPrefix("-") && text != "0"
        case .timeSpan: Self.duration.accepts(text) && GoDuration.parse(text).map { $0 > .zero } == true
        case .version: Self.isVersion(text)
        case .label: Self.isLabel(text[...])
        case .subdomain:
            text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { Self.isLabel($0) }
        case .imageHub: Self.isWord(text, punctuation: "._/:-", first: "")
        case .imageTag: Self.isWord(text, punctuation: "._-", first: "_")
        case .httpAddress: Self.isAddress(text)
        case .timeOfDay: Self.isTimeOfDay(text)
        case .metricLabel:
            Self.isWord(text, punctuation: "_", first: "_") && !(text.utf8.first.map(Self.isDigit) ?? true)
        case .timestamp: Timestamp(rfc3339: text) != nil
        }
    }

    private static func isLabel(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last, first != minus, last != minus else {
            return false
        }
        return text.utf8.allSatisfy { isDigit($0) || ($0 >= 0x61 && $0 <= 0x7A) || $0 == minus }
    }

    private static func isAddress(_ text: String) -> Bool {
        guard let scheme = ["http://", "https://"].first(where: { text.hasPrefix($0) }) else { return false }
        let rest = text.dropFirst(scheme.count)
        let server = rest.prefix { $0 != "/" && $0 != "?" }
        return !server.isEmpty && !server.contains("@") && !rest.contains { $0 == " " || $0 == "#" }
    }

    private static func isTimeOfDay(_ text: String) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy(isDigit) }),
            let hour = Int(parts[0]), let minute = Int(parts[1])
        else { return false }
        return hour < 24 && minute < 60
    }

    private static func isVersion(_ text: String) -> Bool {
        let halves = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = (halves.first ?? "").split(separator: ".", omittingEmptySubsequences: false)
        guard numbers.count == 3, numbers.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isDigit) }) else {
            return false
        }
        guard halves.count == 2 else { return true }
        return !halves[1].isEmpty && halves[1].utf8.allSatisfy { isAlphanumeric($0) || $0 == minus || $0 == 0x2E }
    }

    private static func isWord(_ text: String, punctuation: String, first: String) -> Bool {
        guard let start = text.utf8.first, isAlphanumeric(start) || first.utf8.contains(start) else { return false }
        return text.utf8.allSatisfy { isAlphanumeric($0) || punctuation.utf8.contains($0) }
    }

    private static let minus = UInt8(ascii: "-")
    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte >= 0x61 && byte <= 0x7A) || (byte >= 0x41 && byte <= 0x5A)
    }
}
