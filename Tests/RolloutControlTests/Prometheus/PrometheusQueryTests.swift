internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import MeshTestKit
internal import Testing

@testable internal import RolloutControl

@Suite struct PrometheusQueryTests {
    static let now = Timestamp(seconds: 1_700_000_000, microseconds: 123_456)

    func form(_ query: PrometheusQuery) -> [String: String] {
        let body = String(decoding: query.call(timeout: .seconds(10)).body ?? [], as: UTF8.self)
        var result: [String: String] = [:]
        for pair in body.split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1).map { PercentEncoding.decode($0, plusIsSpace: true) }
            result[halves[0]] = halves.count > 1 ? halves[1] : ""
        }
        return result
    }

    @Test func instant() {
        let query = PrometheusQuery(#"sum(a{b="c&d"}) + 1"#, range: nil, shift: nil, now: Self.now)
        #expect(query.call(timeout: .seconds(1)).target == "/api/v1/query")
        #expect(form(query) == ["query": #"sum(a{b="c&d"}) + 1"#, "timeout": "10s"])
        let past = PrometheusQuery("a", range: nil, shift: .seconds(3_600), now: Self.now)
        #expect(form(past)["time"] == "1699996400.123")
    }

    @Test func row() {
        let range = AnalysisMetric.Range(duration: .seconds(300), step: .seconds(15), take: .max)
        let query = PrometheusQuery("a", range: range, shift: nil, now: Self.now)
        #expect(query.call(timeout: .seconds(1)).target == "/api/v1/query_range")
        #expect(form(query)["start"] == "1699999700.123")
        #expect(form(query)["end"] == "1700000000.123")
        #expect(form(query)["step"] == "15s")
    }

    @Test func rowsAreBounded() {
        let range = AnalysisMetric.Range(duration: .seconds(86_400), step: .milliseconds(1), take: .max)
        #expect(form(PrometheusQuery("a", range: range, shift: nil, now: Self.now))["step"] == "86400ms")
    }

    @Test(arguments: [
        (Duration.seconds(60), "60s"), (.milliseconds(1_500), "1500ms"), (.zero, "1ms"),
        (.seconds(Int64.max), "9223372036854775807s"),
    ])
    func durations(_ row: (duration: Duration, text: String)) {
        #expect(PromQL.duration(row.duration) == row.text)
    }

    // MARK: Templates

    func fill(_ text: String, _ values: [String: String]) throws -> String {
        try QueryTemplate(text: text).filled(.init(values), window: .seconds(60), sideName: "new")
    }

    @Test(arguments: [
        ("up", "up"), (#"a{b="{{version}}"}[{{window}}]"#, #"a{b="v2"}[60s]"#), ("a{b='{{ version }}'}", "a{b='v2'}"),
        (#"a{b="{{host}}"}"#, #"a{b="x\x22} or vector(0) #"}"#), ("a{b='{{workload}}'}", #"a{b='it\x27s \\ it'}"#),
        (#"a{b="\"{{version}}"}"#, #"a{b="\"v2"}"#), ("a{b=`{{version}}`}", "a{b=`v2`}"), ("{{version}}", "v2"),
        (#"a{b="{{version}}",c='"{{version}}"'}"#, #"a{b="v2",c='"v2"'}"#),
    ])
    func filled(_ row: (text: String, query: String)) throws {
        let values = ["version": "v2", "host": #"x"} or vector(0) #"#, "workload": #"it's \ it"#]
        #expect(try fill(row.text, values) == row.query)
    }

    @Test(arguments: [
        ("{{nope}}", "use one of"), ("{{version", "without }}"), ("{{revision}}", "the new side has no value"),
        ("{{host}}", "between quotes"), ("a{b=`{{namespace}}`}", "backticks"), ("{{}}", "use one of"),
    ])
    func unfit(_ row: (text: String, words: String)) {
        #expect { try fill(row.text, ["host": "a.b-c", "namespace": "`"]) } throws: { "\($0)".contains(row.words) }
    }

    /// No value ends the string it is put into: the query has as many unescaped quotes afterwards as before.
    @Test(.tags(.property), arguments: propertySeeds(200))
    func noValueBreaksOut(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let pieces = ["\"", "'", "`", "\\", "}", "a", "\n", "\u{0}", "é", "\u{7f}"]
        let value = (0..<random.int(below: 10)).map { _ in random.pick(pieces) }.joined()
        let quote = random.pick(["\"", "'"])
        let query = try fill("a{b=\(quote){{version}}\(quote)}", ["version": value])
        let inside = query.dropFirst(5).dropLast(2)
        var rest = inside
        while let first = rest.popFirst() {
            if first == "\\" { _ = rest.popFirst() }
            #expect(String(first) != quote, "seed \(seed)")
            #expect(first != "\n", "seed \(seed)")
        }
    }

    // MARK: Built-in queries

    func built(
        _ metric: AnalysisMetric.BuiltIn,
        _ side: GateQuestion.Side,
        other: GateQuestion.Side? = nil,
        label: String? = nil
    ) throws
        -> String?
    {
        let selector = try SideSelector(side, other: other, reporter: .destination, revisionLabel: label)
        return BuiltInQuery(metric: metric, selector: selector, window: .seconds(60)).expression
    }

    @Test func aWorkload() throws {
        let side = GateQuestion.Side(["namespace": "shop", "workload": "reviews-v2", "version": "v2"])
        let matchers =
            #"reporter="destination",destination_workload_namespace="shop",destination_workload="reviews-v2""#
        #expect(
            try built(.errorRate, side)
                == #"100 * ((sum(rate(istio_requests_total{\#(matchers),response_code=~"5.."}[60s]) or "#
                + #"rate(istio_requests_total{\#(matchers),response_code!~"5..","#
                + #"grpc_response_status=~"2|4|12|13|14|15"}[60s])) "#
                + #"or vector(0)) / sum(rate(istio_requests_total{\#(matchers)}[60s])))"#
        )
        #expect(
            try built(.latencyP99, side)
                == #"histogram_quantile(0.99, sum by (le) "#
                + #"(rate(istio_request_duration_milliseconds_bucket{\#(matchers)}[60s])))"#
        )
        #expect(try built(.requestCount, side) == #"sum(increase(istio_requests_total{\#(matchers)}[60s]))"#)
    }

    @Test func aVersion() throws {
        let side = GateQuestion.Side(["namespace": "shop", "version": "v2", "host": "reviews.shop.svc.cluster.local"])
        #expect(
            try SideSelector(side, other: nil, reporter: .source, revisionLabel: nil).alternatives == [
                #"reporter="source",destination_workload_namespace="shop",destination_version="v2","#
                    + #"destination_service_name="reviews""#
            ]
        )
        #expect(throws: AnalysisError.self) { try built(.errorRate, .init(["namespace": "shop"])) }
        let empty = ["namespace": "shop", "version": "v2", "workload": "", "revision": "", "host": "*.example.com"]
        #expect(
            try SideSelector(.init(empty), other: nil, reporter: .destination, revisionLabel: "istio_io_rev")
                .alternatives
                == [#"reporter="destination",destination_workload_namespace="shop",destination_version="v2""#]
        )
        let revision = GateQuestion.Side(["revision": "1-30-3", "version": "1.30.3"])
        #expect(throws: AnalysisError.self) { try built(.errorRate, revision) }
    }

    @Test func aRevisionByLabel() throws {
        let side = GateQuestion.Side(["revision": "1-30-3"], workloads: [ObjectKey(namespace: "a", name: "b")])
        let query = try built(.requestCount, side, label: "istio_io_rev")
        #expect(query == #"sum(increase(istio_requests_total{reporter="destination",istio_io_rev="1-30-3"}[60s]))"#)
    }

    @Test func aRevisionByWorkloads() throws {
        let moved = GateQuestion.Side(
            ["revision": "1-30-3"],
            workloads: [
                ObjectKey(namespace: "mixed", name: "b.c"), ObjectKey(namespace: "mixed", name: "a"),
                ObjectKey(namespace: "pure", name: "x"), ObjectKey(namespace: "whole", name: "y"),
            ]
        )
        let stable = GateQuestion.Side(["revision": "1-29-1"], workloads: [ObjectKey(namespace: "mixed", name: "d")])
        #expect(
            try SideSelector(moved, other: stable, reporter: .destination, revisionLabel: nil).alternatives == [
                #"reporter="destination",destination_workload_namespace=~"pure|whole""#,
                #"reporter="destination",destination_workload_namespace="mixed",destination_workload=~"a|b\\.c""#,
            ]
        )
        #expect(
            try SideSelector(moved, other: stable, reporter: .source, revisionLabel: nil).alternatives.allSatisfy {
                $0.hasPrefix(#"reporter="source",source_workload_namespace"#)
            }
        )
        #expect(try built(.requestCount, .init(["revision": "r"], workloads: [])) == nil)
    }

    @Test func manyWorkloadsAreBounded() throws {
        let many = (0..<5_000).map { ObjectKey(namespace: "n", name: "w\($0)") }
        let side = GateQuestion.Side(["revision": "r"], workloads: many)
        let other = GateQuestion.Side(["revision": "s"], workloads: [ObjectKey(namespace: "n", name: "x")])
        let named = try SideSelector(side, other: other, reporter: .destination, revisionLabel: nil).alternatives
        #expect(named.count == 1)
        #expect(named.first?.split(separator: "|").count == 1_000)
    }
}
