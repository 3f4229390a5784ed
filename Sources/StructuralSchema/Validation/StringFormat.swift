internal import ExpressionLanguage
internal import MeshBase
internal import PatternMatching
internal import Synchronization

/// The string formats that the API server checks (kube-openapi `strfmt`); unknown formats accept anything.
enum StringFormat {
    /// Whether `text` is of `format`.
    static func accepts(_ text: String, format: String) -> Bool {
        switch format {
        case "date-time", "datetime": Timestamp(rfc3339: text) != nil
        case "date": text.utf8.count == 10 && Timestamp(rfc3339: text + "T00:00:00Z") != nil
        case "duration": GoDuration.parse(text) != nil
        case "ipv4": IPAddress(text)?.isV4 ?? false
        case "ipv6": IPAddress(text).map { !$0.isV4 } ?? false
        case "cidr": IPNetwork(text) != nil
        case "byte": Base64.decode(text) != nil
        case "uri": URLParts(text) != nil
        default: pattern(of: format).map { $0.matches(text) } ?? true
        }
    }

    /// The sources of formats that are patterns; each is compiled when a text is first checked by it.
    private static let sources: [String: String] = {
        let hex = "[0-9a-f]"
        return [
            "hostname":
                #"^([a-zA-Z0-9\p{S}\p{L}]((-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?)|([a-zA-Z0-9\p{S}\p{L}](([a-zA-Z0-9-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?)(\.)){1,}([a-zA-Z\p{L}]){2,63})$"#,
            "email": #"^[^@\s]+@[^@\s]+$"#,
            "mac": "(?i)^(\(hex){2}[:-]){5}\(hex){2}$",
            "uuid": "(?i)^\(hex){8}-?\(hex){4}-?\(hex){4}-?\(hex){4}-?\(hex){12}$",
            "uuid3": "(?i)^\(hex){8}-?\(hex){4}-?3\(hex){3}-?\(hex){4}-?\(hex){12}$",
            "uuid4": "(?i)^\(hex){8}-?\(hex){4}-?4\(hex){3}-?[89ab]\(hex){3}-?\(hex){12}$",
            "uuid5": "(?i)^\(hex){8}-?\(hex){4}-?5\(hex){3}-?[89ab]\(hex){3}-?\(hex){12}$",
            "bsonobjectid": "(?i)^\(hex){24}$",
            "hexcolor": "(?i)^#?(\(hex){3}|\(hex){6})$",
            "rgbcolor": #"^rgb\(\s*[0-9]{1,3}\s*,\s*[0-9]{1,3}\s*,\s*[0-9]{1,3}\s*\)$"#,
            "ssn": #"^\d{3}[- ]?\d{2}[- ]?\d{4}$"#,
            "k8s-short-name": "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
            "k8s-long-name": #"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"#,
        ]
    }()

    private static let compiled = Mutex<[String: Pattern]>([:])

    private static func pattern(of format: String) -> Pattern? {
        guard let source = sources[format] else { return nil }
        return compiled.withLock { compiled in
            if let pattern = compiled[format] { return pattern }
            let pattern = try? Pattern(source)
            compiled[format] = pattern
            return pattern
        }
    }
}
