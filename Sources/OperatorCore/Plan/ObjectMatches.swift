internal import KubeAPI
internal import Synchronization

/// Remembers which objects were found to be as they are wanted, so that nothing is rendered into a patch and compared again before
/// one side has changed.
///
/// It gives what a comparison would give: it is asked with everything that one depends on, and knows only answers of comparisons.
final class ObjectMatches: Sendable {
    /// Everything on which it depends whether an object is as it is wanted.
    struct Question: Sendable, Equatable {
        /// What is wanted, as rendered.
        let desired: KubeObject
        /// The version it was rendered for.
        let version: String
        /// Whose it is to be.
        let marks: OwnershipMarks
        /// The fewest replicas an autoscaler leaves it; nil where none sets them.
        let leastReplicas: Int64?
        /// Which object is there, and in which state: these two name it (`ObjectMeta` of meta/v1).
        private let uid: String
        private let state: String

        /// A question about an object that is there; nil where its state has no name.
        init?(
            _ desired: KubeObject,
            version: String,
            marks: OwnershipMarks,
            leastReplicas: Int64?,
            live: KubeObject
        ) {
            guard let uid = live.uid, let state = live.resourceVersion, !state.isEmpty else { return nil }
            self.desired = desired
            self.version = version
            self.marks = OwnershipMarks(owner: marks.owner, uid: marks.uid)
            self.leastReplicas = leastReplicas
            (self.uid, self.state) = (uid, state)
        }

        static func == (left: Question, right: Question) -> Bool {
            // What is quick to compare and changes oftener comes first.
            (left.state, left.uid, left.version) == (right.state, right.uid, right.version)
                && left.leastReplicas == right.leastReplicas && left.marks == right.marks
                && left.desired == right.desired
        }
    }

    private let limit: Int
    private let known = Mutex<[ResourceID: Question]>([:])

    /// Knows nothing yet.
    ///
    /// - Parameter limit: how many objects it remembers; with more it forgets all and begins anew.
    init(limit: Int = 2_000) {
        self.limit = limit
    }

    /// Whether the answer is known to be yes.
    func holds(_ question: Question, _ id: ResourceID) -> Bool {
        known.withLock { $0[id] } == question
    }

    /// Takes note that an object is as it is wanted.
    func note(_ question: Question, _ id: ResourceID) {
        known.withLock { known in
            if known.count >= limit, known[id] == nil { known = [:] }
            known[id] = question
        }
    }
}
