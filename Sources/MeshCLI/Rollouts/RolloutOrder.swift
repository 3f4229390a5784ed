/// What somebody asks of a rollout.
package enum RolloutOrder: Sendable, Hashable {
    /// Keep it where it is.
    case pause
    /// Let it go on.
    case resume
    /// Do not wait for the end of the present hold; with `fully`, pass over all holds, approvals and gates.
    case promote(fully: Bool)
    /// Approve a step, counted from 1; nil for the present one.
    case approve(step: Int?)
    /// Bring everything back, for this reason.
    case abort(reason: String?)
    /// Start anew what failed.
    case retry
    /// Go back to what ran before.
    case undo
}

/// What an order comes to: a merge patch, and a sentence for whoever gave it.
package struct RolloutChange: Sendable, Hashable {
    /// The merge patch, with the resourceVersion it was made for.
    package var patch: RolloutPatch
    /// What was asked for and what will happen.
    package var message: String
    /// What must be answered with yes before the patch is sent; nil where nothing is.
    package var question: String?
}
