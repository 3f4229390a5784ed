internal import KubeAPI
internal import MeshBase

/// Writes that the API server refused for good, so that the same write is not sent with every change of the world around it.
///
/// It is sent again when the spec has changed, when the object has, when other content is to be written, and now and then.
struct RefusalMemory: Sendable {
    /// How long the same write is not sent again.
    static let hold = Duration.seconds(290)

    private struct Refusal {
        let digest: String
        let generation: Int64?
        let until: Timestamp
        let failure: StepFailure
    }

    private var all: [ResourceID: Refusal] = [:]

    /// The refusal that still holds for a write; nil where it is to be tried.
    func failure(of step: MeshStep, generation: Int64?, now: Timestamp) -> StepFailure? {
        guard let refusal = all[step.id], refusal.generation == generation, now < refusal.until,
            refusal.digest == Self.digest(step)
        else { return nil }
        return refusal.failure
    }

    /// Takes in what came of `steps`.
    mutating func note(_ failures: [StepFailure], of steps: [MeshStep], generation: Int64?, now: Timestamp) {
        all = all.filter { now < $0.value.until && $0.value.generation == generation }
        for step in steps {
            guard let failure = failures.first(where: { $0.id == step.id }), failure.isRefusal,
                let digest = Self.digest(step)
            else { continue }
            all[step.id] = Refusal(
                digest: digest,
                generation: generation,
                until: now.advanced(by: Self.hold),
                failure: failure
            )
        }
    }

    /// The content of an apply and the version it is based on; deletions are always tried.
    private static func digest(_ step: MeshStep) -> String? {
        guard case .apply(let write) = step else { return nil }
        return Digest.of(write.object.tree.strippedForApply()) + "@" + (write.object.resourceVersion ?? "")
    }
}
