internal import Testing

@testable internal import RolloutControl

@Suite struct DocumentQuestionTests {
    func question(_ url: String = "http://a/b", path: String = "{.v}", samples: String? = nil) throws
        -> DocumentQuestion
    {
        try DocumentQuestion(
            url: url,
            path: path,
            samples: samples,
            side: .init(["version": "v2 & co", "host": "a"]),
            window: .seconds(60)
        )
    }

    func number(_ body: String, path: String = "{.v}", samples: String? = nil, status: Int = 200) throws
        -> MetricMeasurement
    {
        let answer = GateAnswer(status: status, location: "http://elsewhere/", body: Array(body.utf8))
        return try question(path: path, samples: samples).measurement(answer)
    }

    @Test func placeholdersAreEncoded() throws {
        let address = try question("http://a/x/{{version}}?w={{ window }}").address
        #expect(address.target == "/x/v2%20%26%20co?w=60s")
    }

    @Test(arguments: [
        "http://{{host}}/", "{{host}}", "http://a/{{nope}}", "http://a/{{revision}}", "http://a/{{version",
    ])
    func unfitPlaceholders(_ url: String) {
        #expect(throws: AnalysisError.self) { try question(url) }
    }

    @Test(
        arguments: [
            (#"{"v":1.5}"#, "{.v}", 1.5), (#"{"v":"97.25"}"#, "{.v}", 97.25), (#"{"v":true}"#, "$.v", 1),
            (#"{"v":null}"#, "{.v}", nil), ("{}", "{.v}", nil), (#"{"a":{"b":[{"c":7}]}}"#, "{.a.b[0]['c']}", 7),
            (#"[{"n":"x","v":1},{"n":"y","v":2}]"#, "{[?(@.n==\"y\")].v}", 2), ("3", "{}", 3),
        ] as [(String, String, Double?)]
    )
    func numbers(_ row: (body: String, path: String, value: Double?)) throws {
        #expect(try number(row.body, path: row.path).value == row.value)
    }

    @Test(
        arguments: [
            ("NaN", .nan), ("nan", .nan), ("Infinity", .infinity), ("+Inf", .infinity), ("inf", .infinity),
            ("-Infinity", -.infinity), ("-inf", -.infinity), ("+1.5e3", 1_500), (".5", 0.5),
        ] as [(String, Double)]
    )
    func textsThatAreNumbers(_ row: (text: String, value: Double)) throws {
        let value = try #require(try number(#"{"v":"\#(row.text)"}"#).value)
        #expect(value == row.value || value.isNaN && row.value.isNaN)
    }

    @Test(arguments: [
        (200, #"{"v":[1]}"#, "{.v}", "leads to an array where a number"),
        (200, #"{"v":"many"}"#, "{.v}", "a string where"),
        (200, #"{"v":"infinite"}"#, "{.v}", "a string where"), (200, #"{"v":"0x10"}"#, "{.v}", "a string where"),
        (200, #"{"v":"nan(1)"}"#, "{.v}", "a string where"), (200, #"{"v":NaN}"#, "{.v}", "something else than JSON"),
        (200, #"{"v":[1,2]}"#, "{.v[*]}", "2 values where one"),
        (200, "<html>", "{.v}", "something else than JSON"), (200, "", "{.v}", "something else than JSON"),
        (200, #"{"v":0,"v":1}"#, "{.v}", #"JSON that is ambiguous: duplicate key "v""#),
        (200, #"{"v":1,"x":{"a":1,"b":2,"a":1}}"#, "{.v}", #"duplicate key "a""#),
        (403, "{}", "{.v}", "answered 403: it says no, or refuses the credentials"),
        (404, "{}", "{.v}", "answered 404"), (301, "{}", "{.v}", "redirects are not followed"),
    ])
    func whatIsWrongIsSaid(_ row: (status: Int, body: String, path: String, words: String)) {
        #expect { try number(row.body, path: row.path, status: row.status) } throws: { "\($0)".contains(row.words) }
    }

    @Test func samplesAreCounted() throws {
        #expect(try number(#"{"v":1,"n":40}"#, samples: "{.n}").count == 40)
        #expect(try number(#"{"v":1}"#, samples: "{.n}").count == 0)
        #expect(try number(#"{"v":1}"#).count == nil)
        #expect(try number(#"{"v":1,"n":"NaN"}"#, samples: "{.n}").count == 0)
        #expect(try number(#"{"v":1,"n":"Infinity"}"#, samples: "{.n}").count == 0)
    }

    @Test func noJSONPath() {
        #expect(throws: AnalysisError.self) { try question(path: "{.a[}") }
    }
}
