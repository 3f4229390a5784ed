internal import ControllerKit
internal import DataTree
internal import Testing

@testable internal import RolloutCore

@Suite struct MatchProductTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var rule: String
        var own: String
        var isGap: Bool
        var testDescription: String { "\(rule) beside \(own)" }
    }

    static let samples: [Sample] = [
        // One entry says both.
        .init(rule: "{headers: {cookie: {regex: a}}}", own: "{uri: {prefix: /x}}", isGap: false),
        .init(rule: "{uri: {prefix: /x/beta}}", own: "{uri: {prefix: /x}}", isGap: false),
        .init(rule: "{headers: {cookie: {regex: a}}}", own: "{headers: {cookie: {regex: a}}}", isGap: false),
        // No request meets both, so nobody is left out.
        .init(rule: "{uri: {prefix: /x/beta}}", own: "{uri: {exact: /y}}", isGap: false),
        .init(rule: "{uri: {prefix: /a}}", own: "{uri: {prefix: /b}}", isGap: false),
        .init(rule: "{headers: {who: {exact: a}}}", own: "{headers: {who: {exact: b}}}", isGap: false),
        .init(rule: "{headers: {who: {prefix: a}}}", own: "{headers: {who: {exact: b}}}", isGap: false),
        .init(rule: "{port: 80}", own: "{port: 81}", isGap: false),
        .init(rule: "{method: {exact: GET}}", own: "{method: {exact: PUT}}", isGap: false),
        .init(rule: "{sourceLabels: {app: a}}", own: "{sourceLabels: {app: b}}", isGap: false),
        .init(rule: "{gateways: [a], uri: {regex: a}}", own: "{gateways: [b], uri: {regex: b}}", isGap: false),
        // Some may, and no entry says so.
        .init(rule: "{headers: {cookie: {regex: a}}}", own: "{headers: {cookie: {regex: b}}}", isGap: true),
        .init(rule: "{uri: {prefix: /x/beta}}", own: "{uri: {regex: /x.*}}", isGap: true),
        .init(rule: "{headers: {who: {exact: a}}}", own: "{headers: {who: {prefix: a}}}", isGap: true),
        .init(rule: "{method: {exact: GET}}", own: "{method: {regex: G.*}}", isGap: true),
        .init(
            rule: "{uri: {exact: /A}, ignoreUriCase: true, method: {exact: GET}}",
            own: "{uri: {exact: /a}, method: {regex: G.*}}",
            isGap: true
        ),
    ]

    @Test(
        "An entry of a delegate is as narrow as its root has it, or is left out where istiod would leave out its route",
        arguments: [
            ("{uri: {prefix: /r/beta}}", "{uri: {prefix: /r}}", "{uri: {prefix: /r/beta}}"),
            ("{uri: {prefix: /r}}", "{uri: {prefix: /r/beta}}", "{uri: {prefix: /r/beta}}"),
            ("{uri: {prefix: /r}}", "{uri: {exact: /r/x}}", "{uri: {exact: /r/x}}"),
            ("{uri: {exact: /r}}", "{uri: {exact: /r}}", "{uri: {exact: /r}}"),
            ("{headers: {who: {regex: a}}}", "{uri: {regex: /r}}", "{headers: {who: {regex: a}}}"),
            ("{headers: {who: {regex: a}}}", "{}", "{headers: {who: {regex: a}}}"),
            (
                "{headers: {who: {exact: a}}}", "{ignoreUriCase: true}",
                "{headers: {who: {exact: a}}, ignoreUriCase: true}"
            ),
            ("{port: 80}", "{port: 80}", "{port: 80}"),
            ("{uri: {prefix: /beta}}", "{uri: {prefix: /r}}", nil),
            ("{uri: {regex: /r}}", "{uri: {regex: /r}}", nil),
            ("{headers: {cookie: {regex: a}}}", "{headers: {cookie: {regex: b}}}", nil),
            ("{headers: {who: {exact: a}}}", "{headers: {who: {}}}", nil),
            ("{withoutHeaders: {who: {exact: a}}}", "{headers: {who: {exact: b}}}", nil),
            ("{uri: {exact: /r}}", "{uri: {prefix: /r}, ignoreUriCase: true}", nil),
            ("{port: 80}", "{port: 81}", nil),
        ] as [(String, String, String?)]
    )
    func delegates(_ entry: String, _ root: String, _ wanted: String?) throws {
        let (entry, root) = (try requireDocument(entry), try requireDocument(root))
        #expect(MatchProduct.under([root], [entry, entry]) == (try wanted.map { [try requireDocument($0)] } ?? []))
    }

    @Test("Test users whom the match of a root leaves out are found")
    func gapsUnderRoots() throws {
        let rules =
            try requireDocument("[{uri: {prefix: /beta}}, {uri: {prefix: /r/beta}}, {uri: {regex: /r/.*}}]").array ?? []
        let root = try requireDocument("{uri: {prefix: /r}}")
        #expect(MatchProduct.gaps(rules, [], under: [root]) == [2], "of the first nobody gets there")
        #expect(MatchProduct.gaps(rules, [], under: []) == [])
    }

    @Test("Test users whom no match tells apart are found, those who cannot be there are not", arguments: samples)
    func gaps(_ sample: Sample) throws {
        let (rule, own) = (try requireDocument(sample.rule), try requireDocument(sample.own))
        let found = MatchProduct.gaps([["scheme": ["exact": "wss"]], rule], [["scheme": ["exact": "ftp"]], own])
        #expect(found == (sample.isGap ? [1] : []))
        #expect(MatchProduct.gaps([rule], []) == [], "a route that takes all")
        #expect(MatchProduct.gaps([], [own]) == [])
    }
}
