/// A cluster with an operator at work in it and with whoever else acts there, at a moment between two rounds.
///
/// What comes next is a function of ``picture()``: that is what makes a search by ``CrashSearch`` sound.
package protocol CrashStage {
    /// The cluster, and all others who act in it, as they were at a moment: what a process that dies then leaves behind.
    associatedtype Scene: Sendable

    /// The same stage once more; what happens on one does not show on the other. Its writes are not filmed.
    ///
    /// - Parameters:
    ///   - life: whether the operator goes on or is a new process.
    ///   - write: at which of its writes, counted from 1, it loses its leadership; nil for never.
    /// - Returns: the copy, whose operator has not written anything yet.
    func copy(_ life: NextLife, replacedAt write: Int?) async throws -> Self

    /// The stage at a moment of the round that begins here: the operator died then, and a new process goes on.
    func copy(at scene: Scene) throws -> Self

    /// The writes the API server has taken since this was asked last, in order, each with what there was right before and right
    /// after it; none on a copy.
    mutating func takes() -> [WriteFilm<Scene>.Take]

    /// Lets the operator reconcile and the world act, and time pass; gives whether anything was done.
    ///
    /// - Throws: what the operator throws; then the world has not acted, and no time has passed.
    mutating func round() async throws -> Bool

    /// Whether the operator must not write any more.
    var isDead: Bool { get }

    /// Everything that decides what happens from here on: what is in the cluster, what the operator remembers, what others will do.
    ///
    /// Times as ages, and nothing that only differs from one copy to another.
    mutating func picture() async throws -> [String]

    /// What counts at the end.
    func endState() async throws -> [String: String]

    /// The rules that were broken since it was asked last, each told in words.
    mutating func breaches() async throws -> [String]

    /// The writes the API server has taken from this copy's operator so far, by object, in order.
    var writes: [String] { get }
}

/// Who the operator of a copied stage is.
package enum NextLife: Sendable {
    /// The same process: it remembers what it did.
    case same
    /// A new process: it knows what is in the cluster.
    case fresh
}

/// How an operator ends at a write.
package enum CrashKind: String, Sendable, Hashable, CaseIterable {
    /// The process dies before the write leaves.
    case killedBefore = "killed before"
    /// The process dies after the API server has done the write, before it learns of that.
    case killedAfter = "killed after"
    /// The process has lost its leadership: this write and all that follow are refused, and it lives on beside the next one.
    case replaced = "replaced at"
}
