internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// One request and its answer on a connection (HTTP/1.1) or on a stream of its own (HTTP/2).
///
/// The parent task moves the request body into the pipe and then watches for the client going away, while a child task
/// runs the handler and writes the answer.
struct HTTPExchange: Sendable {
    typealias Parts = NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator

    /// How much of a body nobody reads is thrown away before the connection is given up.
    static let drainLimit = 1024 * 1024

    private let server: HTTPServer
    private let channel: any Channel
    private let head: HTTPRequestHead
    private let peer: ConnectionPeer
    private let isStream: Bool
    private let pipe = BodyPipe()
    private let ending = ExchangeEnding()

    init(server: HTTPServer, channel: any Channel, head: HTTPRequestHead, peer: ConnectionPeer, isStream: Bool) {
        self.server = server
        self.channel = channel
        self.head = head
        self.peer = peer
        self.isStream = isStream
    }

    /// Runs the exchange; returns the part that starts the next one, nil when there will be none.
    func run(_ parts: inout Parts) async -> HTTPServerRequestPart? {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await respond() }
            do {
                guard try await receiveBody(&parts) else { throw ChannelError.eof }
                if let next = try await parts.next(isolation: #isolation) {
                    await group.waitForAll()
                    return next
                }
            } catch {
                pipe.finish(
                    HTTPServingError(.disconnected, "the client went away in the middle of a request", cause: error)
                )
            }
            // The client has gone, or the task was cancelled: nothing that is still written can arrive.
            group.cancelAll()
            channel.close(promise: nil)
            await group.waitForAll()
            return nil
        }
    }

    /// Moves the body into the pipe; false when the input ended early.
    private func receiveBody(_ parts: inout Parts) async throws -> Bool {
        let limit = server.configuration.limits.bodyBytes
        var received = 0
        var dropped = 0
        while let part = try await parts.next(isolation: #isolation) {
            switch part {
            case .head:
                return false
            case .body(let buffer):
                received += buffer.readableBytes
                if received > limit { pipe.finish(.tooLarge(limit)) }
                let delivery = received > limit ? .dropped : await pipe.send(Array(buffer.readableBytesView))
                if delivery == .dropped { dropped += buffer.readableBytes }
                if dropped > Self.drainLimit { return false }
            case .end:
                pipe.finish()
                if ending.requestEnded() == .close { channel.close(promise: nil) }
                return true
            }
        }
        return false
    }

    private func respond() async {
        let response = await answer()
        pipe.discard()
        do {
            try await write(response)
            if ending.responseEnded() == .close { channel.close(promise: nil) }
        } catch {
            channel.close(promise: nil)
        }
    }

    private func answer() async -> ServerResponse {
        let (path, query) = ServerRequest.split(target: head.uri)
        guard path.hasPrefix("/") || head.method == .OPTIONS else {
            ending.closeAfterwards()
            return .text("the request target must be a path\n", status: 400)
        }
        let limits = server.configuration.limits
        let length = head.headers.first(name: "content-length").map { Int($0) ?? .max } ?? 0
        let isTooLarge = length > limits.bodyBytes
        if isTooLarge {
            ending.closeAfterwards()
            guard limits.largeBodies == .handled else {
                return .text("the request body is longer than \(limits.bodyBytes) bytes; send less\n", status: 413)
            }
            pipe.finish(.tooLarge(limits.bodyBytes))
        }
        if !head.isKeepAlive && !isStream { ending.closeAfterwards() }
        return await server.handler(
            ServerRequest(
                method: head.method.rawValue,
                path: path,
                query: query,
                headers: HeaderFields(head.headers.map { HeaderFields.Field($0.name, $0.value) }),
                body: RequestBody(pipe: pipe, beforeFirstRead: permission(isTooLarge: isTooLarge)),
                peer: peer
            )
        )
    }

    /// Sends `100 Continue` when the client waits for it before it sends the body (RFC 9110, section 10.1.1), but for a body that
    /// will not be read.
    private func permission(isTooLarge: Bool) -> @Sendable () async -> Void {
        let isAwaited = head.headers["expect"].contains { $0.lowercased() == "100-continue" }
        guard isAwaited, !isTooLarge, head.version == .http1_1 || isStream else { return {} }
        let (channel, version) = (channel, head.version)
        return {
            let part = HTTPServerResponsePart.head(HTTPResponseHead(version: version, status: .continue))
            try? await channel.writeAndFlush(part)
        }
    }

    private func write(_ response: ServerResponse) async throws {
        let bytes: [UInt8]? =
            switch response.body {
            case .empty: []
            case .bytes(let bytes): bytes
            case .stream: nil
            }
        let isBodyless = head.method == .HEAD || response.status == 204 || response.status == 304
        if bytes == nil, head.version == .http1_0 { ending.closeAfterwards() }
        channel.write(HTTPServerResponsePart.head(responseHead(response, length: bytes?.count)), promise: nil)
        if isBodyless {
            // The head says it all.
        } else if let bytes {
            if !bytes.isEmpty { channel.write(part(bytes), promise: nil) }
        } else if case .stream(let produce) = response.body {
            channel.flush()
            try await produce(ResponseWriter { bytes throws(HTTPServingError) in try await send(bytes) })
            try Task.checkCancellation()
        }
        try await channel.writeAndFlush(HTTPServerResponsePart.end(nil))
    }

    private func responseHead(_ response: ServerResponse, length: Int?) -> HTTPResponseHead {
        var headers = HTTPHeaders(response.headers.fields.map { ($0.name, $0.value) })
        headers.remove(name: "transfer-encoding")
        headers.remove(name: "connection")
        if let length, response.status != 204 {
            headers.replaceOrAdd(name: "content-length", value: String(length))
        }
        if !isStream, ending.willClose { headers.add(name: "connection", value: "close") }
        return HTTPResponseHead(version: head.version, status: .init(statusCode: response.status), headers: headers)
    }

    private func send(_ bytes: [UInt8]) async throws(HTTPServingError) {
        do {
            try Task.checkCancellation()
            try await channel.writeAndFlush(part(bytes))
        } catch {
            throw HTTPServingError(.disconnected, "the client went away before the answer was complete", cause: error)
        }
    }

    private func part(_ bytes: [UInt8]) -> HTTPServerResponsePart {
        .body(.byteBuffer(channel.allocator.buffer(bytes: bytes)))
    }
}

/// Decides who closes a connection that is not to be used again: the later of request end and response end.
private final class ExchangeEnding: Sendable {
    enum Action { case keep, close }

    private struct State {
        var isRequestOver = false
        var isResponseOver = false
        var closes = false
    }

    private let state = Mutex(State())

    var willClose: Bool { state.withLock(\.closes) }

    func closeAfterwards() {
        state.withLock { $0.closes = true }
    }

    func requestEnded() -> Action {
        state.withLock { state in
            state.isRequestOver = true
            return state.closes && state.isResponseOver ? .close : .keep
        }
    }

    func responseEnded() -> Action {
        state.withLock { state in
            state.isResponseOver = true
            return state.closes && state.isRequestOver ? .close : .keep
        }
    }
}
