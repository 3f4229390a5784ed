internal import DataTree

/// The parts of a VirtualService that steps hold as they are, checked before a server or a proxy has to refuse them.
///
/// Fields are those of `networking.istio.io/v1`. The CRD keeps them unread, since a field that it pruned would turn a rule for few
/// requests into one for all.
enum TrafficRule {
    /// What is wrong with the rules of a `match` step.
    static func issues(matching rules: [Tree], at path: TreePath) -> [SpecIssue] {
        rules.enumerated().flatMap { index, rule in
            let place = path.appending(index: index)
            return match.issues(in: rule, at: place) + choiceIssues(rule, place)
        }
    }

    /// What is wrong with a `fault` step; an empty object takes an earlier one back.
    static func issues(failing rule: Tree, at path: TreePath) -> [SpecIssue] {
        var found = fault.issues(in: rule, at: path)
        guard let abort = rule["abort"], abort.object != nil else { return found }
        let said = ["httpStatus", "grpcStatus", "http2Error"].filter { !(abort[$0] ?? .null).isNull }
        if said.count != 1 {
            let problem = said.isEmpty ? "has no status" : "has \(said.joined(separator: " and "))"
            let remedy = "set one of httpStatus and grpcStatus"
            found.append(SpecIssue(path: path.appending("abort"), value: nil, problem: problem, remedy: remedy))
        }
        return found
    }

    /// Texts that are to match in two ways at once.
    private static func choiceIssues(_ rule: Tree, _ path: TreePath) -> [SpecIssue] {
        var texts = ["uri", "scheme", "method", "authority"].compactMap { name in
            rule[name].map { (path.appending(name), $0) }
        }
        for name in ["headers", "withoutHeaders", "queryParams"] {
            texts += (rule[name]?.object?.entries ?? []).map { (path.appending(name).appending($0.key), $0.value) }
        }
        return texts.compactMap { place, text in
            let ways = text.object?.keys.filter { ["exact", "prefix", "regex"].contains($0) } ?? []
            guard ways.count > 1 else { return nil }
            let problem = "says \(ways.joined(separator: " and ")) at once"
            return SpecIssue(path: place, value: nil, problem: problem, remedy: "keep one of them")
        }
    }

    /// `StringMatch`; empty matches whatever is there.
    private static let text: FieldSchema = .object(
        "A text to match.",
        [
            .field("exact", .string("The whole text.", .free)), .field("prefix", .string("Its beginning.", .free)),
            .field("regex", .string("A pattern (RE2).", .free)),
        ]
    )

    private static func texts(_ description: String) -> FieldSchema { FieldSchema(.map(text), description) }

    /// `HTTPMatchRequest`.
    private static let match: FieldSchema = .object(
        "One rule.",
        [
            .field("name", .string("A name.", .free)), .field("uri", text), .field("scheme", text),
            .field("method", text), .field("authority", text), .field("headers", texts("Headers.")),
            .field("withoutHeaders", texts("Headers that must not match.")),
            .field("queryParams", texts("Parameters of the query.")),
            .field("port", .integer("The port.").within(1...65_535)),
            .field("sourceLabels", .stringMap("Labels of the client.")),
            .field("sourceNamespace", .string("The namespace of the client.", .free)),
            .field("gateways", .list("Gateways.", of: .string("A gateway.", .free), most: 64)),
            .field("ignoreUriCase", .boolean("Whether letters of both cases are equal.")),
            .field("statPrefix", .string("A prefix of statistics.", .free)),
        ]
    )

    private static let percentage: FieldSchema = .object(
        "How many requests.",
        [.field("value", .number("In percent.").within(0...100))]
    )

    /// `HTTPFaultInjection`.
    private static let fault: FieldSchema = .object(
        "A fault.",
        [
            .field(
                "delay",
                .object(
                    "A delay.",
                    [
                        .field("percentage", percentage),
                        .field("percent", .integer("In percent, as older versions have it.").within(0...100)),
                        .required("fixedDelay", .string("How long.", .timeSpan)),
                    ]
                )
            ),
            .field(
                "abort",
                .object(
                    "An error.",
                    [
                        .field("percentage", percentage),
                        .field("httpStatus", .integer("The status of the answer.").within(200...599)),
                        .field("grpcStatus", .string("The gRPC status of the answer, such as UNAVAILABLE.", .free)),
                        .field("http2Error", .string("The HTTP/2 error.", .free)),
                    ]
                )
            ),
        ]
    )
}
