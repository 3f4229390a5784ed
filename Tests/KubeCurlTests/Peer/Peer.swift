internal import Foundation
internal import Glibc
internal import Synchronization

/// A server on 127.0.0.1 that does with each connection what a test tells it to, on a thread each.
final class Peer: Sendable {
    struct Failure: Error {}

    let port: Int
    private let listener: Int32
    private let state = Mutex((accepted: 0, isClosed: false))

    /// How many connections came in.
    var accepted: Int { state.withLock { $0.accepted } }

    init(_ serve: @escaping @Sendable (PeerConnection) -> Void) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard listener >= 0 else { throw Failure() }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) == 0 && listen(listener, 512) == 0
                    && getsockname(listener, generic, &length) == 0
            }
        }
        guard bound else { throw Failure() }
        self.listener = listener
        self.port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [self] in
            while true {
                let file = accept(listener, nil, nil)
                guard file >= 0 else {
                    Glibc.close(listener)
                    return
                }
                state.withLock { $0.accepted += 1 }
                Thread.detachNewThread {
                    let connection = PeerConnection(file)
                    serve(connection)
                    connection.close()
                }
            }
        }
    }

    /// Takes no further connections.
    func close() {
        state.withLock { state in
            guard !state.isClosed else { return }
            state.isClosed = true
            // Ends the wait of the thread, which then closes: nobody else may, or the number could be another's.
            shutdown(listener, Int32(SHUT_RDWR))
        }
    }

    deinit { close() }
}

/// A request as a peer saw it.
struct PeerRequest: Hashable, Sendable {
    var line: String
    var headers: [String: String]
    var body: [UInt8]

    /// The text of the body.
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// One connection of a peer; used by its thread alone.
final class PeerConnection {
    private var file: Int32
    private var input: [UInt8] = []

    init(_ file: Int32) { self.file = file }

    /// The next request, nil when the client has gone.
    func request() -> PeerRequest? {
        let mark = Array("\r\n\r\n".utf8)
        while input.firstRange(of: mark) == nil { guard fill() else { return nil } }
        guard let end = input.firstRange(of: mark) else { return nil }
        let lines = String(decoding: input[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        input.removeFirst(end.upperBound)
        var request = PeerRequest(line: lines[0], headers: [:], body: [])
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            request.headers[parts[0].lowercased()] = parts.count > 1 ? parts[1] : ""
        }
        let length = Int(request.headers["content-length"] ?? "") ?? 0
        while input.count < length { guard fill() else { return nil } }
        request.body = Array(input.prefix(length))
        input.removeFirst(length)
        return request
    }

    private func fill() -> Bool {
        var piece = [UInt8](repeating: 0, count: 64 * 1024)
        let count = recv(file, &piece, piece.count, 0)
        guard count > 0 else { return false }
        input += piece[..<count]
        return true
    }

    /// Sends everything; false when the client has gone.
    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Sends everything; false when the client has gone.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(file, $0.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Sends as much as the client takes until it takes nothing for `milliseconds`; gives the number of bytes sent.
    func sendUntilStuck(_ bytes: [UInt8], milliseconds: Int32) -> Int {
        var sent = 0
        while sent < bytes.count {
            var wait = pollfd(fd: file, events: Int16(POLLOUT), revents: 0)
            guard poll(&wait, 1, milliseconds) > 0 else { return sent }
            let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
            let count = bytes.withUnsafeBytes {
                Glibc.send(file, $0.baseAddress?.advanced(by: sent), bytes.count - sent, flags)
            }
            guard count > 0 else { return sent }
            sent += count
        }
        return sent
    }

    /// The next `count` bytes as they come; nil when the client has gone.
    func bytes(_ count: Int) -> [UInt8]? {
        while input.count < count { guard fill() else { return nil } }
        defer { input.removeFirst(count) }
        return Array(input.prefix(count))
    }

    /// Carries bytes between the client and a port of this machine until either side closes.
    ///
    /// While `isCut` holds, both are read and nothing is passed on, as by a network that loses every packet.
    func tunnel(to port: Int, isCut: @Sendable () -> Bool = { false }) {
        let other = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard other >= 0 else { return }
        defer { Glibc.close(other) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = in_port_t(port).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(other, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { return }
        var piece = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            var ends = [
                pollfd(fd: file, events: Int16(POLLIN), revents: 0),
                pollfd(fd: other, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&ends, 2, -1) > 0 else { return }
            for (end, to) in zip(ends, [other, file]) where end.revents != 0 {
                let count = recv(end.fd, &piece, piece.count, 0)
                guard count > 0 else { return }
                var sent = 0
                while sent < count, !isCut() {
                    let more = piece.withUnsafeBytes {
                        Glibc.send(to, $0.baseAddress?.advanced(by: sent), count - sent, Int32(MSG_NOSIGNAL))
                    }
                    guard more > 0 else { return }
                    sent += more
                }
            }
        }
    }

    /// An answer with a length.
    @discardableResult
    func answer(_ status: String = "200 OK", _ headers: [String] = [], _ body: String = "") -> Bool {
        let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers
        return send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    /// Waits until the client closes; true when it did.
    func waitForEnd() -> Bool {
        while fill() {}
        return true
    }

    /// Breaks the connection instead of closing it.
    func reset() {
        var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
        setsockopt(file, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        close()
    }

    func close() {
        guard file >= 0 else { return }
        Glibc.close(file)
        file = -1
    }
}

/// Carries one value from a peer's thread to the test.
final class Signal<Value: Sendable>: Sendable {
    private let stream: AsyncStream<Value>
    private let continuation: AsyncStream<Value>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func send(_ value: Value) { continuation.yield(value) }

    func next() async -> Value? {
        var iterator = stream.makeAsyncIterator()
        return await iterator.next()
    }
}

/// Lets a peer's thread wait for the test.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    func open() { semaphore.signal() }
    func wait() { semaphore.wait() }
}
