internal import MeshBase
internal import PatternMatching

/// Kubernetes' format library: named formats that tell what is wrong with a string.
enum FormatFunctions {
    private static let formats: [String: (title: String, pattern: String, maximum: Int)] = {
        let label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
        let subdomain = "\(label)(\\.\(label))*"
        return [
            "dns1123Label": ("DNS-1123 label", "^\(label)$", 63),
            "dns1123Subdomain": ("DNS-1123 subdomain", "^\(subdomain)$", 253),
            "dns1035Label": ("DNS-1035 label", "^[a-z]([-a-z0-9]*[a-z0-9])?$", 63),
            "qualifiedName": ("qualified name", "^(\(subdomain)/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$", 317),
            "dns1123LabelPrefix": ("DNS-1123 label prefix", "^[a-z0-9]([-a-z0-9]*)$", 63),
            "dns1123SubdomainPrefix": ("DNS-1123 subdomain prefix", "^[a-z0-9]([-.a-z0-9]*)$", 253),
            "dns1035LabelPrefix": ("DNS-1035 label prefix", "^[a-z]([-a-z0-9]*)$", 63),
            "labelValue": ("label value", "^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$", 63),
            "uuid": ("uuid", "(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$", 36),
            "uri": ("uri", "", .max), "byte": ("byte", "", .max), "date": ("date", "", .max),
            "datetime": ("datetime", "", .max),
        ]
    }()

    static let all: [FunctionDefinition] =
        formats.keys.sorted().map { name in
            FunctionDefinition("format.\(name)", ["@() Format"]) { _, _ in .format(name) }
        } + [
            FunctionDefinition("format.named", ["@(string) optional<Format>"]) { arguments, _ in
                guard let name = arguments[0].string, formats[name] != nil else { return .optional(nil) }
                return .optional(.format(name))
            },
            FunctionDefinition("validate", ["Format.validate(string) optional<list<string>>"]) {
                arguments,
                meter throws(ExpressionError) in
                guard case .format(let name) = arguments[0], let text = arguments[1].string, let format = formats[name]
                else { throw .noOverload("validate", arguments) }
                try meter.charge(text: text)
                if isValid(text, name, format.pattern), text.utf8.count <= format.maximum { return .optional(nil) }
                return .optional(.strings(["must be a valid \(format.title)"]))
            },
        ]

    private static func isValid(_ text: String, _ name: String, _ pattern: String) -> Bool {
        switch name {
        case "uri": URLParts(text) != nil
        case "byte": Base64.decode(text) != nil
        case "date": text.utf8.count == 10 && Timestamp(rfc3339: text + "T00:00:00Z") != nil
        case "datetime": Timestamp(rfc3339: text) != nil
        default: (try? Pattern(pattern))?.matches(text) ?? false
        }
    }
}
