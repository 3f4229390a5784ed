/// Where acknowledged writes survive the process.
///
/// The store calls the methods one at a time, in the order of revisions.
package protocol WriteAheadLog: Sendable {
    /// Reads back what survived: first the objects of the last snapshot, then the writes after it, oldest first.
    ///
    /// - Returns: the revision of the snapshot, 0 without one.
    /// - Throws: when what was written is damaged other than by a write that was cut off at its very end.
    func replay(_ body: (LogRecord) -> Void) throws -> UInt64

    /// Makes writes durable: once it returns, ``replay(_:)`` finds them even if the process is killed.
    func append(_ records: [LogRecord]) throws

    /// Replaces everything written so far by the state at `revision`.
    func snapshot(at revision: UInt64, _ records: some Sequence<LogRecord>) throws

    /// The number of bytes written since the last snapshot, by which the store decides when to take another.
    var bytesSinceSnapshot: Int { get }
}
