internal import HTTPServing
internal import MeshBase
internal import Testing

@Suite struct StreamingTests {
    @Test func streamsPiecesAsTheyAreWritten() async throws {
        let next = Signal()
        let handler: HTTPServer.Handler = { _ in
            ServerResponse(
                status: 200,
                body: .stream { writer in
                    try await writer.write(Array("one".utf8))
                    await next.wait()
                    try await writer.write(Array("two".utf8))
                }
            )
        }
        try await withServer(handler: handler) { address, _ in
            try await RawClient.with(address) { client in
                try await client.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n")
                #expect(try await client.read(through: "\r\n\r\n").contains("transfer-encoding: chunked"))
                #expect(try await client.read(through: "one\r\n") == "3\r\none\r\n")
                next.fire()
                #expect(try await client.read(through: "0\r\n\r\n") == "3\r\ntwo\r\n0\r\n\r\n")
            }
        }
    }

    @Test func cancelsTheHandlerWhenTheClientLeaves() async throws {
        let cancelled = Signal()
        let handler: HTTPServer.Handler = { _ in
            ServerResponse(
                status: 200,
                body: .stream { writer in
                    try await writer.write([65])
                    let (never, keep) = AsyncStream.makeStream(of: Void.self)
                    for await _ in never {}  // Ends only by cancellation.
                    _ = keep
                    #expect(Task.isCancelled)
                    await #expect(throws: HTTPServingError.self) { try await writer.write([66]) }
                    cancelled.fire()
                }
            )
        }
        try await withServer(handler: handler) { address, _ in
            try await RawClient.with(address) { client in
                try await client.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n")
                _ = try await client.read(through: "A\r\n")
                try await client.close()
            }
            await cancelled.wait()
        }
    }

    @Test func aFailingStreamIsSeenAsCut() async throws {
        let handler: HTTPServer.Handler = { _ in
            ServerResponse(
                status: 200,
                body: .stream { writer in
                    try await writer.write([65])
                    throw HTTPServingError(.disconnected, "the source failed")
                }
            )
        }
        try await withServer(handler: handler) { address, _ in
            try await RawClient.with(address) { client in
                try await client.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n")
                #expect(try await client.readToEnd().hasSuffix("1\r\nA\r\n"))
            }
        }
    }

    @Test func answersEarlyWithoutReadingTheBody() async throws {
        let handler: HTTPServer.Handler = { _ in .text("no") }
        try await withServer(handler: handler) { address, _ in
            try await RawClient.with(address) { client in
                try await client.send("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 6\r\n\r\nabc")
                #expect(try await client.read(through: "no").hasPrefix("HTTP/1.1 200"))
                try await client.send("defGET / HTTP/1.1\r\nhost: x\r\n\r\n")
                #expect(try await client.read(through: "no").hasPrefix("HTTP/1.1 200"))
            }
        }
    }

    @Test func shutdownLetsTheExchangeUnderWayFinish() async throws {
        let (started, proceed) = (Signal(), Signal())
        let handler: HTTPServer.Handler = { _ in
            started.fire()
            await proceed.wait()
            return .text("done")
        }
        try await withServer(handler: handler) { address, server in
            try await RawClient.with(address) { client in
                try await client.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n")
                await started.wait()
                server.shutdown()
                proceed.fire()
                #expect(try await client.readToEnd().hasSuffix("done"))
            }
        }
    }

    @Test func aTakenPortIsACodedError() async throws {
        try await withServer(handler: { _ in .text("") }) { address, _ in
            let second = HTTPServer(configuration: HTTPServerConfiguration(port: address.port)) { _ in .text("") }
            let error = await #expect(throws: HTTPServingError.self) { try await second.run() }
            #expect(error?.code == .cannotBind)
            #expect(error?.retryClass == .terminal)
        }
    }
}
