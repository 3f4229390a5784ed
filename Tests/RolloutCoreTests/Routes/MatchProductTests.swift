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

    @Test("Test users whom no match tells apart are found, those who cannot be there are not", arguments: samples)
    func gaps(_ sample: Sample) throws {
        let (rule, own) = (try requireDocument(sample.rule), try requireDocument(sample.own))
        let found = MatchProduct.gaps([["scheme": ["exact": "wss"]], rule], [["scheme": ["exact": "ftp"]], own])
        #expect(found == (sample.isGap ? [1] : []))
        #expect(MatchProduct.gaps([rule], []) == [], "a route that takes all")
        #expect(MatchProduct.gaps([], [own]) == [])
    }
}
