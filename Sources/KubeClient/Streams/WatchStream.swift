internal import DataTree
internal import KubeAPI

/// The events of one watch as they arrive.
///
/// May be iterated once. Dropping it ends the watch. An `error` event is the last one.
public struct WatchStream: AsyncSequence, Sendable {
    /// One event.
    public typealias Element = WatchEvent
    /// What breaks a watch.
    public typealias Failure = KubeError

    private let body: HTTPBody
    private let configuration: ClusterClient.Configuration
    private let request: String

    init(_ body: HTTPBody, _ configuration: ClusterClient.Configuration, _ request: String) {
        self.body = body
        self.configuration = configuration
        self.request = request
    }

    /// Starts reading.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(body, configuration, request)
    }

    /// Reads the events one by one.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private var pieces: HTTPBody.AsyncIterator
        private var reader: JSONSequenceReader
        private var ready: [Tree] = []
        private var position = 0
        private var isAtEnd = false
        private let request: String

        fileprivate init(_ body: HTTPBody, _ configuration: ClusterClient.Configuration, _ request: String) {
            self.pieces = body.makeAsyncIterator()
            var options = configuration.parserOptions
            options.projection = configuration.projection?.under("object", keepingAlso: Self.ownFields)
            self.reader = JSONSequenceReader(options: options)
            self.request = request
        }

        /// What the client itself reads: errors, and the marks of bookmarks.
        private static let ownFields = [
            ["kind"], ["apiVersion"], ["code"], ["reason"], ["message"], ["details"], ["metadata", "resourceVersion"],
            ["metadata", "annotations", "k8s.io/initial-events-end"],
        ]

        /// The next event, nil when the server has closed the watch.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(KubeError) -> WatchEvent? {
            try await next()
        }

        /// The next event, nil when the server has closed the watch.
        public mutating func next() async throws(KubeError) -> WatchEvent? {
            while position >= ready.count {
                if isAtEnd { return nil }
                ready = try await more()
                position = 0
            }
            let tree = ready[position]
            ready[position] = .null
            position += 1
            let event = try event(tree)
            if case .error = event {
                ready = []
                isAtEnd = true
            }
            return event
        }

        private mutating func more() async throws(KubeError) -> [Tree] {
            do {
                if let piece = try await pieces.next() { return try reader.push(piece[...]) }
                isAtEnd = true
                return try reader.finish()
            } catch let error as TransportError {
                throw KubeError(transport: error, request: request)
            } catch {
                throw KubeError(.malformedAnswer, "\(request) sent what is no event: \(error)", cause: error)
            }
        }

        private func event(_ tree: Tree) throws(KubeError) -> WatchEvent {
            guard let type = tree["type"]?.string, let value = tree["object"], value.object != nil else {
                throw KubeError(.malformedAnswer, "\(request) sent an event without type or object")
            }
            switch type {
            case "ADDED": return .added(KubeObject(value))
            case "MODIFIED": return .modified(KubeObject(value))
            case "DELETED": return .deleted(KubeObject(value))
            case "BOOKMARK": return .bookmark(KubeObject(value))
            case "ERROR":
                let unknown = KubeStatus(code: 0, reason: .unknown, message: "the watch failed: \(value.jsonText())")
                return .error(KubeStatus(value) ?? unknown)
            default: throw KubeError(.malformedAnswer, "\(request) sent an event of unknown type \(type)")
            }
        }
    }
}
