internal import MeshBase

/// A query of a user's, whose placeholders stand for the side asked about.
struct QueryTemplate: Sendable, Hashable {
    let text: String

    /// The placeholders that have a meaning; others are refused.
    static let names = ["revision", "namespace", "version", "host", "workload", "window"]

    /// Where a placeholder stands.
    private enum Place {
        case outside
        case quoted(Character)
    }

    /// The query with every `{{name}}` replaced, in such a way that a value cannot end the string it stands in.
    ///
    /// Throws code `questionInvalid` for placeholders that are unknown, have no value on this side, or stand where their value does not fit.
    func filled(_ side: GateQuestion.Side, window: Duration, sideName: String) throws(AnalysisError) -> String {
        var result = ""
        var place = Place.outside
        var rest = text[...]
        while let character = rest.first {
            if rest.hasPrefix("{{") {
                let (name, after) = try Self.placeholder(rest)
                result += try Self.value(name, side, window: window, sideName: sideName, in: place)
                rest = after
                continue
            }
            result.append(character)
            rest = rest.dropFirst()
            switch place {
            case .outside:
                if character == "\"" || character == "'" || character == "`" { place = .quoted(character) }
            case .quoted(let quote):
                if character == "\\", quote != "`", let next = rest.first {
                    result.append(next)
                    rest = rest.dropFirst()
                } else if character == quote {
                    place = .outside
                }
            }
        }
        return result
    }

    private static func placeholder(_ rest: Substring) throws(AnalysisError) -> (String, Substring) {
        guard let end = rest.firstRange(of: "}}") else {
            throw AnalysisError(.questionInvalid, "the query has {{ without }}; close the placeholder")
        }
        let name = rest[rest.index(rest.startIndex, offsetBy: 2)..<end.lowerBound].filter { $0 != " " }
        return (String(name), rest[end.upperBound...])
    }

    private static func value(
        _ name: String,
        _ side: GateQuestion.Side,
        window: Duration,
        sideName: String,
        in place: Place
    ) throws(AnalysisError) -> String {
        guard names.contains(name) else {
            let known = names.map { "{{\($0)}}" }.joined(separator: ", ")
            let shown = RolloutText.fit(name, limit: 60)
            throw AnalysisError(.questionInvalid, "the query has {{\(shown)}}; use one of \(known)")
        }
        guard let value = name == "window" ? PromQL.duration(window) : side.value(name) else {
            throw AnalysisError(
                .questionInvalid,
                "the query has {{\(name)}}, of which the \(sideName) side has no value"
            )
        }
        switch place {
        case .quoted("`"):
            guard !value.contains("`") else {
                throw AnalysisError(.questionInvalid, "{{\(name)}} does not fit between backticks; use quotes")
            }
            return value
        case .quoted: return PromQL.escaped(value)
        case .outside:
            guard !value.isEmpty, value.utf8.allSatisfy({ isWordByte($0) }) else {
                throw AnalysisError(
                    .questionInvalid,
                    "{{\(name)}} does not fit outside of quotes; put it between quotes"
                )
            }
            return value
        }
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
