package import KubeClient

/// What tests let go wrong between a client and the server in the same process.
package struct TransportFaults: Sendable {
    /// What happens to one request.
    package enum Verdict: Sendable {
        /// The request goes through.
        case pass
        /// The client gets this error, and the server never sees the request.
        case failBefore(TransportError)
        /// The server carries the request out, and the client gets this error instead of the answer.
        case failAfter(TransportError)
        /// The client gets this answer, and the server never sees the request.
        case answer(APIResponse)
    }

    /// Decides about a request; may wait first.
    ///
    /// `number` counts requests from 1, `writes` the writes so far, this one included.
    package var judge: @Sendable (_ request: APIRequest, _ number: Int, _ writes: Int) async -> Verdict
    /// Changes the lines of watches, each a JSON event, for example to lose, double or reorder them.
    package var rewrite: (@Sendable (_ request: APIRequest, _ lines: [[UInt8]]) async -> [[UInt8]])?

    /// Lets everything through.
    package static let none = TransportFaults { _, _, _ in .pass }

    /// Makes faults of a judge.
    package init(
        _ judge: @escaping @Sendable (_ request: APIRequest, _ number: Int, _ writes: Int) async -> Verdict
    ) {
        self.judge = judge
        self.rewrite = nil
    }
}
