internal import KubeClient
internal import MeshTestKit
internal import Testing

@Suite struct HTTPValuesTests {
    @Test func headersIgnoreCase() {
        var headers: HTTPHeaders = ["Content-Type": "a", "X": "1"]
        headers.append("x", "2")
        #expect(headers["content-TYPE"] == "a")
        #expect(headers.values("X") == ["1", "2"])
        headers["CONTENT-type"] = "b"
        #expect(headers.fields.map(\.name) == ["CONTENT-type", "X", "x"])
        headers["x"] = nil
        headers["New"] = "n"
        #expect(headers.fields.map(\.value) == ["b", "n"])
        headers["absent"] = nil
        #expect(headers.fields.count == 2)
    }

    @Test(arguments: [
        ("a b", "a%20b", "a%20b"), ("a/b", "a%2Fb", "a%2Fb"), ("ä", "%C3%A4", "%C3%A4"),
        ("a:b@c", "a:b@c", "a%3Ab%40c"),
        ("?#%", "%3F%23%25", "%3F%23%25"), ("~-._", "~-._", "~-._"), ("", "", ""),
        ("a+b&c=d", "a+b&c=d", "a%2Bb%26c%3Dd"),
    ])
    func percentEncoding(text: String, segment: String, query: String) {
        #expect(PercentEncoding.pathSegment(text) == segment)
        #expect(PercentEncoding.queryValue(text) == query)
        #expect(PercentEncoding.decode(segment) == text)
        #expect(PercentEncoding.decode(query, plusIsSpace: true) == text)
    }

    @Test(arguments: [("%", "%"), ("%2", "%2"), ("%zz", "%zz"), ("a+b", "a+b"), ("%41%", "A%")])
    func oddEscapesStay(text: String, decoded: String) {
        #expect(PercentEncoding.decode(text) == decoded)
    }

    @Test func plusIsSpaceWhereAsked() {
        #expect(PercentEncoding.decode("a+b", plusIsSpace: true) == "a b")
    }

    @Test func identityHidesItsKey() {
        let identity = ClientIdentity(certificate: [1], privateKey: Array("secret".utf8))
        #expect(!"\(identity)".contains("115"))
        var text = ""
        dump(identity, to: &text)
        #expect(!text.contains("115"))
    }
}

@Suite struct PatientTransportTests {
    private struct Outcome: Sendable {
        var status: Int
        var sent: Int
        var waited: Duration
    }

    private func patient(_ answers: HTTPResponse...) async throws -> Outcome {
        try await withVirtualTime { clock in
            let script = ScriptedTransport(answers.map { .success($0) })
            let transport = PatientTransport(script, clock: clock)
            return try await withThrowingTaskGroup(of: Outcome?.self) { group in
                group.addTask {
                    let status = try await transport.send(HTTPRequest(.get, "/")).status
                    return Outcome(status: status, sent: script.requests.count, waited: clock.now.offset)
                }
                await clock.advance(by: .seconds(600))
                return try #require(try await group.next() ?? nil)
            }
        }
    }

    @Test func waitsAsLongAsTheServerSays() async throws {
        let busy = HTTPResponse.text("", status: 429, headers: ["Retry-After": "7"])
        let down = HTTPResponse.text("", status: 503, headers: ["Retry-After": "1"])
        let result = try await patient(busy, down, .text("ok"))
        #expect((result.status, result.sent, result.waited) == (200, 3, .seconds(8)))
    }

    @Test func waitsUntilTheDateThatTheServerNames() async throws {
        let down = HTTPResponse.text(
            "",
            status: 503,
            headers: ["Retry-After": "Sat, 21 Nov 2026 10:00:12 GMT", "Date": "Sat, 21 Nov 2026 10:00:00 GMT"]
        )
        let result = try await patient(down, .text("ok"))
        #expect((result.status, result.sent, result.waited) == (200, 2, .seconds(12)))
    }

    @Test func givesUp() async throws {
        func busy() -> HTTPResponse { .text("", status: 429) }
        let result = try await patient(busy(), busy(), busy(), busy(), busy())
        #expect((result.status, result.sent, result.waited) == (429, 4, .seconds(3)))
    }

    @Test(arguments: [
        (503, nil as String?), (503, "soon"), (429, "31"), (500, "1"), (404, "1"), (200, "1"),
    ])
    func passesEverythingElse(status: Int, after: String?) async throws {
        var headers = HTTPHeaders()
        headers["Retry-After"] = after
        let result = try await patient(.text("", status: status, headers: headers), .text("again"))
        #expect((result.status, result.sent, result.waited) == (status, 1, .zero))
    }
}
