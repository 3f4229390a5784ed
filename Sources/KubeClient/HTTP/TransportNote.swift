/// What a transport did or saw that is worth a line in a log.
package enum TransportNote: Sendable, Hashable {
    /// A request has been under way for so long; told once, while it still is.
    case slow(HTTPMethod, path: String, elapsed: Duration)
    /// A request has been waiting for its turn for so long, not sent yet; told once, while it still is.
    case waiting(HTTPMethod, path: String, elapsed: Duration)
    /// A connection gave no sign of life for so long, and was given up with the transfers on it.
    case silent(transfers: Int, silence: Duration)
}
