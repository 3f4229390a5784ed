internal import Testing

@testable internal import HTTPServing

@Suite struct BodyPipeTests {
    @Test func carriesPiecesInOrder() async throws {
        let pipe = BodyPipe()
        async let sent: Void = {
            for number in UInt8(1)...50 { _ = await pipe.send([number]) }
            pipe.finish()
        }()
        var received: [UInt8] = []
        while let piece = try await pipe.next() { received += piece }
        await sent
        #expect(received == Array(1...50))
    }

    @Test func discardReleasesTheSender() async {
        let pipe = BodyPipe()
        async let delivery = pipe.send([1])
        pipe.discard()
        _ = await delivery
        #expect(await pipe.send([2]) == .dropped)
        await #expect(throws: HTTPServingError.self) { try await pipe.next() }
    }

    @Test func anErrorReachesTheReader() async {
        let pipe = BodyPipe()
        pipe.finish(.tooLarge(7))
        let error = await #expect(throws: HTTPServingError.self) { try await pipe.next() }
        #expect(error?.code == .bodyTooLarge)
    }

    @Test func aBodyIsReadOnce() async throws {
        let pipe = BodyPipe()
        pipe.finish()
        let body = RequestBody(pipe: pipe) {}
        #expect(try await body.collect(upTo: 1) == [])
        let error = await #expect(throws: HTTPServingError.self) { try await body.collect(upTo: 1) }
        #expect(error?.code == .bodyConsumed)
    }

    @Test func headerNamesIgnoreCase() {
        var fields: HeaderFields = ["Content-Type": "a"]
        fields.add("content-type", "b")
        #expect(fields["CONTENT-TYPE"] == "a")
        #expect(fields.values("content-type") == ["a", "b"])
        fields["content-Type"] = "c"
        #expect(fields.fields == [HeaderFields.Field("content-Type", "c")])
    }
}
