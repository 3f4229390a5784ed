internal import FieldOwnership
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshBase

/// Writes that the API server refused, so that the same write is not sent with every change of the world around it.
///
/// It is sent again when the spec has changed, when the object has, when other content is to be written, and by itself, more and more
/// seldom: what heals a refusal may lie outside, as a policy that is taken away, and nothing tells of it.
///
/// What is forbidden, by a lack of permission or a quota, is sent again sooner, whatever the object's version is: that changes
/// with every status, and neither has to do with it. A namespace that is going away is the exception: its end is seen, and waited for.
struct RefusalMemory: Sendable {
    /// How long the same write is not sent again: 5 s after the first refusal, twice as long after each further one, at most 5 min.
    ///
    /// In the first ten minutes a write is sent at most eight times, in an hour at most eighteen.
    static let pace = Backoff(initial: .seconds(5), factor: 2, maximum: .seconds(300), jitter: 0)

    /// How long a write that is forbidden is not sent again: 1 s after the first time, twice as long after each further one, at most 60 s.
    static let forbiddenPace = Backoff(initial: .seconds(1), factor: 2, maximum: .seconds(60), jitter: 0)

    private struct Refusal {
        let content: String
        /// The version of the object; nil where it does not matter.
        let version: String?
        let generation: Int64?
        let until: Timestamp
        let failure: StepFailure
        /// How often in a row it was refused.
        let count: Int
    }

    private var all: [ResourceID: Refusal] = [:]

    /// The refusal that still holds for a write; nil where it is to be tried.
    func failure(of step: MeshStep, generation: Int64?, now: Timestamp) -> StepFailure? {
        guard let refusal = all[step.id], refusal.generation == generation, now < refusal.until,
            refusal.content == Self.content(step, isForbidden: refusal.version == nil),
            refusal.version.map({ $0 == step.version ?? "" }) ?? true
        else { return nil }
        return refusal.failure
    }

    /// When the first of the refused writes of a generation is to be tried again; nil where none was refused.
    func nextTry(generation: Int64?) -> Timestamp? {
        all.values.filter { $0.generation == generation }.map(\.until).min()
    }

    /// Takes in what came of `steps`, all of which were sent, for a generation of the spec.
    mutating func note(_ failures: [StepFailure], of steps: [MeshStep], generation: Int64?, now: Timestamp) {
        // What is not asked for any more is not tried again either.
        let stale = now - (Self.pace.maximum + .seconds(60))
        all = all.filter { $0.value.until > stale && $0.value.generation == generation }
        for step in steps {
            let earlier = all.removeValue(forKey: step.id)
            guard let failure = failures.first(where: { $0.id == step.id }) else { continue }
            let isForbidden = failure.error.code == .forbidden
            guard failure.isBlocking,
                let content = Self.content(step, isForbidden: isForbidden)
            else { continue }
            let count = earlier?.content == content ? (earlier?.count ?? 0) + 1 : 1
            let pace = isForbidden ? Self.forbiddenPace : Self.pace
            let wait = pace.delay(afterFailures: count - 1, random: .seeded(0))
            all[step.id] = Refusal(
                content: content,
                version: isForbidden ? nil : step.version ?? "",
                generation: generation,
                until: now.advanced(by: wait),
                failure: failure,
                count: count
            )
        }
    }

    /// The content of an apply; nil of deletions, which are always tried unless they are forbidden.
    private static func content(_ step: MeshStep, isForbidden: Bool) -> String? {
        switch step {
        case .apply(let write):
            var object = write.object
            if isForbidden { object.resourceVersion = nil }
            return Digest.of(object.tree.strippedForApply())
        case .delete(let object): return isForbidden ? "deletion of \(object.uid ?? "")" : nil
        }
    }
}
