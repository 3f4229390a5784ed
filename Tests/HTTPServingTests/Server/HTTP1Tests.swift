internal import HTTPServing
internal import MeshBase
internal import Testing

@Suite struct HTTP1Tests {
    /// What is sent, and what must come back before the server closes.
    struct Conversation: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var sent: String
        var answer: String
    }

    static let conversations = [
        Conversation(
            testDescription: "a plain request",
            sent: "GET /a?b=c HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
            answer: "HTTP/1.1 200 OK\r\ncontent-length: 11\r\nconnection: close\r\n\r\nGET /a b=c "
        ),
        Conversation(
            testDescription: "two pipelined requests are answered in order",
            sent: "POST /1 HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi"
                + "GET /2 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
            answer: "HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\nPOST /1  hi"
                + "HTTP/1.1 200 OK\r\ncontent-length: 8\r\nconnection: close\r\n\r\nGET /2  "
        ),
        Conversation(
            testDescription: "a chunked body is joined",
            sent: "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"
                + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
            answer: "HTTP/1.1 200 OK\r\ncontent-length: 13\r\nconnection: close\r\n\r\nPOST /  abcde"
        ),
        Conversation(
            testDescription: "HTTP/1.0 closes after the answer",
            sent: "GET / HTTP/1.0\r\n\r\n",
            answer: "HTTP/1.0 200 OK\r\ncontent-length: 7\r\nconnection: close\r\n\r\nGET /  "
        ),
        Conversation(
            testDescription: "a HEAD request has no body",
            sent: "HEAD / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
            answer: "HTTP/1.1 200 OK\r\ncontent-length: 8\r\nconnection: close\r\n\r\n"
        ),
        Conversation(
            testDescription: "what is no HTTP is refused",
            sent: "nonsense\r\n\r\n",
            answer: "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        ),
        Conversation(
            testDescription: "a target that is no path is refused",
            sent: "GET http://x/ HTTP/1.1\r\nhost: x\r\n\r\n",
            answer: "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 34\r\n"
                + "connection: close\r\n\r\nthe request target must be a path\n"
        ),
        Conversation(
            testDescription: "an announced body above the limit is refused unread",
            sent: "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 101\r\n\r\n" + String(repeating: "x", count: 101),
            answer:
                "HTTP/1.1 413 Payload Too Large\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 53\r\n"
                + "connection: close\r\n\r\nthe request body is longer than 100 bytes; send less\n"
        ),
        Conversation(
            testDescription: "a chunked body above the limit fails in the handler",
            sent: "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n65\r\n"
                + String(repeating: "x", count: 101) + "\r\n0\r\n\r\n",
            answer: "HTTP/1.1 413 Payload Too Large\r\ncontent-length: 11\r\nconnection: close\r\n\r\nBodyTooLarg"
        ),
    ]

    @Sendable static func echo(_ request: ServerRequest) async -> ServerResponse {
        do throws(HTTPServingError) {
            let body = try await request.body.collect(upTo: 1000)
            let text = "\(request.method) \(request.path) \(request.query ?? "") "
            return ServerResponse(status: 200, body: .bytes(Array(text.utf8) + body))
        } catch {
            return ServerResponse(status: 413, body: .bytes(Array(error.codeName.utf8.prefix(11))))
        }
    }

    @Test(arguments: conversations) func conversation(_ expected: Conversation) async throws {
        var configuration = HTTPServerConfiguration()
        configuration.limits.bodyBytes = 100
        try await withServer(configuration, handler: Self.echo) { address, _ in
            try await RawClient.with(address) { client in
                try await client.send(expected.sent)
                #expect(try await client.readToEnd() == expected.answer)
            }
        }
    }

    @Test func anAnnouncedBodyAboveTheLimitCanBeLeftToTheHandler() async throws {
        var configuration = HTTPServerConfiguration()
        configuration.limits.bodyBytes = 100
        configuration.limits.largeBodies = .handled
        try await withServer(configuration, handler: Self.echo) { address, _ in
            try await RawClient.with(address) { client in
                let head = "POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 101\r\n\r\n"
                try await client.send(head + String(repeating: "x", count: 101))
                let status = "HTTP/1.1 413 Payload Too Large\r\n"
                let rest = "content-length: 11\r\nconnection: close\r\n\r\nBodyTooLarg"
                #expect(try await client.readToEnd() == status + rest)
            }
        }
    }

    @Test func sendsContinueOnlyWhenTheBodyIsRead() async throws {
        try await withServer(handler: Self.echo) { address, _ in
            try await RawClient.with(address) { client in
                try await client.send("PUT / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n")
                #expect(try await client.read(through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
                try await client.send("ok")
                #expect(try await client.read(through: "ok").hasSuffix("PUT /  ok"))
            }
        }
    }

    @Test func refusesTooManyHeaderBytes() async throws {
        var configuration = HTTPServerConfiguration()
        configuration.limits.headerBytes = 1000
        try await withServer(configuration, handler: Self.echo) { address, _ in
            try await RawClient.with(address) { client in
                try await client.send("GET / HTTP/1.1\r\nx: \(String(repeating: "y", count: 2000))\r\n\r\n")
                #expect(try await client.readToEnd().hasPrefix("HTTP/1.1 400 "))
            }
        }
    }

    @Test func closesAClientThatSendsNoRequest() async throws {
        var configuration = HTTPServerConfiguration()
        configuration.timeouts.firstHead = .milliseconds(20)
        try await withServer(configuration, handler: Self.echo) { address, _ in
            try await RawClient.with(address) { client in
                let answer = try await client.readToEnd()
                #expect(answer == "")
            }
        }
    }
}
