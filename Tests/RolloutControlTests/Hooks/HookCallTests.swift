internal import DataTree
internal import KubeClient
internal import MeshAPI
internal import RolloutEngine
internal import Testing

@testable internal import RolloutControl

@Suite struct HookCallTests {
    @Test(arguments: [
        ("ConfirmStep", 200, GateReading.Outcome.passed), ("ConfirmStep", 204, .passed),
        ("ConfirmStep", 403, .inconclusive),
        ("ConfirmStep", 500, .unavailable), ("ConfirmStep", 302, .unavailable), ("ConfirmPromotion", 201, .passed),
        ("ConfirmPromotion", 404, .inconclusive), ("Rollback", 200, .rollBack), ("Rollback", 403, .passed),
        ("Rollback", 503, .unavailable), ("Rollback", 301, .unavailable), ("Event", 200, .passed),
        ("Event", 500, .passed),
    ])
    func statuses(_ row: (type: String, status: Int, outcome: GateReading.Outcome)) throws {
        let gate = try SampleAnalysis.gate("{name: g, type: \(row.type), url: 'http://g'}")
        let answer = GateAnswer(status: row.status, body: [])
        let reading = HookCall(gate: gate, question: SampleAnalysis.question)
            .reading(answer, server: "http://g:80", taken: SampleAnalysis.start)
        #expect(reading.outcome == row.outcome)
        #expect(!reading.message.isEmpty)
    }

    @Test("A red button that answers with another 4xx than 403 may be mistyped", arguments: [400, 401, 404, 410, 403])
    func mistypedRedButton(_ status: Int) throws {
        let gate = try SampleAnalysis.gate("{name: g, type: Rollback, url: 'http://g'}")
        let reading = HookCall(gate: gate, question: SampleAnalysis.question)
            .reading(GateAnswer(status: status, body: []), server: "http://g:80", taken: SampleAnalysis.start)
        #expect(reading.outcome == .passed)
        #expect(reading.message.hasPrefix("warning: http://g:80 answered \(status)") == (status != 403))
        #expect(reading.isDoubtful == (status != 403))
        #expect(reading.message.contains("correct its url") == (status != 403), "\(reading.message)")
        #expect(reading.message.contains("\(status)"))
    }

    @Test(
        arguments: [
            (nil, "", nil), ("text/html", "", nil), (nil, "go", nil), ("text/plain", "go\r\n", nil),
            ("Text/Plain; charset=utf-8", "ja, grün", nil), ("application/json", #"{"ok":true}"#, nil),
            ("application/json;charset=UTF-8", "[]", nil), ("application/json", "\"yes\"", nil),
            ("text/html", "<p>Log in", "with text/html (a login page?)"),
            ("text/html; charset=utf-8", "ok", "with text/html (a login page?)"),
            ("application/xhtml+xml", "<html/>", "(a login page?)"),
            (nil, " \n<!DOCTYPE HTML><p>", "that is an HTML page"),
            ("text/plain", "<HTML lang=en>", "that is an HTML page"),
            ("application/json", "{\"ok\":", "with application/json that is no JSON"),
            ("application/json", "<html>", "that is no JSON"), ("application/json", "{} {}", "that is no JSON"),
            ("application/octet-stream", "go", "with application/octet-stream, which"),
            ("image/png", "\u{89}PNG", "with image/png, which"), ("text/plain", "a\u{0}b", "that is no text"),
        ] as [(String?, String, String?)]
    )
    func onlyAGatesAnswerOf2xxCounts(_ row: (type: String?, body: String, problem: String?)) throws {
        for (type, outcome) in [
            ("ConfirmStep", GateReading.Outcome.passed), ("Rollback", .rollBack), ("Event", .passed),
        ] {
            let gate = try SampleAnalysis.gate("{name: g, type: \(type), url: 'http://g'}")
            let answer = GateAnswer(status: 200, type: row.type, body: Array(row.body.utf8))
            let reading = HookCall(gate: gate, question: SampleAnalysis.question)
                .reading(answer, server: "http://g:80", taken: SampleAnalysis.start)
            guard let problem = row.problem, type != "Event" else {
                #expect(reading.outcome == outcome, "\(reading.message)")
                continue
            }
            #expect(reading.outcome == .unavailable)
            #expect(reading.message.hasPrefix("http://g:80 answered 200"), "\(reading.message)")
            #expect(reading.message.contains(problem), "\(reading.message)")
            #expect(reading.message.contains("set url to the gate itself"))
        }
    }

    @Test(
        "An answer of 200 that says no is a no, whatever its type",
        arguments: [
            (nil, #"{"approved": false}"#, true), ("application/json", #"{"approved":false,"by":"desk"}"#, true),
            ("text/plain", #" {"ok": false}"#, true), ("application/json", "false", true),
            ("application/json", #"{"allowed": false}"#, true), ("application/json", #"{"approved": true}"#, false),
            ("application/json", #"{"approved": "false"}"#, true), ("application/json", #"{"error": false}"#, false),
            (nil, #"{"approved": " No "}"#, true), (nil, #"{"confirmed": "Denied"}"#, true),
            (nil, #"{"Approved": false}"#, true), (nil, #"{"ok": true, "passed": "rejected"}"#, true),
            (nil, #"{"ok": 1, "passed": false}"#, true), (nil, #"{"approved": "Yes"}"#, false),
            (nil, #"{"approved": "not approved"}"#, true), (nil, #"{"success": "OK"}"#, false),
            (nil, #"{"result": {"approved": false}}"#, true), (nil, #"{"ok": true, "last": {"ok": false}}"#, false),
            (nil, #"{"allow": false}"#, true), (nil, #"{"result": false}"#, true), (nil, #"{"result": []}"#, false),
            (nil, "declined", true), (nil, #"{"summary": {"passed": 12}}"#, false),
            ("application/json", #"[{"approved": false}]"#, true),
            ("text/plain", "not approved", true), ("text/plain", "No.\n", true), (nil, "DENIED", true),
            (nil, "false", true), ("application/json", "\"forbidden\"", true), ("application/json", "\"yes\"", false),
            (nil, "rejected", true), (nil, "garbage", false), (nil, "nobody objects", false), (nil, "not bad", false),
        ] as [(String?, String, Bool)]
    )
    func aNoIsNoPass(_ row: (type: String?, body: String, isNo: Bool)) throws {
        for (type, yes, no) in [
            ("ConfirmStep", GateReading.Outcome.passed, GateReading.Outcome.inconclusive),
            ("ConfirmPromotion", .passed, .inconclusive), ("Rollback", .rollBack, .passed), ("Event", .passed, .passed),
        ] {
            let gate = try SampleAnalysis.gate("{name: g, type: \(type), url: 'http://g'}")
            let answer = GateAnswer(status: 200, type: row.type, body: Array(row.body.utf8))
            let reading = HookCall(gate: gate, question: SampleAnalysis.question)
                .reading(answer, server: "http://g:80", taken: SampleAnalysis.start)
            #expect(reading.outcome == (row.isNo ? no : yes), "\(type) \(row.body): \(reading.message)")
            let said = reading.message.contains("answered 200 with ")
            #expect(!row.isNo || type == "Event" || said, "\(reading.message)")
        }
    }

    @Test(
        "A verdict that nobody can read, or a text that may be meant as a no, is no answer",
        arguments: [
            (nil, #"{"approved": 0}"#, #"whose "approved" is 0, which is neither a yes nor a no"#),
            (nil, #"{"approved": null, "ok": true}"#, #"whose "approved" is null"#),
            ("application/json", #"{"approved": 1}"#, #"whose "approved" is 1"#),
            (nil, #"{"approved": "pending"}"#, #"whose "approved" is "pending""#),
            (nil, #"{"ok": {"approved": true}}"#, #"whose "ok" is {"approved":true}"#),
            (nil, "request denied by desk", #"that says "denied""#), (nil, "no objections", #"that says "no""#),
            ("text/plain", "This is\r\nnot  approved yet", #"that says "not approved""#),
            ("application/json", "\"no-go\"", #"that says "no""#),
            (nil, #"{"approved": tru"#, "that is no JSON, though it begins like it"),
            ("text/plain", "[approved]", "that is no JSON"), (nil, "<login/>", "a login page?"),
        ] as [(String?, String, String)]
    )
    func whatMayBeANoIsNoAnswer(_ row: (type: String?, body: String, words: String)) throws {
        for type in ["ConfirmStep", "ConfirmPromotion", "Rollback"] {
            let gate = try SampleAnalysis.gate("{name: g, type: \(type), url: 'http://g'}")
            let answer = GateAnswer(status: 200, type: row.type, body: Array(row.body.utf8))
            let reading = HookCall(gate: gate, question: SampleAnalysis.question)
                .reading(answer, server: "http://g:80", taken: SampleAnalysis.start)
            #expect(reading.outcome == .unavailable, "\(type) \(row.body): \(reading.message)")
            #expect(reading.message.contains(row.words), "\(reading.message)")
            let line = row.body.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(reading.message.hasSuffix("it begins: \(line)"), "\(reading.message)")
        }
    }

    @Test func anAnswerThatIsNoneIsShownUpTo80Characters() {
        let page = GateAnswer(
            status: 200,
            type: "text/html",
            body: Array("<p>\n\(String(repeating: "a", count: 90))".utf8)
        )
        #expect(HookAnswer(page).problem?.hasSuffix("it begins: <p> \(String(repeating: "a", count: 75))…") == true)
        let binary = GateAnswer(status: 200, type: "image/png", body: [0x89, 0, 1])
        #expect(HookAnswer(binary).problem?.contains("begins") == false)
    }

    @Test(arguments: [nil, "text/plain", "application/json"] as [String?])
    func whatIsEncodedOrNoUnicodeIsNoAnswer(_ type: String?) throws {
        let packed = GateAnswer(status: 200, type: type, encoding: "gzip", body: Array("go".utf8))
        #expect(HookAnswer(packed).problem?.contains("encoded as gzip") == true)
        let plain = GateAnswer(status: 200, type: type, encoding: "identity", body: Array("1".utf8))
        #expect(HookAnswer(plain).problem == nil)
        #expect(HookAnswer(GateAnswer(status: 200, type: type, body: [0x67, 0xFF, 0xFE])).problem != nil)
    }

    @Test func whatIsPosted() throws {
        let gate = try SampleAnalysis.gate(
            "{name: g, url: 'http://g', metadata: {team: 'shop', note: \"a \\\" quote\"}}"
        )
        var question = SampleAnalysis.question
        question.message = "went on"
        let call = HookCall(gate: gate, question: question).call("/x")
        let body = try Tree(json: call.body ?? [])
        #expect(
            body == [
                "name": "reviews", "namespace": "shop", "kind": "MeshRollout", "gate": "g", "type": "ConfirmStep",
                "phase": "Progressing", "reason": "AwaitingGate", "message": "went on", "step": 2, "steps": 4,
                "weight": 25,
                "new": ["namespace": "shop", "workload": "reviews-v2", "version": "v2", "host": "reviews"],
                "stable": ["namespace": "shop", "workload": "reviews-v1", "version": "v1", "host": "reviews"],
                "metadata": ["team": "shop", "note": "a \" quote"],
            ]
        )
        #expect(call.method == .post)
        #expect(call.limit == 65_536)
        #expect([200, 204, 299, 199, 302, 403, 500].map(call.reads) == [true, true, true, false, false, false, false])
    }
}
