internal import KubeClient
internal import Synchronization

/// An API server that has nothing but pods: lists of them in pages, and watches that tell nothing.
struct PodPages: HTTPTransport {
    /// Counts from several tasks.
    final class Count: Sendable {
        private let value = Mutex(0)

        var read: Int { value.withLock { $0 } }

        /// Adds one, and gives what was there before.
        func next() -> Int {
            value.withLock { value in
                defer { value += 1 }
                return value
            }
        }
    }

    private let pods: Int
    private static let pageSize = 500
    /// How many pages were asked for.
    let count = Count()

    init(count: Int) {
        self.pods = count
    }

    /// How many pages a list has.
    var pagesPerList: Int { (pods + Self.pageSize - 1) / Self.pageSize }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        if request.query.contains(where: { $0.name == "watch" }) { return Self.silence() }
        _ = count.next()
        let first = Int(request.query.first { $0.name == "continue" }?.value ?? "") ?? 0
        let end = min(pods, first + Self.pageSize)
        let more = end < pods ? #","continue":"\#(end)""# : ""
        let header = #"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"900000"\#(more)},"items":["#
        let piece = Count()
        return HTTPResponse(
            status: 200,
            body: HTTPBody { () async throws(TransportError) -> [UInt8]? in
                let number = piece.next()
                let index = first + number - 1
                if number == 0 { return Array(header.utf8) }
                if index < end { return (number > 1 ? [UInt8(ascii: ",")] : []) + ReplicatedPods.json(index) }
                return index == end ? Array("]}".utf8) : nil
            }
        )
    }

    private static func silence() -> HTTPResponse {
        HTTPResponse(
            status: 200,
            body: HTTPBody { () async throws(TransportError) -> [UInt8]? in
                do {
                    try await ContinuousClock().sleep(for: .seconds(3_600))
                } catch {
                    throw TransportError(.cancelled, "the watch was given up")
                }
                return nil
            }
        )
    }
}
